"""One decision tree of scikit-learn on Seattle's weather; writes test/golden/training_tree.json.

Every column has fewer than 256 distinct values, so that binning loses nothing: a tree of mlx without
bootstrap that looks at all columns must make the same splits at the same thresholds.
Run: /usr/bin/python3 test/oracles/training_tree.py
"""
import itertools
import json
import pathlib

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

root = pathlib.Path(__file__).parents[2]
table = pd.read_csv(root / "node_modules/vega-datasets/data/seattle-weather.csv")
table["month"] = table.date.str[5:7].astype(int)
weather = sorted(table.weather.unique())

CASES = {
    "regression": (["precipitation", "temp_min", "wind", "month"], table.temp_max, DecisionTreeRegressor),
    "two_classes": (["temp_max", "temp_min", "wind", "month"], (table.precipitation > 0).astype(int), DecisionTreeClassifier),
    "five_classes": (
        ["precipitation", "temp_max", "temp_min", "wind", "month"],
        table.weather.map({name: i for i, name in enumerate(weather)}),
        DecisionTreeClassifier,
    ),
}
LIMITS = [
    dict(max_depth=5),
    dict(max_depth=6, min_samples_leaf=30),
    dict(max_depth=8, min_samples_split=60),
    dict(max_depth=6, min_impurity_decrease=0.004),
    dict(max_depth=6, min_weight_fraction_leaf=0.03),
    dict(max_depth=4, criterion="entropy"),
]
# how much the rows count: all the same, or by a pattern that repeats
WEIGHTS = [None, [0.3, 1.1, 2.5, 0.7, 1.9]]

answers = []
for name, (columns, target, kind) in CASES.items():
    X = table[columns].to_numpy(np.float32)
    for limits, pattern in itertools.product(LIMITS, WEIGHTS):
        if name == "regression" and "criterion" in limits:
            continue
        weights = None if pattern is None else np.resize(np.float32(pattern), len(X))
        model = kind(random_state=0, **limits).fit(X, target, weights)
        predictions = model.predict(X) if name == "regression" else model.predict_proba(X)
        answers.append(
            dict(
                case=name,
                columns=columns,
                limits=limits,
                weights=pattern,
                leaves=int(model.get_n_leaves()),
                importance=model.feature_importances_.tolist(),
                thresholds=sorted(model.tree_.threshold[model.tree_.feature >= 0].tolist()),
                predictions=np.asarray(predictions, float).round(9).reshape(len(X), -1)[::10].tolist(),
            )
        )
(root / "test/golden/training_tree.json").write_text(json.dumps(answers) + "\n")
