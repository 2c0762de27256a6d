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
# Objects: what Keras's function is called with.
WITH_PARAMETERS = {
    "relu with all parameters": (
        {"type": "relu", "negativeSlope": 0.3, "maxValue": 3.5, "threshold": 0.2},
        lambda x: keras.activations.relu(x, negative_slope=0.3, max_value=3.5, threshold=0.2),
    ),
    "relu with a threshold": (
        {"type": "relu", "negativeSlope": 0, "threshold": 0.5},
        lambda x: keras.activations.relu(x, threshold=0.5),
    ),
    "relu up to 6": (
        {"type": "relu", "negativeSlope": 0, "maxValue": 6, "threshold": 0},
        lambda x: keras.activations.relu(x, max_value=6),
    ),
    "leakyRelu of another slope": (
        {"type": "leakyRelu", "negativeSlope": 0.03},
        lambda x: keras.activations.leaky_relu(x, negative_slope=0.03),
    ),
    "elu of another alpha": (
        {"type": "elu", "alpha": 1.7},
        lambda x: keras.activations.elu(x, alpha=1.7),
    ),
    "gelu by tanh": (
        {"type": "gelu", "approximate": True},
        lambda x: keras.activations.gelu(x, approximate=True),
    ),
}
POINTS = [-1000, -90, -20, -3, -2.5, -0.7, -1e-8, 0, 1e-8, 0.3, 1.1, 3, 4, 25, 95, 1000]


def case(name, activation, function, points):
    x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    y = function(x)
    weights = torch.arange(1, y.numel() + 1, dtype=torch.float64).reshape(y.shape)
    (y * weights).sum().backward()
    return {
        "name": name,
        "activation": activation,
        "x": tensor(x),
        "y": tensor(y),
        "dx": tensor(x.grad),
    }


def main():
    cases = []
    for name, keras_name in NAMES.items():
        points = [[p for p in POINTS if name != "exponential" or p < 700]]
        if name in ("softmax", "logSoftmax"):
            points = [[-1, 0.5, 2, 0.1], [1000, -1000, 999, 3], [7, 7, -7, 7]]
        function = EXACT.get(name, keras.activations.get(keras_name))
        cases.append(case(name, name, function, points))
    for name, (activation, function) in WITH_PARAMETERS.items():
        cases.append(case(name, activation, function, [POINTS]))
    write(__file__, cases)


main()
