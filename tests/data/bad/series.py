"""Bad tables of series."""

from typing import Any

from .case import Case

HOURS = [f"2024-01-{day:02}T{hour:02}:00:00" for day in (1, 2, 3) for hour in range(24)]


def rows(*more: str, hours: list[str] = HOURS) -> str:
    return "time,value\n" + "".join(f"{hour},{index % 7}\n" for index, hour in enumerate(hours)) + "\n".join(more)


def case(name: str, content: Any, **keys: Any) -> Case:
    dataset = {
        "kind": "series",
        "path": "load.csv",
        "target": ["value"],
        "frequency": "1h",
        "lookback": 4,
        "horizon": 2,
        "split": {"kind": "time", "validation": 0.2, "test": 0.2},
    }
    return Case(f"series-{name}", {"load.csv": content}, dataset | keys, "forecast")


def changed(index: int, hour: str) -> str:
    return rows(hours=[*HOURS[:index], hour, *HOURS[index + 1 :]])


CASES = (
    case("empty", ""),
    case("column-missing", rows(), target=["load"]),
    case("time-column-missing", rows(), time="when"),
    case("time-missing", changed(5, "")),
    case("time-is-a-number", changed(5, "1704067200")),
    case("time-is-american", changed(5, "01/31/2024 05:00")),
    case("time-not-in-its-format", changed(5, "31.01.2024 05:00"), time_format="%Y-%m-%dT%H:%M:%S"),
    case("time-out-of-order-among-duplicates", changed(5, "2024-01-01T03:30:00"), duplicates="last"),
    case("time-is-no-day", changed(5, "2024-02-30T05:00:00")),
    case("time-of-25-hours", changed(5, "2024-01-01T25:00:00")),
    case("time-with-an-offset-among-those-without", changed(5, "2024-01-01T05:00:00+02:00")),
    case("time-without-offset-among-those-with", changed(0, "2024-01-01T00:00:00Z")),
    case("time-with-fraction", changed(5, "2024-01-01T05:00:00.5")),
    case("times-out-of-order", changed(5, "2024-01-01T03:30:00")),
    case("times-descend", rows(hours=HOURS[::-1])),
    case("time-twice", changed(5, HOURS[4])),
    case("time-twice-by-offsets", rows(hours=["2024-01-01T00:00:00+00:00", "2024-01-01T02:00:00+02:00"])),
    case("time-off-the-grid", changed(5, "2024-01-01T05:07:00")),
    case("month-off-the-grid", rows(hours=["2024-01-31", "2024-02-28", "2024-02-29"]), frequency="1mo"),
    case("time-in-the-year-9999", rows("9999-12-31T23:00:00,1\n"), frequency="1s", gaps="fill"),
    case("time-missing-in-between", rows(hours=HOURS[:9] + HOURS[10:])),
    case("value-missing", rows().replace("T05:00:00,5", "T05:00:00,", 1)),
    case("value-is-na", rows().replace("T05:00:00,5", "T05:00:00,NA", 1)),
    case("value-is-a-word", rows().replace("T05:00:00,5", "T05:00:00,five", 1)),
    case("value-is-infinite", rows().replace("T05:00:00,5", "T05:00:00,inf", 1)),
    case("value-is-1e999", rows().replace("T05:00:00,5", "T05:00:00,1e999", 1)),
    case("value-with-comma", rows().replace("T05:00:00,5", 'T05:00:00,"5,5"', 1)),
    case("value-with-underscore", rows().replace("T05:00:00,5", "T05:00:00,1_000", 1)),
    case("value-beyond-float32", rows().replace("T05:00:00,5", "T05:00:00,1e60", 1), scaler="none"),
    case("target-never-given", "time,value\n" + "".join(f"{hour},\n" for hour in HOURS), gaps="mask"),
    case("training-part-never-given", "time,value\n" + "".join(
        f"{hour},{'' if index < 60 else index}\n" for index, hour in enumerate(HOURS)), gaps="mask"),
    case("one-row", rows(hours=HOURS[:1])),
    case("too-short", rows(hours=HOURS[:9])),
    case("lookback-too-long", rows(), lookback=200),
    case("name-missing", "time,value,id\n" + f"{HOURS[0]},1,\n{HOURS[1]},1,a\n", id="id"),
    case("one-of-two-out-of-order", "time,value,id\n" + "".join(f"{hour},1,a\n" for hour in HOURS)
         + f"{HOURS[3]},1,b\n{HOURS[2]},1,b\n", id="id"),
)  # fmt: skip
