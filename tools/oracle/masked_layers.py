"""Layers without a recurrent state that take a mask: what they make of the steps that are there."""

from oracle import drawer, keras, tensor, torch, write

MASK = torch.tensor([[1, 1, 1, 1], [1, 0, 0, 0], [0, 1, 1, 0]], dtype=torch.bool)


def pooled(seed):
    draw = drawer(seed)
    x = draw(3, 4, 2)
    y = keras.layers.GlobalAveragePooling1D()(x, mask=MASK)
    return {"name": "globalAveragePooling1d", "x": tensor(x), "output": tensor(y)}


def normalised(seed):
    """One training step without a learning rate: the loss, and the averages that moved."""
    draw = drawer(seed)
    x, target = draw(3, 4, 2), draw(3, 4, 2)
    layer = keras.layers.BatchNormalization(momentum=0.8)
    layer.build((3, 4, 2))
    y = layer(x, mask=MASK, training=True)
    y._keras_mask = MASK
    value = keras.losses.MeanSquaredError()(target, y)
    return {
        "name": "batchNormalization",
        "x": tensor(x),
        "target": tensor(target),
        "loss": tensor(value),
        "movingMean": tensor(layer.moving_mean.value),
        "movingVariance": tensor(layer.moving_variance.value),
    }


def main():
    cases = [pooled(31), normalised(32)]
    for case in cases:
        case["mask"] = tensor(MASK.int())
    write(__file__, cases)


main()
