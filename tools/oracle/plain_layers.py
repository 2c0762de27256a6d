"""Layers without a recurrent state: outputs, and the gradients of sum(output * cotangent).

Every case names a layer as chronograd's documents do and the same layer of Keras; the variables
are compared in the order in which Keras has them.
"""

from oracle import drawer, keras, tensor, torch, write

BATCH = 2
NAMES = {
    "Dense": ["kernel", "bias"],
    "Conv1D": ["kernel", "bias"],
    "Conv1DTranspose": ["kernel", "bias"],
    "SeparableConv1D": ["depthwiseKernel", "pointwiseKernel", "bias"],
    "LayerNormalization": ["gamma", "beta"],
    "BatchNormalization": ["gamma", "beta", "movingMean", "movingVariance"],
    "Embedding": ["embeddings"],
}


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name)


def weights_of(kind, layer, draw):
    """Weights of three decimals; a variance is positive."""
    names = [name for name in NAMES.get(kind, []) if uses(name, layer)]
    found = {}
    for name, variable in zip(names, layer.weights):
        value = draw(*variable.shape)
        found[name] = value.abs() + 0.1 if name == "movingVariance" else value
    layer.set_weights([value.numpy() for value in found.values()])
    return found


def uses(name, layer):
    has = {"bias": "use_bias", "gamma": "scale", "beta": "center"}.get(name)
    return getattr(layer, has) if has else True


def gradients(output, operands, draw):
    cotangent = draw(*output.shape)
    found = torch.autograd.grad((output * cotangent).sum(), list(operands.values()), allow_unused=True)
    return cotangent, {
        name: torch.zeros_like(value) if gradient is None else gradient
        for (name, value), gradient in zip(operands.items(), found)
    }


def case(name, kind, shapes, options, seed, draws=None, distributed=False):
    draw = drawer(seed)
    arguments = {snake(key): value for key, value in options.items()}
    own = getattr(keras.layers, kind)(**arguments)
    layer = keras.layers.TimeDistributed(own) if distributed else own
    inputs = {}
    for key, shape in zip("xyz", shapes):
        value = draws(draw, shape) if draws else draw(BATCH, *shape)
        inputs[key] = value.requires_grad_() if value.is_floating_point() else value
    given = list(inputs.values())
    layer.build([value.shape for value in given] if len(given) > 1 else given[0].shape)
    weights = weights_of(kind, own, draw)
    output = layer(given if len(given) > 1 else given[0])
    live = dict(zip(weights, (variable.value for variable in layer.weights)))
    operands = {
        key: value
        for key, value in {**inputs, **live}.items()
        if value.is_floating_point() and value.requires_grad
    }
    cotangent, found = gradients(output, operands, draw)
    inner_name = kind[0].lower() + kind[1:].replace("1D", "1d")
    inner = {"type": inner_name, **options}
    type_name = "timeDistributed" if distributed else inner_name
    return {
        "name": f"{type_name}: {name}",
        "layer": {"type": type_name, "layer": inner} if distributed else inner,
        "inputs": {key: tensor(value) for key, value in inputs.items()},
        "parameters": {key: tensor(value) for key, value in weights.items()},
        "output": tensor(output),
        "cotangent": tensor(cotangent),
        "gradients": {key: tensor(value) for key, value in found.items()},
    }


