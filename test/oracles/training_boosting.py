"""scikit-learn's HistGradientBoosting on the Seattle weather of vega-datasets: losses by round and quality on held-out rows.

Writes test/golden/training_boosting.json. usage: training_boosting.py
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error, mean_poisson_deviance

root = Path(__file__).resolve().parents[2]
table = pd.read_csv(root / "node_modules/vega-datasets/data/seattle-weather.csv")
table["month"] = table.date.str[5:7].astype(int)
table["weather"] = pd.Categorical(table.weather, categories=sorted(table.weather.unique())).codes
table["rainy"] = (table.precipitation > 0).astype(int)

CASES = [
    ("squared_error", "temp_max", ["precipitation", "temp_min", "wind", "month"]),
    ("absolute_error", "temp_max", ["precipitation", "temp_min", "wind", "month"]),
    ("poisson", "wind", ["precipitation", "temp_min", "temp_max", "month"]),
    ("binary", "rainy", ["temp_max", "temp_min", "wind", "month"]),
    ("multiclass", "weather", ["precipitation", "temp_max", "temp_min", "wind", "month"]),
]
LOSSES = {"squared_error": mean_squared_error, "absolute_error": mean_absolute_error, "poisson": mean_poisson_deviance}


def losses(name, target, columns, rounds, **limits):
    x, y = table[columns].to_numpy(np.float32), table[target].to_numpy()
    train = np.arange(len(x)) % 2 == 0
    is_class = name in ("binary", "multiclass")
    kind = HistGradientBoostingClassifier if is_class else HistGradientBoostingRegressor
    model = kind(loss="log_loss" if is_class else name, max_iter=rounds, early_stopping=False, **limits)
    model.fit(x[train], y[train])
    guess = model.predict_proba(x) if is_class else model.predict(x)
    labels = {"labels": np.arange(y.max() + 1)} if is_class else {}
    loss = log_loss if is_class else LOSSES[name]
    return [float(loss(y[rows], guess[rows], **labels)) for rows in (train, ~train)]


golden = [
    {
        "objective": name,
        "target": target,
        "columns": columns,
        "one_split": losses(name, target, columns, 1, max_leaf_nodes=2),
        "hundred": losses(name, target, columns, 100),
    }
    for name, target, columns in CASES
]
(root / "test/golden/training_boosting.json").write_text(json.dumps(golden, indent=1) + "\n")
