"""Runs a model in Python's ONNX Runtime.

Arguments: path of the .onnx file, path of a JSON file of feeds {name: {type, dims, data}}, where the data of text is a
list and that of numbers base64 of their bytes. Prints the outputs in the same form."""

import base64
import json
import sys

import numpy
import onnxruntime

TYPES = {"double": numpy.float64, "float": numpy.float32, "int64": numpy.int64}


def decode(feed):
    if feed["type"] == "string":
        return numpy.array(feed["data"], dtype=object).reshape(feed["dims"])
    return numpy.frombuffer(base64.b64decode(feed["data"]), dtype=TYPES[feed["type"]]).reshape(feed["dims"])


def encode(values):
    if values.dtype == object:
        return {"dims": list(values.shape), "data": values.reshape(-1).tolist()}
    return {"dims": list(values.shape), "data": base64.b64encode(values.tobytes()).decode()}


model, feeds = sys.argv[1:]
with open(feeds, encoding="utf-8") as file:
    inputs = {name: decode(feed) for name, feed in json.load(file).items()}
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
print(json.dumps({name: encode(values) for name, values in zip(names, session.run(names, inputs))}))
