"""Contributions (exact TreeSHAP) of a boosted model of XGBoost for some rows, on one thread and on two.

Usage: shap.py ROUNDS MAX_DEPTH ROWS. Prints {"nodes", "ms": [per thread count, median of 3]}.
"""
import json
import sys
import time

import numpy as np
import xgboost as xgb

rounds, depth, count = map(int, sys.argv[1:4])
rng = np.random.default_rng(0)
X = rng.normal(size=(80_000, 20)).astype(np.float32)
y = (X[:, 0] * X[:, 1] + X[:, 2] + 0.5 * np.sin(3 * X[:, 3]) + 0.5 * rng.normal(size=len(X)) > 0).astype(int)
params = dict(objective="binary:logistic", tree_method="hist", max_depth=depth, nthread=2)
booster = xgb.train(params, xgb.DMatrix(X, label=y), rounds)
nodes = sum(tree.count("\n") for tree in booster.get_dump())
rows = xgb.DMatrix(X[:count])
ms = []
for threads in (1, 2):
    booster.set_param("nthread", threads)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        booster.predict(rows, pred_contribs=True)
        times.append((time.perf_counter() - start) * 1000)
    ms.append(sorted(times)[1])
json.dump(dict(nodes=nodes, ms=ms), sys.stdout)
