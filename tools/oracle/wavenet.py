"""WaveNets: outputs, and the gradients of sum(output * cotangent), by all inputs and parameters.

The network is written out in PyTorch after van den Oord et al. (2016), where filter and gate are
two convolutions, and held to another of Keras's layers.
"""

from oracle import drawer, keras, tensor, torch, write

BATCH, TIME, FEATURES = 2, 6, 3
LOCAL, GLOBAL = 2, 4
# Numbers of each step that a head of 2 units, classes or mixtures has.
WIDTHS = {"linear": 2, "softmax": 5, "gaussian": 4, "logistics": 6}


def places(options):
    """Name and dilation of each gated layer."""
    for stack in range(options["stacks"]):
        for layer in range(options["layersPerStack"]):
            yield f"net.{stack + 1}.{layer + 1}", 2**layer


def shapes(options, conditioning):
    """Shapes of the variables by name; kernels are [taps, in, out] as Keras has them."""
    filters, taps = options["filters"], options["kernelSize"]
    skip = options.get("skipFilters", filters)
    width = WIDTHS[options["head"]["type"]]
    names = list(places(options))

    def conv(name, size, given, wanted):
        return {f"{name}/kernel": (size, given, wanted), f"{name}/bias": (wanted,)}

    found = conv("net.input", taps, FEATURES, filters)
    for at, _ in names:
        found |= conv(f"{at}.dilated", taps, filters, 2 * filters)
        if "local" in conditioning:
            found[f"{at}.local/kernel"] = (1, LOCAL, 2 * filters)
        if "global" in conditioning:
            found[f"{at}.global/kernel"] = (GLOBAL, 2 * filters)
        found |= conv(f"{at}.skip", 1, filters, skip)
        if at != names[-1][0]:
            found |= conv(f"{at}.residual", 1, filters, filters)
    return found | conv("net.last", 1, skip, skip) | conv("net", 1, skip, width)


def causal(x, kernel, dilation=1):
    """`y[t] = sum over k of x[t - (taps - 1 - k) dilation] W[k]`, zeros before the start."""
    taps, time = kernel.shape[0], x.shape[1]
    total = 0
    for k in range(taps):
        back = min((taps - 1 - k) * dilation, time)
        past = torch.cat([torch.zeros_like(x[:, :back]), x[:, : time - back]], dim=1)
        total = total + past @ kernel[k]
    return total


def written_out(options, inputs, weights):
    """The network after figure 4 and equations 2 and 3 of the paper."""
    filters = options["filters"]

    def conv(name, x, dilation=1):
        return causal(x, weights[f"{name}/kernel"], dilation) + weights[f"{name}/bias"]

    x = conv("net.input", inputs["x"])
    skips = 0
    for at, dilation in places(options):
        halves = []
        for half in (slice(None, filters), slice(filters, None)):
            kernel = weights[f"{at}.dilated/kernel"][..., half]
            value = causal(x, kernel, dilation) + weights[f"{at}.dilated/bias"][half]
            if "local" in inputs:
                value = value + inputs["local"] @ weights[f"{at}.local/kernel"][0][:, half]
            if "global" in inputs:
                vector = inputs["global"] @ weights[f"{at}.global/kernel"][:, half]
                value = value + vector[:, None, :]
            halves.append(value)
        z = torch.tanh(halves[0]) * torch.sigmoid(halves[1])
        skips = skips + conv(f"{at}.skip", z)
        if f"{at}.residual/kernel" in weights:
            x = x + conv(f"{at}.residual", z)
    return conv("net", torch.relu(conv("net.last", torch.relu(skips))))


