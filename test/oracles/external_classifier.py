"""A classifier as scikit-learn's exporter lays it out (LinearClassifier, SOFTMAX, labels in the operator), with
what scikit-learn itself predicts: writes test/golden/external_classifier.json."""

import base64
import json
import pathlib

from onnx import TensorProto, checker, helper
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

data = load_iris()
names = [data.target_names[i] for i in data.target]
model = LogisticRegression(max_iter=1000).fit(data.data, names)
node = helper.make_node(
    "LinearClassifier",
    ["X"],
    ["label", "probabilities"],
    domain="ai.onnx.ml",
    classlabels_strings=[str(c) for c in model.classes_],
    coefficients=model.coef_.ravel().tolist(),
    intercepts=model.intercept_.tolist(),
    multi_class=1,
    post_transform="SOFTMAX",
)
graph = helper.make_graph(
    [node],
    "iris",
    [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["N", 4])],
    [
        helper.make_tensor_value_info("label", TensorProto.STRING, ["N"]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 3]),
    ],
)
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
proto = helper.make_model(graph, opset_imports=opsets, producer_name="skl2onnx", ir_version=8)
checker.check_model(proto)
rows = data.data[::15]
answer = {
    "model": base64.b64encode(proto.SerializeToString()).decode(),
    "rows": rows.tolist(),
    "labels": model.predict(rows).tolist(),
    "probabilities": model.predict_proba(rows).tolist(),
}
target = pathlib.Path(__file__).parent.parent / "golden" / "external_classifier.json"
target.write_text(json.dumps(answer, indent=1) + "\n")
