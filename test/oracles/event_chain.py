"""Hashes of a chain of registry events, by an independent implementation.

Writes test/golden/event-chain.json: events with prevHash and hash, as
hash = SHA-256(prevHash + canonical JSON), canonical JSON being sorted keys, no white space, UTF-8.
"""
import hashlib
import json
import pathlib

EVENTS = [
    dict(time="2026-03-01T00:00:00.000Z", actor="ann", kind="registered", model="churn", version=1,
         fromStage=None, toStage="none", reason="first", evidence={"sha256": "ab", "metrics": {"roc_auc": 0.875}}),
    dict(time="2026-03-01T00:00:01.000Z", actor="Łukasz", kind="promoted", model="churn", version=1,
         fromStage="none", toStage="production", reason=None,
         evidence={"gate": {"outcome": "not-applicable", "metric": None}, "forced": False, "a": [1, "\"\n"]}),
    dict(time="2026-03-01T00:00:02.000Z", actor="guard", kind="rolled-back", model="churn", version=1,
         fromStage="production", toStage="archived", reason="10 errors", evidence={}),
]

previous = "0" * 64
answers = []
for seq, event in enumerate(EVENTS, start=1):
    content = {k: event[k] for k in ("time", "actor", "kind", "model", "version", "reason", "evidence")}
    content |= {"seq": seq, "from_stage": event["fromStage"], "to_stage": event["toStage"]}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256((previous + text).encode("utf-8")).hexdigest()
    answers.append({**event, "seq": seq, "prevHash": previous, "hash": digest})
    previous = digest

path = pathlib.Path(__file__).parent.parent / "golden" / "event-chain.json"
path.write_text(json.dumps(answers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
