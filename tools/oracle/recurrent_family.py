"""Recurrent layers beyond the plain cells: layer normalisation inside of the cell, both directions.

The normalising cells are written out with Keras's LayerNormalization and run by keras.layers.RNN.
"""

from layers import BATCH, CLASSES, FEATURES, GATES, TIME, UNITS, gradients, keras_options, weights_of
from oracle import drawer, keras, tensor, torch, write

MASK = torch.tensor(
    [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 0, 1, 1]], dtype=torch.bool
)


class Cell(keras.layers.Layer):
    """A cell on given tensors: h, and c of an lstm."""

    def __init__(self, kind, weights, norms, options):
        super().__init__()
        self.kind, self.weights_, self.norms, self.options = kind, weights, norms, options
        self.state_size = [UNITS, UNITS] if kind == "lstm" else [UNITS]
        self.output_size = UNITS

    def norm(self, x, place, columns=slice(None)):
        layer = keras.layers.LayerNormalization(
            epsilon=self.options["epsilon"], center=False, scale=False
        )
        y = layer(x)
        for kind, combine in [("gamma", torch.mul), ("beta", torch.add)]:
            variable = kind if place == "" else f"{place}{kind.capitalize()}"
            if variable in self.norms:
                y = combine(y, self.norms[variable][columns])
        return y

    def call(self, x, states):
        kernel, recurrent = self.weights_["kernel"], self.weights_["recurrentKernel"]
        bias = self.weights_["bias"]
        sigma, tanh = torch.sigmoid, torch.tanh
        h = states[0]
        if self.kind == "simpleRnn":
            h = tanh(self.norm(x @ kernel + h @ recurrent + bias, ""))
            return h, [h]
        if self.kind == "lstm":
            gates = self.norm(x @ kernel, "kernel") + self.norm(h @ recurrent, "recurrent") + bias
            i, f, g, o = gates.split(UNITS, dim=-1)
            c = sigma(f) * states[1] + sigma(i) * tanh(g)
            h = sigma(o) * tanh(self.norm(c, "state"))
            return h, [h, c]
        gates, last = slice(0, 2 * UNITS), slice(2 * UNITS, 3 * UNITS)
        after = self.options["resetAfter"]
        own, other = (bias[0], bias[1]) if after else (bias, 0 * bias)
        both = (
            self.norm((x @ kernel)[:, gates], "kernel", gates)
            + own[gates]
            + self.norm(h @ recurrent[:, gates], "recurrent", gates)
            + other[gates]
        )
        z, r = sigma(both).split(UNITS, dim=-1)
        inner = (
            r * (self.norm(h @ recurrent[:, last], "recurrent", last) + other[last])
            if after
            else self.norm((r * h) @ recurrent[:, last], "recurrent", last)
        )
        candidate = tanh(self.norm((x @ kernel)[:, last], "kernel", last) + own[last] + inner)
        h = z * h + (1 - z) * candidate
        return h, [h]


def norms_of(kind, draw, scale, center):
    width = GATES[kind] * UNITS
    places = {
        "simpleRnn": {"": UNITS},
        "lstm": {"kernel": width, "recurrent": width, "state": UNITS},
        "gru": {"kernel": width, "recurrent": width},
    }[kind]
    norms = {}
    for place, size in places.items():
        for variable, wanted in [("gamma", scale), ("beta", center)]:
            name = variable if place == "" else f"{place}{variable.capitalize()}"
            if wanted:
                norms[name] = draw(size, scale=0.7) + (1 if variable == "gamma" else 0)
    return norms


def normalised(name, kind, options, seed, epsilon=0.001, scale=True, center=True, mask=None):
    draw = drawer(seed)
    x = draw(BATCH, TIME, FEATURES).requires_grad_()
    states = {
        state: draw(BATCH, UNITS).requires_grad_()
        for state in (["h", "c"] if kind == "lstm" else ["h"])
    }
    weights = {key: value.requires_grad_() for key, value in weights_of(kind, options, draw).items()}
    norms = norms_of(kind, draw, scale, center)
    norms = {key: value.requires_grad_() for key, value in norms.items()}
    cell = Cell(kind, weights, norms, {"resetAfter": True, **options, "epsilon": epsilon})
    backwards = options.get("goBackwards", False)
    layer = keras.layers.RNN(
        cell, return_sequences=True, return_state=True, go_backwards=backwards
    )
    given = {"initial_state": list(states.values())}
    if mask is not None:
        given["mask"] = mask
    outputs = list(layer(x, **given))
    operands = {"x": x, **states, **weights, **norms}
    cotangents, found = gradients(outputs, operands, draw)
    norm = {"epsilon": epsilon, "scale": scale, "center": center}
    return {
        "name": name,
        "subject": kind,
        "layer": {
            "type": kind,
            "units": UNITS,
            "returnSequences": True,
            "returnState": True,
            "layerNormalization": norm,
            **options,
        },
        "outputs": list(states),
        "inputs": {"x": tensor(x), **{key: tensor(value) for key, value in states.items()}},
        "mask": None if mask is None else tensor(mask.int()),
        "parameters": {key: tensor(value) for key, value in {**weights, **norms}.items()},
        "results": [tensor(output) for output in outputs],
        "cotangents": cotangents,
        "gradients": found,
    }


