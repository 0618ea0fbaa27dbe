"""From values as they stand in a table to targets."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.errors import DatasetError
from rnnlab.source import did_you_mean

ROWS = "the header is not counted"
LARGEST = float(np.finfo(np.float32).max)


def encode_classes(
    values: Sequence[str], labels: Sequence[str], where: str, rows: Sequence[int] | None = None
) -> NDArray[np.int64]:
    """Return the class indices (N,) of values.

    Args:
        values: N labels as text.
        labels: the classes, in the order of their indices.
        where: the values' place, for the message.
        rows: the data row of each, counted from 1; one after the other unless given.

    Raises:
        DatasetError: RL409, a value is not among the labels.
    """
    index = {label: position for position, label in enumerate(labels)}
    for row, value in zip(rows or range(1, len(values) + 1), values, strict=True):
        if value not in index:
            raise DatasetError(
                "RL409",
                f"{where}, data row {row} ({ROWS}): `{value}` is not among the labels",
                help=did_you_mean(value, labels),
            )
    return np.fromiter((index[value] for value in values), np.int64, len(values))


def encode_tags(sentences: Sequence[Sequence[str]], labels: Sequence[str], where: str) -> list[NDArray[np.int64]]:
    """Return the class indices of the tags of each sentence.

    Raises:
        DatasetError: RL409, a tag is not among the labels.
    """
    index = {label: position for position, label in enumerate(labels)}
    for number, tags in enumerate(sentences, start=1):
        for place, tag in enumerate(tags, start=1):
            if tag not in index:
                raise DatasetError(
                    "RL409",
                    f"{where}, sentence {number}, token {place}: `{tag}` is not among the labels",
                    help=did_you_mean(tag, labels),
                )
    return [np.fromiter((index[tag] for tag in tags), np.int64, len(tags)) for tags in sentences]


def encode_numbers(values: Sequence[str], where: str, rows: Sequence[int] | None = None) -> NDArray[np.float32]:
    """Return the numbers (N,) that values write.

    Args:
        values: N numbers as text.
        where: the values' place, for the message.
        rows: the data row of each, counted from 1; one after the other unless given.

    Raises:
        DatasetError: RL410, a value is not a number that float32 can hold.
    """
    numbers = [_number(value) for value in values]
    for row, value, number in zip(rows or range(1, len(values) + 1), values, numbers, strict=True):
        if not math.isfinite(number) or abs(number) > LARGEST:
            raise DatasetError(
                "RL410",
                f"{where}, data row {row} ({ROWS}): `{value}` is not a finite number",
                help="correct or remove the row; for classes use `task: {kind: classification}`",
            )
    return np.array(numbers, np.float32)


def _number(value: str) -> float:
    if "_" in value:  # float("1_000") is 1000, which no table means
        return math.nan
    try:
        return float(value)
    except ValueError:
        return math.nan
