"""Asks scikit-learn what the steps for numbers shall give: writes test/golden/features_numeric.json."""

import json
import math
import pathlib
import warnings

import numpy as np
import pandas as pd
from scipy.stats import f_oneway as scipy_f_oneway
from sklearn.datasets import load_iris
from sklearn.feature_selection import (
    SelectKBest,
    VarianceThreshold,
    chi2,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
)
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

warnings.simplefilter("ignore")
rng = np.random.default_rng(41)
ROWS = 45

labels = rng.integers(0, 3, ROWS)
response = np.round(rng.normal(0, 3, ROWS), 6)
full = {
    "normal": rng.normal(50, 12, ROWS) + 4 * labels,
    "skewed": rng.lognormal(1, 1.5, ROWS),
    "tied": rng.choice([1.0, 2.0, 2.5, 5.0], ROWS, p=[0.1, 0.6, 0.2, 0.1]),
    "whole": rng.integers(-4, 9, ROWS).astype(float),
    "constant": np.full(ROWS, 4.2),
    "zeros": np.zeros(ROWS),
    "shifted": 1e5 + rng.normal(0, 1, ROWS) + 0.3 * response,
    "small": rng.normal(0, 1e-6, ROWS),
    "large": np.where(rng.random(ROWS) < 0.1, 1e12, 1) * rng.normal(0, 5, ROWS),
    "twin": 0.0,
}
full["twin"] = -2 * full["normal"] + rng.normal(0, 0.5, ROWS)
full = {name: np.array([float(f"{v:.8g}") for v in column]) for name, column in full.items()}
holes = {}
for index, (name, column) in enumerate(full.items()):
    holes[name] = column.copy()
    if index % 3 != 2:
        holes[name][rng.random(ROWS) < 0.15] = np.nan
iris = load_iris()
tables = {
    "full": full,
    "holes": holes,
    "counts": {f"n{i}": rng.poisson(1 + labels * (i % 3), ROWS).astype(float) for i in range(5)}
    | {"none": np.zeros(ROWS)},
    "few": {name: full[name] for name in ["normal", "tied", "whole", "large"]},
    "iris": {name[:-5].replace(" ", "_"): iris.data[:, i] for i, name in enumerate(iris.feature_names)},
}
targets = {
    "labels": {"task": "classification", "classes": 3, "values": labels.tolist()},
    "response": {"task": "regression", "classes": 0, "values": response.tolist()},
    "iris": {"task": "classification", "classes": 3, "values": iris.target.tolist()},
}


def matrix(table):
    return np.column_stack(list(tables[table].values()))


def listed(values):
    return [None if not np.isfinite(v) else float(v) for v in np.asarray(values, dtype=float)]


cases = []


def case(step, counterpart, table, options, answer, **more):
    """`answer`: the matrix that comes out; None where `more` says which columns are kept."""
    given = {"step": step, "counterpart": counterpart, "table": table, "options": options}
    if answer is not None:
        answer = np.asarray(answer, dtype=float)
        given["columns"] = [listed(answer[:, i]) for i in range(answer.shape[1])]
    cases.append(given | more)


def transformed(step, estimator, table, options):
    case(step, type(estimator).__name__, table, options, estimator.fit_transform(matrix(table)))


for strategy in ["mean", "median", "most_frequent"]:
    transformed("impute", SimpleImputer(strategy=strategy), "holes", {"strategy": strategy})
transformed(
    "impute",
    SimpleImputer(strategy="constant", fill_value=-1.5, add_indicator=True),
    "holes",
    {"strategy": "constant", "fill_value": -1.5, "add_indicator": True},
)
transformed("impute", SimpleImputer(strategy="median", add_indicator=True), "full", {"add_indicator": True})

