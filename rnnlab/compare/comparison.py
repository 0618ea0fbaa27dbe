"""Runs as one table: only the keys that differ, and the numbers at the kept and at the last epoch."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from rnnlab.compare import formats
from rnnlab.compare.figure import validation_figure
from rnnlab.errors import CallError
from rnnlab.track.record import Point, Record

__all__ = ["Comparison", "compare_runs"]

_NOT_COMPARED = ("name", "description")
_WHOLE_RUN = ("kept_epoch", "epochs", "parameters", "trainable_parameters", "seconds")


@dataclass(frozen=True)
class Comparison:
    """Runs side by side.

    Attributes:
        frame: one row per run: name, id, status, kind, the keys that differ, then the numbers. `val_loss` is
            that of the kept epoch, `val_loss_last` that of the last one; NaN where a run has none.
        differences: the config keys that differ, in file order.
        records: the runs, with curves.
    """

    frame: pd.DataFrame
    differences: tuple[str, ...]
    records: tuple[Record, ...]

    def to_text(self) -> str:
        """Return the table for a terminal; few runs stand side by side, many below each other."""
        return formats.to_text(self.frame)

    def to_markdown(self) -> str:
        """Return the table in GitHub's Markdown."""
        return formats.to_markdown(self.frame)

    def to_csv(self) -> str:
        """Return the table as CSV in which no cell is a formula for a spreadsheet."""
        return formats.to_csv(self.frame)

    def to_json(self) -> str:
        """Return a JSON list with one object per run; null where a run has no such value."""
        return formats.to_json(self.frame)

    def to_figure(self) -> Figure:
        """Return the validation curves of all runs, named by what differs."""
        return validation_figure(self.records, self._labels())

    def figure(self, path: Path) -> None:
        """Write the validation curves of all runs as PNG.

        Raises:
            CallError: the file cannot be written.
        """
        try:
            self.to_figure().savefig(path, format="png", dpi=150)
        except OSError as error:
            raise CallError(f"cannot write {path}: {error.strerror or error}") from error

    def _labels(self) -> list[str]:
        """Return what each run differs in; its name where that is nothing, or the same as another's."""
        shared = [key for key in self.differences if all(key in record.config for record in self.records)]
        labels = [
            ", ".join(f"{_short(key)}={_word(r.config[key])}" for key in shared or self.differences if key in r.config)
            for r in self.records
        ]
        return [
            label if label and labels.count(label) == 1 else f"{record.name} ({label})" if label else record.name
            for label, record in zip(labels, self.records, strict=True)
        ]


def compare_runs(records: Sequence[Record]) -> Comparison:
    """Return the runs side by side.

    Args:
        records: with their curves loaded; in the order of the rows.

    Raises:
        CallError: there is no run to compare.
    """
    if not records:
        raise CallError("there is no run to compare; name some by id, name, `LAST` or `A..B`")
    differences = _differences(records)
    results = [_results(record) for record in records]
    columns = _result_columns(results)
    rows = []
    for record, result in zip(records, results, strict=True):
        row: dict[str, Any] = {"name": record.name, "id": record.run_id}
        if len({r.experiment for r in records}) > 1:
            row["experiment"] = record.experiment
        row |= {"status": record.status, "kind": record.kind}
        row |= {key: record.config.get(key) for key in differences}
        row |= {key: result.get(key, math.nan) for key in columns}
        rows.append(row)
    frame = pd.DataFrame({key: pd.Series([row[key] for row in rows], dtype=_dtype(rows, key)) for key in rows[0]})
    return Comparison(frame, tuple(differences), tuple(records))


def _dtype(rows: list[dict[str, Any]], key: str) -> str:
    """Return float64 for numbers with gaps; `object` keeps every config value as it stands in the file."""
    return "float64" if all(type(row[key]) is float for row in rows) else "object"


def _differences(records: Sequence[Record]) -> list[str]:
    keys = dict.fromkeys(key for record in records for key in record.config)
    return [
        key
        for key in keys
        if key not in _NOT_COMPARED
        and len({json.dumps(r.config[key], sort_keys=True) if key in r.config else "" for r in records}) > 1
    ]


def _results(record: Record) -> dict[str, float]:
    kept = _kept_epoch(record)
    results: dict[str, float] = {}
    for key in record.metrics:
        curve = record.curves.get(key, ())
        if key.startswith("val_"):
            results[key] = next((point.value for point in curve if point.step == kept), math.nan)
            results[f"{key}_last"] = curve[-1].value if curve else record.metrics[key]
        elif key in _WHOLE_RUN or key.startswith(("test_", "baseline_", "skill_over_")):
            results[key] = record.metrics[key]
    return results


def _kept_epoch(record: Record) -> int | None:
    """Return the epoch whose weights were kept; of a run that did not end, the best so far."""
    if "kept_epoch" in record.metrics:
        return int(record.metrics["kept_epoch"])
    curve: tuple[Point, ...] = record.curves.get("val_loss", ())
    return min(curve, key=lambda point: point.value).step if curve else None


def _result_columns(results: Sequence[dict[str, float]]) -> list[str]:
    """Return the columns: validation, test, baselines, the whole run; loss before metrics."""

    def place(key: str) -> tuple[int, bool, str, bool]:
        group = next(
            (i for i, start in enumerate(("val_", "test_", "skill_", "baseline_")) if key.startswith(start)),
            4,
        )
        stem = key.removesuffix("_last")
        order = f"{_WHOLE_RUN.index(key)}" if key in _WHOLE_RUN else stem
        return group, not stem.endswith("_loss"), order, key != stem

    return sorted({key for result in results for key in result}, key=place)


def _short(path: str) -> str:
    return ".".join(path.split(".")[-2:])


def _word(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else json.dumps(value)
