"""Negative log-likelihoods by torch.distributions, with and without weights, and their gradients."""

import torch.distributions as d

from oracle import drawer, tensor, torch, write

draw = drawer(11)


def case(name, loss, prediction, target, nll, weights, mean):
    prediction = prediction.requires_grad_()
    values = nll(prediction, target).mean(-1)
    if weights is not None:
        values = values * (weights[:, None] if weights.ndim == 1 else weights)
    value = values.mean()
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
    if mean is not None:
        found["metrics"] = {"mae": float((mean(prediction).detach() - target).abs().mean())}
    return found


def parts(prediction, target):
    each = prediction.reshape(*target.shape, 2)
    return each[..., 0], each[..., 1]


def gaussian(prediction, target):
    mean, log_scale = parts(prediction, target)
    return -d.Normal(mean, log_scale.exp()).log_prob(target)


def student(degrees):
    def nll(prediction, target):
        mean, log_scale = parts(prediction, target)
        return -d.StudentT(degrees, mean, log_scale.exp()).log_prob(target)

    return nll


def logistics(prediction, target):
    logits, means, log_scales = prediction.chunk(3, -1)
    base = d.Uniform(torch.zeros_like(means), torch.ones_like(means), validate_args=False)
    logistic = d.TransformedDistribution(
        base,
        [d.SigmoidTransform().inv, d.AffineTransform(means, log_scales.exp())],
        validate_args=False,
    )
    return -torch.logsumexp(torch.log_softmax(logits, -1) + logistic.log_prob(target), -1, True)


def main():
    sample = torch.tensor([0.5, 2.0, 0.0])
    step = torch.tensor([[1.0, 0, 2, 0.5, 1], [0, 0, 1, 3, 1], [1, 1, 1, 1, 0.25]])
    cases = []
    for label, weights in [("", None), (" sample weights", sample), (" step weights", step)]:
        target = draw(3, 5, 2)

        def first(prediction, target=target):
            return parts(prediction, target)[0]

        cases.append(case("gaussian" + label, {"type": "gaussian"}, draw(3, 5, 4), target, gaussian, weights, first))
        for degrees in [5, 2.5]:
            loss = {"type": "studentT", "degrees": degrees}
            name = f"studentT of {degrees} degrees{label}"
            cases.append(case(name, loss, draw(3, 5, 4), target, student(degrees), weights, first))
        cases.append(
            case("logistics" + label, {"type": "logistics"}, draw(3, 5, 9), draw(3, 5, 1), logistics, weights, None)
        )
    write(__file__, cases)


if __name__ == "__main__":
    main()
