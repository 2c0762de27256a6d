"""Five steps of every optimizer with known gradients and a learning rate that changes."""

from oracle import drawer, keras, tensor, write

RATES = [0.1, 0.05, 0.2, 0.01, 0.1]
KERAS = {
    "momentum": "momentum",
    "nesterov": "nesterov",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "epsilon": "epsilon",
    "weightDecay": "weight_decay",
    "rho": "rho",
    "centered": "centered",
    "clipValue": "clipvalue",
    "clipNorm": "clipnorm",
    "globalClipNorm": "global_clipnorm",
}
CLASSES = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "adamW": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "nadam": keras.optimizers.Nadam,
}


def case(name, kind, options):
    draw = drawer(11)
    parameters = [draw(3, 2), draw(4)]
    steps = [[draw(3, 2, scale=size), draw(4, scale=size)] for size in (1, 0.01, 3, 0.1, 1)]
    # A parameter that gets no gradient for a step, and one of almost none.
    steps[3][0] = steps[3][0] * 0
    variables = [keras.Variable(p.numpy(), name=f"p{i}") for i, p in enumerate(parameters)]
    optimizer = CLASSES[kind](
        learning_rate=RATES[0], **{KERAS[key]: value for key, value in options.items()}
    )
    after = []
    for rate, gradients in zip(RATES, steps):
        optimizer.learning_rate = rate
        optimizer.apply(gradients, variables)
        after.append([tensor(variable.value) for variable in variables])
    return {
        "name": name,
        "optimizer": {"type": kind, **options},
        "learningRates": RATES,
        "parameters": [tensor(p) for p in parameters],
        "gradients": [[tensor(g) for g in gradients] for gradients in steps],
        "after": after,
    }


def main():
    write(
        __file__,
        [
            case("sgd", "sgd", {}),
            case("sgd with momentum", "sgd", {"momentum": 0.8}),
            case("sgd with nesterov", "sgd", {"momentum": 0.8, "nesterov": True}),
            case("adam", "adam", {}),
            case("adam, other betas", "adam", {"beta1": 0.7, "beta2": 0.95, "epsilon": 0.01}),
            case("adamW", "adamW", {"weightDecay": 0.1}),
            case("rmsprop", "rmsprop", {}),
            case("rmsprop with momentum", "rmsprop", {"rho": 0.8, "momentum": 0.7}),
            case("rmsprop centered", "rmsprop", {"centered": True, "epsilon": 0.001}),
            case(
                "rmsprop centered with momentum",
                "rmsprop",
                {"centered": True, "momentum": 0.5, "epsilon": 0.01},
            ),
            case("nadam", "nadam", {}),
            case("nadam, other betas", "nadam", {"beta1": 0.7, "beta2": 0.95}),
            case("clipped by value", "sgd", {"clipValue": 0.4}),
            case("clipped by norm", "sgd", {"momentum": 0.5, "clipNorm": 0.9}),
            case("clipped by global norm", "adam", {"globalClipNorm": 0.9}),
        ],
    )


main()
