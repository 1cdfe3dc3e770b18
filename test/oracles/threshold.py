"""Answers for src/stats/threshold.ts -> test/golden/threshold.json. Oracle: every cut tried with scikit-learn 1.2's metrics.
Run: python3 test/oracles/threshold.py
"""
import json
import pathlib

import numpy as np
from sklearn import metrics

rng = np.random.default_rng(9)
CRITERIA = [
    *({"metric": name} for name in ("accuracy", "balanced_accuracy", "f1", "mcc", "youden")),
    {"metric": "precision", "minRecall": 0.8},
    {"metric": "recall", "minPrecision": 0.7},
    {"metric": "recall", "minPrecision": 0.999},
    {"metric": "cost", "costs": {"tp": -2, "fp": 1, "fn": 5, "tn": 0}},
]


def value(criterion, truth, predicted, weights):
    given = dict(sample_weight=weights)
    name = criterion["metric"]
    if name == "accuracy":
        return metrics.accuracy_score(truth, predicted, **given)
    if name == "balanced_accuracy":
        return metrics.balanced_accuracy_score(truth, predicted, **given)
    if name == "f1":
        return metrics.f1_score(truth, predicted, zero_division=0, **given)
    if name == "mcc":
        return metrics.matthews_corrcoef(truth, predicted, **given)
    if name == "youden":
        return metrics.balanced_accuracy_score(truth, predicted, adjusted=True, **given)
    precision = metrics.precision_score(truth, predicted, zero_division=0, **given)
    recall = metrics.recall_score(truth, predicted, zero_division=0, **given)
    if name == "precision":
        return precision if recall >= criterion["minRecall"] else None
    if name == "recall":
        return recall if precision >= criterion["minPrecision"] else None
    costs = criterion["costs"]
    each = np.where(truth == 1, np.where(predicted == 1, costs["tp"], costs["fn"]), np.where(predicted == 1, costs["fp"], costs["tn"]))
    return float(np.average(each, weights=weights))


def case(name, truth, scores, criterion, weights=None):
    scores = np.asarray(scores, dtype=np.float32).astype(float)
    cuts = np.concatenate([np.unique(scores), [2.0]])
    values = [value(criterion, truth, (scores >= cut).astype(int), weights) for cut in cuts]
    known = [v for v in values if v is not None]
    best = None if not known else (min if criterion["metric"] == "cost" else max)(known)
    return {"name": f"{name}, {criterion['metric']}", "truth": truth.tolist(), "scores": scores.tolist(), "criterion": criterion,
            "weights": None if weights is None else weights.tolist(), "value": best,
            "valueAtHalf": value(criterion, truth, (scores >= 0.5).astype(int), weights)}


def table(n):
    scores = rng.random(n)
    return (rng.random(n) < 0.1 + 0.6 * scores).astype(int), scores


plain, tied, weighted = table(120), table(120), table(120)
cases = []
for criterion in CRITERIA:
    cases.append(case("plain", *plain, criterion))
    cases.append(case("ties", tied[0], np.round(tied[1], 1), criterion))
    cases.append(case("weighted", *weighted, criterion, rng.integers(1, 6, 120).astype(float)))
    cases.append(case("the wrong way round", 1 - plain[0], plain[1], criterion))
path = pathlib.Path(__file__).parent.parent / "golden" / "threshold.json"
path.write_text(json.dumps(cases) + "\n")