def bidirectional(name, kind, options, merge, seed, with_states=False, back=None, mask=None):
    """`back`: options of a backward layer of its own."""
    draw = drawer(seed)
    x = draw(BATCH, TIME, FEATURES).requires_grad_()
    build = CLASSES[kind](UNITS, **keras_options(options))
    own = {**options, **(back or {}), "goBackwards": True}
    extra = {} if back is None else {"backward_layer": CLASSES[kind](UNITS, **keras_options(own))}
    layer = keras.layers.Bidirectional(build, merge_mode=merge, **extra)
    layer.build((BATCH, TIME, FEATURES))
    weights = {
        f"{direction}/{key}": value
        for direction, each in [("forward", options), ("backward", own)]
        for key, value in weights_of(kind, each, draw).items()
    }
    layer.set_weights([weight.numpy() for weight in weights.values()])
    variables = dict(zip(weights, (v.value for v in layer.trainable_variables)))
    names = [
        f"{direction}.{state}"
        for direction in ("forward", "backward")
        for state in (["h", "c"] if kind == "lstm" else ["h"])
    ]
    states = {each: draw(BATCH, UNITS).requires_grad_() for each in names} if with_states else {}
    given = {"initial_state": list(states.values())} if states else {}
    if mask is not None:
        given["mask"] = mask
    outputs = layer(x, **given)
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    operands = {"x": x, **states, **variables}
    cotangents, found = gradients(outputs, operands, draw)
    document = {"type": kind, "units": UNITS, **options}
    own_outputs = [":forward", ":backward"] if merge is None else [""]
    return {
        "name": name,
        "subject": "bidirectional",
        "layer": {
            "type": "bidirectional",
            "layer": document,
            "mergeMode": merge,
            **({} if back is None else {"backwardLayer": {**document, **own}}),
        },
        **({} if merge is not None else {"own": own_outputs}),
        "outputs": names if options.get("returnState") else [],
        "inputs": {"x": tensor(x), **{key: tensor(value) for key, value in states.items()}},
        "mask": None if mask is None else tensor(mask.int()),
        "parameters": {key: tensor(value) for key, value in weights.items()},
        "results": [tensor(output) for output in outputs],
        "cotangents": cotangents,
        "gradients": found,
    }


def stepwise(name, kind, options, seed, merge=None):
    """A recurrent layer on every step of [batch, outer, time, features]."""
    draw = drawer(seed)
    x = draw(BATCH, 2, TIME, FEATURES).requires_grad_()
    inner = CLASSES[kind](UNITS, **keras_options(options))
    document = {"type": kind, "units": UNITS, **options}
    if merge is not None:
        inner = keras.layers.Bidirectional(inner, merge_mode=merge)
        document = {"type": "bidirectional", "layer": document, "mergeMode": merge}
    layer = keras.layers.TimeDistributed(inner)
    layer.build(x.shape)
    prefixes = [""] if merge is None else ["forward/", "backward/"]
    weights = {
        f"{prefix}{key}": value
        for prefix in prefixes
        for key, value in weights_of(kind, options, draw).items()
    }
    layer.set_weights([weight.numpy() for weight in weights.values()])
    variables = dict(zip(weights, (v.value for v in layer.trainable_variables)))
    outputs = [layer(x)]
    cotangents, found = gradients(outputs, {"x": x, **variables}, draw)
    return {
        "name": name,
        "subject": "timeDistributed",
        "layer": {"type": "timeDistributed", "layer": document},
        "outputs": [],
        "inputs": {"x": tensor(x)},
        "mask": None,
        "parameters": {key: tensor(value) for key, value in weights.items()},
        "results": [tensor(output) for output in outputs],
        "cotangents": cotangents,
        "gradients": found,
    }


def main():
    cases = []
    kinds = [
        ("simpleRnn", {}, ""),
        ("lstm", {}, ""),
        ("gru", {"resetAfter": True}, ""),
        ("gru", {"resetAfter": False}, "reset before: "),
    ]
    for index, (kind, base, label) in enumerate(kinds):
        seed = 600 + 20 * index
        text = f"{label}layer normalisation"
        cases += [
            normalised(text, kind, base, seed),
            normalised(f"{text}, no shift", kind, base, seed + 1, 0.1, center=False),
            normalised(f"{text}, no scale, backwards", kind, {**base, "goBackwards": True}, seed + 2, scale=False),
            normalised(f"{text}, masked steps", kind, base, seed + 3, mask=MASK),
        ]
    sequence = {"returnSequences": True}
    everything = {"returnSequences": True, "returnState": True}
    cases += [
        bidirectional("lstm, concat, last output", "lstm", {}, "concat", 701),
        bidirectional("lstm, concat, all from given states", "lstm", everything, "concat", 702, True),
        bidirectional("gru, sum", "gru", sequence, "sum", 703),
        bidirectional("simpleRnn, mul, last output", "simpleRnn", {}, "mul", 704),
        bidirectional("gru, ave, from given states", "gru", everything, "ave", 705, True),
        bidirectional("lstm, masked steps", "lstm", everything, "concat", 706, mask=MASK),
        bidirectional("gru, masked steps, last output", "gru", {}, "sum", 707, mask=MASK),
        bidirectional(
            "lstm, a backward layer of its own",
            "lstm",
            sequence,
            "mul",
            708,
            back={"useBias": False, "activation": "elu"},
        ),
        bidirectional("gru, two outputs", "gru", sequence, None, 709),
        bidirectional("lstm, two outputs, last steps and states", "lstm", {"returnState": True}, None, 710, True),
        bidirectional("gru, two outputs, masked steps", "gru", sequence, None, 711, mask=MASK),
        stepwise("lstm at every step", "lstm", {}, 720),
        stepwise("gru backwards at every step, sequences", "gru", {**sequence, "goBackwards": True, "resetAfter": True}, 721),
        stepwise("simpleRnn in both directions at every step", "simpleRnn", sequence, 722, merge="concat"),
    ]
    write(__file__, cases)


if __name__ == "__main__":
    main()
