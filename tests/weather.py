"""Small tables of series, as a person has them."""

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2024, 1, 1)
DATASET: dict[str, Any] = {
    "kind": "series",
    "path": "weather.csv",
    "time": "time",
    "id": "station",
    "target": ["temp"],
    "past": ["wind"],
    "frequency": "1h",
    "lookback": 6,
    "horizon": 3,
    "season": 4,
    "split": {"kind": "time", "validation": 0.2, "test": 0.2},
}


def temperature(station: str, hour: int) -> float:
    """Return 20 for A and 60 for B, and a season of four hours."""
    return {"A": 20.0, "B": 60.0}[station] + 5 * math.sin(math.pi * hour / 2) + hour % 7 / 10


def write_weather(
    path: Path,
    *,
    hours: int = 60,
    stations: Iterable[str] = ("A", "B"),
    leave_out: Callable[[str, int], bool] = lambda station, hour: False,
    bare: Callable[[str, int], bool] = lambda station, hour: False,
) -> Path:
    """Write hours of stations; some rows left out, in some the temperature is missing."""
    rows = ["time,station,temp,wind,holiday"]
    for station in stations:
        for hour in range(hours):
            if leave_out(station, hour):
                continue
            temp = "NA" if bare(station, hour) else f"{temperature(station, hour):.3f}"
            moment = (START + timedelta(hours=hour)).isoformat()
            rows.append(f"{moment},{station},{temp},{hour % 5},{int(hour % 24 > 18)}")
    path.write_text("\n".join([*rows, ""]), encoding="utf-8")
    return path
