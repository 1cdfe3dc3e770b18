"""Peer for preprocessing: pandas caps by the quartiles, scikit-learn fills with the median and standardises, CSV out."""
import json
import resource
import sys
import time

import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

source, out = sys.argv[1:]
begin = time.perf_counter()
table = pd.read_csv(source)
names = table.select_dtypes("number").columns
capped = table[names].copy()
for name in names:
    low, high = capped[name].quantile([0.25, 0.75])
    reach = 1.5 * (high - low)
    capped[name] = capped[name].clip(low - reach, high + reach)
filled = SimpleImputer(strategy="median").fit_transform(capped)
scaled = StandardScaler().fit_transform(filled)
pd.DataFrame(scaled, columns=names).to_csv(out, index=False)
total = time.perf_counter() - begin
peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"total_s": total, "peak_mb": peak_kb / 1024}))
