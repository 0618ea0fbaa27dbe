"""Files of a person's own as bytes, as lines and as text, with what is wrong with them."""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO

from rnnlab.datasets.opening import open_file
from rnnlab.errors import DatasetError

MEBIBYTE = 2**20
LONGEST_LINE = 64 * MEBIBYTE  # bytes
WIDE = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
"""What files in other Unicode encodings begin with."""


def read_bytes(path: Path, *, empty: str) -> bytes:
    """Return what is in a file.

    Args:
        path: of the file.
        empty: what to do where nothing is.

    Raises:
        DatasetError: RL401, it cannot be read; RL404, it is empty.
    """
    with open_file(path) as file:
        content = file.read()
    if not content.strip():
        raise _empty(path, empty)
    return content


def read_lines(path: Path, *, empty: str) -> Iterator[str]:
    """Yield the lines of a file, each with its end (LF, CRLF or CR); one of them is in memory at a time.

    Args:
        path: of the file.
        empty: what to do where nothing is.

    Raises:
        DatasetError: RL401, it cannot be read; RL403, it is not UTF-8; RL404, it is empty; RL470, a line is longer than
            64 MiB.
    """
    with open_file(path) as file:
        lines = _decoded(path.name, file)
        blank = []
        for line in lines:
            blank.append(line)
            if line.strip():
                break
        else:
            raise _empty(path, empty)
        for line in chain(blank, lines):
            yield from io.StringIO(line, newline="") if "\r" in line[:-2] else (line,)


def read_running_text(path: Path) -> str:
    """Return a file as one text, its lines ending in LF as Python's own reader of text gives them.

    Raises:
        DatasetError: RL401, it cannot be read; RL403, it is not UTF-8; RL404, it is empty.
    """
    text = decode_text(path.name, read_bytes(path, empty="write the text into it"))
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def decode_text(name: str, content: bytes) -> str:
    """Return bytes as text, without a byte-order mark.

    Raises:
        DatasetError: RL403, they are not UTF-8.
    """
    return _decode(name, content, line=1, start=0)


def unwritable(value: str) -> str | None:
    """Return what UTF-8 has no bytes for, or no text has."""
    if "\0" in value:
        return "a NUL"
    if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        return "half a character (a lone surrogate)"
    return None


def _empty(path: Path, what: str) -> DatasetError:
    return DatasetError("RL404", f"{path.name} is empty", help=what)


def _decoded(name: str, file: IO[bytes]) -> Iterator[str]:
    start, number = 0, 1
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise DatasetError(
                "RL470",
                f"{name}, line {number} is longer than {LONGEST_LINE // MEBIBYTE} MiB",
                help="write a sample on a line of its own; is the file a table of text at all?",
            )
        yield _decode(name, line, line=number, start=start)
        start += len(line)
        number += 1


def _decode(name: str, content: bytes, *, line: int, start: int) -> str:
    """Return a part of a file as text.

    Args:
        name: of the file.
        content: the part.
        line: with which it begins.
        start: the byte with which it begins.
    """
    wide = next((encoding for mark, encoding in WIDE.items() if content.startswith(mark)), None) if not start else None
    if wide:
        raise DatasetError("RL403", f"{name} is {wide}, not UTF-8", help="save it as UTF-8")
    skipped = len(BOM_UTF8) if not start and content.startswith(BOM_UTF8) else 0
    try:
        text = content[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        place = skipped + error.start
        what, hint = f"0x{content[place]:02x} is not UTF-8", "save the file as UTF-8"
        raise _undecodable(name, content, place, line, start, what, hint) from error
    if "\0" in text:
        hint = "save it as UTF-8; is it UTF-16, or no text at all?"
        raise _undecodable(name, content, content.index(b"\0"), line, start, "a NUL byte", hint)
    return text


def _undecodable(name: str, content: bytes, place: int, line: int, start: int, what: str, hint: str) -> DatasetError:
    number = line + content.count(b"\n", 0, place)
    return DatasetError("RL403", f"{name}, line {number}, byte {start + place} of the file: {what}", help=hint)
