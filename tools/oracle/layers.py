"""Layers: outputs, and the gradients of sum(output * cotangent) for every input and weight.

LSTM and GRU are compared with torch.nn's as well, whose gates have another order.
"""

from oracle import drawer, keras, tensor, torch, write

BATCH, TIME, FEATURES, UNITS = 3, 5, 2, 4
GATES = {"simpleRnn": 1, "lstm": 4, "gru": 3}
CLASSES = {
    "simpleRnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}
OPTIONS = {
    "activation": "activation",
    "recurrentActivation": "recurrent_activation",
    "useBias": "use_bias",
    "returnSequences": "return_sequences",
    "returnState": "return_state",
    "goBackwards": "go_backwards",
    "stateful": "stateful",
    "resetAfter": "reset_after",
}
# torch's own hardsigmoid has a gradient of float32 precision.
KERAS_VALUES = {"hardSigmoid": lambda x: torch.nn.functional.relu6(x + 3) / 6}


def keras_options(options):
    return {
        OPTIONS[key]: KERAS_VALUES.get(value, value)
        for key, value in options.items()
    }


def gradients(outputs, operands, draw):
    """Cotangents, and the gradients of their product with the outputs."""
    cotangents = [draw(*output.shape) for output in outputs]
    total = sum((output * cotangent).sum() for output, cotangent in zip(outputs, cotangents))
    found = torch.autograd.grad(total, list(operands.values()), allow_unused=True)
    return (
        [tensor(cotangent) for cotangent in cotangents],
        {
            name: tensor(torch.zeros_like(operand) if gradient is None else gradient)
            for (name, operand), gradient in zip(operands.items(), found)
        },
    )


def weights_of(kind, options, draw):
    width = GATES[kind] * UNITS
    weights = {
        "kernel": draw(FEATURES, width),
        "recurrentKernel": draw(UNITS, width, scale=0.6),
    }
    if options.get("useBias", True):
        two = kind == "gru" and options.get("resetAfter", True)
        weights["bias"] = draw(2, width) if two else draw(width)
    return weights


def live_variables(layer, weights):
    """Gives a layer its weights; returns the tensors that gradients are taken for."""
    layer.set_weights([weight.numpy() for weight in weights.values()])
    names = ["kernel", "recurrentKernel", "bias"]
    return {name: variable.value for name, variable in zip(names, layer.trainable_variables)}


def as_list(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def recurrent_case(name, kind, options, seed, with_states):
    draw = drawer(seed)
    x = draw(BATCH, TIME, FEATURES).requires_grad_()
    weights = weights_of(kind, options, draw)
    states = {}
    if with_states:
        for state in ["h", "c"] if kind == "lstm" else ["h"]:
            states[state] = draw(BATCH, UNITS).requires_grad_()
    layer = CLASSES[kind](UNITS, **keras_options(options))
    layer.build((BATCH, TIME, FEATURES))
    variables = live_variables(layer, weights)
    calls = 2 if options.get("stateful") else 1
    given = {"initial_state": list(states.values())} if states else {}
    results = [as_list(layer(x, **given)) for _ in range(calls)]
    case = {
        "name": name,
        "layer": {"type": kind, "units": UNITS, **options},
        "inputs": {"x": tensor(x), **{key: tensor(value) for key, value in states.items()}},
        "parameters": {key: tensor(value) for key, value in weights.items()},
        "calls": [[tensor(output) for output in outputs] for outputs in results],
    }
    if calls == 1:
        operands = {"x": x, **states, **variables}
        case["cotangents"], case["gradients"] = gradients(results[0], operands, draw)
        compare_with_torch(kind, options, x, weights, states, results[0])
    return case


def compare_with_torch(kind, options, x, weights, states, outputs):
    plain = set(options) <= {"returnSequences", "returnState", "useBias", "resetAfter"}
    if kind == "simpleRnn" or not plain or not options.get("resetAfter", True):
        return
    if not options.get("returnSequences"):
        return
    order = [0, 1, 2, 3] if kind == "lstm" else [1, 0, 2]

    def permute(matrix):
        blocks = matrix.split(UNITS, dim=-1)
        return torch.cat([blocks[gate] for gate in order], dim=-1)

    use_bias = "bias" in weights
    kwargs = {"batch_first": True, "bias": use_bias, "dtype": torch.float64}
    peer = (torch.nn.LSTM if kind == "lstm" else torch.nn.GRU)(FEATURES, UNITS, **kwargs)
    with torch.no_grad():
        peer.weight_ih_l0.copy_(permute(weights["kernel"]).T)
        peer.weight_hh_l0.copy_(permute(weights["recurrentKernel"]).T)
        if use_bias:
            bias = weights["bias"] if kind == "gru" else [weights["bias"], weights["bias"] * 0]
            peer.bias_ih_l0.copy_(permute(bias[0]))
            peer.bias_hh_l0.copy_(permute(bias[1]))
        initial = [state[None] for state in states.values()] or None
        initial = tuple(initial) if initial and kind == "lstm" else initial and initial[0]
        sequence, _ = peer(x, initial)
    torch.testing.assert_close(sequence, outputs[0].detach(), rtol=1e-12, atol=1e-12)


def mask_case(label, kind, options, seed):
    """Given masks in place of drawn ones, the same for all gates, stepped by hand."""
    draw = drawer(seed)
    x = draw(BATCH, TIME, FEATURES).requires_grad_()
    weights = weights_of(kind, options, draw)
    names = ["h", "c"] if kind == "lstm" else ["h"]
    states = {state: draw(BATCH, UNITS).requires_grad_() for state in names}
    keep = 1 / (1 - 0.5)
    input_mask = torch.tensor([[keep, 0], [0, keep], [keep, keep]])
    recurrent_mask = torch.tensor(
        [[0, keep, keep, 0], [keep, 0, keep, keep], [keep, keep, 0, 0]]
    )
    layer = CLASSES[kind](
        UNITS, dropout=0.5, recurrent_dropout=0.5, **keras_options(options)
    )
    layer.build((BATCH, TIME, FEATURES))
    variables = live_variables(layer, weights)
    gates = GATES[kind]
    many = gates if gates > 1 else None
    layer.cell._dropout_mask = [input_mask] * many if many else input_mask
    layer.cell._recurrent_dropout_mask = [recurrent_mask] * many if many else recurrent_mask
    state = list(states.values())
    sequence = []
    for step in range(TIME):
        output, state = layer.cell(x[:, step], state, training=True)
        sequence.append(output)
    outputs = [torch.stack(sequence, dim=1), *state]
    operands = {"x": x, **states, **variables}
    cotangents, found = gradients(outputs, operands, draw)
    return {
        "name": f"{label}: masks",
        "layer": {"type": kind, "units": UNITS, **options},
        "inputs": {"x": tensor(x), **{key: tensor(value) for key, value in states.items()}},
        "masks": {"input": tensor(input_mask), "recurrent": tensor(recurrent_mask)},
        "parameters": {key: tensor(value) for key, value in weights.items()},
        "calls": [[tensor(output) for output in outputs]],
        "cotangents": cotangents,
        "gradients": found,
    }


def dense_case(name, shape, options, seed):
    draw = drawer(seed)
    x = draw(BATCH, *shape).requires_grad_()
    units = 4
    weights = {"kernel": draw(shape[-1], units), "bias": draw(units)}
    if not options.get("useBias", True):
        del weights["bias"]
    layer = keras.layers.Dense(units, **keras_options(options))
    layer.build((BATCH, *shape))
    layer.set_weights([weight.numpy() for weight in weights.values()])
    variables = dict(zip(weights, (v.value for v in layer.trainable_variables)))
    outputs = [layer(x)]
    cotangents, found = gradients(outputs, {"x": x, **variables}, draw)
    return {
        "name": name,
        "layer": {"type": "dense", "units": units, **options},
        "inputs": {"x": tensor(x)},
        "parameters": {key: tensor(value) for key, value in weights.items()},
        "calls": [[tensor(output) for output in outputs]],
        "cotangents": cotangents,
        "gradients": found,
    }


def main():
    everything = {"returnSequences": True, "returnState": True}
    kinds = [
        ("simpleRnn", {}),
        ("lstm", {}),
        ("gru", {"resetAfter": True}),
        ("gru", {"resetAfter": False}),
    ]
    cases = [
        dense_case("dense", [2], {}, 1),
        dense_case("dense over time, softmax", [5, 2], {"activation": "softmax"}, 2),
        dense_case("dense of rank 4", [5, 2, 3], {"activation": "gelu", "useBias": False}, 3),
    ]
    for index, (kind, base) in enumerate(kinds):
        label = kind + (" before" if base.get("resetAfter") is False else "")
        seed = 100 * (index + 1)
        gate = {} if kind == "simpleRnn" else {"recurrentActivation": "hardSigmoid"}
        variants = [
            ("all outputs from given states", everything, True),
            ("last output from zero", {}, False),
            ("sequence without bias", {"returnSequences": True, "useBias": False}, True),
            ("backwards", {"goBackwards": True, **everything}, True),
            ("backwards, last output", {"goBackwards": True}, False),
            ("other activations", {"activation": "elu", **gate, **everything}, True),
            ("stateful", {"stateful": True, **everything}, False),
        ]
        for number, (variant, options, with_states) in enumerate(variants):
            name = f"{label}: {variant}"
            options = {**base, **options}
            cases.append(recurrent_case(name, kind, options, seed + number, with_states))
        cases.append(mask_case(label, kind, base, seed + 50))
    write(__file__, cases)


if __name__ == "__main__":
    main()
