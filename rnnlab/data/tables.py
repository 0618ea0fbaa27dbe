"""Tables of text as people have them: csv, tsv, jsonl and parquet, read without guessing.

Nothing is inferred: `NA` is a word, `007` keeps its zeros, a row with one field too many is an error, not an
index. That is why csv is read with Python's strict reader and not with a data frame's.
"""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import compress
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from rnnlab.data.files import decode_text, read_bytes
from rnnlab.data.labels import ROWS
from rnnlab.errors import DatasetError
from rnnlab.source import did_you_mean, listing

ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet")
SHOWN_ROWS = 5
REMEDY = "fill in or remove these rows"


@dataclass(frozen=True)
class Table:
    """Columns of a table.

    Attributes:
        name: the file's name, for messages.
        columns: by name, N values as text, or tuples of whole numbers where lists may stand; None where a value is
            missing.
        rows: of each value the data row, counted from 1, for messages.
    """

    name: str
    columns: dict[str, tuple[Any, ...]]
    rows: Sequence[int]

    def complete(self) -> Table:
        """Return the table without the rows in which a value is missing."""
        whole = [not any(map(_is_missing, values)) for values in zip(*self.columns.values(), strict=True)]
        columns = {column: tuple(compress(values, whole)) for column, values in self.columns.items()}
        return Table(self.name, columns, tuple(compress(self.rows, whole)))

    def values(self, column: str, *, remedy: str = REMEDY) -> list[str]:
        """Return a column of texts in which nothing may be missing.

        Raises:
            DatasetError: RL405, with the rows.
        """
        return self._present_values(column, remedy)

    def sequences(self, column: str) -> list[str | tuple[int, ...]]:
        """Return a column of texts or lists in which nothing may be missing.

        Raises:
            DatasetError: RL405, with the rows.
        """
        return self._present_values(column, REMEDY)

    def _present_values(self, column: str, remedy: str) -> list[Any]:
        values = self.columns[column]
        missing = [row for row, value in zip(self.rows, values, strict=True) if _is_missing(value)]
        if missing:
            shown = ", ".join(str(row) for row in missing[:SHOWN_ROWS]) + ("…" if len(missing) > SHOWN_ROWS else "")
            count = f"{len(missing)} value{'s are' if len(missing) > 1 else ' is'} missing"
            raise DatasetError(
                "RL405",
                f"{self.name}: {count} in `{column}`: data row{'s'[: len(missing) - 1]} {shown} ({ROWS})",
                help=remedy,
            )
        return [value for value in values if value is not None]


