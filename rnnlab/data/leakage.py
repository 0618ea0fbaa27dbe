"""Data that would let the network see what it is tested on: refused before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.overlaps import overlap_of
from rnnlab.data.ragged import Ragged
from rnnlab.data.raw import Corpus
from rnnlab.datasets import AnyDataset, FilesSplit
from rnnlab.errors import DatasetError

FEWEST = 10
"""Samples below which a copy of the target may be chance."""
DRAWN = ("random", "stratified")
PROBED = 1000  # numbers that are looked at first: most features are done with then
EXACT = 1e-6
"""Of the target's range: what is further apart is no copy."""

Numbers = NDArray[np.float64]


def check_leakage(dataset: AnyDataset, corpus: Corpus) -> None:
    """Refuse data in which a split, or an input, gives the answers away.

    Raises:
        DatasetError: RL461, an input is the target; RL462, one group on both sides of a split; RL463, overlapping
            windows drawn at random; RL464, one file for two splits.
    """
    _check_files(corpus)
    _check_groups(dataset, corpus)
    _check_texts(dataset, corpus)
    for name, values in corpus.inputs.items():
        if not isinstance(values, tuple) and values[0].ndim > 1:
            numbers = _whole(values)
            _check_windows(dataset, name, numbers)
            _check_features(dataset, corpus, name, numbers)


def _check_files(corpus: Corpus) -> None:
    hashes = corpus.source.get("sha256")
    for split, other in (("validation", "train"), ("test", "train"), ("test", "validation")):
        if isinstance(hashes, dict) and split in hashes and hashes[split] == hashes.get(other):
            raise DatasetError(
                "RL464",
                f"the files of {other} and {split} hold the same, byte for byte",
                help=f"give `dataset.split.{split}` a file of its own, or let one table be divided",
            )


def _check_groups(dataset: AnyDataset, corpus: Corpus) -> None:
    if corpus.groups is None or corpus.sizes is None or not isinstance(dataset.split, FilesSplit):
        return
    train, validation, _ = np.cumsum(corpus.sizes).tolist()
    splits = {
        "train": set(corpus.groups[:train]),
        "validation": set(corpus.groups[train:validation]),
        "test": set(corpus.groups[validation:]),
    }
    for split, other in (("validation", "train"), ("test", "train"), ("test", "validation")):
        both = sorted(splits[split] & splits[other])
        if both:
            raise DatasetError(
                "RL462",
                f"{len(both)} value{'s'[: len(both) != 1]} of `{dataset.split.group}` "
                f"stand{'s' if len(both) == 1 else ''} in the files of both {other} and {split}, first `{both[0]}`",
                help=f"move their rows to one side, or let one table be divided: "
                f"`split: {{kind: group, column: {dataset.split.group}}}`",
            )


def _check_texts(dataset: AnyDataset, corpus: Corpus) -> None:
    if not corpus.labels or corpus.targets is None or corpus.targets.ndim != 1 or len(corpus) < FEWEST:
        return
    for name, texts in corpus.inputs.items():
        if isinstance(texts, tuple) and all(
            text.strip().casefold() == corpus.labels[label].strip().casefold()
            for text, label in zip(texts, corpus.targets, strict=True)
        ):
            column = corpus.columns.get(name, name)
            raise _copied(f"every text of `{column}` is its label", dataset.target_name)


def _whole(values: NDArray[Any] | Ragged) -> NDArray[Any] | Ragged:
    """Return numbers as one array (N, T, …) where all samples are equally long."""
    if isinstance(values, Ragged) and len(set(values.lengths.tolist())) == 1:
        return values.values.reshape(len(values), -1, values.values.shape[1])
    return values


def _check_windows(dataset: AnyDataset, name: str, values: NDArray[Any] | Ragged) -> None:
    if isinstance(values, Ragged) or dataset.split.kind not in DRAWN:
        return
    shift = overlap_of(values)
    if shift is not None:
        raise DatasetError(
            "RL463",
            f"`{name}` holds overlapping windows of a series: what one sample holds from timestep {shift} on, the next "
            f"one begins with; drawn at random ({dataset.split.kind}), they stand on both sides of the split",
            help="use `split: {kind: tail}`, or give the table itself with `kind: series`",
        )


