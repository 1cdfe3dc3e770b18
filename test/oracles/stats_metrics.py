"""Answers for src/stats/metrics -> test/golden/stats_metrics.json. Oracle: scikit-learn 1.2.
Run: python3 test/oracles/stats_metrics.py
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn import metrics

warnings.simplefilter("ignore")


def weyl(n, k):
    return np.fmod(np.arange(1, n + 1) * 0.6180339887498949 * k, 1.0)


def classification(name, truth, probabilities, dtype="float64", positive=None):
    truth, p = np.array(truth), np.array(probabilities, dtype=dtype)
    classes = p.shape[1]
    predicted = p.argmax(axis=1)
    labels = list(range(classes))
    if classes == 2:
        positive = 1 if positive is None else positive
        average = dict(average="binary", pos_label=positive, zero_division=0)
        auc = metrics.roc_auc_score(truth == positive, p[:, positive]) if len(set(truth)) == 2 else None
    else:
        average = dict(average="macro", zero_division=0)
        complete = len(set(truth)) == classes
        auc = metrics.roc_auc_score(truth, p / p.sum(axis=1, keepdims=True), multi_class="ovr", average="macro") if complete else "partial"
    return {
        "name": name, "truth": truth.tolist(), "probabilities": [float(v) for v in p.ravel()], "dtype": dtype, "classes": classes, "positive": positive,
        "accuracy": metrics.accuracy_score(truth, predicted),
        "precision": metrics.precision_score(truth, predicted, **average),
        "recall": metrics.recall_score(truth, predicted, **average),
        "f1": metrics.f1_score(truth, predicted, **average),
        "roc_auc": auc,
        "log_loss": metrics.log_loss(truth, p, labels=labels),
        "confusion": metrics.confusion_matrix(truth, predicted, labels=labels).ravel().tolist(),
    }


def binary(p):
    return np.stack([1 - p, p], axis=1)


def multi(n, k):
    raw = np.stack([weyl(n, j + 1) for j in range(k)], axis=1) + 0.01
    return raw / raw.sum(axis=1, keepdims=True)


def tied(n, k):
    eighths = np.floor(multi(n, k) * 8) / 8
    eighths[:, -1] = 1 - eighths[:, :-1].sum(axis=1)
    return eighths


p60 = weyl(60, 1)
t60 = (weyl(60, 3) < 0.2 + 0.6 * p60).astype(int)
cases = [
    classification("binary", t60, binary(p60)),
    classification("binary, other positive class", t60, binary(p60), positive=0),
    classification("binary, ties", t60, binary(np.floor(p60 * 5) / 5)),
    classification("binary, float32", t60, binary(p60), "float32"),
    classification("binary, all scores equal", t60, binary(np.full(60, 0.5))),
    classification("binary, perfect with certain scores", [0, 1, 1], [[1, 0], [0, 1], [0, 1]]),
    classification("binary, wrong with certain scores", [1, 0, 1], [[1, 0], [0, 1], [0, 1]]),
    classification("binary, wrong with certain float32 scores", [1, 0, 1], [[1, 0], [0, 1], [0, 1]], "float32"),
    classification("binary, nothing predicted positive", [0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]]),
    classification("binary, one class present", [1, 1], [[0.3, 0.7], [0.6, 0.4]]),
    classification("four classes", (weyl(80, 7) * 4).astype(int), multi(80, 4)),
    classification("four classes, float32", (weyl(80, 7) * 4).astype(int), multi(80, 4).astype("float32"), "float32"),
    classification("four classes, ties", (weyl(80, 7) * 4).astype(int), tied(80, 4)),
    classification("four classes, one of them nowhere", [0, 1, 0, 1, 2, 2], [[.5, .2, .2, .1], [.1, .6, .2, .1], [.3, .4, .2, .1], [.2, .5, .2, .1], [.1, .2, .6, .1], [.4, .3, .2, .1]]),
]


def regression(name, truth, predicted):
    truth, predicted = np.array(truth, dtype=float), np.array(predicted, dtype=float)
    return {"name": name, "truth": truth.tolist(), "predicted": predicted.tolist(),
            "rmse": metrics.mean_squared_error(truth, predicted, squared=False), "mae": metrics.mean_absolute_error(truth, predicted),
            "r2": metrics.r2_score(truth, predicted) if len(truth) > 1 else None}


regressions = [
    regression("plain", weyl(50, 1) * 100, weyl(50, 1) * 90 + weyl(50, 2) * 12),
    regression("perfect", [1, 2, 3], [1, 2, 3]),
    regression("constant truth, met", [4, 4, 4], [4, 4, 4]),
    regression("constant truth, missed", [4, 4, 4], [4, 5, 4]),
    regression("worse than the mean", [1, 2, 3], [9, -4, 9]),
    regression("one row", [3], [5]),
    regression("large offset", 1e9 + weyl(40, 1), 1e9 + weyl(40, 2)),
]
path = pathlib.Path(__file__).parent.parent / "golden" / "stats_metrics.json"
path.write_text(json.dumps({"classification": cases, "regression": regressions}, indent=1, default=float) + "\n")
