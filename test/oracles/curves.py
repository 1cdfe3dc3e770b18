"""Answers for src/stats/curves*.ts -> test/golden/curves.json. Oracle: scikit-learn 1.2, statsmodels.
Run: python3 test/oracles/curves.py
"""
import json
import pathlib

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, precision_recall_curve, roc_curve

rng = np.random.default_rng(21)


def case(name, truth, scores):
    scores = np.asarray(scores)
    fpr, tpr, thresholds = roc_curve(truth, scores, drop_intermediate=False)
    dropped = roc_curve(truth, scores)
    precision, recall, cuts = precision_recall_curve(truth, scores)
    # from the lowest threshold that reaches every positive on, where 1.2.1 has more points of recall 1
    first = int(np.flatnonzero(recall == 1)[-1])
    bins = {strategy: [v.tolist() for v in calibration_curve(truth, scores, n_bins=10, strategy=strategy)] for strategy in ("uniform", "quantile")}
    return {"name": name, "truth": truth.tolist(), "scores": scores.tolist(),
            "roc": [fpr.tolist(), tpr.tolist(), thresholds[1:].tolist()], "corners": [dropped[0].tolist(), dropped[1].tolist()],
            "pr": [precision[first:][::-1].tolist(), recall[first:][::-1].tolist(), cuts[first:][::-1].tolist()],
            "calibration": bins, "areas": [auc(fpr, tpr), auc(recall, precision)]}


def table(n):
    scores = np.round(rng.random(n), 6)
    return (rng.random(n) < scores).astype(int), scores


truth, scores = table(60)
large = table(3000)
answers = [case("60 rows", truth, scores), case("ties", truth, np.round(scores, 1)), case("3,000 rows", *large), case("two rows", np.array([0, 1]), np.array([0.2, 0.9]))]
path = pathlib.Path(__file__).parent.parent / "golden" / "curves.json"
path.write_text(json.dumps(answers) + "\n")
