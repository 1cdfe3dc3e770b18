"""Peer for preprocessing: pandas and scikit-learn cap by the quartiles, fill with the median, standardise, write CSV."""
import json
import resource
import sys
import time

import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

source, out = sys.argv[1:]
start = time.perf_counter()
table = pd.read_csv(source)
was_read = time.perf_counter()
numbers = table.select_dtypes("number")
quartiles = numbers.quantile([0.25, 0.75])
reach = 1.5 * (quartiles.loc[0.75] - quartiles.loc[0.25])
capped = numbers.clip(quartiles.loc[0.25] - reach, quartiles.loc[0.75] + reach, axis=1)
steps = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
features = pd.DataFrame(steps.fit_transform(capped), columns=numbers.columns)
was_made = time.perf_counter()
features.to_csv(out, index=False)
end = time.perf_counter()
peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(
    json.dumps(
        {
            "read_s": was_read - start,
            "transform_s": was_made - was_read,
            "write_s": end - was_made,
            "total_s": end - start,
            "peak_mb": peak_kb / 1024,
        }
    )
)
