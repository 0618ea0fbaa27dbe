"""What an .npz file holds, read from its headers alone: names, shapes and types, without NumPy and without pickle.

Source: the format of .npy files, numpy/lib/format.py.
"""

from __future__ import annotations

import ast
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from rnnlab.errors import DatasetError
from rnnlab.source import nearest

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 65_536  # bytes: that of a plain array has about 100
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, RuntimeError, SyntaxError, TypeError,
    ValueError,
)  # fmt: skip
"""What reading raises of a file that was cut, changed or encrypted."""
Type = Literal["whole", "real", "other"]


@dataclass(frozen=True)
class Header:
    """One array of the file.

    Attributes:
        shape: all of it, N first.
        type: `whole` numbers (booleans too), `real` ones, or something else, such as pickled objects.
    """

    shape: tuple[int, ...]
    type: Type


def read_headers(path: Path) -> dict[str, Header]:
    """Return what the arrays of an .npz file are, by name.

    Raises:
        DatasetError: RL401, it cannot be read; RL404, it is no whole .npz file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = {}
            for member in archive.namelist():
                with archive.open(member) as file:
                    found[member.removesuffix(".npy")] = _read_header(file)
            return found
    except FileNotFoundError as error:
        beside = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        match = nearest(path.name, beside)
        hint = f"did you mean `{match}`?" if match else "paths are relative to the experiment's file"
        raise DatasetError("RL401", f"there is no file {path}", help=hint) from error
    except DAMAGED as error:
        raise DatasetError(
            "RL404", f"{path.name} is not a whole .npz file: {error}", help="write it again with numpy.savez"
        ) from error
    except OSError as error:
        raise DatasetError("RL401", f"cannot read {path}: {error.strerror or error}") from error


def _read_header(file: IO[bytes]) -> Header:
    if file.read(6) != MAGIC:
        raise ValueError("a member is no .npy array")
    wide = file.read(2)[0] > 1
    (length,) = struct.unpack("<I" if wide else "<H", file.read(4 if wide else 2))
    if length > LONGEST_HEADER:
        raise ValueError("the header of a member is too long")
    header = ast.literal_eval(file.read(length).decode("utf-8" if wide else "latin-1"))
    shape, code = tuple(int(size) for size in header["shape"]), header["descr"]
    plain = isinstance(code, str) and len(code) > 1
    letter = code[1] if plain else ""
    return Header(shape, "whole" if letter in "iub" and letter else "real" if letter == "f" else "other")
