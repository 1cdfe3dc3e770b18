"""The server that one writes by hand: FastAPI around a pickled scikit-learn model. usage: server.py PICKLE PORT"""
import sys

import joblib
import numpy
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

forest = joblib.load(sys.argv[1])
forest.n_jobs = 1
api = FastAPI()


class Request(BaseModel):
    features: list[float]


@api.get("/health")
async def health():
    return {"status": "up"}


@api.post("/predict")
async def predict(request: Request):
    chances = forest.predict_proba(numpy.array([request.features], dtype="float32"))[0]
    best = int(chances.argmax())
    return {"prediction": int(forest.classes_[best]), "confidence": float(chances[best])}


uvicorn.run(api, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
