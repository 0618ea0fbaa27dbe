"""Tables of series: times, names and numbers as text, laid on a grid of equal timesteps."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.labels import LARGEST, ROWS
from rnnlab.data.tables import Table, read_table
from rnnlab.datasets import SeriesDataset
from rnnlab.errors import DatasetError

MISSING = {"NA", "N/A", "NaN", "nan", "NAN", "null", "NULL"}
MOST_TIMESTEPS = 100_000_000
ISO = "write times like 2013-01-31T06:00:00"
FORM = "correct it, or `dataset.time_format`"
OTHER_FORM = f'{ISO}, or say how they are written, such as `time_format: "%d.%m.%Y %H:%M"`'
Times = NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    """One series on its grid.

    Attributes:
        name: value of the id's column; empty where there is one series.
        times: (T,) seconds since 1970, the grid without holes.
        values: (T, C) numbers in the order of `SeriesDataset.columns`; NaN where missing.
        given: (T,) the table has a row for this timestep.
        repeated: rows of the table that had the time of another one.
    """

    name: str
    times: Times
    values: NDArray[np.float64]
    given: NDArray[np.bool_]
    repeated: int = 0

    def __len__(self) -> int:
        """Return T."""
        return len(self.times)

    @property
    def gaps(self) -> tuple[int, int]:
        """Return (timesteps without a row, runs of them)."""
        absent = ~self.given
        return int(absent.sum()), int((absent[1:] & ~absent[:-1]).sum() + absent[0])


def read_series(path: Path, dataset: SeriesDataset) -> list[Series]:
    """Return the series of a table, in the order in which their names first stand.

    Raises:
        DatasetError: RL401 to RL406 of tables, RL410 no number, RL411, RL412, RL414 of times.
    """
    name = (dataset.id,) if dataset.id is not None else ()
    table = read_table(path, (dataset.time, *name, *dataset.columns))
    times = _times(table, dataset)
    values = np.stack([_numbers(table, column) for column in dataset.columns], axis=1)
    names = table.values(dataset.id) if dataset.id is not None else [""] * len(times)
    rows: dict[str, list[int]] = {}
    for row, each in enumerate(names):
        rows.setdefault(each, []).append(row)
    return [_on_grid(table, dataset, each, np.array(found), times, values) for each, found in rows.items()]


def _times(table: Table, dataset: SeriesDataset) -> Times:
    column, layout = dataset.time, dataset.time_format
    texts = table.values(column)
    times = np.empty(len(texts), np.int64)
    aware = None
    for row, text in enumerate(texts):
        try:
            moment = datetime.strptime(text, layout) if layout else datetime.fromisoformat(text)
        except ValueError as error:
            what = f"is not written as `{layout}`" if layout else "is no ISO 8601 time"
            raise _unreadable(table, column, row, text, what, FORM if layout else OTHER_FORM) from error
        if aware is None:
            aware = moment.tzinfo is not None
        if aware != (moment.tzinfo is not None):
            raise _unreadable(table, column, row, text, f"has {'no' if aware else 'an'} offset, the first time differs")
        if moment.microsecond:
            raise _unreadable(
                table, column, row, text, "has a fraction of a second, and a timestep is no less than one"
            )
        times[row] = (moment if aware else moment.replace(tzinfo=UTC)).timestamp()
    return times


def _unreadable(table: Table, column: str, row: int, text: str, what: str, help: str = ISO) -> DatasetError:
    return DatasetError(
        "RL411",
        f"{table.name}, column `{column}`, data row {row + 1} ({ROWS}): `{text}` {what}",
        help=help,
    )


def _numbers(table: Table, column: str) -> NDArray[np.float64]:
    numbers = np.empty(len(table.columns[column]))
    for row, text in enumerate(table.columns[column]):
        try:
            numbers[row] = math.nan if text is None or text in MISSING else float(text)
        except ValueError:
            numbers[row] = math.inf
        if abs(numbers[row]) > LARGEST or (text is not None and "_" in text):  # float("1_000") is 1000
            raise DatasetError(
                "RL410",
                f"{table.name}, column `{column}`, data row {row + 1} ({ROWS}): `{text}` is not a finite number "
                "of float32",
                help="write a point before decimals"
                if text is not None and re.fullmatch(r"[-+]?\d+,\d+", text)
                else "correct it, or leave it empty where nothing was measured",
            )
    return numbers


def _on_grid(
    table: Table,
    dataset: SeriesDataset,
    name: str,
    rows: NDArray[np.int64],
    times: Times,
    values: NDArray[np.float64],
) -> Series:
    """Return the rows of one series on the grid that starts at its first time."""
    of = f" of series `{name}`" if name else ""
    _check_ascending(table, dataset, rows, times[rows], of)
    values, repeated = values[rows], len(rows)
    if dataset.duplicates != "error":
        rows, values = _one_of_each(rows, times[rows], values, dataset.duplicates)
    found = times[rows]
    repeated -= len(rows)
    places, exact = _places(found, dataset)
    if not exact.all():
        row = int(np.flatnonzero(~exact)[0])
        raise DatasetError(
            "RL414",
            f"{table.name}, data row {rows[row] + 1} ({ROWS}): {show_time(found[row])} is not a whole number of "
            f"{dataset.frequency} after the first time{of}, {show_time(found[0])}",
            help="is `dataset.frequency` right? otherwise resample the table",
        )
    count = int(places[-1]) + 1
    if count > MOST_TIMESTEPS:
        row = int(np.argmax(np.diff(found))) + 1
        raise DatasetError(
            "RL470",
            f"{table.name}, data row {rows[row] + 1} ({ROWS}): {show_time(found[row])}{of} makes {count:,} timesteps "
            f"of {dataset.frequency}; the limit is {MOST_TIMESTEPS:,}",
            help="correct the time, or `dataset.frequency`",
        )
    laid = np.full((count, values.shape[1]), np.nan)
    laid[places] = values
    given = np.zeros(count, bool)
    given[places] = True
    return Series(name, grid(int(found[0]), count, dataset), laid, given, repeated)


def _check_ascending(table: Table, dataset: SeriesDataset, rows: NDArray[np.int64], times: Times, of: str) -> None:
    """Refuse a series that goes back in time, or has a time twice unless the file says what to do then."""
    steps = np.diff(times)
    late = np.flatnonzero(steps <= 0 if dataset.duplicates == "error" else steps < 0)
    if not len(late):
        return
    row = late[0] + 1
    twice = int((steps == 0).sum())
    where = f"{table.name}, data row {rows[row] + 1} ({ROWS}): the time {show_time(times[row])}{of}"
    if times[row] == times[row - 1]:
        more = f"; {twice} rows{of} repeat the time before" if twice > 1 else ""
        raise DatasetError(
            "RL412",
            f"{where} stands twice{more}",
            help="keep one row of each time, or use `duplicates: first`, `last` or `mean`",
        )
    raise DatasetError("RL412", f"{where} is earlier than the time before it", help="sort the table by time")


def _one_of_each(
    rows: NDArray[np.int64], times: Times, values: NDArray[np.float64], which: str
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (rows, values) with one row of each time; of means, what is missing does not count."""
    starts = np.flatnonzero(np.diff(times, prepend=times[0] - 1))
    if which == "mean":
        known = np.add.reduceat(np.isfinite(values).astype(np.float64), starts)
        sums = np.add.reduceat(np.nan_to_num(values), starts)
        return rows[starts], np.divide(sums, known, out=np.full_like(sums, np.nan), where=known > 0)
    places = starts if which == "first" else np.append(starts[1:], len(times)) - 1
    return rows[places], values[places]


