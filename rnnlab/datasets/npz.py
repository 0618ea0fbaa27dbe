"""What an .npz file holds, read from its headers alone: names, shapes and types, without NumPy and without pickle.

Source: the format of .npy files, numpy/lib/format.py.
"""

from __future__ import annotations

import ast
import math
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from rnnlab.datasets.opening import open_file
from rnnlab.errors import DatasetError

MAGIC = b"\x93NUMPY"
PLAIN = "iubf"
LARGEST_UNPACKED = 4 * 2**30  # bytes of a compressed array: a small file could else fill the memory
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

    @property
    def spoken(self) -> str:
        """Return the shape, and what is no number, in words."""
        shape = " x ".join(map(str, self.shape)) or "a single value"
        return shape if self.type != "other" else f"{shape} of what is no plain number"


def read_headers(path: Path) -> dict[str, Header]:
    """Return what the arrays of an .npz file are, by name.

    Raises:
        DatasetError: RL401, it cannot be read; RL404, it is no whole .npz file; RL470, an array would unpack to more
            than 4 GiB.
    """
    try:
        with open_file(path) as file, zipfile.ZipFile(file) as archive:
            found = {}
            for member in archive.infolist():
                name = member.filename.removesuffix(".npy")
                _check_size(path.name, name, member)
                with archive.open(member) as opened:
                    found[name] = _read_header(opened, name, member.file_size)
            return found
    except (OSError, *DAMAGED) as error:
        raise DatasetError(
            "RL404", f"{path.name} is not a whole .npz file: {error}", help="write it again with numpy.savez"
        ) from error


def _check_size(file: str, name: str, member: zipfile.ZipInfo) -> None:
    """Refuse a member that is small in the file and huge in memory."""
    if member.compress_type != zipfile.ZIP_STORED and member.file_size > LARGEST_UNPACKED:
        raise DatasetError(
            "RL470",
            f"the array `{name}` of {file} is packed in {member.compress_size:,} bytes and unpacks to "
            f"{member.file_size:,}; the limit is {LARGEST_UNPACKED // 2**30} GiB",
            help="write larger arrays without compression: numpy.savez",
        )


def _read_header(file: IO[bytes], name: str, size: int) -> Header:
    """Return the header of a member of so many bytes."""
    if file.read(6) != MAGIC:
        raise ValueError(f"`{name}` is no .npy array")
    wide = file.read(2)[0] > 1
    (length,) = struct.unpack("<I" if wide else "<H", file.read(4 if wide else 2))
    if length > LONGEST_HEADER:
        raise ValueError(f"the header of `{name}` is too long")
    try:
        header = ast.literal_eval(file.read(length).decode("utf-8" if wide else "latin-1"))
        shape, code = tuple(int(size) for size in header["shape"]), header["descr"]
    except (LookupError, SyntaxError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"the header of `{name}` cannot be read") from error
    plain = isinstance(code, str) and len(code) > 1
    letter = code[1] if plain else ""
    bytes_each = int(code[2:]) if letter in PLAIN and letter else None
    if min(shape, default=0) < 0:
        raise ValueError(f"the shape of `{name}` is {shape}")
    if bytes_each is not None and math.prod(shape) * bytes_each != size - file.tell():
        raise ValueError(
            f"`{name}` claims {' x '.join(map(str, shape))} numbers of {bytes_each} bytes and holds "
            f"{size - file.tell()} bytes"
        )
    return Header(shape, "whole" if letter in PLAIN[:3] and letter else "real" if letter == "f" else "other")
