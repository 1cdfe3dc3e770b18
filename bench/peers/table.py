"""Writes a made-up classification table (f0..f19, y) as two CSV files. usage: table.py ROWS TRAIN TEST (80 / 20)"""
import sys

import numpy as np
import pandas as pd
from sklearn.datasets import make_classification

rows, train, test = int(sys.argv[1]), sys.argv[2], sys.argv[3]
x, y = make_classification(n_samples=rows, n_features=20, n_informative=10, random_state=0)
table = pd.DataFrame(np.float32(x), columns=[f"f{i}" for i in range(x.shape[1])]).assign(y=y)
cut = int(rows * 0.8)
table[:cut].to_csv(train, index=False)
table[cut:].to_csv(test, index=False)
