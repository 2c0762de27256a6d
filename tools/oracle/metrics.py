"""Metrics with masks of time, with sample weights, and on a part of time.

Keras 3 counts masks in weighted metrics only: here a mask is given as weights of 0 and 1.
"""

from oracle import drawer, keras, tensor, torch, write

MASK = torch.tensor(
    [[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 1, 1, 1, 0]], dtype=torch.float64
)
# The last step of each row that the mask leaves.
LAST = torch.tensor(
    [[0, 0, 0, 0, 1], [0, 1, 0, 0, 0], [0, 0, 0, 1, 0]], dtype=torch.float64
)
STEP = torch.tensor([[1.0, 0, 2, 0.5, 1], [0, 0, 1, 3, 1], [1, 1, 1, 1, 0.25]])
SAMPLE = torch.tensor([0.5, 2.0, 0.25])


def smape(target, prediction):
    """Makridakis 1993, in percent; Keras has none."""
    total = target.abs() + prediction.abs()
    return 200 * ((target - prediction).abs() / total).mean(-1)


def main():
    draw = drawer(91)
    metrics = keras.metrics
    classes = torch.tensor([[0, 3, 1, 2, 2], [1, 1, 0, 3, 2], [2, 0, 0, 1, 3]])
    one_hot = torch.nn.functional.one_hot(classes, 4).double()
    scores = draw(3, 5, 4)
    prediction, target = draw(3, 5, 2), draw(3, 5, 2)
    mean = lambda: metrics.MeanMetricWrapper(smape)
    kinds = [
        ({"type": "mae"}, metrics.MeanAbsoluteError, prediction, target, {"type": "mse"}),
        ({"type": "mse"}, metrics.MeanSquaredError, prediction, target, {"type": "mse"}),
        ({"type": "rmse"}, metrics.MeanSquaredError, prediction, target, {"type": "mse"}),
        ({"type": "mape"}, metrics.MeanAbsolutePercentageError, prediction, target, {"type": "mse"}),
        ({"type": "smape"}, mean, prediction, target, {"type": "mse"}),
        (
            {"type": "topKCategoricalAccuracy", "k": 2},
            lambda: metrics.TopKCategoricalAccuracy(k=2),
            scores,
            one_hot,
            {"type": "categoricalCrossentropy", "fromLogits": True},
        ),
        (
            {"type": "sparseTopKCategoricalAccuracy", "k": 3},
            lambda: metrics.SparseTopKCategoricalAccuracy(k=3),
            scores,
            classes,
            {"type": "sparseCategoricalCrossentropy", "fromLogits": True},
        ),
        (
            {"type": "accuracy"},
            metrics.SparseCategoricalAccuracy,
            scores,
            classes,
            {"type": "sparseCategoricalCrossentropy", "fromLogits": True},
        ),
    ]
    cases = []
    for metric, make, guess, wanted, loss in kinds:

        def measured(weights=None, steps=slice(None)):
            own = make()
            cut = None if weights is None else weights[:, steps]
            own.update_state(wanted[:, steps], guess[:, steps], sample_weight=cut)
            return float(own.result())

        last, middle = slice(4, 5), slice(1, 4)
        weighted = {"weighted": True}
        variants = [
            ("plain", {}, {}, measured()),
            ("the last step", {"time": "last"}, {}, measured(steps=last)),
            ("steps 1 to 3", {"time": {"from": 1, "to": 4}}, {}, measured(steps=middle)),
            ("mask", {}, {"mask": MASK}, measured(MASK)),
            ("mask, the last step", {"time": "last"}, {"mask": MASK}, measured(LAST)),
            ("mask, from step 2", {"time": {"from": 2}}, {"mask": MASK}, measured(MASK, slice(2, 5))),
            ("weights that do not count", {}, {"weights": STEP}, measured()),
            ("step weights", weighted, {"weights": STEP}, measured(STEP)),
            ("sample weights", weighted, {"weights": SAMPLE}, measured(SAMPLE[:, None] * torch.ones(3, 5))),
            ("mask and step weights", weighted, {"mask": MASK, "weights": STEP}, measured(MASK * STEP)),
            (
                "mask and sample weights",
                weighted,
                {"mask": MASK, "weights": SAMPLE},
                measured(MASK * SAMPLE[:, None]),
            ),
        ]
        for label, options, given, value in variants:
            cases.append(
                {
                    "name": f"{metric['type']}, {label}",
                    "metric": {**metric, **options},
                    "loss": loss,
                    "prediction": tensor(guess),
                    "target": tensor(wanted),
                    **{key: tensor(each) for key, each in given.items()},
                    "value": value,
                }
            )
    write(__file__, cases)


main()
