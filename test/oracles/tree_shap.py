"""Contributions of boosted trees by XGBoost's exact TreeSHAP; writes test/golden/tree_shap.json.

The trees are given as XGBoost dumps them, with their covers, so that the same trees can be explained. Values are missing
here and there. XGBoost goes left where x < threshold: the thresholds are written as the float32 below, for x <= threshold.
Run: /usr/bin/python3 test/oracles/tree_shap.py
"""
import json
import pathlib

import numpy as np
import pandas as pd
import xgboost as xgb

root = pathlib.Path(__file__).parents[2]
table = pd.read_csv(root / "node_modules/vega-datasets/data/seattle-weather.csv")
table["month"] = table.date.str[5:7].astype(int)
columns = ["precipitation", "temp_max", "temp_min", "wind", "month"]
weather = sorted(table.weather.unique())
X = table[columns].to_numpy(np.float32).copy()
X[np.random.default_rng(0).random(X.shape) < 0.1] = np.nan

CASES = {
    "squared error, depth 6": (table.temp_max + table.wind, dict(objective="reg:squarederror", max_depth=6), 12, 1),
    "two classes, depth 10": (
        (table.weather == "sun").astype(int),
        dict(objective="binary:logistic", max_depth=10, min_child_weight=0.1),
        12,
        1,
    ),
    "five classes, depth 3": (
        table.weather.map(weather.index),
        dict(objective="multi:softprob", num_class=5, max_depth=3),
        4,
        5,
    ),
}


def flat(node, nodes):
    own = len(nodes)
    nodes.append(None)
    if "leaf" in node:
        nodes[own] = dict(leaf=node["leaf"], cover=node["cover"])
        return own
    by_id = {child["nodeid"]: child for child in node["children"]}
    threshold = np.nextafter(np.float32(node["split_condition"]), np.float32(-np.inf))
    entry = dict(
        feature=columns.index(node["split"]),
        threshold=float(threshold),
        missingLeft=int(node["missing"] == node["yes"]),
        cover=node["cover"],
    )
    entry["left"] = flat(by_id[node["yes"]], nodes)
    entry["right"] = flat(by_id[node["no"]], nodes)
    nodes[own] = entry
    return own


answers = []
for name, (target, params, rounds, outputs) in CASES.items():
    data = xgb.DMatrix(X, label=target, feature_names=columns)
    booster = xgb.train(dict(params, seed=0, base_score=0.5, nthread=1), data, rounds)
    trees = []
    for dump in booster.get_dump(with_stats=True, dump_format="json"):
        nodes = []
        flat(json.loads(dump), nodes)
        trees.append(nodes)
    picked = X[::70]
    contributions = booster.predict(xgb.DMatrix(picked, feature_names=columns), pred_contribs=True)
    answers.append(
        dict(
            case=name,
            outputs=outputs,
            trees=trees,
            rows=[[None if np.isnan(v) else float(v) for v in row] for row in picked],
            contributions=np.asarray(contributions, float).reshape(len(picked), outputs, -1).tolist(),
        )
    )
(root / "test/golden/tree_shap.json").write_text(json.dumps(answers) + "\n")
