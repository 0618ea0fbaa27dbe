"""Samples that are the same: within a split, and on both sides of one."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.raw import Corpus
from rnnlab.data.splitting import Division

PAIRS = (("validation", "train"), ("test", "train"), ("test", "validation"))
LONGEST_EXAMPLE = 80


@dataclass(frozen=True)
class Duplicates:
    """Samples of one split that stand in another, or more than once in one.

    Attributes:
        split: where they are counted.
        other: where they stand too; the same split where they repeat one of it.
        samples: how many of `split` stand in `other`, or repeat an earlier one of `split`.
        of: all samples of `split`.
        example: the first one: its text, or the rows of the source where it stands, counted from 0.
    """

    split: str
    other: str
    samples: int
    of: int
    example: str


def find_duplicates(corpus: Corpus, division: Division) -> tuple[Duplicates, ...]:
    """Return the duplicates within and across splits, those of whom there are any."""
    named = division.named()
    keys = {split: _keys(corpus, indices) for split, indices in named.items()}
    first = {split: dict(zip(reversed(keys[split]), named[split][::-1].tolist(), strict=True)) for split in named}
    found = []
    for split, other in (*((split, split) for split in named), *PAIRS):
        again = [
            (index, first[other][key])
            for index, key in zip(named[split].tolist(), keys[split], strict=True)
            if key in first[other] and first[other][key] != index
        ]
        if again:
            example = _example(corpus, *again[0])
            found.append(Duplicates(split, other, len(again), len(named[split]), example))
    return tuple(found)


def _keys(corpus: Corpus, indices: NDArray[np.int64]) -> Sequence[Hashable]:
    """Return what makes two samples the same: their text, or the numbers of all inputs."""
    texts = [values for values in corpus.inputs.values() if isinstance(values, tuple)]
    if texts:
        return [texts[0][index] for index in indices]
    return [
        hashlib.sha256(b"".join(values[index].tobytes() for values in corpus.inputs.values())).digest()
        for index in indices.tolist()
    ]


def _example(corpus: Corpus, index: int, other: int) -> str:
    values = next(iter(corpus.inputs.values()))
    if isinstance(values, tuple):
        text = " ".join(values[index].split())
        return text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 1] + "…"
    return f"rows {corpus.rows[other]} and {corpus.rows[index]}"
