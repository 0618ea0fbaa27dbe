"""N raw samples in one form, whatever they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CatalogSamples:
    """N samples of a catalog's file.

    Attributes:
        texts: N texts for each input.
        values: N values of the target: labels, numbers as text, or texts that are to be written; None for a running
            text, which is its own target.
        rows: N rows of the file, counted from 0.
        groups: N values of each column that names a group.
    """

    texts: Mapping[str, Sequence[str]]
    values: Sequence[str] | None
    rows: Sequence[int]
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Corpus:
    """N raw samples.

    Attributes:
        inputs: for each input N texts, numbers (N, T, …), or `Ragged` sequences of ids or numbers.
        targets: class indices int64 or numbers float32, (N,), (N, K), (N, T) or (N, T, K); None where the target is a
            text, which stands among the inputs, or where `tags` are the targets.
        labels: the classes in the order of their indices; empty for numbers and texts.
        rows: (N,) row in the source file, counted from 0.
        source: what the data are, for the record.
        groups: N values of the group's column, where the split asks for one.
        sizes: samples of train, validation and test where each has its own file.
        columns: the source's column of each input, where it has columns.
        own_test: how many samples, the last ones, are the data's own test set.
        words: of sequences of ids the word of each, where known.
        tags: N class indices int64, one for each unit of a sample's text; None where the targets are others.
    """

    inputs: Mapping[str, Any]
    targets: NDArray[Any] | None
    labels: tuple[str, ...]
    rows: NDArray[np.int64]
    source: dict[str, Any]
    groups: tuple[str, ...] | None = None
    sizes: tuple[int, int, int] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    own_test: int | None = None
    words: tuple[str, ...] = ()
    tags: tuple[NDArray[np.int64], ...] | None = None

    def __len__(self) -> int:
        """Return N."""
        return len(self.rows)

    def texts(self, name: str, indices: NDArray[np.int64]) -> tuple[str, ...]:
        """Return the texts of an input in the order of indices."""
        values = self.inputs[name]
        return tuple(values[index] for index in indices)

    def classes(self, indices: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Return the class indices of samples, one after the other; None where the targets are no classes."""
        if self.tags is not None:
            return np.concatenate([self.tags[index] for index in indices])
        if not self.labels or self.targets is None:
            return None
        found: NDArray[np.int64] = self.targets[indices].ravel()
        return found