def read_table(path: Path, columns: Sequence[str], *, lists: Collection[str] = ()) -> Table:
    """Return the named columns of a csv, tsv, jsonl or parquet file (by the ending of its name).

    Args:
        path: the file.
        columns: their names.
        lists: those of jsonl and parquet in which lists of whole numbers may stand.

    Raises:
        DatasetError: RL401 it cannot be read, RL402 a column is missing, RL403 it is not UTF-8, RL404 it is
            malformed, RL406 it has no rows.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise DatasetError(
            "RL401",
            f"{path}: tables end in {listing(ENDINGS)}, this one in `{ending}`",
            help="convert it, or rename it if it is one of these",
        )
    content = read_bytes(path, empty="the first row names the columns")
    wanted = tuple(dict.fromkeys(columns))
    if ending == ".parquet":
        return _read_parquet(path.name, content, wanted, lists)
    text = decode_text(path.name, content)
    if ending == ".jsonl":
        return _read_jsonl(path.name, text, wanted, lists)
    return _read_delimited(path.name, text, wanted, delimiter="," if ending == ".csv" else "\t")


def _find_columns(name: str, found: Sequence[str], wanted: Sequence[str]) -> None:
    repeated = [column for column, count in Counter(found).items() if count > 1 and column]
    if repeated:
        raise DatasetError("RL404", f"{name} has more than one column {listing(repeated)}", help="rename one of them")
    for column in wanted:
        if column not in found:
            raise DatasetError(
                "RL402",
                f"{name} has no column `{column}`",
                help=did_you_mean(column, [item for item in found if item]),
            )


def _read_delimited(name: str, text: str, wanted: Sequence[str], *, delimiter: str) -> Table:
    rows = _rows_of(name, text, delimiter)
    _, header = next(rows, (0, []))
    _find_columns(name, header, wanted)
    positions = [header.index(column) for column in wanted]
    columns: list[list[str | None]] = [[] for _ in wanted]
    blank: list[list[str]] = []
    count = 0
    for line, row in rows:
        if not row:
            # In a table of one column a blank line is a missing value, unless it ends the file; else nothing.
            blank += [[""]] if len(header) == 1 else []
            continue
        count += len(blank) + 1
        if len(row) != len(header):
            raise DatasetError(
                "RL404",
                f"{name}, data row {count} (line {line}) has {len(row)} field{'s'[: len(row) != 1]}, "
                f"the header {len(header)}",
                help=f"put a field that holds `{delimiter}` into double quotes" if len(row) > len(header) else None,
            )
        for values, position in zip(columns, positions, strict=True):
            values += [_present(item[position]) for item in (*blank, row)]
        blank = []
    return _table(name, wanted, columns)


def _rows_of(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    with _long_fields():
        try:
            for row in reader:
                yield reader.line_num, row
        except csv.Error as error:
            raise DatasetError(
                "RL404",
                f"{name}, line {reader.line_num}: {error}",
                help='close every double quote, and write one inside a field as ""',
            ) from error


@contextmanager
def _long_fields() -> Iterator[None]:
    """Lift Python's limit of 128 KiB for one field: a text may be a whole book."""
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _read_jsonl(name: str, text: str, wanted: Sequence[str], lists: Collection[str]) -> Table:
    objects = [_json_object(name, line, row) for line, row in enumerate(text.split("\n"), start=1) if row.strip()]
    _find_columns(name, list(dict.fromkeys(key for item in objects for key in item)), wanted)
    return _table(name, wanted, [[_value(name, key, item.get(key), lists) for item in objects] for key in wanted])


def _json_object(name: str, line: int, row: str) -> dict[str, Any]:
    try:
        pairs = json.loads(row, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            "RL404", f"{name}, line {line} is not JSON: {error}", help="write one object per line"
        ) from error
    if not (row.lstrip().startswith("{") and isinstance(pairs, list)):
        raise DatasetError("RL404", f"{name}, line {line} is not a JSON object", help='write {"text": …} on every line')
    item = dict(pairs)
    if len(item) != len(pairs):
        raise DatasetError("RL404", f"{name}, line {line} has a key twice", help="remove one of them")
    return item


def _read_parquet(name: str, content: bytes, wanted: Sequence[str], lists: Collection[str]) -> Table:
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(content))
        _find_columns(name, file.schema_arrow.names, wanted)
        table = file.read(columns=list(wanted))
    except (pyarrow.ArrowException, OSError) as error:
        first = str(error).splitlines()[0]
        raise DatasetError("RL404", f"{name} is not a whole parquet file: {first}", help="write it again") from error
    return _table(
        name,
        wanted,
        [[_value(name, key, value, lists) for value in table.column(key).to_pylist()] for key in wanted],
    )


def _value(name: str, column: str, value: Any, lists: Collection[str]) -> str | tuple[int, ...] | None:
    if column in lists and isinstance(value, list) and all(type(item) is int for item in value):
        return tuple(value)
    return _as_text(name, column, value)


def _as_text(name: str, column: str, value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _present(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    raise DatasetError("RL404", f"{name}: column `{column}` holds {type(value).__name__}, not text or numbers")


def _is_missing(value: Any) -> bool:
    """Return whether a value is none, or blanks alone."""
    return value is None or (isinstance(value, str) and not value.strip())


def _present(value: str) -> str | None:
    return value or None


def _table(name: str, wanted: Sequence[str], columns: Sequence[Sequence[Any]]) -> Table:
    for column, values in zip(wanted, columns, strict=True):
        for row, value in enumerate(values, start=1):
            if isinstance(value, str) and not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
                raise DatasetError(
                    "RL403",
                    f"{name}, data row {row} ({ROWS}): `{column}` holds half a character (a lone surrogate)",
                )
    if not columns[0]:
        raise DatasetError("RL406", f"{name} has no data rows", help="the first row names the columns, samples follow")
    found = {column: tuple(values) for column, values in zip(wanted, columns, strict=True)}
    return Table(name, found, range(1, len(columns[0]) + 1))
