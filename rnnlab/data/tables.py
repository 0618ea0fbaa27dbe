"""Tables of text as people have them: csv, tsv, jsonl and parquet, read without guessing.

Nothing is inferred: `NA` is a word, `007` keeps its zeros, a row with one field too many is an error, not an
index. That is why csv is read with Python's strict reader and not with a data frame's.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from rnnlab.data.cells import Cells
from rnnlab.data.files import LONGEST_LINE, MEBIBYTE, read_bytes, read_lines
from rnnlab.data.labels import ROWS
from rnnlab.errors import DatasetError
from rnnlab.source import did_you_mean, listing

ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet")
SPOKEN = {"\t": "tab", ";": "`;`", "|": "`|`", ",": "`,`"}
"""What may stand between columns, in words."""
SHOWN_ROWS = 5
MOST_ROWS = 100_000_000
LARGEST_COLUMN = 4 * 2**30  # bytes of a column of parquet when unpacked
LONGEST_NUMBER = 400  # digits; float64 ends after 309


@dataclass(frozen=True)
class Table:
    """Columns of a table.

    Attributes:
        name: the file's name, for messages.
        columns: by name, N values as text; None where a value is missing.
    """

    name: str
    columns: dict[str, tuple[str | None, ...]]

    def values(self, column: str) -> list[str]:
        """Return a column in which nothing may be missing; blanks alone are nothing.

        Raises:
            DatasetError: RL405, with the rows.
        """
        values = self.columns[column]
        missing = [row for row, value in enumerate(values, start=1) if value is None or not value.strip()]
        if missing:
            shown = ", ".join(str(row) for row in missing[:SHOWN_ROWS]) + ("…" if len(missing) > SHOWN_ROWS else "")
            count = f"{len(missing)} value{'s are' if len(missing) > 1 else ' is'} missing"
            raise DatasetError(
                "RL405",
                f"{self.name}: {count} in `{column}`: data row{'s'[: len(missing) - 1]} {shown} ({ROWS})",
                help="fill in or remove these rows",
            )
        return [value for value in values if value is not None]


def read_table(path: Path, columns: Sequence[str]) -> Table:
    """Return the named columns of a csv, tsv, jsonl or parquet file (by the ending of its name).

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
        return _read_parquet(path, wanted)
    lines = read_lines(path, empty="the first row names the columns")
    if ending == ".jsonl":
        return _read_jsonl(path.name, lines, wanted)
    return _read_delimited(path.name, lines, wanted, delimiter="," if ending == ".csv" else "\t")


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


def _read_delimited(name: str, lines: Iterator[str], wanted: Sequence[str], *, delimiter: str) -> Table:
    rows = _rows_of(name, lines, delimiter)
    header = next((row for _, row in rows if row), [])
    if len(header) == 1 and header[0] not in wanted:
        _check_delimiter(name, header[0], wanted[0], delimiter)
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


def _read_jsonl(name: str, lines: Iterator[str], wanted: Sequence[str]) -> Table:
    columns = {key: Cells(f"{name}, column `{key}`") for key in wanted}
    known: dict[str, None] = {}
    for line, row in enumerate(lines, start=1):
        if row.strip():
            item = _json_object(name, line, row)
            known |= dict.fromkeys(item)
            for key, cells in columns.items():
                cells.add(item.get(key), f"line {line}")
    _find_columns(name, list(known), wanted)
    return _table(name, wanted, [cells.texts for cells in columns.values()])


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


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


def _read_parquet(path: Path, wanted: Sequence[str]) -> Table:
    content = read_bytes(path, empty="write it again")
    try:
        source = pyarrow.BufferReader(content)
        schema = pyarrow.parquet.read_schema(source)
        _find_columns(path.name, schema.names, wanted)
        texts = [key for key in wanted if schema.field(key).type in (pyarrow.string(), pyarrow.large_string())]
        file = pyarrow.parquet.ParquetFile(source, read_dictionary=texts)
        _check_size(path.name, file.metadata, wanted)
        table = file.read(columns=list(wanted))
    except (pyarrow.ArrowException, OSError) as error:
        first = str(error).splitlines()[0]
        raise DatasetError(
            "RL404", f"{path.name} is not a whole parquet file: {first}", help="write it again"
        ) from error
    for key in wanted:
        size = sum(_unpacked_bytes(chunk) for chunk in table.column(key).chunks)
        _check_limit(f"{path.name}, column `{key}`", size, LARGEST_COLUMN, "bytes of text")
    return _table(path.name, wanted, [_parquet_column(path.name, key, table.column(key)) for key in wanted])


def _check_size(name: str, metadata: Any, wanted: Sequence[str]) -> None:
    """Refuse a file that is small and would be huge in memory."""
    _check_limit(name, metadata.num_rows, MOST_ROWS, "rows")
    sizes = dict.fromkeys(wanted, 0)
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            column = metadata.row_group(group).column(index)
            if column.path_in_schema in sizes:
                sizes[column.path_in_schema] += column.total_uncompressed_size
    for key, size in sizes.items():
        _check_limit(f"{name}, column `{key}`", size, LARGEST_COLUMN, "bytes")


def _check_limit(where: str, found: int, limit: int, what: str) -> None:
    if found > limit:
        hint = "divide it; if it should be smaller, write it again"
        raise DatasetError("RL470", f"{where} has {found:,} {what}; the limit is {limit:,}", help=hint)


def _unpacked_bytes(chunk: Any) -> int:
    """Return how many bytes the texts have that a dictionary writes once and rows repeat; 0 of other columns."""
    if not pyarrow.types.is_dictionary(chunk.type) or not len(chunk.dictionary):
        return 0
    lengths = pyarrow.compute.binary_length(chunk.dictionary)
    return pyarrow.compute.sum(lengths.take(chunk.indices)).as_py() or 0


def _parquet_column(name: str, key: str, column: Any) -> list[str | None]:
    cells = Cells(f"{name}, column `{key}`")
    try:
        values = column.to_pylist()
    except (ValueError, OverflowError):
        values = _until_unreadable(cells.where, column)
    for row, value in enumerate(values, start=1):
        cells.add(value, f"data row {row}")
    return cells.texts


def _until_unreadable(where: str, column: Any) -> Iterator[Any]:
    """Yield values up to the first that Python cannot hold.

    Raises:
        DatasetError: RL403, RL404, with its row.
    """
    for row, scalar in enumerate(column, start=1):
        try:
            yield scalar.as_py()
        except UnicodeDecodeError as error:
            raise DatasetError(
                "RL403", f"{where}, data row {row} is not UTF-8", help="write the texts as UTF-8"
            ) from error
        except (ValueError, OverflowError) as error:
            raise DatasetError(
                "RL404", f"{where}, data row {row} cannot be read: {error}", help="correct it"
            ) from error


def _table(name: str, wanted: Sequence[str], columns: Sequence[Sequence[str | None]]) -> Table:
    for column, values in zip(wanted, columns, strict=True):
        for row, value in enumerate(values, start=1):
            if value is not None and (what := _unwritable(value)):
                raise DatasetError(
                    "RL403", f"{name}, column `{column}`, data row {row} ({ROWS}) holds {what}", help="remove it"
                )
    if not columns[0]:
        raise DatasetError("RL406", f"{name} has no data rows", help="the first row names the columns, samples follow")
    return Table(name, {column: tuple(values) for column, values in zip(wanted, columns, strict=True)})


def _unwritable(value: str) -> str | None:
    """Return what UTF-8 has no bytes for, or no text has."""
    if "\0" in value:
        return "a NUL"
    if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        return "half a character (a lone surrogate)"
    return None
