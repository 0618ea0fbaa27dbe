"""What prepared data look like, in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnlab.data.preparation import Preparation
from rnnlab.data.splits import Samples, Splits
from rnnlab.text import PADDING_ID, UNKNOWN_ID


def dataset_summary(splits: Splits) -> dict[str, Any]:
    """Return plain data: what `rnnlab data show` prints.

    Returns:
        `samples` per split; `classes` per split, or for numbers the `target` of train; `length` of the
        training texts in units before padding; of train the shares of units `cut` and of `padding`;
        the share of `unknown` units per split; `vocabulary`, `timesteps`, `unit`, `source`, `warnings`.
    """
    preparation = splits.preparation
    train = splits.train
    lengths = np.array([max(1, len(preparation.units(text))) for text in train.raw[preparation.input_name]])
    ids_NT = train.inputs[preparation.input_name]
    return {
        "source": splits.source,
        "samples": {name: len(samples) for name, samples in splits.named().items()},
        **_targets(splits),
        "unit": preparation.unit,
        "vocabulary": {"rows": preparation.rows, "found": len(preparation.words) - 2},
        "timesteps": preparation.maxlen,
        "length": {
            "min": int(lengths.min()),
            "median": float(np.median(lengths)),
            "mean": float(lengths.mean()),
            "p95": int(np.percentile(lengths, 95, method="inverted_cdf")),
            "max": int(lengths.max()),
        },
        "cut": float(np.maximum(lengths - preparation.maxlen, 0).sum() / lengths.sum()),
        "padding": float((ids_NT == PADDING_ID).mean()),
        "unknown": {name: _unknown(samples, preparation) for name, samples in splits.named().items()},
        "warnings": list(splits.warnings),
    }


def _targets(splits: Splits) -> dict[str, Any]:
    preparation = splits.preparation
    name = preparation.target_name
    if preparation.target_kind == "number":
        numbers = splits.train.targets[name]
        return {
            "target": {
                "min": float(numbers.min()),
                "mean": float(numbers.mean()),
                "max": float(numbers.max()),
            }
        }
    return {
        "classes": {
            split: _class_counts(samples.targets[name], preparation) for split, samples in splits.named().items()
        }
    }


def _class_counts(targets: Any, preparation: Preparation) -> dict[str, int]:
    counts = np.bincount(targets, minlength=len(preparation.labels))
    return {label: int(count) for label, count in zip(preparation.labels, counts, strict=True)}


def _unknown(samples: Samples, preparation: Preparation) -> float:
    ids_NT = samples.inputs[preparation.input_name]
    return float((ids_NT == UNKNOWN_ID).sum() / (ids_NT != PADDING_ID).sum())
