"""Losses with and without sample weights, their gradients, and metrics."""

from oracle import drawer, keras, tensor, torch, write

draw = drawer(7)


def case(name, loss, value, prediction, target, weights=None, metrics=None):
    (gradient,) = torch.autograd.grad(value, prediction)
    found = {
        "name": name,
        "loss": loss,
        "prediction": tensor(prediction),
        "target": tensor(target),
        "value": tensor(value),
        "gradient": tensor(gradient),
    }
    if weights is not None:
        found["weights"] = tensor(weights)
    if metrics:
        found["metrics"] = metrics
    return found


def keras_case(name, loss, function, prediction, target, weights=None, metrics=None):
    prediction = prediction.requires_grad_()
    # Keras wants the weights of samples with the axis of time that its values have.
    timed = weights[:, None] if weights is not None and weights.ndim == 1 else weights
    value = function(target, prediction, sample_weight=timed)
    measured = {}
    for key, metric in (metrics or {}).items():
        metric.update_state(target, prediction.detach())
        measured[key] = float(metric.result())
    return case(name, loss, value, prediction, target, weights, measured)


def pinball(prediction, target, quantiles, weights=None):
    """Koenker and Bassett: max(q e, (q - 1) e), mean over everything."""
    q = torch.tensor(quantiles)
    each = prediction.reshape(*target.shape, len(quantiles))
    error = target[..., None] - each
    values = torch.maximum(q * error, (q - 1) * error).reshape(prediction.shape).mean(-1)
    if weights is not None:
        values = values * (weights[:, None] if values.ndim > weights.ndim else weights)
    return values.mean()


def main():
    losses, metrics = keras.losses, keras.metrics
    sample = torch.tensor([0.5, 2.0, 0.0])
    step = torch.tensor([[1.0, 0, 2, 0.5, 1], [0, 0, 1, 3, 1], [1, 1, 1, 1, 0.25]])

    def regression():
        return draw(3, 5, 2), draw(3, 5, 2)

    def errors():
        return {"mae": metrics.MeanAbsoluteError(), "mse": metrics.MeanSquaredError()}

    cases = []
    for label, weights in [("", None), (" sample weights", sample), (" step weights", step)]:
        for name, loss, function in [
            ("mse", {"type": "mse"}, losses.MeanSquaredError()),
            ("mae", {"type": "mae"}, losses.MeanAbsoluteError()),
            ("huber", {"type": "huber", "delta": 0.7}, losses.Huber(delta=0.7)),
        ]:
            cases.append(
                keras_case(name + label, loss, function, *regression(), weights, errors())
            )
        logits = draw(3, 5, 2, scale=3)
        yes = (draw(3, 5, 2) > 0).double()
        cases.append(
            keras_case(
                "binary from logits" + label,
                {"type": "binaryCrossentropy", "fromLogits": True},
                losses.BinaryCrossentropy(from_logits=True),
                logits,
                yes,
                weights,
                {"binaryAccuracy": metrics.BinaryAccuracy(threshold=0.0)},
            )
        )
        cases.append(
            keras_case(
                "binary from probabilities" + label,
                {"type": "binaryCrossentropy", "fromLogits": False},
                losses.BinaryCrossentropy(from_logits=False),
                torch.sigmoid(draw(3, 5, 2)),
                yes,
                weights,
                {"binaryAccuracy": metrics.BinaryAccuracy()},
            )
        )
        for logits in (True, False):
            kind = "logits" if logits else "probabilities"
            scores = draw(3, 5, 4)
            prediction = scores if logits else torch.softmax(scores, -1) * 0.9
            classes = torch.tensor([[0, 3, 1, 2, 2], [1, 1, 0, 3, 2], [2, 0, 0, 1, 3]])
            one_hot = torch.nn.functional.one_hot(classes, 4).double()
            cases.append(
                keras_case(
                    f"categorical from {kind}{label}",
                    {"type": "categoricalCrossentropy", "fromLogits": logits},
                    losses.CategoricalCrossentropy(from_logits=logits),
                    prediction.clone(),
                    one_hot,
                    weights,
                    {"accuracy": metrics.CategoricalAccuracy()},
                )
            )
            cases.append(
                keras_case(
                    f"sparse categorical from {kind}{label}",
                    {"type": "sparseCategoricalCrossentropy", "fromLogits": logits},
                    losses.SparseCategoricalCrossentropy(from_logits=logits),
                    prediction.clone(),
                    classes,
                    weights,
                    {"accuracy": metrics.SparseCategoricalAccuracy()},
                )
            )
        quantiles = [0.1, 0.5, 0.8]
        prediction, target = draw(3, 5, 6).requires_grad_(), draw(3, 5, 2)
        median = (prediction.detach().reshape(3, 5, 2, 3)[..., 1] - target).abs().mean()
        cases.append(
            case(
                "quantile" + label,
                {"type": "quantile", "quantiles": quantiles},
                pinball(prediction, target, quantiles, weights),
                prediction,
                target,
                weights,
                {"mae": float(median)},
            )
        )
    extreme = torch.tensor([[-800.0, 800, 50], [30, -50, 0]])
    cases.append(
        keras_case(
            "binary from extreme logits",
            {"type": "binaryCrossentropy", "fromLogits": True},
            losses.BinaryCrossentropy(from_logits=True),
            extreme.clone(),
            torch.tensor([[0.0, 0, 1], [1, 0, 1]]),
        )
    )
    cases.append(
        keras_case(
            "sparse categorical from extreme logits",
            {"type": "sparseCategoricalCrossentropy", "fromLogits": True},
            losses.SparseCategoricalCrossentropy(from_logits=True),
            extreme.clone(),
            torch.tensor([2, 0]),
        )
    )
    write(__file__, cases)


main()
