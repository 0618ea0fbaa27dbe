"""The baseline of language models: interpolated Kneser-Ney n-grams, in NumPy.

Source: Chen & Goodman, An Empirical Study of Smoothing Techniques for Language Modeling, 1998, sections 2.7 and 4.1.6.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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
    held = {"val_": "validation", "test_": "test"}
    grams = count_grams(_flat(splits, "train"), [_flat(splits, split) for split in held.values()], max(ORDERS.values()))
    scores: dict[str, dict[str, float]] = {}
    for baseline, order in ORDERS.items():
        found = dict(zip(held.items(), gram_probabilities(grams, order, rows), strict=True))
        scores[baseline] = {
            f"{prefix}{key}": value
            for (prefix, split), shares in found.items()
            for key, value in text_scores(float(-np.log(shares[1:]).mean()), units_per_character(splits, split)).items()
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


@dataclass(frozen=True)
class Grams:
    """The n-grams of some texts behind one another.

    Attributes:
        by_size: for each size a number for the n-gram that ends at each place, the same for the same units.
        counted: places of the text that is counted.
        scored: places of each text that is scored.
    """

    by_size: dict[int, Ids]
    counted: Ids
    scored: tuple[Ids, ...]


def count_grams(train: Ids, texts: Sequence[Ids], order: int) -> Grams:
    """Return the n-grams up to an order of the text that is counted and of those that are scored."""
    fill = np.full(order - 1, PADDING_ID, np.int64)  # before the first unit of each text
    ends = np.cumsum([len(fill) + len(text) for text in (train, *texts)])
    places = [np.arange(end - len(text), end) for end, text in zip(ends, (train, *texts), strict=True)]
    stream = np.concatenate([part for text in (train, *texts) for part in (fill, text)])
    return Grams(_grams(stream, order), places[0], tuple(places[1:]))


def gram_probabilities(grams: Grams, order: int, rows: int) -> list[Numbers]:
    """Return the probability (L,) of each unit of each text that is scored, after those before it.

    Args:
        grams: of `order` at least.
        order: n: a unit depends on the n - 1 before it.
        rows: V; the vocabulary is all of them but padding.
    """
    scored = np.concatenate(grams.scored)
    found = np.full(len(scored), 1.0 / (rows - 1))
    for size in range(1, order + 1):
        counts = _counts(grams, size, order)
        contexts = np.roll(grams.by_size[size - 1], 1) if size > 1 else np.zeros_like(grams.by_size[1])
        found = _interpolated(counts, grams.by_size[size], contexts, grams.counted, scored, found)
    return np.split(found, np.cumsum([len(each) for each in grams.scored])[:-1])


def _grams(stream: Ids, order: int) -> dict[int, Ids]:
    """Return by size a number for the n-gram that ends at each place; the same for the same units."""
    grams = {1: np.unique(stream, return_inverse=True)[1].astype(np.int64)}
    units = int(grams[1].max()) + 1
    for size in range(2, order + 1):
        joined = np.roll(grams[size - 1], 1) * units + grams[1]
        grams[size] = np.unique(joined, return_inverse=True)[1].astype(np.int64)
    return grams


def _counts(grams: Grams, size: int, order: int) -> Numbers:
    """Return how often each n-gram stands in train; below the highest order, after how many different units."""
    of_size, places = grams.by_size[size], grams.counted
    if size < order:
        places = places[np.unique(grams.by_size[size + 1][places], return_index=True)[1]]
    return np.bincount(of_size[places], minlength=int(of_size.max()) + 1).astype(np.float64)


def _interpolated(counts: Numbers, grams: Ids, contexts: Ids, counted: Ids, scored: Ids, shorter: Numbers) -> Numbers:
    """Return probabilities of one size, discounted and filled up with those of the size below."""
    kinds, first = np.unique(grams[counted], return_index=True)
    context_of = contexts[counted[first]]
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
