"""What raw data were like when they were prepared: what the prepared arrays no longer tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.columns import Column, columns_of_input
from rnnlab.data.duplicates import Duplicates, find_duplicates
from rnnlab.data.preparation import Preparation
from rnnlab.data.raw import Corpus
from rnnlab.data.readings import Readings
from rnnlab.data.splitting import Division

Lengths = dict[int, int]
"""Samples of each length, in timesteps."""


@dataclass(frozen=True)
class Profile:
    """What raw data were like.

    Attributes:
        lengths: by input and split, before anything was cut or padded; none where all samples are equally long.
        unknown: by input and split, the share of units without a row of their own, before anything was cut.
        columns: by input, its columns of numbers in the training split; of series those of the table.
        duplicates: within and across splits.
    """

    lengths: Mapping[str, Mapping[str, Lengths]] = field(default_factory=dict)
    unknown: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    duplicates: tuple[Duplicates, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        lengths = {
            name: {split: sorted(counts.items()) for split, counts in splits.items()}
            for name, splits in self.lengths.items()
        }
        return asdict(self) | {"lengths": lengths}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Profile:
        """Return what `to_data` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data have another form.
        """
        return cls(
            lengths={
                name: {split: dict(map(tuple, counts)) for split, counts in splits.items()}
                for name, splits in data["lengths"].items()
            },
            unknown=data["unknown"],
            columns={name: tuple(Column(**each) for each in columns) for name, columns in data["columns"].items()},
            duplicates=tuple(Duplicates(**each) for each in data["duplicates"]),
        )


def take_profile(
    corpus: Corpus, division: Division, preparation: Preparation, readings: Readings, names: Sequence[str] = ()
) -> Profile:
    """Return the profile of raw samples.

    Args:
        corpus: all of them.
        division: into splits.
        preparation: fitted on train.
        readings: of its texts.
        names: of the features of an input of numbers, where they have some.
    """
    lengths: dict[str, dict[str, Lengths]] = {}
    unknown: dict[str, dict[str, float]] = {}
    columns = {}
    for name, values in corpus.inputs.items():
        if name in preparation.texts:
            lengths[name] = {split: dict(each.lengths) for split, each in readings[name].items()}
            unknown[name] = {split: each.unknown / max(1, each.units) for split, each in readings[name].items()}
            continue
        if not isinstance(values, np.ndarray):
            lengths[name] = {split: _counted(values.lengths[rows]) for split, rows in division.named().items()}
        if name in preparation.ids:
            unknown |= _of_ids(corpus, division, preparation, name)
        else:  # numbers
            columns[name] = columns_of_input(name, values, division.train, names)
    return Profile(lengths, unknown, columns, find_duplicates(corpus, division))


def _of_ids(corpus: Corpus, division: Division, preparation: Preparation, name: str) -> dict[str, dict[str, float]]:
    """Return the share of ids that stand for words without one of their own, by input and split."""
    oov_char, values = preparation.ids[name].oov_char, corpus.inputs[name]
    if oov_char is None:
        return {}
    return {
        name: {split: float((values.take(rows).values == oov_char).mean()) for split, rows in division.named().items()}
    }


def _counted(lengths: NDArray[np.int64]) -> Lengths:
    found, counts = np.unique(lengths, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def spread(lengths: Lengths) -> NDArray[np.int64]:
    """Return the length of every sample, ascending."""
    found = np.array(sorted(lengths.items()), np.int64).reshape(-1, 2)
    return np.repeat(found[:, 0], found[:, 1])
