"""Tables of text as people have them: csv, tsv, jsonl and parquet, read without guessing.

Nothing is inferred: `NA` is a word, `007` keeps its zeros, a row with one field too many is an error, not an
index. That is why csv is read with Python's strict reader and not with a data frame's.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, compress
from pathlib import Path
from typing import Any

from rnnlab.data.cells import Cells, find_columns
from rnnlab.data.files import LONGEST_LINE, MEBIBYTE, read_lines, unwritable
from rnnlab.data.labels import ROWS
from rnnlab.errors import DatasetError
from rnnlab.source import listing

ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet")
SPOKEN = {"\t": "tab", ";": "`;`", "|": "`|`", ",": "`,`"}
"""What may stand between columns, in words."""
OTHERS = (";", "\t", "|")
SHOWN_ROWS = 5
REMEDY = "fill in or remove these rows"
LONGEST_NUMBER = 400  # digits; float64 ends after 309


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
        """Return a column of texts in which nothing may be missing; blanks alone are nothing.

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

    A csv whose header has no comma is divided at what stands there instead: `;`, tabs or `|`.

    Args:
        path: the file.
        columns: their names.
        lists: those of jsonl and parquet in which lists of whole numbers may stand.

    Raises:
        DatasetError: RL401 it cannot be read, RL402 a column is missing, RL403 it is not UTF-8, RL404 it is
            malformed, RL406 it has no rows, RL410 a number is not finite, RL470 a line is too long, RL471 a column
            of jsonl holds several kinds of values.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise DatasetError(
            "RL401",
            f"{path}: tables end in {listing(ENDINGS)}, this one in `{ending}`",
            help="convert it, or rename it if it is one of these",
        )
    wanted = tuple(dict.fromkeys(columns))
    if ending == ".parquet":
        from rnnlab.data.parquet_files import read_parquet  # pyarrow: 35 MiB for those who read something else

        return _table(path.name, wanted, read_parquet(path, wanted, lists))
    lines = read_lines(path, empty="the first row names the columns")
    if ending == ".jsonl":
        return _read_jsonl(path.name, lines, wanted, lists)
    if ending == ".tsv":
        return _read_delimited(path.name, lines, wanted, delimiter="\t")
    first, lines = _with_first(lines)
    return _read_delimited(path.name, lines, wanted, delimiter=_delimiter_of(first, wanted))


def _with_first(lines: Iterator[str]) -> tuple[str, Iterator[str]]:
    """Return (the first line with something on it, all lines)."""
    before = []
    for line in lines:
        before.append(line)
        if line.strip():
            break
    return before[-1] if before else "", chain(before, lines)


def _delimiter_of(header: str, wanted: Sequence[str]) -> str:
    """Return what stands between the columns of a csv: a comma, or where its header has none another sign."""
    if "," in header or header.strip().strip('"') in wanted:
        return ","
    return next((sign for sign in OTHERS if sign in header), ",")


def _read_delimited(name: str, lines: Iterator[str], wanted: Sequence[str], *, delimiter: str) -> Table:
    rows = _rows_of(name, lines, delimiter)
    header = next((row for _, row in rows if row), [])
    if len(header) == 1 and header[0] not in wanted:
        _check_delimiter(name, header[0], wanted[0], delimiter)
    find_columns(name, header, wanted)
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
                help=f"put a field that holds {SPOKEN[delimiter]} into double quotes"
                if len(row) > len(header)
                else "complete the row; is a line end inside a field that stands in no double quotes?",
            )
        for values, position in zip(columns, positions, strict=True):
            values += [item[position] or None for item in (*blank, row)]
        blank = []
    return _table(name, wanted, columns)


def _check_delimiter(name: str, header: str, column: str, delimiter: str) -> None:
    other = next((sign for sign in SPOKEN if sign in header and sign != delimiter), None)
    if other is not None:
        raise DatasetError(
            "RL402",
            f"{name} has no column `{column}`: there is no {SPOKEN[delimiter]} in its first line",
            help=f"is it {SPOKEN[other]} that stands between its columns? save it as csv with `,` or as tsv with tabs, "
            "and name it so",
        )


def _rows_of(name: str, lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line with which it begins, fields) of each row."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begun = 1
    with _long_fields():
        try:
            for row in reader:
                yield begun, row
                begun = reader.line_num + 1
        except csv.Error as error:
            raise _malformed(name, str(error), begun, reader.line_num) from error


def _malformed(name: str, found: str, begun: int, line: int) -> DatasetError:
    """Return what Python's reader of csv says, in our words."""
    if found.startswith("field larger"):
        return DatasetError(
            "RL470",
            f"{name}: a field of the row that begins in line {begun} is longer than {LONGEST_LINE // MEBIBYTE} MiB",
            help="is a double quote left open there?",
        )
    if found == "unexpected end of data":
        found = f"a double quote that opens in the row of line {begun} is never closed"
    hint = 'close every double quote, and write one inside a field as ""'
    return DatasetError("RL404", f"{name}, line {line}: {found}", help=hint)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Lift Python's limit of 128 KiB for one field: a text may be a whole book."""
    before = csv.field_size_limit(LONGEST_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _read_jsonl(name: str, lines: Iterator[str], wanted: Sequence[str], lists: Collection[str]) -> Table:
    columns = {key: Cells(f"{name}, column `{key}`", lists=key in lists) for key in wanted}
    known: dict[str, None] = {}
    for line, row in enumerate(lines, start=1):
        if row.strip():
            item = _json_object(name, line, row)
            known |= dict.fromkeys(item)
            for key, cells in columns.items():
                cells.add(item.get(key), f"line {line}")
    find_columns(name, list(known), wanted)
    return _table(name, wanted, [cells.values for cells in columns.values()])


def _json_object(name: str, line: int, row: str) -> dict[str, Any]:
    try:
        pairs = json.loads(row.rstrip(), object_pairs_hook=list, parse_constant=_refuse, parse_int=_whole)
    except RecursionError as error:
        raise _no_json(name, line, "it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise _no_json(name, line, f"{error.msg} (character {error.colno})") from error
    except ValueError as error:
        raise _no_json(name, line, str(error)) from error
    if not (row.lstrip().startswith("{") and isinstance(pairs, list)):
        raise DatasetError("RL404", f"{name}, line {line} is not a JSON object", help='write {"text": …} on every line')
    item = dict(pairs)
    if len(item) != len(pairs):
        raise DatasetError("RL404", f"{name}, line {line} has a key twice", help="remove one of them")
    return item


def _no_json(name: str, line: int, what: str) -> DatasetError:
    return DatasetError("RL404", f"{name}, line {line} is not JSON: {what}", help="write one JSON object per line")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def _is_missing(value: Any) -> bool:
    """Return whether a value is none, or blanks alone."""
    return value is None or (isinstance(value, str) and not value.strip())


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


def _table(name: str, wanted: Sequence[str], columns: Sequence[Sequence[Any]]) -> Table:
    for column, values in zip(wanted, columns, strict=True):
        for row, value in enumerate(values, start=1):
            if isinstance(value, str) and (what := unwritable(value)):
                raise DatasetError(
                    "RL403", f"{name}, column `{column}`, data row {row} ({ROWS}) holds {what}", help="remove it"
                )
    if not columns[0]:
        raise DatasetError("RL406", f"{name} has no data rows", help="the first row names the columns, samples follow")
    found = {column: tuple(values) for column, values in zip(wanted, columns, strict=True)}
    return Table(name, found, range(1, len(columns[0]) + 1))
