"""Out-of-bag scores of scikit-learn's forests on Seattle's weather; writes test/golden/training_out_of_bag.json.

Trained on the even rows: accuracy of classes, R2 of values; mean and deviation over ten seeds.
Run: /usr/bin/python3 test/oracles/training_out_of_bag.py
"""
import json
import pathlib

import numpy as np
import pandas as pd
from sklearn import ensemble

root = pathlib.Path(__file__).parents[2]
table = pd.read_csv(root / "node_modules/vega-datasets/data/seattle-weather.csv")
table["month"] = table.date.str[5:7].astype(int)
weather = sorted(table.weather.unique())
table["weather"] = table.weather.map({name: i for i, name in enumerate(weather)})
table["rainy"] = (table.precipitation > 0).astype(int)

CASES = [
    ("rainy", ["temp_max", "temp_min", "wind", "month"], "Classifier"),
    ("weather", ["precipitation", "temp_max", "temp_min", "wind", "month"], "Classifier"),
    ("temp_max", ["precipitation", "temp_min", "wind", "month"], "Regressor"),
]
ALGORITHMS = {"random-forest": "RandomForest", "extra-trees": "ExtraTrees"}
PARAMS = [dict(bootstrap=True), dict(bootstrap=True, max_samples=0.5)]

answers = []
for target, columns, kind in CASES:
    X, y = table[columns].to_numpy(np.float32)[::2], table[target].to_numpy()[::2]
    for algorithm, name in ALGORITHMS.items():
        for params in PARAMS:
            scores = [
                getattr(ensemble, name + kind)(100, random_state=seed, oob_score=True, **params).fit(X, y).oob_score_
                for seed in range(10)
            ]
            answers.append(
                dict(algorithm=algorithm, target=target, columns=columns, params=params, score=float(np.mean(scores)), sd=float(np.std(scores)))
            )
(root / "test/golden/training_out_of_bag.json").write_text(json.dumps(answers) + "\n")
