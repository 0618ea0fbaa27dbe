"""Checkpoints that are whole or absent: hashed, synced, renamed into place, two generations kept.

HDF5 has no checksums and Keras writes in place, so the format is ours: one line with the SHA-256 of the rest, one
line of JSON, then an .npz (read without pickle).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rnnlab.errors import CheckpointError
from rnnlab.train.state import Arrays, TrainingState

KEPT = 2
DIGEST = 64  # letters of a SHA-256


@dataclass(frozen=True)
class Checkpoint:
    """A training between two steps.

    Attributes:
        fingerprint: of the experiment, data, seed and machine; resuming under another one is refused.
        arrays: of `capture`, and within an epoch of `capture_counted`.
        best: of `capture`, at the best epoch; empty where nothing watches.
    """

    fingerprint: str
    state: TrainingState
    arrays: Arrays
    best: Arrays


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Return the path of a checkpoint that is safely on the disk.

    Raises:
        CheckpointError: it cannot be written; earlier ones are untouched.
    """
    path = folder / f"{_stem(checkpoint.state)}.ckpt"
    temporary = path.with_suffix(".tmp")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            _write(checkpoint, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(folder)
        found = _generations(folder)
        kept = found[found.index(path) :][:KEPT]
        for other in set(found).difference(kept):  # older ones, and newer ones that were damaged
            other.unlink()
    except OSError as error:
        raise CheckpointError(f"cannot write the checkpoint {path.name}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)  # where the disk is full, half a file would keep it full
    return path


def load_checkpoint(folder: Path) -> tuple[Checkpoint, tuple[str, ...]] | None:
    """Return (newest whole checkpoint, what was wrong with newer ones), or None where there is none.

    Raises:
        CheckpointError: there are checkpoints, but all are damaged.
    """
    damaged: list[str] = []
    for path in _generations(folder):
        try:
            return read_checkpoint(path), tuple(damaged)
        except CheckpointError as error:
            damaged.append(str(error))
    if damaged:
        raise CheckpointError("no checkpoint is whole: " + "; ".join(damaged))
    return None


def read_checkpoint(path: Path) -> Checkpoint:
    """Return one checkpoint.

    Raises:
        CheckpointError: its hash differs, or it cannot be read.
    """
    try:
        digest, _, payload = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise CheckpointError(f"cannot read {path.name}: {error.strerror}") from error
    if hashlib.sha256(payload).hexdigest().encode() != digest:
        raise CheckpointError(f"{path.name} is damaged: its SHA-256 differs")
    head, _, packed = payload.partition(b"\n")
    data = json.loads(head)
    groups: dict[str, Arrays] = {"arrays": {}, "best": {}}
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            for name in arrays.files:
                group, _, key = name.partition("/")
                groups[group][key] = _typed(arrays[name])
    except (ValueError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path.name} is damaged: {error}") from error
    return Checkpoint(data["fingerprint"], TrainingState.from_data(data["state"]), groups["arrays"], groups["best"])


def _typed(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array as it was written: .npz knows bfloat16, a type of ml_dtypes, as two bytes without a meaning."""
    return array.view("bfloat16") if array.dtype == np.dtype("V2") else array


def _stem(state: TrainingState) -> str:
    """Return the name of a checkpoint: the epochs that are done, and the steps of the next one."""
    steps = f"+{state.partial.steps:09d}" if state.partial.steps else ""
    return f"epoch-{state.epoch:06d}{steps}"


class _Hashed(io.RawIOBase):
    """Writes to a file and hashes what it writes; as it cannot seek, it is never told to go back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, content: Any) -> int:
        self.digest.update(content)
        return self._file.write(content)


def _write(checkpoint: Checkpoint, file: BinaryIO) -> None:
    """Write a checkpoint array by array, so that it is never in memory a second time."""
    file.write(b"0" * DIGEST + b"\n")
    head: dict[str, Any] = {"fingerprint": checkpoint.fingerprint, "state": checkpoint.state.to_data()}
    groups = {"arrays": checkpoint.arrays, "best": checkpoint.best}
    flat: dict[str, Any] = {
        f"{group}/{key}": value for group, arrays in groups.items() for key, value in arrays.items()
    }
    hashed = _Hashed(file)
    hashed.write(json.dumps(head).encode() + b"\n")
    _write_arrays(flat, hashed)
    file.seek(0)
    file.write(hashed.digest.hexdigest().encode())


def _write_arrays(arrays: Mapping[str, NDArray[Any]], file: Any) -> None:
    """Write what `np.load` reads as `np.savez` does, but from where the numbers are: that copies 16 MiB at a time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        for key, value in arrays.items():
            array = np.asarray(value, order="C")
            with packed.open(f"{key}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(member, np.lib.format.header_data_from_array_1_0(array))
                member.write(array.reshape(-1).view(np.uint8).data)


def _generations(folder: Path) -> list[Path]:
    """Return the checkpoints, newest first."""
    return sorted(folder.glob("epoch-*.ckpt"), key=lambda path: path.stem, reverse=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
