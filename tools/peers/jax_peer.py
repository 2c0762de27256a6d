"""JAX: one jitted step, the recurrence a lax.scan. Variants: scan, unroll8, unroll (all of it)."""

from protocol import Unsupported, serve


def build(setup: dict):
    import jax
    import jax.numpy as jnp
    import numpy

    workload, variant = setup["workload"], setup["variant"]
    unrolls = {"scan": 1, "unroll8": 8, "unroll": workload["time"]}
    if variant not in unrolls:
        raise Unsupported(f"the JAX peer has no variant {variant}")

    def array(tensor: dict) -> "jax.Array":
        return jnp.asarray(numpy.array(tensor["data"], numpy.float32).reshape(tensor["shape"]))

    def lstm(p, carry, projected):
        h, c = carry
        i, f, g, o = jnp.split(projected + h @ p["recurrentKernel"] + p["bias"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c

    def gru(p, carry, projected):
        (h,) = carry
        xz, xr, xh = jnp.split(projected + p["bias"][0], 3, axis=-1)
        hz, hr, hh = jnp.split(h @ p["recurrentKernel"] + p["bias"][1], 3, axis=-1)
        z = jax.nn.sigmoid(xz + hz)
        candidate = jnp.tanh(xh + jax.nn.sigmoid(xr + hr) * hh)
        return (z * h + (1 - z) * candidate,)

    def simple_rnn(p, carry, projected):
        return (jnp.tanh(projected + carry[0] @ p["recurrentKernel"] + p["bias"]),)

    # Per layer type: the cell and how many carries it has; the first one is the output.
    cells = {"lstm": (lstm, 2), "gru": (gru, 1), "simpleRnn": (simple_rnn, 1)}
    for layer in workload["layers"]:
        if layer["type"] not in (*cells, "dense", "conv1d"):
            raise Unsupported(f"the JAX peer has no layer {layer['type']}")
        if not layer.get("resetAfter", True):
            raise Unsupported("the JAX peer has no GRU that resets before the product")

    def causal_conv(layer, p, x):
        if layer["padding"] != "causal" or layer["activation"] != "relu":
            raise Unsupported("the JAX peer has causal convolutions with a relu only")
        dilation = layer["dilationRate"]
        outputs = jax.lax.conv_general_dilated(
            x,
            p["kernel"],
            window_strides=(1,),
            padding=[((layer["kernelSize"] - 1) * dilation, 0)],
            rhs_dilation=(dilation,),
            dimension_numbers=("NWC", "WIO", "NWC"),
        )
        return jax.nn.relu(outputs + p["bias"])

    def forward(params, x):
        for layer in workload["layers"]:
            p = params[layer["name"]]
            if layer["type"] == "dense":
                x = x @ p["kernel"] + p["bias"]
                continue
            if layer["type"] == "conv1d":
                x = causal_conv(layer, p, x)
                continue
            cell, carries = cells[layer["type"]]
            start = (jnp.zeros((x.shape[0], layer["units"]), x.dtype),) * carries
            # The input's share of the gates for all times at once, time first: [time, batch, gates].
            projected = jnp.swapaxes(x @ p["kernel"], 0, 1)

            def body(carry, at_time, p=p, cell=cell):
                carry = cell(p, carry, at_time)
                return carry, carry[0]

            last, outputs = jax.lax.scan(body, start, projected, unroll=unrolls[variant])
            sequences = layer.get("returnSequences", False)
            x = jnp.swapaxes(outputs, 0, 1) if sequences else last[0]
        return x

    def loss_function(params, inputs, targets):
        return jnp.mean((forward(params, inputs) - targets) ** 2)

    settings = workload["optimizer"]
    rate, epsilon = settings["learningRate"], settings["epsilon"]
    beta1, beta2 = settings["beta1"], settings["beta2"]

    def step(state, inputs, targets):
        params, m, v, count = state
        loss, gradients = jax.value_and_grad(loss_function)(params, inputs, targets)
        count = count + 1
        m = jax.tree.map(lambda a, g: beta1 * a + (1 - beta1) * g, m, gradients)
        v = jax.tree.map(lambda a, g: beta2 * a + (1 - beta2) * g * g, v, gradients)
        alpha = rate * jnp.sqrt(1 - beta2**count) / (1 - beta1**count)
        params = jax.tree.map(
            lambda p, a, b: p - alpha * a / (jnp.sqrt(b) + epsilon), params, m, v
        )
        return (params, m, v, count), loss

    params: dict = {}
    for name, tensor in setup["weights"].items():
        layer, variable = name.split("/")
        params.setdefault(layer, {})[variable] = array(tensor)
    zeros = jax.tree.map(jnp.zeros_like, params)
    state = (params, zeros, jax.tree.map(jnp.copy, zeros), jnp.float32(0))
    compiled = jax.jit(step, donate_argnums=0)
    batches = [(array(b["inputs"]), array(b["targets"])) for b in setup["batches"]]

    class Trainer:
        def __init__(self):
            self.state = state

        def step(self, batch: int):
            self.state, loss = compiled(self.state, *batches[batch])
            return loss

        def versions(self):
            return {"jax": jax.__version__, "jaxlib": jax.lib.__version__}

    return Trainer()


if __name__ == "__main__":
    serve(build)
