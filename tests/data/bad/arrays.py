"""Bad .npz files."""

import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .case import Case

X = np.zeros((20, 3, 2), np.float32)
Y = np.arange(20) % 2


CODE = "__import__('pathlib').Path(__import__('os').environ['EXECUTED']).touch()"


class Malicious:
    """Writes a file when it is unpickled."""

    def __reduce__(self) -> Any:
        return eval, (CODE,)


def npz(cut: slice = slice(None), **arrays: Any) -> Callable[[Path], None]:
    """Return what writes arrays, or a part of the file's bytes."""

    def write(path: Path) -> None:
        given = {"x": X, "y": Y} | {name: array for name, array in arrays.items() if array is not None}
        with path.open("wb") as file:
            np.savez(file, **{name: array for name, array in given.items() if arrays.get(name, 0) is not None})
        path.write_bytes(path.read_bytes()[cut])

    return write


def header(shape: Any, descr: Any = "'<f4'", more: str = "") -> bytes:
    """Return the head of an .npy file that may lie."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, {more}}}".encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text


def members(compression: int = zipfile.ZIP_STORED, **contents: bytes) -> Callable[[Path], None]:
    """Return what writes an archive with any bytes as its members, beside a good target."""

    def write(path: Path) -> None:
        good = io.BytesIO()
        np.save(good, Y)
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, content in {"y": good.getvalue(), **contents}.items():
                archive.writestr(f"{name}.npy", content)

    return write


def bomb(path: Path) -> None:
    """Write some kilobytes that claim to be five gibibytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("y.npy", header((20,)) + bytes(80))
        archive.writestr("x.npy", header((5, 2**28, 1)) + bytes(2**20))
        archive.infolist()[1].file_size = 5 * 2**30


def damaged(path: Path) -> None:
    """Write arrays of which one byte is another."""
    npz()(path)
    content = bytearray(path.read_bytes())
    content[300] ^= 255
    path.write_bytes(bytes(content))


def encrypted(path: Path) -> None:
    """Write an archive that says that it is encrypted."""
    npz()(path)
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[central + 8] |= 1
    path.write_bytes(bytes(content))


def objects(value: Any) -> bytes:
    """Return an .npy file of pickled objects."""
    return header((1,), "'|O'") + pickle.dumps(value)


def case(name: str, content: Any, target: str = "classes", **keys: Any) -> Case:
    return Case(f"arrays-{name}", {"data.npz": content}, {"kind": "arrays", "path": "data.npz"} | keys, target)


CASES = (
    Case("arrays-missing", {"dat.npz": npz()}, {"kind": "arrays", "path": "data.npz"}),
    case("folder", Path.mkdir),
    case("empty", b""),
    case("no-archive", b"text,label\n"),
    case("is-npy", header((20,)) + bytes(80)),
    case("cut-in-half", npz(slice(400))),
    case("cut-at-the-end", npz(slice(-10))),
    case("start-missing", npz(slice(100, None))),
    case("byte-damaged", damaged),
    case("encrypted", encrypted),
    case("name-unknown", npz(), inputs=["z"]),
    case("target-missing", npz(y=None)),
    case("pickle", npz(x=np.array([[1], [2, 3]], object))),
    case("pickle-that-runs-code", members(x=objects(Malicious()))),
    case("pickle-as-target-that-runs-code", npz(y=np.array([Malicious()] * 20, object))),
    case("member-is-a-pickle", members(x=pickle.dumps(Malicious()))),
    case("member-is-no-array", members(x=b"a,b\n1,2\n")),
    case("header-is-code", members(x=header(CODE))),
    case("header-is-huge", members(x=b"\x93NUMPY\x02\0" + struct.pack("<I", 2**31) + b" " * 100)),
    case("header-without-shape", members(x=header((20, 3, 2)).replace(b"'shape'", b"'shade'"))),
    case("header-claims-a-terabyte", members(x=header((2**20, 2**9, 2**9)) + bytes(480))),
    case("header-claims-less", members(x=header((20, 1, 1)) + bytes(480))),
    case("shape-negative", members(x=header((-20, 3, 2)) + bytes(480))),
    case("bomb", bomb),
    case("of-texts", npz(x=np.array([[["a"]]] * 20))),
    case("of-complex-numbers", npz(x=X.astype(complex))),
    case("of-dates", npz(x=X.astype("datetime64[s]"))),
    case("of-records", npz(x=np.zeros((20, 3), [("a", "f4")]))),
    case("two-dimensions", npz(x=X[:, :, 0])),
    case("one-number", npz(x=np.float32(1))),
    case("no-samples", npz(x=X[:0], y=Y[:0])),
    case("no-timesteps", npz(x=X[:, :0])),
    case("no-features", npz(x=X[..., :0])),
    case("nan", npz(x=np.where(np.arange(20)[:, None, None] == 7, np.nan, X))),
    case("infinity", npz(x=np.where(np.arange(20)[:, None, None] == 3, -np.inf, X))),
    case("beyond-float32", npz(x=np.full((20, 3, 2), 1e39))),
    case("other-number-of-targets", npz(y=Y[:7])),
    case("two-inputs-of-other-lengths", npz(z=X[:9]), inputs=["x", "z"]),
    case("classes-are-real-numbers", npz(y=Y.astype(float))),
    case("classes-are-texts", npz(y=Y.astype(str))),
    case("class-negative", npz(y=Y - 1)),
    case("class-beyond-labels", npz(y=Y * 2), labels=["a", "b"]),
    case("class-beyond-int64", npz(y=np.where(Y == 1, 2**63 + 5, 0).astype(np.uint64))),
    case("class-far-beyond", npz(y=Y * 10**12)),
    case("classes-of-two-columns", npz(y=np.stack([Y, Y], 1))),
    case("one-class", npz(y=Y * 0)),
    case("target-nan", npz(y=np.where(Y == 1, np.nan, 0)), "number"),
    case("target-of-three-dimensions", npz(y=X), "number"),
    Case(
        "arrays-file-of-other-timesteps",
        {"a.npz": npz(), "b.npz": npz(x=X[:, :2]), "c.npz": npz()},
        {"kind": "arrays", "path": "a.npz", "split": {"kind": "files", "validation": "b.npz", "test": "c.npz"}},
    ),
    Case(
        "arrays-class-unseen-in-train",
        {"a.npz": npz(), "b.npz": npz(), "c.npz": npz(y=Y * 2)},
        {"kind": "arrays", "path": "a.npz", "split": {"kind": "files", "validation": "b.npz", "test": "c.npz"}},
    ),
)
