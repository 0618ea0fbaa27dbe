"""A comparison's table as text, Markdown, CSV and JSON; what people named is escaped in each."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pandas as pd

from rnnlab.track.params import shorten

__all__ = ["to_csv", "to_json", "to_markdown", "to_text"]

_SIDE_BY_SIDE = 6
_CELL_LENGTH = 40
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_text(frame: pd.DataFrame) -> str:
    """Return aligned columns; up to six runs stand side by side, each value in a row of its own."""
    rows = _cells(frame)
    if len(frame) <= _SIDE_BY_SIDE:
        rows = [list(row) for row in zip(*rows, strict=True)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def to_markdown(frame: pd.DataFrame) -> str:
    """Return a table in GitHub's Markdown, one row per run."""
    header, *rows = [[_MARKDOWN.sub(r"\\\1", cell) for cell in row] for row in _cells(frame)]
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def to_csv(frame: pd.DataFrame) -> str:
    """Return CSV, one row per run; text that a spreadsheet would take for a formula gets a `'` before it."""
    table = pd.DataFrame(
        {_guarded(key): [_guarded(_plain_value(value)) for value in frame[key]] for key in frame.columns},
        dtype=object,
    )
    return table.to_csv(index=False, lineterminator="\n")


def to_json(frame: pd.DataFrame) -> str:
    """Return a list with one object per run; what is missing or not finite is null."""
    rows = [{key: _json_value(frame[key].iloc[i]) for key in frame.columns} for i in range(len(frame))]
    return json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _cells(frame: pd.DataFrame) -> list[list[str]]:
    columns = [[key, *(_cell(key, value) for value in frame[key])] for key in frame.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _cell(key: str, value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "—"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:8] if key == "id" else shorten(_CONTROL.sub(" ", text), _CELL_LENGTH)


def _plain_value(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value if value is None or isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _json_value(value: Any) -> Any:
    value = _plain_value(value) if isinstance(value, float) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
