"""Answers for src/stats/metrics -> test/golden/metric_agreement.json, from which docs/metrics.md says how far they differ.
Oracle: scikit-learn 1.2; numpy by the papers' formulas where it has none; scipy.stats.bootstrap.
Run: python3 test/oracles/metric_agreement.py
"""
import json
import pathlib
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(12)


def calibration_error(confidence, came_true, weights, bins=15, strategy="uniform"):
    """Naeini, Cooper & Hauskrecht 2015: bins (m/M, (m+1)/M], the first with 0."""
    edges = np.linspace(0, 1, bins + 1)
    if strategy == "quantile":
        edges = np.percentile(confidence, edges * 100)
    which = np.searchsorted(edges[1:-1], confidence)
    error = 0.0
    for b in range(bins):
        own = which == b
        if weights[own].sum() > 0:
            error += weights[own].sum() / weights.sum() * abs(np.average(came_true[own], weights=weights[own]) - np.average(confidence[own], weights=weights[own]))
    return error


def classification(name, truth, p, weights=None):
    truth, p = np.asarray(truth), np.asarray(p, dtype=float)
    n, classes = p.shape
    labels = list(range(classes))
    w = np.ones(n) if weights is None else weights
    predicted = p.argmax(axis=1)
    given = dict(sample_weight=weights)
    one_hot = np.eye(classes)[truth]
    present = len(set(truth))
    answer = {
        "accuracy": metrics.accuracy_score(truth, predicted, **given),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted, **given),
        "mcc": metrics.matthews_corrcoef(truth, predicted, **given),
        "log_loss": metrics.log_loss(truth, p, labels=labels, **given),
    }
    average = "binary" if classes == 2 else "macro"
    for metric in ("precision", "recall", "f1"):
        score = getattr(metrics, f"{metric}_score")
        answer[metric] = score(truth, predicted, average=average, zero_division=0, **given)
        if classes > 2:
            answer[f"{metric}_weighted"] = score(truth, predicted, average="weighted", zero_division=0, **given)
    if classes == 2:
        answer["brier"] = metrics.brier_score_loss(truth, p[:, 1], pos_label=1, **given)
        confidence, came_true = p[:, 1], truth == 1
        answer["roc_auc"] = metrics.roc_auc_score(truth, p[:, 1], **given) if present == 2 else None
        answer["pr_auc"] = metrics.average_precision_score(truth, p[:, 1], **given) if present == 2 else None
    else:
        answer["brier"] = float(np.average(((p - one_hot) ** 2).sum(axis=1), weights=w))
        confidence, came_true = p.max(axis=1), predicted == truth
        if present == classes:
            # scikit-learn takes no weights here: its own areas, averaged
            areas = [metrics.roc_auc_score(truth == k, p[:, k], **given) for k in labels]
            answer["roc_auc"] = metrics.roc_auc_score(truth, p, multi_class="ovr", average="macro") if weights is None else np.mean(areas)
            answer["roc_auc_weighted"] = metrics.roc_auc_score(truth, p, multi_class="ovr", average="weighted") if weights is None else np.average(areas, weights=w @ one_hot)
            answer["pr_auc"] = metrics.average_precision_score(one_hot, p, average="macro", **given)
    answer["calibration_error"] = calibration_error(confidence, came_true, w)
    if weights is None:
        answer["calibration_error_quantile"] = calibration_error(confidence, came_true, w, bins=10, strategy="quantile")
    confusion = metrics.confusion_matrix(truth, predicted, labels=labels, **given).ravel().tolist()
    return {"name": name, "truth": truth.tolist(), "probabilities": p.ravel().tolist(), "classes": classes,
            "weights": None if weights is None else weights.tolist(), "metrics": answer, "confusion": confusion}


