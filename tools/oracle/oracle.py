"""What the oracle scripts share: float64, data, and the form of a golden file.

A script writes one JSON file of cases with what it was made with. Tensors are
{"shape": [...], "data": [...]}, row by row. Inputs have three decimals, so that files stay small
and every reader starts from the same numbers; results have 15 significant digits.
"""

import json
import os
import pathlib
import platform

os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from keras.src.backend.common import dtypes  # noqa: E402

keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
# On torch, Keras rounds results of products and means to float32, as JAX does by default.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "packages/conformance/src/goldens"


def drawer(seed):
    """Draws normal numbers of three decimals, as torch tensors."""
    generator = np.random.default_rng(seed)

    def draw(*shape, scale=1.0):
        return torch.tensor(np.round(generator.normal(size=shape) * scale, 3))

    return draw


def tensor(value):
    """A tensor as it stands in a golden file."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    value = np.asarray(value)
    data = [number(x) for x in value.reshape(-1).tolist()]
    return {"shape": list(value.shape), "data": data}


def number(x):
    """A number with 15 significant digits, an integer where it is one."""
    if isinstance(x, bool) or isinstance(x, int):
        return int(x)
    rounded = float(f"{x:.15g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


def write(script, cases):
    """Writes the cases of a script to the golden file of its name."""
    path = GOLDENS / f"{pathlib.Path(script).stem}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    provenance = {
        "script": f"tools/oracle/{pathlib.Path(script).name}",
        "python": platform.python_version(),
        "keras": keras.__version__,
        "backend": f"torch {torch.__version__}",
        "precision": "float64",
    }
    lines = ",\n".join("    " + json.dumps(case, separators=(",", ":")) for case in cases)
    head = json.dumps(provenance)
    path.write_text(f'{{\n  "provenance": {head},\n  "cases": [\n{lines}\n  ]\n}}\n')
    print(f"{path}: {len(cases)} cases")
