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
        table.add_row(Text(name, style="dim"), _units(about) if "units" in about else _timesteps(about["timesteps"]))
    for name, value in sample["targets"].items():
        table.add_row(Text(f"→ {clean(name)}", style="dim"), _target(value))
    row = "" if sample["row"] is None else f", row {sample['row']} of the source"
    return Group(Text(f"{number}{row}", style="dim"), Padding(table, (0, 0, 0, 2), expand=False))


def _units(about: dict[str, Any]) -> Text:
    """Return units with the unknown ones marked, and the padding where it stands."""
    shown = _joined(about["units"])
    padding = Text(f"{about['padding']} x padding" if about["padding"] else "", style="dim italic")
    if not padding:
        return shown
    return Text(" ").join([padding, shown] if about["side"] == "pre" else [shown, padding])


def _joined(units: list[str]) -> Text:
    text = Text(" ").join(Text(clean(unit), style=MARKS.get(unit, "")) for unit in units[:UNITS])
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
    if isinstance(value, list) and value and isinstance(value[0], str):
        return _joined(value)
    return _timesteps(value) if isinstance(value, list) else Text(_features(value), style="bold")
