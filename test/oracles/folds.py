"""Fold properties of scikit-learn, for test/data/fold-plan.test.ts. Writes test/golden/folds.json."""
import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GroupKFold, HalvingRandomSearchCV, StratifiedKFold, TimeSeriesSplit
from sklearn.tree import DecisionTreeClassifier

rng = np.random.default_rng(4)


def time_case(rows, k):
    splits = TimeSeriesSplit(n_splits=k).split(np.zeros(rows))
    return {"rows": rows, "k": k, "folds": [[len(train), int(test[0]), int(test[-1])] for train, test in splits]}


def group_case(sizes, k):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    rng.shuffle(groups)
    splits = GroupKFold(n_splits=k).split(np.zeros(len(groups)), groups=groups)
    return {"groups": groups.tolist(), "k": k, "sizes": sorted(len(test) for _, test in splits)}


def class_case(counts, k):
    classes = np.repeat(np.arange(len(counts)), counts)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            splits = list(StratifiedKFold(n_splits=k, shuffle=True, random_state=0).split(classes, classes))
        except ValueError:
            return {"counts": counts, "k": k, "outcome": "error", "perClass": []}
    per_class = [sorted(int((classes[test] == c).sum()) for _, test in splits) for c in range(len(counts))]
    return {"counts": counts, "k": k, "outcome": "warning" if caught else "fine", "perClass": per_class}


def halving_case(trials, rows):
    x = rng.normal(size=(rows, 2))
    y = np.arange(rows) % 2
    search = HalvingRandomSearchCV(
        DecisionTreeClassifier(), {"min_samples_leaf": list(range(1, 400))}, n_candidates=trials,
        min_resources="exhaust", factor=3, cv=2, random_state=0,
    ).fit(x, y)
    return {"trials": trials, "rows": rows, "candidates": search.n_candidates_, "resources": search.n_resources_}


golden = {
    "sklearn": sklearn.__version__,
    "time": [time_case(n, k) for n, k in [(12, 5), (100, 3), (103, 4), (6, 5), (17379, 5)]],
    "group": [group_case(s, k) for s, k in [([5, 4, 3, 3, 2, 1], 3), ([1] * 11, 4), ([50, 3, 3, 3], 4), ([7, 7, 7], 2)]],
    "stratified": [class_case(c, k) for c, k in [([10, 20, 30], 5), ([3, 40], 5), ([2, 3], 5), ([1, 1, 30], 3), ([13, 8], 4)]],
    "halving": [halving_case(t, n) for t, n in [(27, 2700), (20, 1000), (9, 900), (1, 100), (5, 3000)]],
}
path = os.path.join(os.path.dirname(__file__), "..", "golden", "folds.json")
with open(path, "w", encoding="utf-8") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