def of_keras(options, inputs, weights):
    """The same network of Keras's layers."""
    layers, ops = keras.layers, keras.ops
    filters, taps = options["filters"], options["kernelSize"]

    def run(layer, name, x):
        layer.build(x.shape)
        own = [weights[f"{name}/kernel"], weights.get(f"{name}/bias")]
        layer.set_weights([each.detach().numpy() for each in own if each is not None])
        return layer(x)

    def conv(name, x, size=1, **more):
        width = weights[f"{name}/kernel"].shape[-1]
        return run(layers.Conv1D(width, size, padding="causal", **more), name, x)

    x = conv("net.input", inputs["x"], taps)
    skips = []
    for at, dilation in places(options):
        total = conv(f"{at}.dilated", x, taps, dilation_rate=dilation)
        if "local" in inputs:
            total = total + conv(f"{at}.local", inputs["local"], use_bias=False)
        if "global" in inputs:
            dense = layers.Dense(2 * filters, use_bias=False)
            total = total + ops.expand_dims(run(dense, f"{at}.global", inputs["global"]), 1)
        z = ops.tanh(total[..., :filters]) * ops.sigmoid(total[..., filters:])
        skips.append(conv(f"{at}.skip", z))
        if f"{at}.residual/kernel" in weights:
            x = x + conv(f"{at}.residual", z)
    total = layers.Add()(skips) if len(skips) > 1 else skips[0]
    return conv("net", conv("net.last", ops.relu(total), activation="relu"))


def gradients(output, cotangent, operands):
    return torch.autograd.grad((output * cotangent).sum(), list(operands.values()))


def held_by_float32(options, inputs, weights, cotangent, wanted):
    """Refuses numbers whose gradients cancel so far that float32 arithmetic itself loses them."""
    single = [
        {key: value.detach().float().requires_grad_() for key, value in group.items()}
        for group in (inputs, weights)
    ]
    operands = single[0] | single[1]
    found = gradients(written_out(options, *single), cotangent.float(), operands)
    for key, one, other in zip(operands, found, wanted):
        error = (one.double() - other).norm() / other.norm()
        assert error < 1e-6, f"gradient of {key}: {error:.1e} off in float32, draw other numbers"


def case(name, options, conditioning, seed):
    draw = drawer(seed)
    inputs = {"x": draw(BATCH, TIME, FEATURES)}
    if "local" in conditioning:
        inputs["local"] = draw(BATCH, TIME, LOCAL)
    if "global" in conditioning:
        inputs["global"] = draw(BATCH, GLOBAL)
    weights = {key: draw(*shape, scale=0.7) for key, shape in shapes(options, conditioning).items()}
    operands = {**inputs, **weights}
    for value in operands.values():
        value.requires_grad_()
    output = written_out(options, inputs, weights)
    torch.testing.assert_close(of_keras(options, inputs, weights), output, rtol=1e-13, atol=1e-13)
    cotangent = draw(*output.shape)
    found = gradients(output, cotangent, operands)
    held_by_float32(options, inputs, weights, cotangent, found)
    return {
        "name": name,
        "block": {"type": "wavenet", "name": "net", "inputs": ["x"], **options}
        | {key: key for key in conditioning},
        "inputs": {key: tensor(value) for key, value in inputs.items()},
        "parameters": {key: tensor(value) for key, value in weights.items()},
        "output": tensor(output),
        "cotangent": tensor(cotangent),
        "gradients": {key: tensor(value) for key, value in zip(operands, found)},
    }


def main():
    # The greatest dilation of four layers, 8, is beyond all 6 steps.
    deep = {"filters": 2, "kernelSize": 2, "layersPerStack": 4, "stacks": 2}
    wide = {"filters": 3, "kernelSize": 3, "layersPerStack": 2, "stacks": 1, "skipFilters": 4}
    write(
        __file__,
        [
            case("two stacks, linear", deep | {"head": {"type": "linear", "units": 2}}, [], 56),
            case(
                "local conditioning, softmax",
                wide | {"head": {"type": "softmax", "classes": 5}},
                ["local"],
                52,
            ),
            case(
                "global conditioning, logistics",
                wide | {"layersPerStack": 1, "stacks": 2, "head": {"type": "logistics", "mixtures": 2}},
                ["global"],
                53,
            ),
            case(
                "both, gaussian",
                wide | {"head": {"type": "gaussian", "units": 2}},
                ["local", "global"],
                54,
            ),
        ],
    )


main()