def convolutions():
    sequence = [[11, 4]]
    for padding in ["valid", "same", "causal"]:
        for label, options in [
            ("", {}),
            (", strides 2", {"strides": 2}),
            (", strides 3", {"strides": 3}),
            (", dilation 2", {"dilationRate": 2}),
            (", dilation 3", {"dilationRate": 3}),
        ]:
            yield f"{padding}{label}", "Conv1D", sequence, {
                "filters": 6, "kernelSize": 3, "padding": padding, **options,
            }
    yield "same, even kernel", "Conv1D", sequence, {"filters": 6, "kernelSize": 4, "padding": "same"}
    yield "groups 2", "Conv1D", sequence, {"filters": 6, "kernelSize": 3, "groups": 2}
    yield "groups 4, strides 2, same", "Conv1D", sequence, {
        "filters": 8, "kernelSize": 2, "groups": 4, "strides": 2, "padding": "same",
    }
    yield "activation, without bias", "Conv1D", sequence, {
        "filters": 5, "kernelSize": 2, "padding": "causal", "activation": "tanh", "useBias": False,
    }
    yield "causal, dilation beyond the sequence", "Conv1D", [[5, 3]], {
        "filters": 2, "kernelSize": 3, "padding": "causal", "dilationRate": 8,
    }
    for padding in ["valid", "same"]:
        yield padding, "SeparableConv1D", sequence, {
            "filters": 5, "kernelSize": 3, "padding": padding, "depthMultiplier": 2,
        }
    yield "strides 2", "SeparableConv1D", sequence, {"filters": 5, "kernelSize": 3, "strides": 2}
    yield "dilation 2, same", "SeparableConv1D", sequence, {
        "filters": 5, "kernelSize": 3, "dilationRate": 2, "padding": "same",
    }
    for padding in ["valid", "same"]:
        for strides in [1, 2, 3, 4]:
            for size in [2, 3, 5]:
                yield f"{padding}, {size} taps, strides {strides}", "Conv1DTranspose", [[4, 3]], {
                    "filters": 2, "kernelSize": size, "strides": strides, "padding": padding,
                }
        yield f"{padding}, output padding", "Conv1DTranspose", [[4, 3]], {
            "filters": 2, "kernelSize": 3, "strides": 3, "padding": padding, "outputPadding": 1,
        }
    yield "dilation 2", "Conv1DTranspose", [[4, 3]], {
        "filters": 2, "kernelSize": 3, "dilationRate": 2,
    }


def pooling():
    sequence = [[11, 4]]
    for kind in ["MaxPooling1D", "AveragePooling1D"]:
        for padding in ["valid", "same"]:
            yield padding, kind, sequence, {"poolSize": 2, "padding": padding}
            yield f"{padding}, 3 steps, strides 2", kind, sequence, {
                "poolSize": 3, "strides": 2, "padding": padding,
            }
            # Of an even pool with an odd number of zeros, Keras on torch puts the odd one before;
            # Keras on TensorFlow and JAX, which we follow, behind.
            yield f"{padding}, 5 steps, strides 1", kind, sequence, {
                "poolSize": 5, "strides": 1, "padding": padding,
            }
    for kind in ["GlobalMaxPooling1D", "GlobalAveragePooling1D"]:
        yield "all steps", kind, sequence, {}
    yield "each step three times", "UpSampling1D", sequence, {"size": 3}
    yield "both ends", "Cropping1D", sequence, {"cropping": [2, 3]}
    yield "both ends", "ZeroPadding1D", sequence, {"padding": [2, 1]}


def features():
    yield "over time", "LayerNormalization", [[5, 4]], {}
    yield "without scale", "LayerNormalization", [[5, 4]], {"scale": False, "epsilon": 0.1}
    yield "by moving averages", "BatchNormalization", [[5, 4]], {}
    yield "without centre", "BatchNormalization", [[4]], {"center": False, "epsilon": 0.1}


def arranging():
    yield "to time", "Reshape", [[12]], {"targetShape": [-1, 3]}
    yield "axes turned", "Permute", [[5, 4, 3]], {"dims": [3, 1, 2]}
    yield "a vector", "RepeatVector", [[4]], {"n": 3}
    three = [[5, 4], [5, 4], [5, 4]]
    for kind in ["Add", "Multiply", "Average", "Maximum", "Minimum"]:
        yield "three sequences", kind, three, {}
    yield "a size of one", "Add", [[5, 4], [5, 1]], {}
    yield "two sequences", "Subtract", three[:2], {}
    yield "features", "Concatenate", [[5, 4], [5, 2], [5, 3]], {}
    yield "time", "Concatenate", [[5, 4], [2, 4]], {"axis": 1}


def main():
    cases = []
    seed = 0
    for source in [convolutions, pooling, features, arranging]:
        for name, kind, shapes, options in source():
            seed += 1
            cases.append(case(name, kind, shapes, options, seed))
    cases.append(
        case(
            "rows of a table",
            "Embedding",
            [[5]],
            {"inputDim": 6, "outputDim": 3},
            900,
            draws=lambda draw, shape: (draw(BATCH, *shape).abs() * 10).long() % 6,
        )
    )
    for kind, shape, options in [
        ("Dense", [5, 4, 3], {"units": 2, "activation": "tanh"}),
        ("Conv1D", [3, 7, 2], {"filters": 4, "kernelSize": 3, "strides": 2}),
        ("GlobalAveragePooling1D", [3, 7, 2], {}),
    ]:
        seed += 1
        cases.append(case(f"{kind} at every step", kind, [shape], options, seed, distributed=True))
    write(__file__, cases)


if __name__ == "__main__":
    main()
