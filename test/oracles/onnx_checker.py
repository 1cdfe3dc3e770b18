"""Checks model files with the ONNX project's own checker, strict shape inference included.

Arguments: paths of .onnx files. Prints a JSON list with one entry per file: what is wrong (null when nothing is), and
the shapes of the outputs that inference found."""

import json
import sys

import onnx
from onnx import checker, shape_inference


def dims(value):
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


def check(path):
    try:
        model = onnx.load(path)
        checker.check_model(model, full_check=True)
        inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        known = {value.name for value in inferred.graph.value_info} | {value.name for value in inferred.graph.output}
        made = [name for node in inferred.graph.node for name in node.output]
        return {
            "file": path,
            "problem": None,
            "outputs": {value.name: dims(value) for value in inferred.graph.output},
            "without_type": [name for name in made if name not in known],
        }
    except Exception as error:
        return {"file": path, "problem": f"{type(error).__name__}: {error}"}


print(json.dumps([check(path) for path in sys.argv[1:]]))
