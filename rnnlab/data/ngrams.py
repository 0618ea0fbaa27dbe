"""The baseline of language models: interpolated Kneser-Ney n-grams, in NumPy.

Source: Chen & Goodman, An Empirical Study of Smoothing Techniques for Language Modeling, 1998, sections 2.7 and 4.1.6.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.splits import Splits
from rnnlab.data.windows import Windows
from rnnlab.text import PADDING_ID

Ids = NDArray[np.int64]
Numbers = NDArray[np.float64]
ORDERS = {"unigram": 1, "ngram_3": 3, "ngram_5": 5}


def score_ngrams(splits: Splits) -> dict[str, dict[str, float]]:
    """Return loss, perplexity and bits per character of n-grams fitted on train, on validation and test.

    They predict what the model predicts: every unit of a split but the first, from the units before it in that split.
    """
    name = splits.preparation.target.reads or ""
    rows = splits.preparation.texts[name].rows
    train = _flat(splits, "train")
    scores: dict[str, dict[str, float]] = {baseline: {} for baseline in ORDERS}
    for prefix, split in (("val_", "validation"), ("test_", "test")):
        ids = _flat(splits, split)
        for baseline, order in ORDERS.items():
            loss = float(-np.log(ngram_probabilities(train, ids, order, rows)[1:]).mean())
            scores[baseline] |= {
                f"{prefix}{key}": value for key, value in text_scores(loss, units_per_character(splits, split)).items()
            }
    return scores


def text_scores(loss: float, units: float) -> dict[str, float]:
    """Return a loss in nats per unit as `loss`, `perplexity` and `bits_per_character`.

    Args:
        loss: mean of a split.
        units: per character of that split.
    """
    perplexity = math.exp(loss) if loss < 700 else math.inf
    return {"loss": loss, "perplexity": perplexity, "bits_per_character": loss / math.log(2) * units}


def units_per_character(splits: Splits, split: str) -> float:
    """Return how many units a split has for each of its characters: 1 where units are characters."""
    return float(splits.source["units"][split] / splits.source["characters"][split])


def _flat(splits: Splits, split: str) -> Ids:
    windows = splits.named()[split].inputs[splits.preparation.target.reads or ""]
    assert isinstance(windows, Windows)
    return np.asarray(windows.ids, np.int64)


def ngram_probabilities(train: Ids, ids: Ids, order: int, rows: int) -> Numbers:
    """Return the probability (L,) of each unit of a text after those before it.

    Args:
        train: (M,) ids that are counted.
        ids: (L,) ids that are scored.
        order: n: a unit depends on the n - 1 before it.
        rows: V; the vocabulary is all of them but padding.
    """
    fill = np.full(order - 1, PADDING_ID, np.int64)  # before the first unit of each text
    stream = np.concatenate([fill, train, fill, ids])
    counted = np.zeros(len(stream), bool)
    counted[len(fill) : len(fill) + len(train)] = True
    scored = np.arange(len(stream) - len(ids), len(stream))
    grams = _grams(stream, order)
    found = np.full(len(ids), 1.0 / (rows - 1))
    for size in range(1, order + 1):
        contexts = grams[size - 1] if size > 1 else np.zeros(len(stream), np.int64)
        before = np.roll(contexts, 1) if size > 1 else contexts
        counts = _counts(grams, size, order, counted)
        found = _interpolated(counts, grams[size], before, counted, scored, found)
    return found


def _grams(stream: Ids, order: int) -> dict[int, Ids]:
    """Return by size a number for the n-gram that ends at each place; the same for the same units."""
    grams = {1: np.unique(stream, return_inverse=True)[1].astype(np.int64)}
    units = int(grams[1].max()) + 1
    for size in range(2, order + 1):
        joined = np.roll(grams[size - 1], 1) * units + grams[1]
        grams[size] = np.unique(joined, return_inverse=True)[1].astype(np.int64)
    return grams


def _counts(grams: dict[int, Ids], size: int, order: int, counted: NDArray[np.bool_]) -> Numbers:
    """Return how often each n-gram stands in train; below the highest order, after how many different units."""
    kinds = int(grams[size].max()) + 1
    if size == order:
        return np.bincount(grams[size][counted], minlength=kinds).astype(np.float64)
    longer = grams[size + 1]
    places = np.flatnonzero(counted)
    _, first = np.unique(longer[places], return_index=True)
    return np.bincount(grams[size][places[first]], minlength=kinds).astype(np.float64)


def _interpolated(
    counts: Numbers, grams: Ids, contexts: Ids, counted: NDArray[np.bool_], scored: Ids, shorter: Numbers
) -> Numbers:
    """Return probabilities of one size, discounted and filled up with those of the size below."""
    places = np.flatnonzero(counted)
    kinds, first = np.unique(grams[places], return_index=True)
    context_of = contexts[places[first]]
    size = int(contexts.max()) + 1
    totals = np.bincount(context_of, weights=counts[kinds], minlength=size)
    types = np.bincount(context_of, minlength=size).astype(np.float64)
    once, twice = (float((counts[kinds] == times).sum()) for times in (1, 2))
    discount = once / (once + 2 * twice) if once and twice else 0.5
    total, count = totals[contexts[scored]], counts[grams[scored]]
    seen = total > 0
    safe = np.where(seen, total, 1.0)
    share = np.maximum(count - discount, 0.0) / safe + discount * types[contexts[scored]] / safe * shorter
    return np.where(seen, share, shorter)