def _places(times: Times, dataset: SeriesDataset) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return (timesteps since the first time, whether each is a whole number of them)."""
    step = dataset.step
    if step.seconds is not None:
        return np.divmod(times - times[0], step.seconds)[0], (times - times[0]) % step.seconds == 0
    assert step.months is not None
    months = times.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    places = (months - months[0]) // step.months
    whole = ((months - months[0]) % step.months == 0) & np.diff(places, prepend=-1).astype(bool)
    return places, whole


def grid(first: int, count: int, dataset: SeriesDataset) -> Times:
    """Return `count` times from the first on."""
    step = dataset.step
    if step.seconds is not None:
        return first + step.seconds * np.arange(count, dtype=np.int64)
    assert step.months is not None
    month = np.datetime64(first, "s").astype("datetime64[M]")
    starts = (month + step.months * np.arange(count)).astype("datetime64[s]").astype(np.int64)
    within: int = first - int(starts[0])
    return np.asarray(starts + within, np.int64)


def show_time(seconds: int) -> str:
    """Return a time as people write it."""
    return str(np.datetime64(int(seconds), "s"))


def check_whole(series: Sequence[Series], dataset: SeriesDataset) -> None:
    """Refuse series with gaps where the file does not say what to do with them.

    Raises:
        DatasetError: RL413, with the first place.
    """
    for each in series:
        bare = np.isnan(each.values)
        if not bare.any():
            continue
        row, column = (int(index) for index in np.argwhere(bare)[0])
        of = f" of series `{each.name}`" if each.name else ""
        timesteps, runs = each.gaps
        absent = f"; {timesteps} timesteps are missing in {runs} gap{'s'[: runs != 1]}" if timesteps else ""
        what = f"`{dataset.columns[column]}` is missing" if each.given[row] else "the timestep is missing"
        raise DatasetError(
            "RL413",
            f"{show_time(each.times[row])}{of}: {what}{absent}",
            help="use `gaps: mask` or `gaps: fill`, or complete the table",
        )
