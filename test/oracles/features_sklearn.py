"""Asks scikit-learn what the feature steps shall give: writes test/golden/features_sklearn.json."""

import json
import pathlib

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

rng = np.random.default_rng(7)


def listed(values):
    return [None if isinstance(v, float) and np.isnan(v) else v for v in values]


def number_columns():
    base = {
        "normal": rng.normal(50, 12, 60),
        "skewed": rng.lognormal(1, 1.5, 60),
        "tied": np.repeat([1.0, 2.0, 2.0, 5.0], 15),
        "offset": 1e9 + rng.normal(0, 1, 60),
        "tiny": rng.normal(0, 1e-12, 60),
        "constant": np.full(60, 4.2),
        "single": np.array([3.5]),
        "pair": np.array([1.0, 2.0]),
    }
    for name in ["normal", "skewed"]:
        holes = base[name].copy()
        holes[::7] = np.nan
        base[f"{name}_missing"] = holes
    return base


def fences(column):
    known = column[~np.isnan(column)]
    low, high = np.quantile(known, [0.25, 0.75])
    reach = 1.5 * (high - low)
    return np.clip(column, low - reach, high + reach) if reach > 0 else column


numbers = []
for name, column in number_columns().items():
    matrix = column.reshape(-1, 1)
    numbers.append(
        {
            "name": name,
            "values": listed(column.tolist()),
            "median": SimpleImputer(strategy="median").fit_transform(matrix)[:, 0].tolist(),
            "mean": SimpleImputer(strategy="mean").fit_transform(matrix)[:, 0].tolist(),
            "cap": listed(fences(column).tolist()),
            "condition": float(np.nanmax(np.abs(column)) / StandardScaler().fit(matrix).scale_[0]),
            "scale": listed(StandardScaler().fit_transform(matrix)[:, 0].tolist()),
        }
    )

train = ["red", "green", "Red", "blue", "green", "été", "zebra", "10", "9", "red"]
later = ["green", "never", "10", "RED", "été"]
ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
as_column = lambda levels: np.array(levels, dtype=object).reshape(-1, 1)
ordinal.fit(as_column(train))
one_hot.fit(as_column(train))
categories = {
    "train": train,
    "later": later,
    "levels": ordinal.categories_[0].tolist(),
    "ordinal": ordinal.transform(as_column(train + later))[:, 0].tolist(),
    "one_hot": one_hot.transform(as_column(train + later)).tolist(),
}
frequent = SimpleImputer(strategy="most_frequent", missing_values=None)
holes = ["b", None, "a", "a", None, "b", "c"]
categories["holes"] = holes
categories["filled"] = frequent.fit_transform(as_column(holes))[:, 0].tolist()

target = pathlib.Path(__file__).parent.parent / "golden" / "features_sklearn.json"
target.write_text(json.dumps({"numbers": numbers, "categories": categories}, indent=1) + "\n")
