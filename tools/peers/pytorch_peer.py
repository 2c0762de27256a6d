"""PyTorch: torch.nn layers, torch.optim.Adam. Variants on the CPU: eager, foreach, fused, compile; on an
NVIDIA GPU: cuda (eager, fused Adam), cudaCompile."""

from protocol import Unsupported, serve


def build(setup: dict):
    import numpy
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)

    def array(tensor: dict) -> "numpy.ndarray":
        return numpy.array(tensor["data"], dtype=numpy.float32).reshape(tensor["shape"])

    def parameter(layer: str, variable: str) -> "torch.Tensor":
        return torch.from_numpy(array(setup["weights"][f"{layer}/{variable}"]))

    def gates(matrix: "torch.Tensor", order: list[int]) -> "torch.Tensor":
        """Reorders the gates along the last axis, ours to PyTorch's."""
        blocks = torch.chunk(matrix, len(order), dim=-1)
        return torch.cat([blocks[gate] for gate in order], dim=-1)

    class CausalConv(torch.nn.Module):
        """A convolution after as many zeros as it reaches back, and a relu."""

        def __init__(self, layer: dict, features: int):
            super().__init__()
            size, dilation = layer["kernelSize"], layer["dilationRate"]
            if layer["padding"] != "causal" or layer["activation"] != "relu":
                raise Unsupported("the PyTorch peer has causal convolutions with a relu only")
            self.zeros = ((size - 1) * dilation, 0)
            self.conv = torch.nn.Conv1d(features, layer["filters"], size, dilation=dilation)
            with torch.no_grad():
                # Ours is [size, features, filters].
                self.conv.weight.copy_(parameter(layer["name"], "kernel").permute(2, 1, 0))
                self.conv.bias.copy_(parameter(layer["name"], "bias"))

        def forward(self, x):
            padded = torch.nn.functional.pad(x, self.zeros)
            return torch.nn.functional.relu(self.conv(padded))

    def convolution(name: str, dilation: int = 1) -> "torch.nn.Conv1d":
        # Ours is [size, features, filters].
        kernel, bias = parameter(name, "kernel").permute(2, 1, 0), parameter(name, "bias")
        module = torch.nn.Conv1d(kernel.shape[1], kernel.shape[0], kernel.shape[2], dilation=dilation)
        with torch.no_grad():
            module.weight.copy_(kernel)
            module.bias.copy_(bias)
        return module

    class WaveNet(torch.nn.Module):
        """Gated dilated causal convolutions with residual and skip connections."""

        def __init__(self, layer: dict):
            super().__init__()
            name, size = layer["name"], layer["kernelSize"]
            self.reach = size - 1
            self.input = convolution(f"{name}.input")
            self.dilations = [2**i for i in range(layer["layersPerStack"])] * layer["stacks"]
            places = [
                f"{name}.{stack + 1}.{place + 1}"
                for stack in range(layer["stacks"])
                for place in range(layer["layersPerStack"])
            ]
            self.dilated = torch.nn.ModuleList(
                convolution(f"{at}.dilated", dilation) for at, dilation in zip(places, self.dilations)
            )
            self.skip = torch.nn.ModuleList(convolution(f"{at}.skip") for at in places)
            self.residual = torch.nn.ModuleList(convolution(f"{at}.residual") for at in places[:-1])
            self.last, self.head = convolution(f"{name}.last"), convolution(name)

        def forward(self, x):
            pad, relu = torch.nn.functional.pad, torch.nn.functional.relu
            x = self.input(pad(x, (self.reach, 0)))
            total = 0
            for i, (dilated, dilation) in enumerate(zip(self.dilated, self.dilations)):
                both = dilated(pad(x, (self.reach * dilation, 0)))
                tanh, sigmoid = both.chunk(2, 1)
                gated = torch.tanh(tanh) * torch.sigmoid(sigmoid)
                total = total + self.skip[i](gated)
                if i < len(self.residual):
                    x = x + self.residual[i](gated)
            return self.head(relu(self.last(relu(total))))

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.steps = torch.nn.ModuleList()
            self.last = []
            features = setup["workload"]["features"]
            for layer in setup["workload"]["layers"]:
                module = make(layer, features)
                self.steps.append(module)
                self.last.append(
                    isinstance(module, torch.nn.RNNBase) and not layer.get("returnSequences", False)
                )
                widths = {"conv1d": "filters", "wavenet": None}
                width = widths.get(layer["type"], "units")
                features = layer[width] if width else 1

        def forward(self, x):
            for module, last in zip(self.steps, self.last):
                if isinstance(module, torch.nn.RNNBase):
                    x, _ = module(x)
                    x = x[:, -1] if last else x
                elif isinstance(module, (CausalConv, WaveNet)):
                    # Channels come before time here.
                    x = module(x.transpose(1, 2)).transpose(1, 2)
                else:
                    x = module(x)
            return x

    # Per layer type: module class, our gates in PyTorch's order (ours: lstm i,f,c,o, gru z,r,h).
    recurrent = {
        "simpleRnn": (torch.nn.RNN, [0]),
        "lstm": (torch.nn.LSTM, [0, 1, 2, 3]),
        "gru": (torch.nn.GRU, [1, 0, 2]),
    }

    def make(layer: dict, features: int) -> "torch.nn.Module":
        kind, name = layer["type"], layer["name"]
        if kind == "dense":
            module = torch.nn.Linear(features, layer["units"])
            with torch.no_grad():
                module.weight.copy_(parameter(name, "kernel").T)
                module.bias.copy_(parameter(name, "bias"))
            return module
        if kind == "conv1d":
            return CausalConv(layer, features)
        if kind == "wavenet":
            return WaveNet(layer)
        if kind not in recurrent:
            raise Unsupported(f"the PyTorch peer has no layer {kind}")
        if not layer.get("resetAfter", True):
            raise Unsupported("torch.nn.GRU resets after the product")
        make_module, order = recurrent[kind]
        module = make_module(features, layer["units"], batch_first=True)
        bias = gates(parameter(name, "bias"), order)
        with torch.no_grad():
            module.weight_ih_l0.copy_(gates(parameter(name, "kernel"), order).T)
            module.weight_hh_l0.copy_(gates(parameter(name, "recurrentKernel"), order).T)
            if bias.ndim == 2:
                module.bias_ih_l0.copy_(bias[0])
                module.bias_hh_l0.copy_(bias[1])
            else:
                module.bias_ih_l0.copy_(bias)
                module.bias_hh_l0.zero_()
        if bias.ndim == 1:
            # PyTorch has two biases where Keras has one: the second stays zero and is not trained.
            module.bias_hh_l0.requires_grad_(False)
        return module

    variant = setup["variant"]
    flags = {
        "eager": {},
        "compile": {},
        "foreach": {"foreach": True},
        "fused": {"fused": True},
        "cuda": {"fused": True},
        "cudaCompile": {"fused": True},
    }
    if variant not in flags:
        raise Unsupported(f"the PyTorch peer has no variant {variant}")
    device = torch.device("cuda" if variant.startswith("cuda") else "cpu")
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise Unsupported("PyTorch finds no CUDA device")
        # As exact as the others: TF32 keeps ten bits.
        torch.backends.cudnn.allow_tf32 = False
    model = Model().to(device)
    settings = setup["workload"]["optimizer"]
    optimizer = torch.optim.Adam(
        [p for p in model.parameters() if p.requires_grad],
        lr=settings["learningRate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"],
        **flags[variant],
    )
    batches = [
        tuple(torch.from_numpy(array(b[name])).to(device) for name in ("inputs", "targets"))
        for b in setup["batches"]
    ]
    forward = torch.compile(model) if variant in ("compile", "cudaCompile") else model
    loss_function = torch.nn.functional.mse_loss

    class Trainer:
        def step(self, batch: int):
            inputs, targets = batches[batch]
            optimizer.zero_grad()
            loss = loss_function(forward(inputs), targets)
            loss.backward()
            optimizer.step()
            return loss.detach()

        def versions(self):
            gpu = {"gpu": torch.cuda.get_device_name()} if device.type == "cuda" else {}
            return {"torch": torch.__version__, **gpu}

    return Trainer()


if __name__ == "__main__":
    serve(build)
