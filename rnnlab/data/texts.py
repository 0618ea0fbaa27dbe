"""Many texts on disk, one UTF-8 file and the offsets where each begins: none is in memory until asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import overload

import numpy as np


class Texts(Sequence[str]):
    """N texts, decoded one by one from a memory-mapped file."""

    def __init__(self, blob: Path, offsets: Path) -> None:
        self._offsets = np.load(offsets, mmap_mode="r", allow_pickle=False)
        self._blob = np.memmap(blob, np.uint8, mode="r") if blob.stat().st_size else np.empty(0, np.uint8)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...

    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        """Return a text, or a tuple of texts."""
        if isinstance(index, slice):
            return tuple(self[position] for position in range(*index.indices(len(self))))
        position = range(len(self))[index]
        return self._blob[self._offsets[position] : self._offsets[position + 1]].tobytes().decode("utf-8")


def save_texts(texts: Sequence[str], blob: Path, offsets: Path) -> None:
    """Write texts in the form that `Texts` reads."""
    ends = np.zeros(len(texts) + 1, np.int64)
    with blob.open("wb") as file:
        for position, text in enumerate(texts, start=1):
            ends[position] = ends[position - 1] + file.write(text.encode("utf-8"))
    np.save(offsets, ends, allow_pickle=False)
