"""What a .ts file says of itself before its data, read without NumPy.

Source: the format of the UCR and UEA archives, as aeon reads it.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from rnnlab.datasets.opening import open_file
from rnnlab.errors import DatasetError

HEADERS = "headers are `@problemName`, `@dimensions`, `@equalLength`, `@seriesLength`, `@classLabel`, then `@data`"
LONGEST_LINE = 1_000_000  # characters of a line of the header: thousands of class labels


@dataclass(frozen=True)
class TsHeader:
    """The header.

    Attributes:
        channels: C; None where it does not say.
        length: timesteps of every sequence; None where they may differ.
        labels: the classes in the order of their indices; empty where the target is a number.
        has_target: a sample ends with its target.
        lines: of the file up to `@data`, itself included.
    """

    channels: int | None
    length: int | None
    labels: tuple[str, ...]
    has_target: bool
    lines: int


def read_ts_header(path: Path) -> TsHeader:
    """Return what the header of a file says.

    Raises:
        DatasetError: RL401, the file cannot be read; RL403, it is UTF-16; RL440, the header is no header of a .ts file;
            RL470, a line is too long.
    """
    found: dict[str, list[str]] = {}
    with open_file(path) as opened, TextIOWrapper(opened, encoding="utf-8-sig", errors="replace") as file:
        if opened.peek(2)[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
            raise DatasetError("RL403", f"{path.name} is UTF-16, not UTF-8", help="save it as UTF-8")
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), ""), start=1):
            if len(line) == LONGEST_LINE:
                message = f"{path.name}, line {number}, of its header, has {LONGEST_LINE:,} characters or more"
                raise DatasetError("RL470", message, help=HEADERS)
            key, *values = line.split()[:1] + line.split()[1:] or [""]
            if key.lower() == "@data":
                return _header(path.name, found, number)
            if key and not key.startswith(("@", "#")):
                raise malformed(f"{path.name}, line {number}: data stand before `@data`")
            found[key.lower()] = values
    raise malformed(f"{path.name} has no line `@data`")


def malformed(message: str, *, help: str = HEADERS) -> DatasetError:
    """Return what is wrong with a .ts file."""
    return DatasetError("RL440", message, help=help)


def _header(name: str, found: dict[str, list[str]], lines: int) -> TsHeader:
    if _says(found, "@timestamps"):
        raise malformed(f"{name} has timestamps", help="write it without: timesteps are read as evenly spaced")
    classes, numbers = _says(found, "@classlabel"), _says(found, "@targetlabel")
    labels = tuple(found["@classlabel"][1:]) if classes else ()
    if classes and (len(labels) < 2 or len(set(labels)) < len(labels)):
        raise malformed(f"{name}: `@classLabel true` must name two classes or more, each once")
    channels = 1 if _says(found, "@univariate") else _number(name, found, "@dimensions", "@dimension")
    length = _number(name, found, "@serieslength") if _says(found, "@equallength") else None
    return TsHeader(channels, length, labels, classes or numbers, lines)


def _says(found: dict[str, list[str]], key: str) -> bool:
    return [each.lower() for each in found.get(key, [])[:1]] == ["true"]


def _number(name: str, found: dict[str, list[str]], *keys: str) -> int | None:
    for key in keys:
        if key in found:
            text = " ".join(found[key])
            if not text.isdecimal() or int(text) < 1:
                raise malformed(f"{name}: `{key}` must be a whole number, found `{text}`")
            return int(text)
    return None
