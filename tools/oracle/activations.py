"""Every activation and its derivative, at saturating and at critical inputs."""

from oracle import keras, tensor, torch, write

NAMES = {
    "linear": "linear",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "relu": "relu",
    "leakyRelu": "leaky_relu",
    "elu": "elu",
    "selu": "selu",
    "gelu": "gelu",
    "silu": "silu",
    "softplus": "softplus",
    "softsign": "softsign",
    "exponential": "exponential",
    "hardSigmoid": "hard_sigmoid",
    "softmax": "softmax",
    "logSoftmax": "log_softmax",
}
# In float64 two of torch's kernels are rough: softplus(x) is x above 20, and the gradient of
# hardsigmoid is a float32. Keras's formulas, written out:
EXACT = {
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "hardSigmoid": lambda x: torch.nn.functional.relu6(x + 3) / 6,
}
POINTS = [-1000, -90, -20, -3, -2.5, -0.7, -1e-8, 0, 1e-8, 0.3, 1.1, 3, 4, 25, 95, 1000]


def main():
    cases = []
    for name, keras_name in NAMES.items():
        points = [p for p in POINTS if name != "exponential" or p < 700]
        if name in ("softmax", "logSoftmax"):
            rows = [[-1, 0.5, 2, 0.1], [1000, -1000, 999, 3], [7, 7, -7, 7]]
            x = torch.tensor(rows, dtype=torch.float64, requires_grad=True)
        else:
            x = torch.tensor([points], dtype=torch.float64, requires_grad=True)
        y = EXACT.get(name, keras.activations.get(keras_name))(x)
        weights = torch.arange(1, y.numel() + 1, dtype=torch.float64).reshape(y.shape)
        (y * weights).sum().backward()
        cases.append({"activation": name, "x": tensor(x), "y": tensor(y), "dx": tensor(x.grad)})
    write(__file__, cases)


main()
