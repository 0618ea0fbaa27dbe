"""The samples of a table in long form: a row is a timestep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.labels import ROWS, encode_numbers
from rnnlab.data.ragged import Ragged, joined_numbers
from rnnlab.data.tables import Table, read_table
from rnnlab.data.ts_files import Sequences
from rnnlab.datasets import SequenceTableDataset
from rnnlab.errors import DatasetError

Rows = NDArray[np.int64]


def read_sequence_table(
    dataset: SequenceTableDataset, path: Path, *, target: str | None, group: str | None = None
) -> tuple[Sequences, tuple[str, ...]]:
    """Return (samples, group of each) of a table, in the order in which their ids first stand there.

    Args:
        dataset: says what the columns are.
        path: of the table.
        target: the column of the targets; None where they are not wanted.
        group: the column that names the group; none are read where it is None.

    Raises:
        DatasetError: RL401 to RL406, RL410, RL443, RL444: the table cannot be used.
    """
    further = [column for column in (target, group) if column is not None]
    table = read_table(path, (dataset.id, dataset.time, *dataset.values, *further))
    channels = [
        encode_numbers(table.values(name), f"{table.name}, column `{name}`", help="correct or remove the row")
        for name in dataset.values
    ]
    numbers_RC = np.stack(channels, axis=1)
    ids = table.values(dataset.id)
    places: dict[str, list[int]] = {}
    for row, name in enumerate(ids):
        places.setdefault(name, []).append(row)
    times = _times(table, dataset.time)
    ordered = {name: _ordered(table.name, name, np.array(rows), times) for name, rows in places.items()}
    inputs: Ragged = joined_numbers([numbers_RC[rows] for rows in ordered.values()])
    values = tuple(_constant(table, target, ordered)) if target else ()
    groups = tuple(_constant(table, group, ordered)) if group else ()
    return Sequences(inputs, values, names=tuple(ordered)), groups


def _times(table: Table, column: str) -> NDArray[np.float64]:
    """Return the times as numbers: seconds where they are dates."""
    texts = table.values(column)
    numbers = [_is_number(text) for text in texts]
    if numbers[0] and not all(numbers):
        row = numbers.index(False)
        raise DatasetError(
            "RL443",
            f"{table.name}, column `{column}`, data row {row + 1} ({ROWS}): `{texts[row]}` is no number, as the times "
            "before it are",
            help="write all times as numbers, or all as dates",
        )
    if numbers[0]:
        return np.array([float(text) for text in texts])
    return np.array(
        [
            _seconds(text, f"{table.name}, column `{column}`, data row {row + 1} ({ROWS})")
            for row, text in enumerate(texts)
        ]
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _seconds(text: str, where: str) -> float:
    """Return an ISO 8601 time in seconds; one without an offset counts as UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise DatasetError(
            "RL443",
            f"{where}: `{text}` is neither a number nor an ISO 8601 time",
            help="as in `2013-01-31` or `2013-01-31T06:00:00`; numbers and dates are not mixed",
        ) from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _ordered(table: str, name: str, rows: Rows, times: NDArray[np.float64]) -> Rows:
    """Return the rows of a sequence in the order of time."""
    ordered = rows[np.argsort(times[rows], kind="stable")]
    steps = np.diff(times[ordered])
    if not np.isfinite(times[rows]).all() or (steps == 0).any():
        twice = (steps == 0).any()
        wrong = int(ordered[1:][steps == 0][0] if twice else rows[~np.isfinite(times[rows])][0])
        raise DatasetError(
            "RL443",
            f"{table}, data row {wrong + 1} ({ROWS}): "
            + (
                f"the sequence `{name}` has this time twice"
                if twice
                else f"the time of sequence `{name}` is not finite"
            ),
            help="keep one row of each time" if twice else "correct or remove the row",
        )
    return ordered


def _constant(table: Table, column: str, ordered: dict[str, Rows]) -> Sequence[str]:
    """Return the value of a column that is the same in every row of a sequence, for each sequence."""
    texts = table.values(column)
    found = []
    for name, rows in ordered.items():
        first = min(rows)
        other = next((int(row) for row in sorted(rows) if texts[row] != texts[first]), None)
        if other is not None:
            raise DatasetError(
                "RL444",
                f"{table.name}, data row {other + 1} ({ROWS}): the sequence `{name}` has `{texts[other]}` in "
                f"`{column}`, and `{texts[first]}` above",
                help="a sequence has one value there, the same in all of its rows",
            )
        found.append(texts[first])
    return found
