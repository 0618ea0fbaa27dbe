"""From values as they stand in a table to targets."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.errors import DatasetError
from rnnlab.source import did_you_mean

ROWS = "the header is not counted"
NO_NUMBER = "correct or remove the row; for classes use `task: {kind: classification}`"
LARGEST = float(np.finfo(np.float32).max)


def encode_classes(
    values: Sequence[str],
    labels: Sequence[str],
    where: str,
    *,
    each: str = "data row",
    rows: Sequence[int] | None = None,
) -> NDArray[np.int64]:
    """Return the class indices (N,) of values.

    Args:
        values: N labels as text.
        labels: the classes, in the order of their indices.
        where: the values' place, for the message.
        each: what has a value, for the message: a `data row`, or a `sequence` of several.
        rows: the number of each, counted from 1; one after the other unless given.

    Raises:
        DatasetError: RL409, a value is not among the labels.
    """
    index = {label: position for position, label in enumerate(labels)}
    for row, value in zip(rows or range(1, len(values) + 1), values, strict=True):
        if value not in index:
            raise DatasetError(
                "RL409",
                f"{_place(where, each, row)}: {_spelled(value)} is not among the labels",
                help=did_you_mean(value, labels),
            )
    return np.fromiter((index[value] for value in values), np.int64, len(values))


def check_labels(labels: Sequence[str], where: str) -> None:
    """Refuse labels that were found in the data and are surely not meant as classes.

    Args:
        labels: each once.
        where: the values' place, for the message.

    Raises:
        DatasetError: RL472, two of them look the same; RL473, they are numbers with fractions.
    """
    alike: dict[str, str] = {}
    for label in labels:
        other = alike.setdefault(_seen(label), label)
        if other != label:
            raise DatasetError(
                "RL472",
                f"{where}: the labels {_spelled(other)} and {_spelled(label)} look the same and would be two classes",
                help="write them alike, or name every class in `dataset.labels`",
            )
    fraction = next(
        (label for label in labels if not _number(label).is_integer() and math.isfinite(_number(label))), None
    )
    if fraction is not None and all(math.isfinite(_number(label)) for label in labels):
        raise DatasetError(
            "RL473",
            f"{where}: the labels are numbers such as `{fraction}`, and each of the {len(labels)} would be a class",
            help="use `task: {kind: regression}` for numbers, or name every class in `dataset.labels`",
        )


def _seen(label: str) -> str:
    """Return what people see of a label: no blanks around it, no invisible signs, a number in one form."""
    visible = "".join(sign for sign in unicodedata.normalize("NFKC", label) if unicodedata.category(sign) != "Cf")
    text, number = " ".join(visible.split()), _number(visible)
    return str(number) if math.isfinite(number) else text


def _spelled(label: str) -> str:
    """Return a label with what cannot be seen of it written out."""
    return f"`{label}`" if label.isascii() and label.isprintable() else f"`{ascii(label)[1:-1]}`"


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


def encode_numbers(
    values: Sequence[str],
    where: str,
    *,
    each: str = "data row",
    help: str = NO_NUMBER,
    rows: Sequence[int] | None = None,
) -> NDArray[np.float32]:
    """Return the numbers (N,) that values write.

    Args:
        values: N numbers as text.
        where: the values' place, for the message.
        each: what has a value, for the message: a `data row`, or a `sequence` of several.
        help: what to do where one is none.
        rows: the number of each, counted from 1; one after the other unless given.

    Raises:
        DatasetError: RL410, a value is not a number that float32 can hold.
    """
    numbers = [_number(value) for value in values]
    for row, value, number in zip(rows or range(1, len(values) + 1), values, numbers, strict=True):
        if not math.isfinite(number) or abs(number) > LARGEST:
            raise DatasetError(
                "RL410",
                f"{_place(where, each, row)}: `{value}` is not a finite number of float32",
                help=help,
            )
    return np.array(numbers, np.float32)


def _place(where: str, each: str, number: int) -> str:
    return f"{where}, {each} {number}" + (f" ({ROWS})" if each == "data row" else "")


def _number(value: str) -> float:
    if "_" in value:  # float("1_000") is 1000, which no table means
        return math.nan
    try:
        return float(value)
    except ValueError:
        return math.nan
