"""What a .ts file says of itself before its data, read without NumPy.

Source: the format of the UCR and UEA archives, as aeon reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnnlab.errors import DatasetError
from rnnlab.source import nearest

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
        DatasetError: RL401, the file cannot be read; RL440, the header is no header of a .ts file.
    """
    found: dict[str, list[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), ""), start=1):
                key, *values = line.split()[:1] + line.split()[1:] or [""]
                if key.lower() == "@data":
                    return _header(path.name, found, number)
                if key and not key.startswith(("@", "#")):
                    raise malformed(f"{path.name}, line {number}: data stand before `@data`")
                found[key.lower()] = values
    except FileNotFoundError as error:
        beside = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        match = nearest(path.name, beside)
        hint = f"did you mean `{match}`?" if match else "paths are relative to the experiment's file"
        raise DatasetError("RL401", f"there is no file {path}", help=hint) from error
    except OSError as error:
        raise DatasetError("RL401", f"cannot read {path}: {error.strerror or error}") from error
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
