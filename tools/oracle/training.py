"""Twenty training steps of whole models from given weights, batches and learning rates."""

from oracle import drawer, keras, np, number, tensor, write

STEPS, BATCH, TIME, FEATURES = 20, 3, 5, 2


def trajectory(
    name, document, training, model, optimizer, loss, seed, weighted, masked=False
):
    draw = drawer(seed)
    model.build((BATCH, TIME, FEATURES))
    weights = [draw(*v.shape, scale=0.5) for v in model.weights]
    for i, variable in enumerate(model.weights):
        if variable.name == "moving_variance":
            weights[i] = weights[i].abs() + 0.3
    model.set_weights([weight.numpy() for weight in weights])
    target_shape = model.compute_output_shape((BATCH, TIME, FEATURES))
    batches = [(draw(BATCH, TIME, FEATURES), draw(*target_shape)) for _ in range(4)]
    if masked:
        for x, _ in batches:
            x[0, :2] = x[1, 3:] = x[2, 2] = 0.25
    sample = np.array([1.0, 0.25, 2.0]) if weighted else None
    # Keras wants the weights of samples with the axis of time that its values have.
    given = {} if sample is None else {"sample_weight": sample[:, None]}
    model.compile(optimizer=optimizer, loss=loss, run_eagerly=True)
    losses = []
    for step in range(STEPS):
        x, y = batches[step % len(batches)]
        model.reset_metrics()
        losses.append(number(float(model.train_on_batch(x.numpy(), y.numpy(), **given))))
    return {
        "name": name,
        "model": document,
        "training": training,
        "parameters": [tensor(weight) for weight in weights],
        "batches": [{"inputs": tensor(x), "targets": tensor(y)} for x, y in batches],
        **({"sampleWeights": tensor(sample)} if weighted else {}),
        "losses": losses,
        "after": [tensor(v.value) for v in model.weights],
    }


def sharing():
    """Two layers with the weights of two others, which Keras has no word for."""
    x = keras.Input((TIME, FEATURES))
    forwards = keras.layers.GRU(2, return_sequences=True)
    backwards = keras.layers.GRU(2, return_sequences=True, go_backwards=True)
    near = keras.layers.Conv1D(2, 2)
    far = keras.layers.Conv1D(2, 2, dilation_rate=2, activation="tanh")
    for own, other in [(backwards, forwards), (far, near)]:
        other.build((BATCH, TIME, FEATURES))
        own.build((BATCH, TIME, FEATURES))
        shared, held = (own.cell, other.cell) if own is backwards else (own, other)
        names = ["kernel", "recurrent_kernel", "bias"] if own is backwards else ["_kernel", "bias"]
        for name in names:
            take_over(shared, name, getattr(held, name))
    return keras.Model(x, far(near(backwards(forwards(x)))))


def held_outputs():
    """Outputs of recurrent layers that are held small: sequences, returned states, both directions."""
    layers, l2 = keras.layers, keras.regularizers.L2
    x = keras.Input((TIME, FEATURES))
    masked = layers.Masking(0.25)(x)
    sequence, state = layers.GRU(
        3, return_sequences=True, return_state=True, activity_regularizer=l2(0.05)
    )(masked)
    both = layers.Bidirectional(
        layers.LSTM(2, return_sequences=True, activity_regularizer=keras.regularizers.L1(0.03))
    )(sequence)
    # Keras's SimpleRNN takes the argument and forgets it.
    last = layers.RNN(
        layers.SimpleRNNCell(3), activity_regularizer=keras.regularizers.L1L2(0.02, 0.04)
    )(both)
    return keras.Model(x, layers.Dense(2)(last))


def sharing_averages():
    """One batch normalisation that is called twice in a pass."""
    layers = keras.layers
    x = keras.Input((TIME, FEATURES))
    normalise = layers.BatchNormalization(momentum=0.7)
    y = normalise(layers.Conv1D(FEATURES, 2, padding="causal")(normalise(x)))
    return keras.Model(x, layers.Dense(2)(layers.GlobalMaxPooling1D()(y)))


def take_over(layer, name, variable):
    layer._tracker.unlock()
    layer._trainable_variables.remove(getattr(layer, name))
    setattr(layer, name, variable)
    layer._tracker.lock()


