"""Which samples are for training, for validation and for the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.datasets import FilesSplit, GroupSplit, RandomSplit, Split, StratifiedSplit, TailSplit, TimeSplit
from rnnlab.datasets.split import DEFAULT_TEST
from rnnlab.errors import DatasetError

Indices = NDArray[np.int64]
NO_TEST = 0.0  # which no file can say: the data bring a test of their own
TRAIN, VALIDATION, TEST = 0, 1, 2


@dataclass(frozen=True)
class Division:
    """The samples of each split as indices, in the order in which they are kept.

    Drawn splits are kept in the order of the draw, so that a table sorted by label does not stay sorted.
    """

    train: Indices
    validation: Indices
    test: Indices

    def named(self) -> dict[str, Indices]:
        """Return the indices by name: train, validation, test."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def divide(
    split: Split,
    samples: int,
    *,
    classes: NDArray[np.int64] | None,
    groups: Sequence[str] | None,
    own_test: int = 0,
) -> Division:
    """Return the division of one table.

    Args:
        split: how; not `files`, whose tables are divided already.
        samples: N.
        classes: (N,) class indices, None for numbers.
        groups: N values of the group's column, None unless it is a `group` split.
        own_test: how many of the last samples are the test already; the others are divided in two.

    Raises:
        DatasetError: RL406, a split would be empty, or the table has no classes to stratify by.
    """
    test = getattr(split, "test", None)
    return _divide(split, samples, DEFAULT_TEST if test is None else test, classes, groups)


def divide_training(split: Split, samples: int, *, classes: NDArray[np.int64] | None) -> tuple[Indices, Indices]:
    """Return (train, validation) of the training samples of data that bring their own test set.

    Args:
        split: how; `random`, `stratified` or `tail`.
        samples: N, for training.
        classes: (N,) class indices, None for numbers.

    Raises:
        DatasetError: RL406, a split would be empty, or there are no classes to stratify by.
    """
    division = _divide(split, samples, 0.0, classes, None)
    return division.train, division.validation


def _divide(
    split: Split, samples: int, test: float, classes: NDArray[np.int64] | None, groups: Sequence[str] | None
) -> Division:
    if isinstance(split, FilesSplit | TimeSplit):
        raise ValueError(f"`split` must divide one table, found `{split.kind}`")
    counts = _counts(split, samples, test)
    if isinstance(split, TailSplit):
        train, validation, tested = np.split(np.arange(samples), np.cumsum(counts)[:2])
        return Division(train, validation, tested)
    _, validation_count, test_count = counts
    if isinstance(split, RandomSplit):
        order = _draw(split.seed, samples)
        assigned = np.full(samples, TRAIN)
        assigned[order[:test_count]] = TEST
        assigned[order[test_count : test_count + validation_count]] = VALIDATION
    elif isinstance(split, StratifiedSplit):
        order = _draw(split.seed, samples)
        assigned = _assign_stratified(validation_count, test_count, order, classes)
    elif isinstance(split, GroupSplit) and groups is not None:
        order = _draw(split.seed, samples)
        assigned = _assign_groups(split, validation_count, test_count, groups)
    else:
        raise ValueError(f"`split: {{kind: {split.kind}}}` needs groups")
    return _collect(order, assigned, counts)


def tail_counts(split: TailSplit, samples: int) -> tuple[int, int, int]:
    """Return how many samples, or units of a running text, train, validation and test have; none of them is 0.

    Raises:
        DatasetError: RL406, a split would be empty.
    """
    return _counts(split, samples, DEFAULT_TEST if split.test is None else split.test)


def _draw(seed: int, samples: int) -> Indices:
    # RandomState's stream is frozen for ever; that of default_rng may change with NumPy.
    return np.random.RandomState(seed).permutation(samples).astype(np.int64)


def _collect(order: Indices, assigned: NDArray[np.int64], counts: tuple[int, int, int]) -> Division:
    of_order = assigned[order]
    division = Division(*(order[of_order == name] for name in (TRAIN, VALIDATION, TEST)))
    for (name, indices), wanted in zip(division.named().items(), counts, strict=True):
        if wanted and not len(indices):
            raise _too_few(name, len(order))
    return division


def _counts(
    split: RandomSplit | StratifiedSplit | GroupSplit | TailSplit, samples: int, share: float
) -> tuple[int, int, int]:
    """Return the samples of train, validation and test; none of them is 0, but for a test share of 0."""
    validation = _rounded(split.validation * samples)
    test = _rounded(share * samples)
    train = samples - validation - test
    for name, count in (("train", train), ("validation", validation), ("test", test if share else 1)):
        if count < 1:
            raise _too_few(name, samples)
    return train, validation, test


def _rounded(share: float) -> int:
    return int(share + 0.5)


def _too_few(name: str, samples: int) -> DatasetError:
    return DatasetError(
        "RL406",
        f"the {name} split would be empty: {samples} sample{'s'[: samples != 1]} cannot be divided like this",
        help="give more samples, or change `split.validation` and `split.test`",
    )


def _assign_stratified(
    validation_count: int, test_count: int, order: Indices, classes: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    if classes is None:
        raise DatasetError(
            "RL406",
            "`split: {kind: stratified}` needs classes, and the target is a number",
            help="use `kind: random`",
        )
    sizes = np.bincount(classes)
    tests = _apportion(sizes, test_count)
    validations = _apportion(sizes, validation_count)
    assigned = np.full(len(order), TRAIN)
    for index in range(len(sizes)):
        members = order[classes[order] == index]
        assigned[members[: tests[index]]] = TEST
        assigned[members[tests[index] : tests[index] + validations[index]]] = VALIDATION
    return assigned


def _apportion(sizes: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Return how many of each class make up `total`, in the shares of `sizes` (largest remainder)."""
    wanted = sizes * total / sizes.sum()
    counts: NDArray[np.int64] = np.floor(wanted).astype(np.int64)
    missing = total - int(counts.sum())
    counts[np.argsort(counts - wanted, kind="stable")[:missing]] += 1
    return counts


def _assign_groups(
    split: GroupSplit, validation_count: int, test_count: int, groups: Sequence[str]
) -> NDArray[np.int64]:
    names, first, group_of = np.unique(np.array(groups), return_index=True, return_inverse=True)
    if len(names) < 3:
        raise DatasetError(
            "RL406",
            f"`split.column: {split.column}` has {len(names)} distinct value{'s' if len(names) > 1 else ''}; "
            "three splits need at least 3 groups",
            help="use another column, or `kind: random`",
        )
    sizes = np.bincount(group_of)
    kind = np.full(len(names), TRAIN)
    drawn = iter(np.argsort(first, kind="stable")[_draw(split.seed, len(names))])
    for name, wanted in ((TEST, test_count), (VALIDATION, validation_count)):
        taken = 0
        while taken < wanted and (group := next(drawn, None)) is not None:
            kind[group] = name
            taken += int(sizes[group])
    assigned: NDArray[np.int64] = kind[group_of]
    return assigned
