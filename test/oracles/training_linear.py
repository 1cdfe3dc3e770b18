"""Linear models of scikit-learn on public tables; writes test/golden/training_linear.json.

Solvers run until nothing moves any more, so that what is compared is the optimum. "objective" is that of the model as
scikit-learn writes it down, at its own coefficients. "default" is the objective where scikit-learn stops by itself.
Run: /usr/bin/python3 test/oracles/training_linear.py
"""
import json
import pathlib
import warnings

import numpy as np
import pandas as pd
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge

warnings.filterwarnings("ignore")
root = pathlib.Path(__file__).parents[2]
table = pd.read_csv(root / "node_modules/vega-datasets/data/seattle-weather.csv")
table["month"] = table.date.str[5:7].astype(int)
kinds = sorted(table.weather.unique())
TARGETS = {
    "temp_max": (["precipitation", "temp_min", "wind", "month"], table.temp_max.to_numpy()),
    "rainy": (["temp_max", "temp_min", "wind", "month"], (table.precipitation > 0).astype(int).to_numpy()),
    "weather": (
        ["precipitation", "temp_max", "temp_min", "wind", "month"],
        table.weather.map({name: i for i, name in enumerate(kinds)}).to_numpy(),
    ),
}
rows = np.arange(len(table))
WEIGHTS = {"none": None, "cycle": 0.5 + (rows % 5)}


def regression(params):
    alpha, penalty, intercept = params.get("alpha", 1.0), params.get("penalty", "l2"), params.get("fit_intercept", True)
    if penalty == "none":
        return LinearRegression(fit_intercept=intercept), None
    if penalty == "l2":
        return Ridge(alpha=alpha, fit_intercept=intercept), None
    options = dict(alpha=alpha, fit_intercept=intercept)
    if penalty == "elasticnet":
        options["l1_ratio"] = params.get("l1_ratio", 0.5)
    kind = Lasso if penalty == "l1" else ElasticNet
    return kind(**options, tol=1e-14, max_iter=10**6), kind(**options)


def classifier(params):
    penalty = params.get("penalty", "l2")
    options = dict(C=params.get("C", 1.0), penalty=penalty, fit_intercept=params.get("fit_intercept", True))
    options["class_weight"] = params.get("class_weight")
    if penalty == "elasticnet":
        options["l1_ratio"] = params.get("l1_ratio", 0.5)
    smooth = penalty in ("none", "l2")
    return (
        LogisticRegression(**options, solver="newton-cg" if smooth else "saga", tol=1e-10, max_iter=20000),
        LogisticRegression(**options, solver="lbfgs" if smooth else "saga", random_state=0),
    )


def objective(target, model, X, y, weights, params):
    penalty, n = params.get("penalty", "l2"), weights.sum()
    rho = {"none": 0, "l2": 0, "l1": 1, "elasticnet": params.get("l1_ratio", 0.5)}[penalty]
    w = np.atleast_2d(model.coef_)
    cost = rho * np.abs(w).sum() + (1 - rho) / 2 * (w**2).sum()
    if target == "temp_max":
        error = (weights * (y - model.predict(X)) ** 2).sum()
        alpha = params.get("alpha", 1.0)
        if penalty == "none":
            return error
        return error + 2 * alpha * cost if penalty == "l2" else error / (2 * n) + alpha * cost
    label = params.get("class_weight")
    if label == "balanced":
        weights = weights * (len(y) / (len(np.unique(y)) * np.bincount(y)))[y]
    z = X @ w.T + model.intercept_
    z = np.hstack([np.zeros_like(z), z]) if z.shape[1] == 1 else z
    z = z - z.max(1, keepdims=True)
    loss = -(weights * (z[rows, y] - np.log(np.exp(z).sum(1)))).sum()
    return loss if penalty == "none" else params.get("C", 1.0) * loss + cost


CASES = [
    ("temp_max", dict(), "none"),
    ("temp_max", dict(alpha=300.0), "cycle"),
    ("temp_max", dict(penalty="none"), "cycle"),
    ("temp_max", dict(fit_intercept=False), "none"),
    ("temp_max", dict(penalty="l1", alpha=0.1), "none"),
    ("temp_max", dict(penalty="l1"), "cycle"),
    ("temp_max", dict(penalty="elasticnet", alpha=0.3, l1_ratio=0.3), "none"),
    ("temp_max", dict(penalty="elasticnet", alpha=0.3, fit_intercept=False), "cycle"),
    ("rainy", dict(), "none"),
    ("rainy", dict(C=0.01, class_weight="balanced"), "cycle"),
    ("rainy", dict(penalty="none"), "cycle"),
    ("rainy", dict(fit_intercept=False), "none"),
    ("rainy", dict(penalty="l1", C=0.02), "none"),
    ("rainy", dict(penalty="elasticnet", C=0.05, l1_ratio=0.7), "cycle"),
    ("weather", dict(), "none"),
    ("weather", dict(C=0.01), "cycle"),
    ("weather", dict(penalty="l1", C=0.05), "none"),
    ("weather", dict(penalty="elasticnet", C=0.05), "cycle"),
    ("weather", dict(C=0.1, class_weight="balanced"), "none"),
]

answers = []
for target, params, weighting in CASES:
    columns, y = TARGETS[target]
    X = table[columns].to_numpy(np.float32).astype(float)
    # an l1 penalty is reached by scikit-learn's saga on columns of like size alone
    X = (X - X.mean(0)) / X.std(0)
    X = X.astype(np.float32).astype(float)
    w = WEIGHTS[weighting]
    tight, usual = (regression if target == "temp_max" else classifier)(params)
    tight.fit(X, y, sample_weight=w)
    ones = np.ones(len(y)) if w is None else w
    answer = dict(
        target=target,
        columns=columns,
        params=params,
        weights=weighting,
        coefficients=np.atleast_2d(tight.coef_).tolist(),
        intercept=np.atleast_1d(tight.intercept_).tolist(),
        objective=objective(target, tight, X, y, ones, params),
    )
    if usual is not None:
        usual.fit(X, y, sample_weight=w)
        answer["default"] = objective(target, usual, X, y, ones, params)
    answers.append(answer)
(root / "test/golden/training_linear.json").write_text(json.dumps(answers) + "\n")
