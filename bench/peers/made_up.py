"""Writes a made-up table of ROWS × 20 numbers (float32 as text) and a class `y`, a million rows at a time."""
import sys

import numpy as np
import pandas as pd
from sklearn.datasets import make_classification

rows, path = int(sys.argv[1]), sys.argv[2]
for start in range(0, rows, 1_000_000):
    count = min(1_000_000, rows - start)
    values, labels = make_classification(n_samples=count, n_features=20, n_informative=10, random_state=start)
    part = pd.DataFrame(values.astype(np.float32), columns=[f"f{i}" for i in range(20)])
    part["y"] = labels
    part.to_csv(path, index=False, mode="w" if start == 0 else "a", header=start == 0)
