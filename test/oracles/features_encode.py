"""Asks scikit-learn, pandas and a published formula for encodings: writes test/golden/features_encode.json."""

import json
import pathlib

import numpy as np
import pandas as pd
from sklearn.feature_extraction import FeatureHasher
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
from sklearn.utils import murmurhash3_32

rng = np.random.default_rng(11)
LEVELS = ["Paris", "Lyon", "OTHER", "été", "日本", "😀", "a", "B", "10", "9"]
SHARES = np.array([30, 20, 12, 9, 5, 4, 4, 2, 1, 1], float)
train = [str(v) for v in rng.choice(LEVELS, 88, p=SHARES / SHARES.sum())] + LEVELS + ["a", "B"]
later = ["Lyon", "never", "9", "OTHER", "😀"]


def as_column(levels):
    return np.array(levels, dtype=object).reshape(-1, 1)


def one_hot(**options):
    given = {k: (None if v == "none" else v) for k, v in options.items()}
    encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, **given)
    encoder.fit(as_column(train))
    names = [name[3:] for name in encoder.get_feature_names_out()]
    labels = ["OTHER_" if n == "infrequent_sklearn" and "OTHER" in names else n for n in names]
    labels = ["OTHER" if n == "infrequent_sklearn" else n for n in labels]
    rows = encoder.transform(as_column(LEVELS + later)).astype(int).tolist()
    return {"options": options, "labels": labels, "rows": rows}


def ordinal(order, unknown):
    encoder = OrdinalEncoder(
        categories=[order], handle_unknown="use_encoded_value", unknown_value=unknown
    )
    encoder.fit(as_column([level for level in train if level in order]))
    return {
        "order": order,
        "unknown_value": unknown,
        "codes": encoder.transform(as_column(LEVELS + later))[:, 0].tolist(),
    }


def hashing(n_features, alternate_sign):
    hasher = FeatureHasher(n_features, input_type="string", alternate_sign=alternate_sign)
    rows = hasher.transform([[level] for level in LEVELS + later]).toarray().astype(int).tolist()
    return {"n_features": n_features, "alternate_sign": alternate_sign, "rows": rows}


def target_encoding(levels, y, smooth):
    """scikit-learn's user guide, "Target Encoder":
    S = lambda * mean_level + (1 - lambda) * mean_all, lambda = n_level / (n_level + m),
    m = smooth, or the variance within the level over the variance of all for "auto".
    https://scikit-learn.org/stable/modules/preprocessing.html#target-encoder
    """
    overall, variance = y.mean(), y.var()
    encodings = {}
    for level in sorted(set(levels)):
        own = y[levels == level]
        if smooth is None and variance == 0:
            encodings[level] = overall
            continue
        m = own.var() / variance if smooth is None else smooth
        share = len(own) / (len(own) + m)
        encodings[level] = share * own.mean() + (1 - share) * overall
    return encodings, overall


def target_case(task, classes, values, smooth, folds):
    levels = np.array(train, dtype=object)
    lists = (
        [values]
        if task == "regression"
        else [(values == k).astype(float) for k in ([1] if classes == 2 else range(classes))]
    )
    full, cross = [], []
    for y in lists:
        encodings, overall = target_encoding(levels, y, smooth)
        full.append([encodings.get(level, overall) for level in LEVELS + later])
        out = np.empty(len(y))
        for fold in range(folds.max() + 1):
            inside = folds == fold
            encodings, overall = target_encoding(levels[~inside], y[~inside], smooth)
            out[inside] = [encodings.get(level, overall) for level in levels[inside]]
        cross.append(out.tolist())
    return {
        "task": task,
        "classes": classes,
        "values": values.tolist(),
        "smooth": smooth,
        "full": full,
        "cross_fitted": cross,
    }


folds = rng.permutation(np.arange(len(train)) % 5)
effect = np.array([len(level) + (level == "Lyon") * 3 for level in train], float)
binary = (rng.random(len(train)) < 0.2 + 0.1 * effect / effect.max()).astype(float)
three = rng.integers(0, 3, len(train)).astype(float)
price = 1e5 + 300 * effect + rng.normal(0, 100, len(train))
same = np.full(len(train), 7.5)

holes = ["b", None, "a", "a", None, "b", "c"]
constant = SimpleImputer(strategy="constant", missing_values=None, fill_value="missing_value")
words = LEVELS + later + ["", "ab", "abc", "abcd", "abcde", "x" * 1000, "\u0080", "\uffff"]
answers = {
    "train": train,
    "asked": LEVELS + later,
    "one_hot": [
        one_hot(min_frequency="none", max_categories="none", drop="none"),
        one_hot(min_frequency=5, max_categories="none", drop="none"),
        one_hot(min_frequency=0.05, max_categories="none", drop="none"),
        one_hot(min_frequency="none", max_categories=4, drop="none"),
        one_hot(min_frequency="none", max_categories=10, drop="none"),
        one_hot(min_frequency=3, max_categories=4, drop="none"),
        one_hot(min_frequency=1000, max_categories="none", drop="none"),
        one_hot(min_frequency="none", max_categories="none", drop="first"),
        one_hot(min_frequency=5, max_categories="none", drop="first"),
        one_hot(min_frequency="none", max_categories=2, drop="if_binary"),
        one_hot(min_frequency="none", max_categories=3, drop="if_binary"),
    ],
    "ordinal": [ordinal(LEVELS, -1), ordinal(["B", "a", "Paris"], 99)],
    "hashing": [hashing(8, True), hashing(8, False), hashing(1, True), hashing(13, True)],
    "murmur3": [[w, murmurhash3_32(w, 0), murmurhash3_32(w, 42)] for w in words],
    "frequency": pd.Series(train)
    .value_counts(normalize=True)
    .reindex(LEVELS + later, fill_value=0)
    .tolist(),
    "folds": folds.tolist(),
    "target": [
        target_case("classification", 2, binary, None, folds),
        target_case("classification", 2, binary, 10, folds),
        target_case("classification", 2, binary, 0, folds),
        target_case("classification", 3, three, None, folds),
        target_case("regression", 0, price, None, folds),
        target_case("regression", 0, price, 2.5, folds),
        target_case("regression", 0, same, None, folds),
    ],
    "holes": holes,
    "filled": constant.fit_transform(as_column(holes))[:, 0].tolist(),
}
path = pathlib.Path(__file__).parent.parent / "golden" / "features_encode.json"
path.write_text(json.dumps(answers, separators=(",", ":"), ensure_ascii=False) + "\n")
