"""Recurrent layers on sequences with masked steps: Keras's `call(x, mask=...)`."""

from layers import (
    CLASSES,
    FEATURES,
    UNITS,
    as_list,
    gradients,
    keras_options,
    live_variables,
    weights_of,
)
from oracle import drawer, tensor, torch, write

# Whole, padded at the end, padded at the start, with holes, nothing at all.
MASK = torch.tensor(
    [
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 0, 0],
        [0, 0, 1, 1, 1, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 0, 0, 0, 0],
    ],
    dtype=torch.bool,
)


def case(name, kind, options, seed, with_states):
    draw = drawer(seed)
    batch, time = MASK.shape
    x = draw(batch, time, FEATURES).requires_grad_()
    weights = weights_of(kind, options, draw)
    states = {
        state: (draw(batch, UNITS) * with_states).requires_grad_()
        for state in (["h", "c"] if kind == "lstm" else ["h"])
    }
    layer = CLASSES[kind](
        UNITS, return_sequences=True, return_state=True, **keras_options(options)
    )
    layer.build((batch, time, FEATURES))
    variables = live_variables(layer, weights)
    outputs = as_list(layer(x, mask=MASK, initial_state=list(states.values())))
    operands = {"x": x, **states, **variables}
    cotangents, found = gradients(outputs, operands, draw)
    return {
        "name": name,
        "layer": {"type": kind, "units": UNITS, **options},
        "inputs": {"x": tensor(x), **{key: tensor(value) for key, value in states.items()}},
        "timeMask": tensor(MASK.int()),
        "parameters": {key: tensor(value) for key, value in weights.items()},
        "outputs": [tensor(output) for output in outputs],
        "cotangents": cotangents,
        "gradients": found,
    }


def main():
    kinds = [
        ("simpleRnn", {}),
        ("lstm", {}),
        ("gru", {"resetAfter": True}),
        ("gru", {"resetAfter": False}),
    ]
    cases = []
    for index, (kind, base) in enumerate(kinds):
        label = kind + (" before" if base.get("resetAfter") is False else "")
        seed = 1000 + 10 * index
        cases += [
            case(f"{label}: from given states", kind, base, seed, 1),
            case(f"{label}: from zero, without bias", kind, {**base, "useBias": False}, seed + 1, 0),
            case(f"{label}: backwards", kind, {**base, "goBackwards": True}, seed + 2, 1),
        ]
    write(__file__, cases)


if __name__ == "__main__":
    main()