for table in ["full", "holes"]:
    transformed("scale", StandardScaler(), table, {})
    transformed("scale", StandardScaler(with_mean=False), table, {"with_centering": False})
    transformed("scale", StandardScaler(with_std=False), table, {"with_scaling": False})
    transformed("scale", MinMaxScaler(), table, {"method": "minmax"})
    transformed(
        "scale", MinMaxScaler(feature_range=(-2, 5)), table, {"method": "minmax", "feature_range": [-2, 5]}
    )
    transformed("scale", RobustScaler(), table, {"method": "robust"})
    transformed(
        "scale",
        RobustScaler(quantile_range=(5.0, 80.0), with_centering=False),
        table,
        {"method": "robust", "quantile_range": [5, 80], "with_centering": False},
    )


def fenced(table, fence, flag=False):
    answer = []
    flags = []
    for column in tables[table].values():
        known = column[~np.isnan(column)]
        low, high = fence(known)
        if not low < high:
            low, high = -np.inf, np.inf
        answer.append(column if flag else np.clip(column, low, high))
        flags.append(((column < low) | (column > high)).astype(float))
    return np.column_stack(answer + flags if flag else answer)


def iqr(factor):
    def fence(known):
        low, high = np.quantile(known, [0.25, 0.75])
        return (low - factor * (high - low), high + factor * (high - low)) if high > low else (0, 0)

    return fence


def zscore(factor):
    return lambda known: (known.mean() - factor * known.std(), known.mean() + factor * known.std()) if np.ptp(known) > 0 else (0, 0)


for table in ["full", "holes"]:
    case("outliers", "numpy quantile, clip", table, {}, fenced(table, iqr(1.5)))
    case("outliers", "numpy mean, std, clip", table, {"method": "zscore"}, fenced(table, zscore(3)))
    case(
        "outliers",
        "numpy percentile, clip",
        table,
        {"method": "percentile", "quantile_range": [2, 90]},
        fenced(table, lambda known: np.percentile(known, [2, 90])),
    )
    case(
        "outliers",
        "numpy quantile, comparison",
        table,
        {"factor": 0.5, "action": "flag"},
        fenced(table, iqr(0.5), flag=True),
    )

for strategy in ["uniform", "quantile"]:
    for n_bins in [2, 5, 13]:
        transformed(
            "bins",
            KBinsDiscretizer(n_bins=n_bins, strategy=strategy, encode="ordinal", subsample=None),
            "full",
            {"strategy": strategy, "n_bins": n_bins},
        )
    transformed(
        "bins",
        KBinsDiscretizer(n_bins=4, strategy=strategy, encode="onehot-dense", subsample=None),
        "full",
        {"strategy": strategy, "n_bins": 4, "encode": "onehot"},
    )

for degree, interaction_only, include_bias in [(1, False, True), (2, False, False), (3, False, True), (2, True, True), (4, True, False)]:
    options = {"degree": degree, "interaction_only": interaction_only, "include_bias": include_bias}
    estimator = PolynomialFeatures(**options)
    answer = estimator.fit_transform(matrix("few")[:9])
    names = [name.replace(" ", "*") for name in estimator.get_feature_names_out(list(tables["few"]))]
    case("polynomial", "PolynomialFeatures", "few", options, answer, rows=9, names=names)


def selected(table, target, function, options, k, score=None, counterpart=None):
    x, y = matrix(table), np.array(targets[target]["values"])
    selector = SelectKBest(score or function, k=k).fit(x, y)
    p_values = None if selector.pvalues_ is None else listed(selector.pvalues_)
    case(
        "select",
        counterpart or f"SelectKBest({function.__name__})",
        table,
        {"score_func": function.__name__, "k": k} | options,
        None,
        kept=selector.get_support(indices=True).tolist(),
        target=target,
        scores=listed(selector.scores_),
        p_values=p_values,
    )


