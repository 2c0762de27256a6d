"""Causal convolution, gated activation and layer normalisation, forward and backward."""

from layers import gradients
from oracle import drawer, keras, tensor, torch, write


def case(name, composite, options, inputs, output, draw):
    cotangents, found = gradients([output], inputs, draw)
    return {
        "name": f"{composite}: {name}",
        "composite": composite,
        "options": options,
        "inputs": {key: tensor(value) for key, value in inputs.items()},
        "output": tensor(output),
        "cotangent": cotangents[0],
        "gradients": found,
    }


def convolution(name, seed, time, width, dilation, use_bias=True):
    draw = drawer(seed)
    batch, channels, filters = 2, 3, 5
    inputs = {
        "x": draw(batch, time, channels).requires_grad_(),
        "kernel": draw(width, channels, filters),
    }
    if use_bias:
        inputs["bias"] = draw(filters)
    layer = keras.layers.Conv1D(
        filters, width, padding="causal", dilation_rate=dilation, use_bias=use_bias
    )
    layer.build((batch, time, channels))
    given = [value for key, value in inputs.items() if key != "x"]
    layer.set_weights([value.numpy() for value in given])
    inputs.update(zip(list(inputs)[1:], (v.value for v in layer.trainable_variables)))
    output = layer(inputs["x"])
    padded = torch.nn.functional.pad(inputs["x"].mT, ((width - 1) * dilation, 0))
    peer = torch.nn.functional.conv1d(
        padded, inputs["kernel"].permute(2, 1, 0), inputs.get("bias"), dilation=dilation
    )
    torch.testing.assert_close(peer.mT, output, rtol=1e-12, atol=1e-12)
    return case(name, "causalConv1d", {"dilation": dilation}, inputs, output, draw)


def gated(name, x, draw):
    x.requires_grad_()
    a, g = x.chunk(2, dim=-1)
    return case(name, "gatedTanhSigmoid", {}, {"x": x}, torch.tanh(a) * torch.sigmoid(g), draw)


def normalised(name, seed, shape, epsilon, affine=("gamma", "beta"), offset=0.0, scale=1.0):
    draw = drawer(seed)
    inputs = {"x": (draw(*shape, scale=scale) + offset).requires_grad_()}
    for key in affine:
        inputs[key] = draw(shape[-1])
    layer = keras.layers.LayerNormalization(
        epsilon=epsilon, scale="gamma" in affine, center="beta" in affine
    )
    layer.build(shape)
    layer.set_weights([inputs[key].numpy() for key in affine])
    inputs.update(zip(affine, (v.value for v in layer.trainable_variables)))
    x = inputs["x"]
    output = layer(x)
    # The formula once more, in another order of operations than that of torch's kernel.
    centred = x - x.mean(-1, keepdim=True)
    peer = centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + epsilon)
    peer = peer * inputs.get("gamma", 1.0) + inputs.get("beta", 0.0)
    torch.testing.assert_close(peer, output, rtol=1e-10, atol=1e-10)
    return case(name, "layerNorm", {"epsilon": epsilon}, inputs, output, draw)


def main():
    draw = drawer(31)
    extreme = torch.tensor(
        [[1000.0, -90, 0, 3, -1000, 90, 0, 40], [-20, 1e-8, 95, 1, 25, 0, -95, -3]]
    )
    write(
        __file__,
        [
            convolution("width 3", 1, 7, 3, 1),
            convolution("width 1", 2, 7, 1, 1),
            convolution("dilation 2 without bias", 3, 7, 3, 2, False),
            convolution("dilation 4, half of the taps beyond the sequence", 4, 7, 4, 4),
            convolution("dilation of the sequence's length", 5, 6, 2, 6),
            convolution("dilation one less than the sequence's length", 6, 6, 2, 5),
            convolution("dilation far beyond the sequence", 7, 4, 3, 64),
            convolution("one step", 8, 1, 3, 1),
            gated("over time", draw(2, 3, 8), draw),
            gated("saturated", extreme, draw),
            normalised("Keras's epsilon", 11, (2, 3, 5), 1e-3),
            normalised("small epsilon, no scale and shift", 12, (4, 7), 1e-5, ()),
            normalised("scale only", 13, (2, 3, 5), 1e-3, ("gamma",)),
            normalised("shift only", 14, (2, 3, 5), 1e-3, ("beta",)),
            normalised("offset of all elements", 15, (3, 6), 1e-3, offset=1000.0),
            normalised("small variance", 16, (3, 6), 1e-3, scale=0.01),
            normalised("two elements", 17, (3, 2), 1e-3),
        ],
    )


if __name__ == "__main__":
    main()
