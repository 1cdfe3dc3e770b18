"""Answers for src/training/calibration -> test/golden/calibration.json. Oracle: scikit-learn 1.2.
Run: python3 test/oracles/calibration.py
"""
import json
import pathlib
import warnings

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression

warnings.simplefilter("ignore")


class Given(BaseEstimator, ClassifierMixin):
    """A classifier whose answers are its input."""

    def __init__(self, classes):
        self.classes_ = np.arange(classes)
        self.classes = classes
        self.fitted_ = True

    def fit(self, x, y):
        return self

    def predict_proba(self, X):
        return X


class GivenScores(Given):
    def decision_function(self, X):
        return X[:, 0] if self.classes == 2 else X


def optimum(scores, positive, weights):
    """The minimum that scikit-learn's BFGS goes towards, to the last digits."""
    w = np.ones(len(scores)) if weights is None else weights
    high, low = (w[positive == 1].sum() + 1) / (w[positive == 1].sum() + 2), 1 / (w[positive == 0].sum() + 2)
    target = np.where(positive == 1, high, low)

    def loss(ab):
        z = ab[0] * scores + ab[1]
        return np.sum(w * (np.logaddexp(0, z) - target * z)) / w.sum()

    def gradient(ab):
        r = w * (expit(ab[0] * scores + ab[1]) - target) / w.sum()
        return np.array([r @ scores, r.sum()])

    def hessian(ab):
        p = expit(ab[0] * scores + ab[1])
        c = w * p * (1 - p) / w.sum()
        return np.array([[c @ scores**2, c @ scores], [c @ scores, c.sum()]])

    found = minimize(loss, [0.0, 0.0], jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-14, "maxiter": 500})
    return found.x.tolist()


def sigmoid(name, scores, positive, weights=None):
    scores = np.asarray(scores, dtype=np.float32).astype(float)
    a, b = _sigmoid_calibration(scores, positive, weights)
    return {"name": name, "scores": scores.tolist(), "positive": positive.tolist(), "weights": None if weights is None else weights.tolist(),
            "sklearn": [-a, -b], "optimum": optimum(scores, positive, weights)}


def isotonic(name, x, y, weights=None):
    x = np.asarray(x, dtype=np.float32).astype(float)
    model = IsotonicRegression(out_of_bounds="clip").fit(x, y, weights)
    at = np.linspace(-0.1, 1.1, 61).astype(np.float32).astype(float)
    return {"name": name, "x": x.tolist(), "y": np.asarray(y, float).tolist(), "weights": None if weights is None else weights.tolist(),
            "points": [model.X_thresholds_.tolist(), model.y_thresholds_.tolist()], "at": at.tolist(), "values": model.predict(at).tolist()}


def whole(name, method, scores, truth, classes, probabilities):
    scores, probabilities = (np.asarray(v, dtype=np.float32).astype(float) for v in (scores, probabilities))
    estimator, x = (GivenScores(classes), scores.reshape(len(truth), -1)) if method == "sigmoid" else (Given(classes), probabilities)
    model = CalibratedClassifierCV(estimator, method=method, cv="prefit").fit(x, truth)
    return {"name": f"{method}, {name}", "method": method, "scores": scores.ravel().tolist(), "probabilities": probabilities.ravel().tolist(),
            "truth": truth.tolist(), "classes": classes, "calibrated": model.predict_proba(x).ravel().tolist()}


rng = np.random.default_rng(4)
log_odds = rng.normal(0, 2, 300)
labels = (rng.random(300) < expit(0.5 * log_odds - 0.4)).astype(int)
weights = rng.uniform(0.5, 3, 300)
shares = expit(log_odds)
raw = rng.normal(0, 1.5, (300, 4))
softmax = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
four = np.array([rng.choice(4, p=0.6 * row + 0.1) for row in softmax])
coarse = np.zeros((8, 3))
coarse[np.arange(8), [0, 0, 1, 1, 2, 2, 0, 1]] = 1

answers = {
    "sigmoid": [
        sigmoid("plain", log_odds, labels),
        sigmoid("weighted", log_odds, labels, weights),
        sigmoid("probabilities", shares, labels),
        sigmoid("separated", [-2, -1, 1, 2], np.array([0, 0, 1, 1])),
        sigmoid("wrong way round", [-2, -1, 1, 2, 3], np.array([1, 1, 0, 0, 1])),
        sigmoid("far from 0", log_odds * 100 + 1000, labels),
    ],
    "isotonic": [
        isotonic("plain", shares, labels),
        isotonic("weighted", shares, labels, weights),
        isotonic("ties", np.round(shares, 1), labels),
        isotonic("ties, weighted", np.round(shares, 1), labels, weights),
        isotonic("falling", np.linspace(0, 1, 9), np.linspace(1, 0, 9)),
        isotonic("rising", np.linspace(0.2, 0.8, 9), np.linspace(0, 1, 9) ** 2),
        isotonic("one point", [0.5, 0.5, 0.5], [0, 1, 1]),
    ],
    "whole": [
        whole("two classes", "sigmoid", log_odds, labels, 2, np.stack([1 - shares, shares], axis=1)),
        whole("four classes", "sigmoid", raw, four, 4, softmax),
        whole("two classes", "isotonic", log_odds, labels, 2, np.stack([1 - shares, shares], axis=1)),
        whole("four classes", "isotonic", raw, four, 4, softmax),
        whole("probabilities of 0 and 1 only", "isotonic", coarse, np.array([1, 1, 2, 2, 0, 0, 2, 0]), 3, coarse),
    ],
}
path = pathlib.Path(__file__).parent.parent / "golden" / "calibration.json"
path.write_text(json.dumps(answers) + "\n")
