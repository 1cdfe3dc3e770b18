"""Answers for src/stats/ks*.ts -> test/golden/stats_ks.json. Oracle: scipy.stats.ks_2samp, kstwo.

Large samples are not stored but described: value i is frac((i + offset)·0.6180339887498949)^power
· scale + shift, floored to a multiple of 1/ticks where ticks > 0 (ties). The test builds the same
doubles. Run: python3 test/oracles/stats_ks.py
"""
import json
import math
import pathlib

import numpy as np
from scipy import stats


def sample(spec):
    if "values" in spec:
        return np.array(spec["values"], dtype=float)
    i = np.arange(spec["n"], dtype=float) + spec.get("offset", 1)
    x = np.fmod(i * 0.6180339887498949, 1.0)
    x = x * x if spec.get("power", 1) == 2 else x
    x = x * spec.get("scale", 1) + spec.get("shift", 0)
    ticks = spec.get("ticks", 0)
    return np.floor(x * ticks) / ticks if ticks else x


def weyl(n, **kw):
    return {"n": n, **kw}


def values(*v):
    return {"values": list(v)}


PAIRS = {
    "one against one, equal": (values(1), values(1)),
    "one against one, different": (values(1), values(2)),
    "one against five": (values(3), values(1, 2, 3, 4, 5)),
    "identical samples": (values(1, 2, 3, 4), values(1, 2, 3, 4)),
    "disjoint samples of one size": (values(1, 2, 3, 4), values(5, 6, 7, 8)),
    "disjoint samples of two sizes": (values(1, 2, 3), values(5, 6, 7, 8, 9)),
    "two constants": (values(7, 7, 7, 7), values(7, 7, 7)),
    "constant against spread": (values(2, 2, 2, 2, 2, 2), values(0, 1, 2, 3, 4)),
    "tiny and huge magnitudes": (values(-1e308, -1e-308, 0, 5e-324, 1e308), values(-1e300, 0, 0, 1e-300)),
    "ties within and between": (weyl(40, ticks=5), weyl(60, ticks=5, offset=7, shift=0.15)),
    "equal sizes, same shape": (weyl(300), weyl(300, offset=500)),
    "equal sizes, shifted": (weyl(300), weyl(300, offset=500, shift=0.12)),
    "equal sizes, far": (weyl(1000), weyl(1000, shift=0.6)),
    "coprime sizes": (weyl(101), weyl(89, power=2)),
    "common divisor": (weyl(120), weyl(90, shift=0.1)),
    "small against large": (weyl(30), weyl(9000, power=2)),
    "5,000 against 9,769": (weyl(5000), weyl(9769, offset=77, shift=0.02)),
    "5,000 against 9,769, quiet": (weyl(5000, ticks=70), weyl(9769, offset=77, ticks=70)),
    "5,000 against 9,769, far": (weyl(5000), weyl(9769, shift=0.4)),
    "10,000 each": (weyl(10000), weyl(10000, shift=0.02)),
    "one row over the exact limit": (weyl(5000), weyl(10001, shift=0.02)),
    "asymptotic, quiet": (weyl(5000), weyl(60000, offset=31)),
    "asymptotic, ties": (weyl(5000, ticks=9), weyl(60000, power=2, scale=1.9, ticks=9)),
    "asymptotic, shifted": (weyl(5000), weyl(60000, shift=0.03)),
    "asymptotic, far": (weyl(5000), weyl(60000, shift=0.5)),
    "asymptotic, few against many": (weyl(12), weyl(20000, power=2)),
    "asymptotic, one against many": (values(0.99), weyl(20000)),
    "asymptotic, fifty against many": (weyl(50), weyl(20000, power=2, scale=1.3)),
    "asymptotic, 120 against many": (weyl(120), weyl(20000, shift=0.1)),
    "asymptotic, both large": (weyl(150000), weyl(120000, shift=0.004)),
}

two_sample = []
for name, (a, b) in PAIRS.items():
    result = stats.ks_2samp(sample(a), sample(b))
    two_sample.append({"name": name, "a": a, "b": b, "statistic": float(result.statistic), "p_value": float(result.pvalue)})

one_sample = []
for n in (1, 2, 5, 10, 37, 140, 141, 500, 3333, 4975, 50000, 99999, 100001, 250000):
    for z in (0.2, 0.35, 0.5, 0.8, 1.0, 1.3, 1.48, 1.49, 2.0, 3.0, 6.0, 15.0, 20.0):
        d = z / math.sqrt(n)
        if d < 1.2:
            one_sample.append([d, n, float(stats.kstwo.sf(d, n))])
for n, d in ((1, 0.6), (5, 0.1), (5, 0.15), (5, 0.9), (100, 0.995), (1500000, 0.001), (1500000, 0.0002), (2000000, 0.002)):
    one_sample.append([d, n, float(stats.kstwo.sf(d, n))])

path = pathlib.Path(__file__).parent.parent / "golden" / "stats_ks.json"
path.write_text(json.dumps({"two_sample": two_sample, "one_sample": one_sample}, indent=1) + "\n")