def main():
    layers, optimizers = keras.layers, keras.optimizers
    source = {"type": "input", "shape": [TIME, FEATURES]}
    write(
        __file__,
        [
            trajectory(
                "lstm and dense, mse, adam",
                {"layers": [source, {"type": "lstm", "units": 4}, {"type": "dense", "units": 3}]},
                {"loss": "mse", "optimizer": {"type": "adam", "learningRate": 0.01}},
                keras.Sequential([layers.LSTM(4), layers.Dense(3)]),
                optimizers.Adam(0.01),
                keras.losses.MeanSquaredError(),
                21,
                False,
            ),
            trajectory(
                "gru and dense over time, huber, sgd",
                {
                    "layers": [
                        source,
                        {"type": "gru", "units": 4, "returnSequences": True},
                        {"type": "dense", "units": 3},
                    ]
                },
                {
                    "loss": "huber",
                    "optimizer": {
                        "type": "sgd",
                        "learningRate": 0.05,
                        "momentum": 0.9,
                        "nesterov": True,
                        "globalClipNorm": 0.2,
                    },
                },
                keras.Sequential([layers.GRU(4, return_sequences=True), layers.Dense(3)]),
                optimizers.SGD(0.05, momentum=0.9, nesterov=True, global_clipnorm=0.2),
                keras.losses.Huber(),
                22,
                True,
            ),
            trajectory(
                "two layers, gru before and lstm backwards, mae, nadam",
                {
                    "layers": [
                        source,
                        {
                            "type": "gru",
                            "units": 4,
                            "resetAfter": False,
                            "returnSequences": True,
                        },
                        {"type": "lstm", "units": 3, "goBackwards": True},
                        {"type": "flatten"},
                        {"type": "dense", "units": 2, "activation": "tanh"},
                    ]
                },
                {"loss": "mae", "optimizer": {"type": "nadam", "learningRate": 0.01}},
                keras.Sequential(
                    [
                        layers.GRU(4, reset_after=False, return_sequences=True),
                        layers.LSTM(3, go_backwards=True),
                        layers.Flatten(),
                        layers.Dense(2, activation="tanh"),
                    ]
                ),
                optimizers.Nadam(0.01),
                keras.losses.MeanAbsoluteError(),
                23,
                False,
            ),
            trajectory(
                "convolution and batch normalisation, held by penalties and norms, mse, sgd",
                {
                    "layers": [
                        source,
                        {
                            "type": "conv1d",
                            "filters": 4,
                            "kernelSize": 3,
                            "padding": "causal",
                            "kernelRegularizer": {"type": "l2", "l2": 0.03},
                            "kernelConstraint": {"type": "maxNorm", "maxValue": 0.9, "axis": [0, 1]},
                            "biasRegularizer": "l1",
                            "activityRegularizer": {"type": "l2", "l2": 0.002},
                        },
                        {
                            "type": "batchNormalization",
                            "momentum": 0.8,
                            "gammaRegularizer": {"type": "l1l2", "l1": 0.02, "l2": 0.05},
                            "gammaConstraint": "nonNeg",
                        },
                        {"type": "globalAveragePooling1d"},
                        {
                            "type": "dense",
                            "units": 2,
                            "kernelConstraint": {
                                "type": "minMaxNorm",
                                "minValue": 0.4,
                                "maxValue": 0.7,
                                "rate": 0.5,
                            },
                        },
                    ]
                },
                {
                    "loss": "mse",
                    "optimizer": {"type": "sgd", "learningRate": 0.05, "momentum": 0.6},
                },
                keras.Sequential(
                    [
                        layers.Conv1D(
                            4,
                            3,
                            padding="causal",
                            kernel_regularizer=keras.regularizers.L2(0.03),
                            kernel_constraint=keras.constraints.MaxNorm(0.9, axis=[0, 1]),
                            bias_regularizer="l1",
                            activity_regularizer=keras.regularizers.L2(0.002),
                        ),
                        layers.BatchNormalization(
                            momentum=0.8,
                            gamma_regularizer=keras.regularizers.L1L2(0.02, 0.05),
                            gamma_constraint="non_neg",
                        ),
                        layers.GlobalAveragePooling1D(),
                        layers.Dense(
                            2, kernel_constraint=keras.constraints.MinMaxNorm(0.4, 0.7, 0.5)
                        ),
                    ]
                ),
                optimizers.SGD(0.05, momentum=0.6),
                keras.losses.MeanSquaredError(),
                24,
                False,
            ),
            trajectory(
                "lstm held by penalties and norms, mse, adam",
                {
                    "layers": [
                        source,
                        {
                            "type": "lstm",
                            "units": 4,
                            "kernelRegularizer": {"type": "l1l2", "l1": 0.01, "l2": 0.01},
                            "recurrentRegularizer": {"type": "l2", "l2": 0.02},
                            "recurrentConstraint": {"type": "unitNorm", "axis": 1},
                            "biasConstraint": {"type": "maxNorm", "maxValue": 1.1},
                        },
                        {
                            "type": "dense",
                            "units": 3,
                            "kernelConstraint": "nonNeg",
                            "activityRegularizer": {"type": "l2", "l2": 0.03},
                        },
                    ]
                },
                {"loss": "mse", "optimizer": {"type": "adam", "learningRate": 0.01}},
                keras.Sequential(
                    [
                        layers.LSTM(
                            4,
                            kernel_regularizer=keras.regularizers.L1L2(0.01, 0.01),
                            recurrent_regularizer=keras.regularizers.L2(0.02),
                            recurrent_constraint=keras.constraints.UnitNorm(axis=1),
                            bias_constraint=keras.constraints.MaxNorm(1.1),
                        ),
                        layers.Dense(
                            3,
                            kernel_constraint="non_neg",
                            activity_regularizer=keras.regularizers.L2(0.03),
                        ),
                    ]
                ),
                optimizers.Adam(0.01),
                keras.losses.MeanSquaredError(),
                25,
                False,
            ),
            trajectory(
                "layers that share weights, mse, sgd",
                {
                    "layers": [
                        source,
                        {"type": "gru", "name": "a", "units": 2, "returnSequences": True},
                        {
                            "type": "gru",
                            "units": 2,
                            "sharedWith": "a",
                            "goBackwards": True,
                            "returnSequences": True,
                        },
                        {"type": "conv1d", "name": "c", "filters": 2, "kernelSize": 2},
                        {
                            "type": "conv1d",
                            "filters": 2,
                            "kernelSize": 2,
                            "dilationRate": 2,
                            "activation": "tanh",
                            "sharedWith": "c",
                        },
                    ]
                },
                {"loss": "mse", "optimizer": {"type": "sgd", "learningRate": 0.05}},
                sharing(),
                optimizers.SGD(0.05),
                keras.losses.MeanSquaredError(),
                26,
                False,
            ),
            trajectory(
                "recurrent layers with penalties on their outputs, mse, sgd",
                {
                    "layers": [
                        source,
                        {"type": "masking", "maskValue": 0.25},
                        {
                            "type": "gru",
                            "units": 3,
                            "returnSequences": True,
                            "returnState": True,
                            "activityRegularizer": {"type": "l2", "l2": 0.05},
                        },
                        {
                            "type": "bidirectional",
                            "layer": {
                                "type": "lstm",
                                "units": 2,
                                "returnSequences": True,
                                "activityRegularizer": {"type": "l1", "l1": 0.03},
                            },
                        },
                        {
                            "type": "simpleRnn",
                            "units": 3,
                            "activityRegularizer": {"type": "l1l2", "l1": 0.02, "l2": 0.04},
                        },
                        {"type": "dense", "units": 2},
                    ]
                },
                {"loss": "mse", "optimizer": {"type": "sgd", "learningRate": 0.05}},
                held_outputs(),
                optimizers.SGD(0.05),
                keras.losses.MeanSquaredError(),
                27,
                False,
                masked=True,
            ),
            trajectory(
                "batch normalisation that shares its averages, mse, sgd",
                {
                    "layers": [
                        source,
                        {"type": "batchNormalization", "name": "first", "momentum": 0.7},
                        {"type": "conv1d", "filters": 2, "kernelSize": 2, "padding": "causal"},
                        {"type": "batchNormalization", "momentum": 0.7, "sharedWith": "first"},
                        {"type": "globalMaxPooling1d"},
                        {"type": "dense", "units": 2},
                    ]
                },
                {"loss": "mse", "optimizer": {"type": "sgd", "learningRate": 0.05}},
                sharing_averages(),
                optimizers.SGD(0.05),
                keras.losses.MeanSquaredError(),
                28,
                False,
            ),
        ],
    )


main()
