"""Decoded samples as `rnnlab data show` prints them."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rnnlab.cli.bars import clean

UNITS, TIMESTEPS, FEATURES = 60, 4, 8  # that are shown
MARKS = {"[UNK]": "bold red", "[START]": "dim", "[END]": "dim"}


def samples_shown(samples: list[dict[str, Any]]) -> Group:
    """Return samples one below the other."""
    return Group(*(_sample(each, number) for number, each in enumerate(samples, 1)))


def _sample(sample: dict[str, Any], number: int) -> Group:
    table = Table.grid(padding=(0, 2))
    for name, about in sample["inputs"].items():
        read = _joined(about["units"], about["unit"]) if "units" in about else _timesteps(about["timesteps"])
        table.add_row(Text(name, style="dim"), _padded(read, about.get("padding", 0), about.get("side")))
    for name, value in sample["targets"].items():
        table.add_row(Text(f"→ {clean(name)}", style="dim"), _target(value))
    row = "" if sample["row"] is None else f", row {sample['row']} of the source"
    return Group(Text(f"{number}{row}", style="dim"), Padding(table, (0, 0, 0, 2)))


def _padded(read: Text, count: int, side: str | None) -> Text:
    """Return what is read with the padding where it stands."""
    if not count:
        return read
    padding = Text(f"{count} x padding", style="dim italic")
    return Text(" ").join([padding, read] if side == "pre" else [read, padding])


def _joined(units: list[str], unit: str = "word") -> Text:
    """Return units with the unknown ones marked."""
    between = Text("" if unit == "character" else " ")
    text = between.join(Text(clean(each), style=MARKS.get(each, "")) for each in units[:UNITS])
    more = len(units) - UNITS
    return text.append(f" … {more} more", style="dim") if more > 0 else text


def _timesteps(timesteps: list[Any]) -> Text:
    """Return the first timesteps of numbers."""
    rows = " | ".join(_features(each) for each in timesteps[:TIMESTEPS])
    more = len(timesteps) - TIMESTEPS
    return Text(rows).append(f" … {more} more timesteps" if more > 0 else "", style="dim")


def _features(values: Any) -> str:
    if not isinstance(values, list):
        return "missing" if values is None else f"{values:g}"
    shown = " ".join(_features(value) for value in values[:FEATURES])
    return shown + (" …" if len(values) > FEATURES else "")


def _target(value: Any) -> Text:
    if isinstance(value, str):
        return Text(clean(value), style="bold")
    if isinstance(value, dict):
        return _joined(value["units"], value["unit"])
    if isinstance(value, list) and value and isinstance(value[0], str):
        return _joined(value)
    return _timesteps(value) if isinstance(value, list) else Text(_features(value), style="bold")
