"""Checks exported .onnx files with the official checker and runs them in another runtime.

    pip install onnx==1.23.2 numpy
    python tools/oracle/check_onnx.py model.onnx [more.onnx …]

Each file is checked by onnx.checker with strict shape inference, held to the standard operator
domain, and run once by onnx.reference (ONNX's own interpreter in numpy) on numbers between -0.5 and
0.5, whose outputs must be finite.
"""

import sys

import numpy
import onnx
from onnx.reference import ReferenceEvaluator


def feed(value, random):
    """A tensor for an input of the model."""
    tensor_type = value.type.tensor_type
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor_type.elem_type)
    shape = [dimension.dim_value for dimension in tensor_type.shape.dim]
    # Second moments and step counts are not negative.
    low = 0 if "optimizer" in value.name or value.name == "learningRate" else -0.5
    return random.uniform(low, 0.5, shape).astype(dtype)


def domains(graph):
    """The operator domains of the nodes, those of loops included."""
    found = {node.domain for node in graph.node}
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                found |= domains(attribute.g)
    return found


def check(path):
    """Checks one file; raises where it is refused."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    if domains(model.graph) != {""}:
        raise ValueError(f"{path}: expected only ai.onnx, found {domains(model.graph)}")
    random = numpy.random.default_rng(7)
    feeds = {value.name: feed(value, random) for value in model.graph.input}
    outputs = ReferenceEvaluator(model).run(None, feeds)
    for value, output in zip(model.graph.output, outputs):
        if not numpy.isfinite(output).all():
            raise ValueError(f"{path}: output {value.name} is not finite")
    print(f"{path}: accepted, {len(model.graph.node)} nodes, {len(outputs)} outputs")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        check(name)
