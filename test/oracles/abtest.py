"""Intervals of an A/B test from statsmodels and SciPy; writes test/golden/abtest.json.

Three cases: shares (Newcombe), squared errors (Welch), and squared errors of units that have several
predictions (cluster-robust standard error of the mean, G - 1 degrees of freedom).
"""
import json
import pathlib

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

rng = np.random.default_rng(7)


def clustered(values, units):
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": units}, use_t=True)
    low, high = fit.conf_int()[0]
    return {"estimate": float(fit.params[0]), "low": float(low), "high": float(high), "error": float(fit.bse[0])}


def arm(rows, spread, units):
    truth = rng.normal(10, 3, rows).round(3)
    predicted = (truth + rng.normal(0, spread, rows)).round(3)
    groups = rng.integers(0, units, rows) if units else np.arange(rows)
    return {"label": truth.tolist(), "prediction": predicted.tolist(), "unit": [int(u) for u in groups]}


def welch(a, b):
    low, high = CompareMeans(DescrStatsW(a), DescrStatsW(b)).tconfint_diff(alpha=0.05, usevar="unequal")
    return {"estimate": float(np.mean(a) - np.mean(b)), "low": float(low), "high": float(high)}


def errors(data):
    return (np.array(data["prediction"]) - np.array(data["label"])) ** 2


regression = {"control": arm(80, 2.0, 0), "treatment": arm(60, 1.0, 0)}
c, t = errors(regression["control"]), errors(regression["treatment"])
regression["difference"] = welch(t, c)
regression["p95"] = float(np.quantile(np.arange(80), 0.95))

by_unit = {"control": arm(200, 2.0, 50), "treatment": arm(240, 1.6, 45)}
for name in ("control", "treatment"):
    by_unit[name]["mse"] = clustered(errors(by_unit[name]), np.array(by_unit[name]["unit"]))
a, b = by_unit["treatment"], by_unit["control"]
ka, kb = len(set(a["unit"])), len(set(b["unit"]))
va, vb = a["mse"]["error"] ** 2, b["mse"]["error"] ** 2
df = (va + vb) ** 2 / (va**2 / (ka - 1) + vb**2 / (kb - 1))
estimate = a["mse"]["estimate"] - b["mse"]["estimate"]
half = float(stats.t.ppf(0.975, df) * np.sqrt(va + vb))
by_unit["difference"] = {"estimate": estimate, "low": estimate - half, "high": estimate + half}

low, high = confint_proportions_2indep(52, 60, 61, 90, method="newcomb", compare="diff")
wilson = proportion_confint(52, 60, method="wilson")
shares = {
    "treatment": {"correct": 52, "rows": 60, "low": float(wilson[0]), "high": float(wilson[1])},
    "control": {"correct": 61, "rows": 90},
    "difference": {"estimate": 52 / 60 - 61 / 90, "low": float(low), "high": float(high)},
    "split_p_value": float(stats.chisquare([60, 90], [75, 75]).pvalue),
}

path = pathlib.Path(__file__).parent.parent / "golden" / "abtest.json"
path.write_text(json.dumps({"shares": shares, "regression": regression, "by_unit": by_unit}) + "\n")
