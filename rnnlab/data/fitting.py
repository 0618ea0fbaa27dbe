"""What is fitted on the training split, and on nothing else: the vocabulary and the length."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from rnnlab.data.preparation import PADDING_WORD, UNKNOWN_WORD, Preparation
from rnnlab.data.units import split_units
from rnnlab.datasets.facts import TargetKind
from rnnlab.padding import Padding
from rnnlab.text import Text


def fit_preparation(
    texts: Sequence[str],
    text: Text,
    padding: Padding,
    *,
    target: TargetKind,
    labels: tuple[str, ...],
    target_name: str,
) -> Preparation:
    """Return the preparation fitted on the training texts.

    Args:
        texts: of the training split only.
        text: the `text` section.
        padding: the `padding` section.
        target: `classes` or `number`.
        labels: the classes; empty for numbers.
        target_name: the target's name.
    """
    counts: Counter[str] = Counter()
    lengths = []
    for sample in texts:
        units = split_units(sample, text.unit, lowercase=text.lowercase)
        counts.update(units)
        lengths.append(max(1, len(units)))
    return Preparation(
        unit=text.unit,
        lowercase=text.lowercase,
        words=(PADDING_WORD, UNKNOWN_WORD, *_most_frequent(counts, text.vocabulary - 2)),
        rows=text.vocabulary,
        maxlen=_fit_maxlen(lengths, padding),
        padding=padding.padding,
        truncating=padding.truncating,
        mask=padding.mask,
        target_kind=target,
        labels=labels,
        target_name=target_name,
    )


def _most_frequent(counts: Counter[str], limit: int) -> list[str]:
    """Return the most frequent units, ties by alphabet: the order of the samples changes nothing."""
    return sorted(counts, key=lambda unit: (-counts[unit], unit))[:limit]


def _fit_maxlen(lengths: Sequence[int], padding: Padding) -> int:
    """Return T; for a percentile the smallest length at which that share of the texts is not cut."""
    if isinstance(padding.maxlen, int):
        return padding.maxlen
    percentile = padding.percentile
    if percentile is None:
        return max(lengths)
    return sorted(lengths)[math.ceil(percentile * len(lengths) / 100) - 1]
