"""Answers for src/stats/{gamma,beta,distributions}.ts -> test/golden/stats_distributions.json.

Oracle: mpmath with 60 digits; SciPy's own answers are asserted to agree where they are accurate.
Run: python3 test/oracles/stats_distributions.py
"""
import json
import pathlib

import mpmath as mp
from scipy import special, stats

mp.mp.dps = 60


def close(ours, scipys, tolerance=1e-10):
    assert abs(float(ours) - scipys) <= tolerance * max(abs(scipys), 1e-300), (float(ours), scipys)
    return float(ours)


def log_gamma(x):
    return close(mp.loggamma(mp.mpf(x)), float(special.gammaln(x)), 1e-9)


def chi_square_sf(x, df):
    return close(mp.gammainc(mp.mpf(df) / 2, mp.mpf(x) / 2, mp.inf, regularized=True), float(stats.chi2.sf(x, df)))


def lower_gamma(a, x):
    return close(mp.gammainc(mp.mpf(a), 0, mp.mpf(x), regularized=True), float(special.gammainc(a, x)))


def beta(a, b, x):
    return close(mp.betainc(mp.mpf(a), mp.mpf(b), 0, mp.mpf(x), regularized=True), float(special.betainc(a, b, x)), 1e-9)


def normal_cdf(x):
    return close(mp.erfc(-mp.mpf(x) / mp.sqrt(2)) / 2, float(stats.norm.cdf(x)))


def student_sf(t, df):
    t, df = mp.mpf(t), mp.mpf(df)
    tail = mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return close(tail if t >= 0 else 1 - tail, float(stats.t.sf(float(t), float(df))), 1e-9)


def student_quantile(p, df):
    """SciPy's own quantile is good to 1e-8 only, so mpmath refines it."""
    start = float(stats.t.ppf(p, df))
    if p == 0.5:
        return 0.0
    upper = mp.mpf(p) if p < 0.5 else 1 - mp.mpf(p)
    half = mp.mpf(df) / 2
    root = mp.findroot(lambda t: mp.betainc(half, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2 / upper - 1, abs(start))
    return close(root if p > 0.5 else -root, start, 1e-7)


def kolmogorov_sf(x):
    x = mp.mpf(x)
    total = 2 * mp.nsum(lambda k: (-1) ** (int(k) - 1) * mp.exp(-2 * k * k * x * x), [1, 200], method="d")
    return close(total, float(special.kolmogorov(float(x))))


def cases(function, arguments):
    return [[*a, function(*a)] for a in arguments]


golden = {
    "log_gamma": cases(log_gamma, [[x] for x in (1e-10, 0.1, 0.3, 0.5, 0.75, 0.9999, 1.0001, 1.25, 1.5, 1.75, 1.999999, 2.000001, 2.3, 2.5, 2.51, 3.7, 5, 9.99, 10, 14.5, 30, 171.5, 1e4, 1e8, 1e15)]),
    "chi_square_sf": cases(chi_square_sf, [[x, df] for df in (1, 2, 3, 5, 10, 41, 100, 999) for x in (0.001, 0.5, 1, 3.84, df, 1.5 * df + 20, 3 * df + 300)]),
    "lower_gamma": cases(lower_gamma, [[a, x] for a in (0.5, 1, 3.3, 50, 1e4) for x in (0.01 * a, 0.5 * a, a, 1.1 * a)]),
    "incomplete_beta": cases(beta, [[0.5, 0.5, 0.3], [2, 3, 0.1], [2, 3, 0.9], [10, 1, 0.5], [0.5, 40, 0.01], [300, 200, 0.6], [300, 200, 0.4], [5000, 0.5, 0.999], [50, 60, 1e-3]]),
    "normal_cdf": cases(normal_cdf, [[x] for x in (-37, -20, -8, -5, -3, -1.96, -1, -0.5, -1e-5, 0, 1e-5, 0.3, 1, 1.7320508, 2, 5, 8)]),
    "normal_quantile": [[p, float(special.ndtri(p))] for p in (1e-300, 1e-50, 1e-10, 1e-5, 0.001, 0.025, 0.2, 0.2499, 0.25, 0.3, 0.49, 0.499999, 0.5, 0.51, 0.6, 0.75, 0.9, 0.975, 0.9995, 1 - 1e-10)],
    "student_sf": cases(student_sf, [[t, df] for df in (1, 2, 3.7, 10, 30.5, 1000, 1e6) for t in (-3, -0.1, 0, 1e-6, 0.5, 1, 2.1, 5, 12, 40)]),
    "student_quantile": cases(student_quantile, [[p, df] for df in (1, 2, 4.4, 20, 300, 1e5) for p in (1e-8, 0.001, 0.025, 0.2, 0.3, 0.45, 0.5, 0.6, 0.8, 0.975, 0.995)]),
    "kolmogorov_sf": cases(kolmogorov_sf, [[x] for x in (0.2, 0.3, 0.5, 0.7, 0.81, 0.82, 0.83, 1, 1.36, 1.63, 2, 3, 5)]),
}
path = pathlib.Path(__file__).parent.parent / "golden" / "stats_distributions.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