def _check_features(dataset: AnyDataset, corpus: Corpus, name: str, values: NDArray[Any] | Ragged) -> None:
    """Refuse a feature that holds the target: at its timestep, or, one per sample, at all of them."""
    wanted = corpus.targets
    if wanted is None or len(corpus) < FEWEST:
        return
    if getattr(dataset, "per", "sample") == "timestep":
        if isinstance(values, Ragged) or wanted.shape[:2] != values.shape[:2]:
            return
        seen_RF = values.reshape(wanted.shape[0] * wanted.shape[1], -1)
        features: Sequence[int] = range(seen_RF.shape[1])
    else:
        seen_RF, features = _unchanging(values)
    for feature in features:
        for column in wanted.reshape(len(seen_RF), -1).T:
            if _is_copy(seen_RF[:, feature], column, classes=bool(corpus.labels)):
                what = f"`{name}`, feature {feature} (counted from 0), tells it at every timestep"
                raise _copied(what, dataset.target_name)


def _unchanging(values: NDArray[Any] | Ragged) -> tuple[NDArray[Any], Sequence[int]]:
    """Return (the first timestep (N, F) of each sample, the features that every sample has the same at all others)."""
    if isinstance(values, Ragged):
        first = values.values[values.offsets[:-1]]
        same = (values.values == np.repeat(first, values.lengths, axis=0)).all(axis=0)
    else:
        flat = values.reshape(*values.shape[:2], -1)
        first, same = flat[:, 0], (flat == flat[:, :1]).all(axis=(0, 1))
    return first, np.flatnonzero(same).tolist()


def _is_copy(found: NDArray[Any], wanted: NDArray[Any], *, classes: bool) -> bool:
    """Return whether one follows from the other: class for value, or a line through all the points."""
    follows = _names_classes if classes else is_line
    some = slice(None, None, max(1, len(found) // PROBED))
    return follows(found[some], wanted[some]) and follows(found, wanted)


def _names_classes(found: NDArray[Any], wanted: NDArray[Any]) -> bool:
    """Return whether every value stands for one class, and every class for one value."""
    values, places = np.unique(found, return_inverse=True)
    known, classes = np.unique(wanted, return_inverse=True)
    pairs = len(np.unique(places * len(known) + classes))
    return len(known) > 1 and len(values) == len(known) == pairs


def is_line(found: NDArray[Any], wanted: NDArray[Any]) -> bool:
    """Return whether numbers are others times a constant, plus a constant; those that never change are not."""
    found, wanted = found.astype(np.float64), wanted.astype(np.float64)
    spread, reach = np.ptp(found), np.ptp(wanted)
    if not spread > 0 or not reach > 0:
        return False
    centred, aim = found - found.mean(), wanted - wanted.mean()
    slope = float((centred * aim).sum() / (centred * centred).sum())
    return bool(np.abs(aim - slope * centred).max() <= EXACT * reach)


def check_known_ahead(names: tuple[str, ...], values_TC: Numbers, targets: int, ahead: range) -> None:
    """Refuse a column of `future` that is a target in other units.

    Args:
        names: of the C columns.
        values_TC: timesteps, NaN where missing; the targets stand first.
        targets: K.
        ahead: which columns are known ahead.

    Raises:
        DatasetError: RL461.
    """
    for column in ahead:
        for target in range(targets):
            known = np.isfinite(values_TC[:, [column, target]]).all(axis=1)
            if known.sum() >= FEWEST and is_line(values_TC[known, column], values_TC[known, target]):
                raise _copied(f"`{names[column]}` of `dataset.future` tells it at every timestep", names[target])


def _copied(what: str, target: str) -> DatasetError:
    return DatasetError(
        "RL461",
        f"the target `{target}` stands among the inputs: {what}",
        help="leave it out: a network that reads it learns to copy, and knows nothing once the target is not known",
    )
