"""Answers for chi-square, effect sizes, adjustment, intervals, quantiles, summaries and random numbers
-> test/golden/stats_tests.json. Oracles: SciPy, statsmodels, NumPy; Threefry by its definition.
Run: python3 test/oracles/stats_tests.py
"""
import hashlib
import json
import pathlib

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

COUNTS = [
    ([10, 20, 30], [12, 18, 33]),
    ([5, 5], [5, 5]),
    ([1, 0], [0, 1]),
    ([100, 0, 7], [90, 0, 20]),
    ([50000, 30000, 10, 3], [400, 520, 1, 0]),
    ([0, 40, 3, 9, 12, 1], [17, 2, 3, 8, 0, 44]),
    ([1000000, 2000000], [1001000, 1999000]),
    ([30, 40], [0, 0.0]),
]


def chi_square(a, b):
    table = np.array([a, b], dtype=float)
    table = table[:, table.sum(axis=0) > 0]
    if (table.sum(axis=1) == 0).any():
        return None
    result = stats.chi2_contingency(table, correction=False)
    return {"statistic": result[0], "p_value": result[1], "df": result[2],
            "cramers_v": stats.contingency.association(table.astype(int), method="cramer")}


def psi(a, b):
    p = (np.array(a) + 0.5) / (sum(a) + 0.5 * len(a))
    q = (np.array(b) + 0.5) / (sum(b) + 0.5 * len(b))
    return float(((q - p) * np.log(q / p)).sum())


def balanced_v(a, b):
    """Cramér's V of the table whose rows are scaled to one total."""
    p, q = np.array(a) / sum(a), np.array(b) / sum(b)
    keep = p + q > 0
    table = np.array([p[keep], q[keep]]) * 1e6
    return float(np.sqrt(stats.chi2_contingency(table, correction=False)[0] / table.sum()))


chi = []
for a, b in COUNTS:
    filled = sum(b) > 0
    chi.append({"a": a, "b": b, "answer": chi_square(a, b),
                "psi": psi(a, b) if filled else None,
                "jensen_shannon": float(jensenshannon(a, b, base=2)) if filled else None,
                "balanced_v": balanced_v(a, b) if filled else None})

P_VALUES = [[0.01, 0.04, 0.03, 0.005], [0.5], [1, 1, 0.9999], [0, 1e-300, 0.2, 0.2, 0.2], [0.02, 0.021, 0.022, 0.023, 0.5, 0.04]]
adjust = [{"p": p, "holm": list(multipletests(p, method="holm")[1]), "bh": list(multipletests(p, method="fdr_bh")[1])} for p in P_VALUES]

wilson = [[k, n, c, *map(float, proportion_confint(k, n, alpha=1 - c, method="wilson"))]
          for k, n in ((0, 10), (10, 10), (1, 1), (3, 17), (50, 100), (999, 1000), (123456, 1000000)) for c in (0.9, 0.95, 0.999)]
newcombe = [[a, n, b, m, *map(float, confint_proportions_2indep(a, n, b, m, method="newcomb", alpha=0.05))]
            for a, n, b, m in ((5, 20, 9, 25), (0, 10, 0, 10), (10, 10, 0, 12), (300, 1000, 350, 1000), (1, 2, 1, 3))]
two_proportions = [[a, n, b, m, float(proportions_ztest([a, b], [n, m])[1])] for a, n, b, m in ((5, 20, 9, 25), (300, 1000, 350, 1000), (2, 3000, 40, 500))]

SAMPLES = [[1.0, 2.0, 4.0], [3.0, 3.5, 9.0, 9.5, 2.25], [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], [0.1, -0.1], list(np.linspace(-3, 8, 40) ** 2)]
means = [{"values": s, "mean": float(np.mean(s)), "sd": float(np.std(s, ddof=1)), "interval": [float(v) for v in DescrStatsW(s).tconfint_mean(0.05)]} for s in SAMPLES]
welch = []
for a in SAMPLES:
    for b in SAMPLES:
        compare = CompareMeans(DescrStatsW(a), DescrStatsW(b))
        t, p, df = compare.ttest_ind(usevar="unequal")
        welch.append({"a": a, "b": b, "interval": [float(v) for v in compare.tconfint_diff(0.05, usevar="unequal")], "p_value": float(p), "df": float(df)})

quantiles = [[s, q, float(np.quantile(s, q))] for s in ([5.0], [1.0, 2.0], [0.1, 0.2, 0.7, 0.9, 5.5], [2.0, 2.0, 2.0, 3.0], [-1e308, 1e300, 1e308]) for q in (0, 0.05, 0.25, 0.5, 0.77, 0.95, 1)]

M = 0xFFFFFFFF
ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24]


def threefry(counter, key, rounds):
    keys = [key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1]]
    x, y = (counter[0] + key[0]) & M, (counter[1] + key[1]) & M
    for i in range(rounds):
        x = (x + y) & M
        r = ROTATIONS[i % 8]
        y = (((y << r) | (y >> (32 - r))) & M) ^ x
        if i % 4 == 3:
            j = i // 4 + 1
            x, y = (x + keys[j % 3]) & M, (y + keys[(j + 1) % 3] + j) & M
    return x, y


# Known answers of the authors' Random123 library (20 rounds) hold this definition in place.
assert threefry((0, 0), (0, 0), 20) == (0x6B200159, 0x99BA4EFE)
assert threefry((M, M), (M, M), 20) == (0x1CB996FC, 0xBB002BE7)
assert threefry((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), 20) == (0xC4923A9C, 0x483DF7A0)


def uniforms(seed, stream, count):
    key = (seed & M, (seed >> 32) & M)
    words = [threefry((block, stream), key, 13) for block in range(count)]
    return [((x >> 5) * 2**26 + (y >> 6)) / 2**53 for x, y in words]


random = [[seed, stream, uniforms(seed, stream, 4)] for seed, stream in ((0, 0), (1, 0), (1, 1), (42, 7), (2**53 - 1, 2**32 - 1), (-5, 3), (2**40 + 9, 0))]


def hash_unit(salt, key):
    digest = hashlib.sha256(salt.encode() + b"\0" + key.encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


hashes = [[s, k, hash_unit(s, k)] for s, k in (("", ""), ("salt", "user-1"), ("salt", "user-2"), ("a", "bc"), ("ab", "c"), ("Grüße", "🙂"))]

golden = {"chi_square": chi, "adjust": adjust, "wilson": wilson, "newcombe": newcombe, "two_proportions": two_proportions,
          "means": means, "welch": welch, "quantiles": quantiles, "random": random, "hashes": hashes}
path = pathlib.Path(__file__).parent.parent / "golden" / "stats_tests.json"
path.write_text(json.dumps(golden, indent=1, default=float) + "\n")
