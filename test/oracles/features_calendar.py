"""Asks Python's datetime for the parts of times: writes test/golden/features_calendar.json."""

import datetime as dt
import json
import pathlib
import random

random.seed(3)
EPOCH = dt.datetime(1970, 1, 1)


def row(time):
    seconds = (time - EPOCH) // dt.timedelta(seconds=1)
    return [seconds, time.year, time.month, time.day, time.weekday(), time.hour]


edges = [
    dt.datetime(1, 1, 1),
    dt.datetime(9999, 12, 31, 23, 59, 59),
    dt.datetime(1969, 12, 31, 23, 59, 59),
    dt.datetime(1970, 1, 1),
    dt.datetime(2000, 2, 29, 12),
    dt.datetime(2000, 3, 1),
    dt.datetime(1900, 2, 28, 23),
    dt.datetime(1900, 3, 1),
    dt.datetime(2024, 2, 29, 23, 59, 59),
    dt.datetime(2100, 2, 28, 23),
    dt.datetime(2100, 3, 1),
    dt.datetime(400, 2, 29),
    dt.datetime(1600, 12, 31, 23),
    # Seconds that share their upper 32 bits with the ends of the range.
    dt.datetime(9863, 12, 3, 15, 2, 8),
    dt.datetime(9900, 1, 1),
    dt.datetime(30, 5, 17, 6),
]
start = dt.datetime(1900, 1, 1)
hours = int((dt.datetime(2101, 1, 1) - start).total_seconds() // 3600)
near = [start + dt.timedelta(hours=random.randrange(hours)) for _ in range(1500)]
far = [EPOCH + dt.timedelta(seconds=random.randrange(-62_135_596_800, 253_402_300_800)) for _ in range(500)]
target = pathlib.Path(__file__).parent.parent / "golden" / "features_calendar.json"
target.write_text(json.dumps([row(t) for t in edges + near + far], separators=(",", ":")) + "\n")
