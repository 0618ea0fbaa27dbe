"""Columns of parquet files, of which a few kilobytes may claim to be terabytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from rnnlab.data.cells import Cells, find_columns
from rnnlab.data.files import read_bytes
from rnnlab.errors import DatasetError

MOST_ROWS = 100_000_000
LARGEST_COLUMN = 4 * 2**30  # bytes when unpacked


def read_parquet(path: Path, wanted: Sequence[str], lists: Collection[str]) -> list[list[Any]]:
    """Return the values of columns, as texts or as lists of whole numbers; None where one is missing.

    Args:
        path: the file.
        wanted: names of the columns.
        lists: those in which lists of whole numbers may stand.

    Raises:
        DatasetError: RL401 it cannot be read, RL402 a column is missing, RL403 a text is not UTF-8, RL404 the file is
            damaged or a value is no text or number, RL470 it is too large.
    """
    content = read_bytes(path, empty="write it again")
    try:
        source = pyarrow.BufferReader(content)
        schema = pyarrow.parquet.read_schema(source)
        find_columns(path.name, schema.names, wanted)
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
    return [_column(path.name, key, table.column(key), lists) for key in wanted]


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


def _column(name: str, key: str, column: Any, lists: Collection[str]) -> list[Any]:
    cells = Cells(f"{name}, column `{key}`", lists=key in lists)
    try:
        values = column.to_pylist()
    except (ValueError, OverflowError):
        values = _until_unreadable(cells.where, column)
    for row, value in enumerate(values, start=1):
        cells.add(value, f"data row {row}")
    return cells.values


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
