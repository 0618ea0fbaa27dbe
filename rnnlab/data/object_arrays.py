"""Sequences of whole numbers from the arrays of an .npz file, object arrays included, without pickle's powers.

NumPy keeps an array of lists as a pickle, and a pickle can name any function to be called. Here the only names that
are known are four of NumPy's, and even those lead to the stand-ins below: nothing of what the file says is ever run.
Before that, `check_pickle` sees to it that what comes of a file is not many times its size.
"""

from __future__ import annotations

import io
import pickle
import zipfile
import zlib
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.array_files import load_arrays
from rnnlab.data.pickle_walk import check_pickle
from rnnlab.data.ragged import Ragged, joined
from rnnlab.datasets.npz import read_headers
from rnnlab.errors import DatasetError
from rnnlab.source import did_you_mean

LARGEST = 2**31  # bytes of one array (Keras's largest has 60 million), and the end of int32
PACKED = 50  # times its bytes in the file that an object array may unpack to: ids take 2 to 4 times
SMALL = 2**20  # bytes that any of them may unpack to
NUMBERS = "iub"
DAMAGED = (
    pickle.UnpicklingError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, TypeError, KeyError, IndexError,
    AttributeError, OverflowError, NotImplementedError,
)  # fmt: skip
LISTS = "an array of lists of whole numbers, or one of whole numbers (N, T)"


def load_sequences(path: Path, name: str) -> Ragged:
    """Return the sequences of an array: N lists of whole numbers, or (N, T) numbers.

    Raises:
        DatasetError: RL401, RL402, RL404: see `load_arrays`; RL430, its pickle names something else than an array, or
            it does not hold whole numbers; RL470, it takes more memory than there is, or far more than the file.
    """
    headers = read_headers(path)
    if name not in headers:
        raise DatasetError("RL402", f"{path.name} has no array `{name}`", help=did_you_mean(name, headers))
    if headers[name].type != "other":
        return _of_numbers(path, name)
    try:
        content = _read_member(path, name)
        lists = _unpickle(content)
        total = sum(len(each) for each in lists)
        if total > len(content):  # one list under many names: a small file that fills the memory
            raise ValueError("its lists hold more numbers than the file has bytes")
        return joined(_whole(each) for each in lists)
    except MemoryError as error:
        raise DatasetError(
            "RL470", f"the array `{name}` of {path.name} does not fit into the memory", help=f"it must be {LISTS}"
        ) from error
    except DAMAGED as error:
        raise DatasetError(
            "RL430", f"the array `{name}` of {path.name} cannot be used: {error}", help=f"it must be {LISTS}"
        ) from error


def _of_numbers(path: Path, name: str) -> Ragged:
    array = load_arrays(path, (name,))[name]
    if array.ndim != 2 or array.dtype.kind not in NUMBERS:
        shape = " x ".join(map(str, array.shape))
        raise DatasetError("RL430", f"the array `{name}` of {path.name} is {shape} {array.dtype}", help=f"give {LISTS}")
    if array.size and not -LARGEST <= int(array.min()) <= int(array.max()) < LARGEST:
        wrong = int(array.max()) if int(array.max()) >= LARGEST else int(array.min())
        raise DatasetError("RL430", f"the array `{name}` of {path.name} holds {wrong}", help="ids are 32-bit numbers")
    samples, timesteps = array.shape
    return Ragged(array.astype(np.int32).ravel(), np.arange(samples + 1, dtype=np.int64) * timesteps)


def _read_member(path: Path, name: str) -> bytes:
    """Return an array as it stands in the file, header and all."""
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        info = archive.getinfo(f"{name}.npy" if f"{name}.npy" in members else name)
        if info.file_size > LARGEST:
            raise ValueError(f"it unpacks to {info.file_size / 2**30:.1f} GiB")
        packed = min(info.compress_size, path.stat().st_size)
        if info.file_size > SMALL + PACKED * packed:
            raise DatasetError(
                "RL470",
                f"the array `{name}` of {path.name} is packed in {packed:,} bytes and unpacks to {info.file_size:,}; "
                f"the limit is {PACKED} times",
                help="write such lists without compression: numpy.savez",
            )
        return archive.read(info)


def _unpickle(content: bytes) -> list[Any]:
    """Return the items of an object array."""
    file = io.BytesIO(content)
    major, _ = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(file)
    if not dtype.hasobject or dtype.kind != "O" or len(shape) != 1:
        raise ValueError(f"it is {' x '.join(map(str, shape))} {dtype}")
    check_pickle(content, file.tell())
    found = _Unpickler(file, encoding="latin1").load()
    items = found.content if isinstance(found, _Array) else None
    if not isinstance(items, list) or len(items) != shape[0]:
        raise ValueError("its pickle is no array of lists")
    return [each.content if isinstance(each, _Array) and isinstance(each.content, list) else each for each in items]


def _whole(sequence: Any) -> Sequence[int] | NDArray[Any]:
    if isinstance(sequence, _Array):
        return sequence.numbers()
    if isinstance(sequence, list | tuple) and all(type(each) is int for each in sequence):
        return sequence
    raise ValueError("one of its sequences holds something else than whole numbers")


class _Dtype:
    """What a pickle says of a dtype: never NumPy's own, whose state a file could make dangerous."""

    def __init__(self, code: str, *_: Any) -> None:
        self.code = code
        self.order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1] if state[1] in ("<", ">") else "="

    def numbers(self) -> np.dtype[Any]:
        """Return NumPy's dtype.

        Raises:
            ValueError: it is not one of whole numbers.
        """
        if self.code[:1] not in NUMBERS or not self.code[1:].isdigit():
            raise ValueError(f"it holds {self.code}, not whole numbers")
        return np.dtype(self.order + self.code)


class _Array:
    """What a pickle says of an array: `content` is a list, or the bytes of (size,) numbers."""

    __slots__ = ("content", "dtype", "size")
    size: int

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, self.dtype, _, self.content = state
        self.size = prod(shape)

    def __len__(self) -> int:
        return self.size

    def numbers(self) -> NDArray[Any]:
        """Return the array: made only now, for a pickle may have one text stand in a thousand arrays.

        Raises:
            ValueError: it is not one of whole numbers.
        """
        return _numbers(self.dtype, self.content, self.size)


def _reconstruct(*_: Any) -> _Array:
    return _Array()


def _scalar(dtype: _Dtype, content: bytes | str) -> int:
    return int(_numbers(dtype, content, 1)[0])


def _numbers(dtype: _Dtype, content: bytes | str, count: int) -> NDArray[Any]:
    numbers = dtype.numbers()
    data = content[: count * numbers.itemsize].encode("latin1") if isinstance(content, str) else content
    return np.frombuffer(data, numbers, count)


def _encode(text: str, codec: str) -> str:
    """Return the text, which `_numbers` encodes: here it would be copied each time that a pickle names it."""
    if codec != "latin1":
        raise ValueError(f"it is encoded as {codec}")
    return text


STAND_INS = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    ("_codecs", "encode"): _encode,  # how Python 3 writes bytes for Python 2
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in of a name of NumPy's.

        Raises:
            UnpicklingError: it is another name.
        """
        if (module, name) not in STAND_INS:
            raise pickle.UnpicklingError(f"its pickle names `{module}.{name}`, which no array needs; nothing was run")
        return STAND_INS[module, name]