# Left out where scikit-learn's own answer is rounding: sums of squares of a large offset (scipy's f_oneway has
# them right), scores of a constant that is no binary fraction, its variance beside missing values.
usable = [name for name in full if name not in ["constant", "zeros"]]
tables["varied"] = {name: full[name] for name in usable}
tables["plain"] = {name: full[name] for name in full if name not in ["constant", "shifted"]}
tables["holed"] = {name: holes[name] for name in full if name != "constant"}
tables["spread"] = {
    name: np.round(own, 6)
    for name, own in {
        "line": response + rng.normal(0, 1, ROWS),
        "square": response**2 + 10 * rng.normal(0, 0.1, ROWS),
        "classes": 1e3 * (labels + rng.normal(0, 0.4, ROWS)),
        "both": labels * response + rng.normal(0, 0.3, ROWS),
        "noise": rng.normal(0, 1, ROWS),
    }.items()
}
tables["tied"] = {f"t{i}": rng.integers(0, 2 + i, ROWS).astype(float) + (labels if i % 2 else 0) for i in range(4)}
tables["leveled"] = {f"t{i}": ((np.arange(ROWS) * (i + 2)) // 7 + 3 * (response > i)) % 4 // 2 * 1.0 for i in range(4)}
selected("iris", "iris", f_classif, {}, 2)
selected("iris", "iris", chi2, {}, 3)
selected("plain", "labels", f_classif, {}, 3)
selected("plain", "response", f_regression, {}, 4)


def f_oneway(x, y):
    return scipy_f_oneway(*[x[y == label] for label in np.unique(y)])


selected("varied", "labels", f_classif, {}, 3, f_oneway, "scipy f_oneway")
selected("counts", "labels", chi2, {}, 2)
discrete = lambda function: lambda x, y: function(x, y, discrete_features=True)
selected("tied", "labels", mutual_info_classif, {"discrete_features": "all"}, 2, discrete(mutual_info_classif))
# Few levels: among fewer than 2k + 2 values scikit-learn takes its distances from a less exact formula.
selected("leveled", "response", mutual_info_regression, {"discrete_features": "all"}, 2, discrete(mutual_info_regression))
selected("spread", "labels", mutual_info_classif, {"discrete_features": "none"}, 3)
selected("spread", "response", mutual_info_regression, {"discrete_features": "none"}, 3)
selected("spread", "response", mutual_info_regression, {"discrete_features": "none", "n_neighbors": 5}, "all",
         lambda x, y: mutual_info_regression(x, y, n_neighbors=5))

for table, threshold in [("full", 0.0), ("holed", 0.0), ("full", 1.0), ("holes", 30.0)]:
    estimator = VarianceThreshold(threshold).fit(matrix(table))
    kept = estimator.get_support(indices=True).tolist()
    case("variance-threshold", "VarianceThreshold", table, {"threshold": threshold}, None, kept=kept)

for table, threshold in [("varied", 0.9), ("varied", 0.1), ("holes", 0.1), ("holes", 0.9), ("iris", 0.95)]:
    frame = pd.DataFrame(tables[table])
    correlation = frame.corr().abs().to_numpy()
    kept = []
    for column in range(frame.shape[1]):
        if not any(correlation[column, earlier] > threshold for earlier in kept):
            kept.append(column)
    case("correlation-filter", "pandas corr", table, {"threshold": threshold}, None, kept=kept)

golden = {
    "tables": {name: {column: listed(values) for column, values in table.items()} for name, table in tables.items()},
    "targets": targets,
    "cases": cases,
}


def rounded(value, smallest=0):
    """Answers to 14 digits: a table of goldens stays small, and the tests ask for 1e-9."""
    if isinstance(value, float):
        if abs(value) < smallest:
            return 0
        if value == math.floor(value) and abs(value) < 1e15:
            return int(value)
        return float(f"{value:.14g}")
    if isinstance(value, list):
        return [rounded(item, smallest) for item in value]
    return value


for entry in cases:
    for key in ["columns", "scores", "p_values"]:
        if key in entry:
            # A constant that is no binary fraction, less its mean: 1e-15 there, 0 here.
            entry[key] = rounded(entry[key], 1e-14 if key == "columns" else 0)
target = pathlib.Path(__file__).parent.parent / "golden" / "features_numeric.json"
target.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
