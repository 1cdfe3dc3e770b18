"""scikit-learn's random forest on two CSV files with numeric columns. usage: forest.py TRAIN TEST TARGET [PICKLE]"""
import json
import sys
import time

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, roc_auc_score

train, test, target = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2]), sys.argv[3]
y_train, y_test = train.pop(target), test.pop(target)
forest = RandomForestClassifier(100, random_state=0, n_jobs=2)
begin = time.perf_counter()
forest.fit(train.to_numpy("float32"), y_train)
fit_ms = (time.perf_counter() - begin) * 1000
chance = forest.predict_proba(test.to_numpy("float32"))[:, 1]
print(json.dumps({"fit_ms": fit_ms, "roc_auc": roc_auc_score(y_test, chance), "accuracy": accuracy_score(y_test, chance > 0.5)}))
if len(sys.argv) > 4:
    joblib.dump(forest, sys.argv[4])
