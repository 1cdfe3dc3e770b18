"""Asks Python's datetime for every part of times: writes test/golden/features_calendar_parts.json."""

import datetime as dt
import json
import math
import pathlib
import random

random.seed(5)
EPOCH = dt.datetime(1970, 1, 1)
PARTS = (
    "year quarter month week day day_of_week day_of_year hour minute second weekend elapsed".split()
)
CIRCLES = {"month": (12, 1), "day_of_week": (7, 0), "day_of_year": (366, 1), "hour": (24, 0), "minute": (60, 0)}


def row(time):
    plain = {
        "year": time.year,
        "quarter": (time.month + 2) // 3,
        "month": time.month,
        "week": time.isocalendar()[1],
        "day": time.day,
        "day_of_week": time.weekday(),
        "day_of_year": time.timetuple().tm_yday,
        "hour": time.hour,
        "minute": time.minute,
        "second": time.second,
        "weekend": int(time.weekday() >= 5),
        "elapsed": (time - dt.datetime(2000, 1, 1)).total_seconds() / 3600,
    }
    waves = [
        wave(2 * math.pi * (plain[name] - first) / period)
        for name, (period, first) in CIRCLES.items()
        for wave in (math.sin, math.cos)
    ]
    return [(time - EPOCH) // dt.timedelta(seconds=1), *(plain[p] for p in PARTS), *waves]


# Year ends, where ISO weeks and the day of the year turn, in every kind of year; the ends of the range.
edges = [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59), dt.datetime(1969, 12, 31, 23, 59, 59)]
for year in [2, 4, 100, 400, 1599, 1900, 1999, 2000, 2004, 2008, 2009, 2010, 2015, 2016, 2020, 2021, 2099, 2100]:
    for month, day in [(1, 1), (1, 3), (1, 4), (2, 28), (3, 1), (12, 28), (12, 29), (12, 31)]:
        edges.append(dt.datetime(year, month, day, random.randrange(24), random.randrange(60), random.randrange(60)))
far = [EPOCH + dt.timedelta(seconds=random.randrange(-62_135_596_800, 253_402_300_800)) for _ in range(250)]
names = PARTS + [f"{name}_{wave}" for name in CIRCLES for wave in ("sin", "cos")]
target = pathlib.Path(__file__).parent.parent / "golden" / "features_calendar_parts.json"
target.write_text(json.dumps({"parts": names, "rows": [row(t) for t in edges + far]}, separators=(",", ":")) + "\n")
