"""XGBoost's histogram boosting (2 threads, 100 rounds, depth 6) on two CSV files of numbers. usage: boosting.py TRAIN TEST TARGET"""
import json
import sys
import time

import pandas as pd
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from xgboost import XGBClassifier

train, test, target = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2]), sys.argv[3]
y_train, y_test = train.pop(target), test.pop(target)
model = XGBClassifier(n_estimators=100, tree_method="hist", n_jobs=2, max_depth=6, learning_rate=0.1)
begin = time.perf_counter()
model.fit(train.to_numpy("float32"), y_train)
fit_ms = (time.perf_counter() - begin) * 1000
chance = model.predict_proba(test.to_numpy("float32"))[:, 1]
print(json.dumps({"fit_ms": fit_ms, "roc_auc": roc_auc_score(y_test, chance), "accuracy": accuracy_score(y_test, chance > 0.5), "log_loss": log_loss(y_test, chance)}))
