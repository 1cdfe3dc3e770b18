"""Answers for the profile of a table and the statistics under it -> test/golden/profile.json.
Oracles: pandas (describe, skew, kurt, corr), SciPy (rankdata, entropy, pointbiserialr, chi2_contingency), scikit-learn
(roc_auc_score, mutual_info_score); the bias correction of Cramer's V by Bergsma's formula, epsilon squared by its own.
Run: python3 test/oracles/profile.py
"""
import json
import pathlib

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import mutual_info_score, roc_auc_score

random = np.random.default_rng(11)
N = 240
age = np.round(random.normal(40, 12, N), 2)
age[random.random(N) < 0.1] = np.nan
income = np.round(np.exp(random.normal(8, 1.6, N)), 3)
count = random.poisson(0.6, N).astype(float)
offset = np.round(1e9 + random.normal(0, 3, N), 3)
noise = random.normal(0, 1, N)
binary = np.where(np.nan_to_num(age, nan=40) / 12 + noise > 3.4, "yes", "no").astype(object)
binary[random.random(N) < 0.05] = None
number = np.round(np.nan_to_num(age, nan=40) * 2 - count * 9 + noise * 11, 2)
three = np.array(["a", "b", "c"])[np.clip((noise + count).astype(int), 0, 2)]
city = random.choice(["Rome", "Oslo", "Lima", "Bonn", "Kyiv"], N, p=[0.4, 0.3, 0.15, 0.1, 0.05]).astype(object)
city[random.random(N) < 0.08] = None
flag = np.where(random.random(N) < np.where(city == "Oslo", 0.8, 0.3), "true", "false")
table = pd.DataFrame({"age": age, "income": income, "count": count, "offset": offset, "number": number,
                      "binary": binary, "three": three, "city": city, "flag": flag})
# Correlations do not depend on where 0 lies; pandas loses digits so far from it.
near = table.assign(offset=table.offset - 1e9)
NUMBERS = ["age", "income", "count", "offset", "number"]


def corrected_v(x, y):
    cells = pd.crosstab(x, y).to_numpy()
    n, (r, k) = cells.sum(), cells.shape
    phi = stats.chi2_contingency(cells, correction=False)[0] / n
    phi = max(0, phi - (k - 1) * (r - 1) / (n - 1))
    return float(np.sqrt(phi / min(r - (r - 1) ** 2 / (n - 1) - 1, k - (k - 1) ** 2 / (n - 1) - 1)))


def eta(groups, values):
    frame = pd.DataFrame({"g": groups, "v": values}).dropna()
    between = sum(len(own) * (own.mean() - frame.v.mean()) ** 2 for _, own in frame.groupby("g").v)
    share = between / ((frame.v - frame.v.mean()) ** 2).sum()
    n, k = len(frame), frame.g.nunique()
    return float(np.sqrt(share)), float(np.sqrt(max(0, 1 - (1 - share) * (n - 1) / (n - k))))


def twentieths(values):
    ranks = stats.rankdata(values[~np.isnan(values)])
    groups = np.full(len(values), np.nan)
    groups[~np.isnan(values)] = np.floor((ranks - 0.5) / len(ranks) * 20)
    return groups


def both(x, y):
    keep = ~(pd.isna(x) | pd.isna(y))
    return x[keep], y[keep]


columns = {}
for name in NUMBERS:
    series = table[name]
    low, high = series.quantile(0.25), series.quantile(0.75)
    reach = 1.5 * (high - low)
    columns[name] = {
        **{key: float(value) for key, value in series.describe([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]).items()},
        "skew": float(series.skew()), "kurt": float(series.kurt()), "unique": int(series.nunique()),
        "zeros": int((series == 0).sum()), "negatives": int((series < 0).sum()),
        "outliers": int(((series < low - reach) | (series > high + reach)).sum()),
    }

against = {"binary": {}, "number": {}, "three": {}}
for name in NUMBERS:
    values = near[name].to_numpy()
    x, y = both(values, binary)
    label = (y == "yes").astype(int)
    groups = twentieths(values)
    against["binary"][name] = {"pearson": float(stats.pointbiserialr(label, x)[0]), "auc": float(roc_auc_score(label, x)),
                               "strength": corrected_v(*both(groups, binary))}
    against["three"][name] = {"correlationRatio": eta(three, values)[0], "strength": corrected_v(*both(groups, three))}
    if name != "number":
        against["number"][name] = {"pearson": float(near[name].corr(table.number)),
                                   "spearman": float(table[name].corr(table.number, method="spearman")),
                                   "strength": eta(groups, number)[1]}
for name in ("city", "flag"):
    x, y = both(table[name].to_numpy(), binary)
    against["binary"][name] = {"cramersV": corrected_v(x, y), "mutualInformation": float(mutual_info_score(x, y))}
    x, y = both(table[name].to_numpy(), three)
    against["three"][name] = {"cramersV": corrected_v(x, y), "mutualInformation": float(mutual_info_score(x, y))}
    ratio, adjusted = eta(table[name], number)
    against["number"][name] = {"correlationRatio": ratio, "strength": adjusted}

golden = {
    "table": {name: [None if pd.isna(value) else value for value in table[name]] for name in table},
    "columns": columns,
    "entropy": {name: float(stats.entropy(table[name].value_counts(), base=2)) for name in ("city", "flag")},
    "pearson": near[NUMBERS].corr().to_numpy().tolist(),
    "spearman": near[NUMBERS].corr(method="spearman").to_numpy().tolist(),
    "against": against,
    "by_city": {
        "mean": {city: float(own.mean()) for city, own in table.groupby("city").number},
        "yes": {city: float((own.dropna() == "yes").mean()) for city, own in table.groupby("city").binary},
    },
}
path = pathlib.Path(__file__).parent.parent / "golden" / "profile.json"
path.write_text(json.dumps(golden) + "\n")
