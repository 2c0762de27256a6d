"""Keras 3 on TensorFlow. Variants: batch (train_on_batch), fit (fit on a dataset), jit (batch with
jit_compile=True), unroll (batch, the recurrence unrolled), jitUnroll (both)."""

import os

from protocol import BlockTrainer, Unsupported, serve


def build(setup: dict):
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import numpy
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    import keras

    variants = ("batch", "fit", "jit", "unroll", "jitUnroll")
    variant, workload = setup["variant"], setup["workload"]
    if variant not in variants:
        raise Unsupported(f"the Keras peer has no variant {variant}")
    unroll = variant in ("unroll", "jitUnroll")

    def array(tensor: dict) -> "numpy.ndarray":
        return numpy.array(tensor["data"], dtype=numpy.float32).reshape(tensor["shape"])

    recurrent = {
        "simpleRnn": keras.layers.SimpleRNN,
        "lstm": keras.layers.LSTM,
        "gru": keras.layers.GRU,
    }

    def make(layer: dict) -> "keras.layers.Layer":
        if layer["type"] == "dense":
            return keras.layers.Dense(layer["units"], name=layer["name"])
        if layer["type"] == "conv1d":
            return keras.layers.Conv1D(
                layer["filters"],
                layer["kernelSize"],
                name=layer["name"],
                padding=layer["padding"],
                dilation_rate=layer["dilationRate"],
                activation=layer["activation"],
            )
        if layer["type"] not in recurrent:
            raise Unsupported(f"the Keras peer has no layer {layer['type']}")
        options = {"reset_after": layer.get("resetAfter", True)} if layer["type"] == "gru" else {}
        return recurrent[layer["type"]](
            layer["units"],
            **options,
            name=layer["name"],
            unroll=unroll,
            return_sequences=layer.get("returnSequences", False),
        )

    def wavenet(layer: dict, x):
        """The functional graph of a WaveNet; layers are named as ours."""
        name, size, filters = layer["name"], layer["kernelSize"], layer["filters"]

        def conv(own: str, width: int, taps: int = 1, dilation: int = 1, activation=None):
            return keras.layers.Conv1D(
                width, taps, padding="causal", dilation_rate=dilation, activation=activation, name=own
            )

        x = conv(f"{name}.input", filters, size)(x)
        skips = []
        count = layer["stacks"] * layer["layersPerStack"]
        for i in range(count):
            stack, place = divmod(i, layer["layersPerStack"])
            at = f"{name}.{stack + 1}.{place + 1}"
            both = conv(f"{at}.dilated", 2 * filters, size, 2**place)(x)
            gated = keras.ops.tanh(both[..., :filters]) * keras.ops.sigmoid(both[..., filters:])
            skips.append(conv(f"{at}.skip", filters)(gated))
            if i < count - 1:
                x = keras.layers.add([x, conv(f"{at}.residual", filters)(gated)])
        total = keras.ops.relu(keras.layers.add(skips))
        return conv(name, 1)(conv(f"{name}.last", filters, activation="relu")(total))

    def functional(layer: dict) -> "keras.Model":
        given = keras.Input((workload["time"], workload["features"]), batch_size=workload["batch"])
        return keras.Model(given, wavenet(layer, given))

    [first, *others] = workload["layers"]
    model = functional(first) if first["type"] == "wavenet" and not others else keras.Sequential(
        [keras.Input((workload["time"], workload["features"]), batch_size=workload["batch"])]
        + [make(layer) for layer in workload["layers"]]
    )
    variables = {"dense": ("kernel", "bias"), "conv1d": ("kernel", "bias")}
    if first["type"] == "wavenet":
        for own in model.layers:
            if own.weights:
                names = [f"{own.name}/{variable}" for variable in ("kernel", "bias")]
                own.set_weights([array(setup["weights"][each]) for each in names])
    for layer in workload["layers"] if first["type"] != "wavenet" else []:
        names = variables.get(layer["type"], ("kernel", "recurrentKernel", "bias"))
        weights = [array(setup["weights"][f"{layer['name']}/{name}"]) for name in names]
        model.get_layer(layer["name"]).set_weights(weights)

    settings = workload["optimizer"]
    compile_flags = {"jit_compile": True} if variant in ("jit", "jitUnroll") else {}
    model.compile(
        loss="mse",
        optimizer=keras.optimizers.Adam(
            settings["learningRate"],
            beta_1=settings["beta1"],
            beta_2=settings["beta2"],
            epsilon=settings["epsilon"],
        ),
        **compile_flags,
    )
    batches = [(array(b["inputs"]), array(b["targets"])) for b in setup["batches"]]

    def versions() -> dict[str, str]:
        return {"keras": keras.__version__, "tensorflow": tensorflow.__version__}

    if variant == "fit":
        return BlockTrainer(run=fitter(keras, tensorflow, numpy, model, batches), versions=versions)

    tensors = [tuple(tensorflow.constant(part) for part in batch) for batch in batches]

    class Trainer:
        def step(self, batch: int):
            # return_dict=False answers the loss of this batch; no metric accumulates over batches.
            model.reset_metrics()
            return model.train_on_batch(*tensors[batch])

        def versions(self):
            return versions()

    return Trainer()


def fitter(keras, tensorflow, numpy, model, batches):
    """Trains with `fit` on a dataset that repeats the batches, from where the last call stopped."""
    state = {"next": 0}

    class Losses(keras.callbacks.Callback):
        """Keeps the loss of each batch, out of the running mean that Keras reports."""

        def on_train_begin(self, logs=None):
            self.values, self.total = [], 0.0

        def on_train_batch_end(self, batch, logs=None):
            total = logs["loss"] * (batch + 1)
            self.values.append(float(total - self.total))
            self.total = total

    inputs = tensorflow.constant(numpy.stack([batch[0] for batch in batches]))
    targets = tensorflow.constant(numpy.stack([batch[1] for batch in batches]))

    def run(steps: int) -> list[float]:
        data = tensorflow.data.Dataset.from_tensor_slices((inputs, targets)).repeat()
        data = data.skip(state["next"]).take(steps).prefetch(1)
        losses = Losses()
        # Reading the loss at every batch is part of what every peer is measured at.
        model.fit(data, verbose=0, callbacks=[losses])
        state["next"] = (state["next"] + steps) % len(batches)
        return losses.values

    return run


if __name__ == "__main__":
    serve(build)
