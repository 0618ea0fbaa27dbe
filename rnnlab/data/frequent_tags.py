"""The baselines of tagging: the most frequent tag, and the most frequent tag of each token."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.spans import tag_scores
from rnnlab.data.splits import Samples, Splits
from rnnlab.text import PADDING_ID

Ids = NDArray[np.int64]


def score_frequent_tags(splits: Splits) -> dict[str, dict[str, float]]:
    """Return the scores of both baselines on validation and test.

    A token without its own row in the vocabulary has the tag most frequent among such tokens of train, not of all.
    """
    labels, rows = splits.preparation.labels, splits.preparation.texts[splits.preparation.target.reads or ""].rows
    ids, tags = (np.concatenate(parts) for parts in zip(*sentences_of(splits.train, splits), strict=True))
    counts_VC = np.zeros((rows, len(labels)), np.int64)
    np.add.at(counts_VC, (ids, tags), 1)
    majority = int(counts_VC.sum(axis=0).argmax())
    best_V = np.where(counts_VC.any(axis=1), counts_VC.argmax(axis=1), majority)
    return {
        "majority": _scores(splits, lambda ids: np.full(len(ids), majority)),
        "most_frequent_tag": _scores(splits, lambda ids: best_V[ids]),
    }


def sentences_of(samples: Samples, splits: Splits) -> Sequence[tuple[Ids, Ids]]:
    """Return (token ids, tags) of each sentence, without padding."""
    ids_NT = samples.inputs[splits.preparation.target.reads or ""][:]
    tags_NT = samples.targets[splits.preparation.target_name][:]
    return [(ids[ids != PADDING_ID], tags[ids != PADDING_ID]) for ids, tags in zip(ids_NT, tags_NT, strict=True)]


def _scores(splits: Splits, answer: Callable[[Ids], Ids]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for prefix, samples in (("val_", splits.validation), ("test_", splits.test)):
        sentences = sentences_of(samples, splits)
        found = tag_scores(
            [answer(ids) for ids, _ in sentences], [tags for _, tags in sentences], splits.preparation.labels
        )
        scores |= {f"{prefix}{name}": value for name, value in found.items()}
    return scores
