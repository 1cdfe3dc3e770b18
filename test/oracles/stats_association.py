"""Asks SciPy and scikit-learn about scores of association: writes test/golden/stats_association.json."""

import json
import pathlib

import numpy as np
from scipy import special, stats
from sklearn.feature_selection._mutual_info import _compute_mi_cc, _compute_mi_cd
from sklearn.metrics import mutual_info_score

rng = np.random.default_rng(8)

fisher = []
for df1, df2 in [(1, 1), (1, 30), (2, 147), (3, 8), (17, 5), (400, 1000), (5, 300)]:
    for x in [1e-6, 0.2, 1, 1.3, 4, 30, 1180.16]:
        fisher.append([x, df1, df2, float(stats.f.sf(x, df1, df2))])
digamma = [[x, float(special.digamma(x))] for x in [1e-3, 0.5, 1, 1.5, 2, 3, 7.25, 9.9, 10, 33, 1e3, 1e7]]

information = []
for rows, noise in [(30, 0.2), (80, 1.0), (120, 0.05)]:
    x = np.round(rng.normal(0, 1, rows), 5)
    y = np.round(x**2 + noise * rng.normal(0, 1, rows), 5)
    # Three classes, of which one value stands alone.
    d = np.where(x + rng.normal(0, noise, rows) > 0, 1, 0)
    d[7] = 2
    e = (y > 0.5).astype(int) + 2 * (x > 1)
    for k in [1, 3, 5]:
        information.append(
            {
                "k": k,
                "x": x.tolist(),
                "y": y.tolist(),
                "d": d.tolist(),
                "e": e.tolist(),
                "continuous": float(_compute_mi_cc(x, y, k)),
                "mixed": float(_compute_mi_cd(y, d, k)),
                "discrete": float(mutual_info_score(d, e)),
            }
        )

target = pathlib.Path(__file__).parent.parent / "golden" / "stats_association.json"
golden = {"fisher": fisher, "digamma": digamma, "information": information}
target.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