def regression(name, truth, predicted, weights=None):
    truth, predicted = np.asarray(truth, float), np.asarray(predicted, float)
    given = dict(sample_weight=weights)
    answer = {
        "rmse": metrics.mean_squared_error(truth, predicted, squared=False, **given),
        "mae": metrics.mean_absolute_error(truth, predicted, **given),
        "mape": metrics.mean_absolute_percentage_error(truth, predicted, **given),
        "r2": metrics.r2_score(truth, predicted, **given) if len(truth) > 1 else None,
        "median_absolute_error": metrics.median_absolute_error(truth, predicted, **given),
        "explained_variance": metrics.explained_variance_score(truth, predicted, **given),
        "quantile_loss": metrics.mean_pinball_loss(truth, predicted, alpha=0.9, **given),
    }
    if (truth >= 0).all() and (predicted > 0).all():
        answer["poisson_deviance"] = metrics.mean_poisson_deviance(truth, predicted, **given)
    return {"name": name, "truth": truth.tolist(), "predicted": predicted.tolist(),
            "weights": None if weights is None else weights.tolist(), "metrics": answer}


def drawn(n, classes, ties=False, classes_drawn=None):
    raw = rng.random((n, classes)) ** 2 + 0.01
    p = raw / raw.sum(axis=1, keepdims=True)
    if ties:
        p = np.floor(p * 8) / 8
        p[:, -1] = 1 - p[:, :-1].sum(axis=1)
    chosen = np.array([rng.choice(classes, p=0.5 * row + 0.5 / classes) for row in p])
    return chosen if classes_drawn is None else chosen % classes_drawn, p


classifications, regressions = [], []
for classes in (2, 3, 6):
    for n in (1, 2, 7, 40, 150):
        for ties in (False, True):
            name = f"{classes} classes, {n} rows{', ties' if ties else ''}"
            table = drawn(n, classes, ties)
            classifications.append(classification(name, *table))
            classifications.append(classification(f"{name}, weighted", *table, rng.integers(1, 5, n) / 2))
    classifications.append(classification(f"{classes} classes, one occurs", np.zeros(9, int), drawn(9, classes)[1]))
    classifications.append(classification(f"{classes} classes, right and certain", np.arange(8) % classes, np.eye(classes)[np.arange(8) % classes]))
    classifications.append(classification(f"{classes} classes, wrong and certain", np.arange(8) % classes, np.eye(classes)[(np.arange(8) + 1) % classes]))
    classifications.append(classification(f"{classes} classes, all equal", np.arange(12) % classes, np.full((12, classes), 1 / classes)))
classifications.append(classification("4 classes, one nowhere", *drawn(30, 4, classes_drawn=3)))
for n in (1, 2, 3, 20, 101):
    truth = rng.gamma(2, 10, n)
    predicted = truth * rng.uniform(0.6, 1.5, n)
    regressions.append(regression(f"{n} rows", truth, predicted))
    regressions.append(regression(f"{n} rows, weighted", truth, predicted, rng.integers(1, 6, n) / 2))
    regressions.append(regression(f"{n} rows, ties and zeros", np.floor(truth / 9) - 1, np.floor(predicted / 9)))
    regressions.append(regression(f"{n} rows, large offset", truth + 1e6, predicted + 1e6))
regressions.append(regression("constant, met", [4, 4, 4], [4, 4, 4]))
regressions.append(regression("constant, missed", [4, 4, 4], [4, 5, 4]))

truth, p = drawn(400, 2)
boot = {"truth": truth.tolist(), "probabilities": p.ravel().tolist(), "intervals": {}}
for name, statistic in {
    "accuracy": lambda y, s, axis=-1: np.mean((s > 0.5) == y, axis=axis),
    "brier": lambda y, s, axis=-1: np.mean((s - y) ** 2, axis=axis),
}.items():
    found = stats.bootstrap((truth, p[:, 1]), statistic, paired=True, vectorized=True, method="percentile", n_resamples=20000, random_state=1)
    boot["intervals"][name] = [*found.confidence_interval, found.standard_error]
found = stats.bootstrap((truth, p[:, 1]), lambda y, s: metrics.roc_auc_score(y, s), paired=True, vectorized=False, method="percentile", n_resamples=4000, random_state=1)
boot["intervals"]["roc_auc"] = [*found.confidence_interval, found.standard_error]

path = pathlib.Path(__file__).parent.parent / "golden" / "metric_agreement.json"
path.write_text(json.dumps({"classification": classifications, "regression": regressions, "bootstrap": boot}, default=float) + "\n")
