"""Losses of predictions that carry a mask of time, as Keras reduces them."""

from oracle import drawer, keras, tensor, torch, write

MASK = torch.tensor(
    [[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 1, 1, 1, 0]], dtype=torch.bool
)


def case(name, spec, function, prediction, target):
    prediction.requires_grad_()
    prediction._keras_mask = MASK
    value = function(target, prediction)
    (gradient,) = torch.autograd.grad(value, [prediction])
    return {
        "name": name,
        "loss": spec,
        "prediction": tensor(prediction),
        "target": tensor(target),
        "mask": tensor(MASK.int()),
        "value": tensor(value),
        "gradient": tensor(gradient),
    }


def main():
    draw = drawer(41)
    losses = keras.losses
    classes = torch.tensor([[0, 3, 1, 2, 2], [1, 1, 0, 3, 2], [2, 0, 0, 1, 3]])
    write(
        __file__,
        [
            case(
                "mse",
                {"type": "mse"},
                losses.MeanSquaredError(),
                draw(3, 5, 2),
                draw(3, 5, 2),
            ),
            case(
                "mae",
                {"type": "mae"},
                losses.MeanAbsoluteError(),
                draw(3, 5, 2),
                draw(3, 5, 2),
            ),
            case(
                "binary crossentropy",
                {"type": "binaryCrossentropy", "fromLogits": True},
                losses.BinaryCrossentropy(from_logits=True),
                draw(3, 5, 2),
                (draw(3, 5, 2) > 0).double(),
            ),
            case(
                "sparse categorical crossentropy",
                {"type": "sparseCategoricalCrossentropy", "fromLogits": True},
                losses.SparseCategoricalCrossentropy(from_logits=True),
                draw(3, 5, 4),
                classes,
            ),
        ],
    )


if __name__ == "__main__":
    main()
