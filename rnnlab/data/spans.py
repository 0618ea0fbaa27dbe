"""Spans of BIO tags, and how many of them are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

OUTSIDE = "O"
Span = tuple[str, int, int]
"""(type, first token, token after the last)."""


def is_bio(labels: Sequence[str]) -> bool:
    """Return whether tags mark spans: all are `O`, `B-TYPE` or `I-TYPE`, and some begin a span."""
    return any(label.startswith("B-") for label in labels) and all(
        label == OUTSIDE or label[:2] in ("B-", "I-") for label in labels
    )


def spans_of(tags: Sequence[str]) -> Iterator[Span]:
    """Yield the spans of a sentence.

    As conlleval has it: `B-` begins a span, and so does an `I-` that continues none of its type.

    Source: conlleval.pl of the shared task of CoNLL-2000.
    """
    kind, start = "", 0
    for place, tag in enumerate((*tags, OUTSIDE)):
        position, _, of = tag.partition("-")
        if kind and (tag == OUTSIDE or position == "B" or of != kind):
            yield kind, start, place
            kind = ""
        if tag != OUTSIDE and not kind:
            kind, start = of, place


def span_scores(found: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> dict[str, dict[str, float]]:
    """Return precision, recall, f1-score and support by type of span, and of all as `all` (micro average).

    A span counts as found where its type, its first and its last token are right; a share of nothing is 0.

    Args:
        found: tags of N sentences.
        wanted: the true ones.
    """
    right: dict[str, int] = {}
    given: dict[str, int] = {}
    true: dict[str, int] = {}
    for one, other in zip(found, wanted, strict=True):
        answers, truth = set(spans_of(one)), set(spans_of(other))
        for counts, spans in ((right, answers & truth), (given, answers), (true, truth)):
            for kind, _, _ in spans:
                counts[kind] = counts.get(kind, 0) + 1
    kinds = sorted({*given, *true})
    by_kind = {kind: _shares(right.get(kind, 0), given.get(kind, 0), true.get(kind, 0)) for kind in kinds}
    return by_kind | {"all": _shares(sum(right.values()), sum(given.values()), sum(true.values()))}


def _shares(right: int, given: int, true: int) -> dict[str, float]:
    both = given + true
    return {
        "precision": right / given if given else 0.0,
        "recall": right / true if true else 0.0,
        "f1-score": 2 * right / both if both else 0.0,
        "support": true,
    }


def tag_scores(found: Sequence[Any], wanted: Sequence[Any], labels: Sequence[str]) -> dict[str, float]:
    """Return the share of right tokens and, where tags are BIO, precision, recall and F1 of spans.

    Args:
        found: class indices of the tokens of N sentences.
        wanted: the true ones.
        labels: the tags' names.
    """
    accuracy = float(np.mean(np.concatenate(found) == np.concatenate(wanted)))
    if not is_bio(labels):
        return {"accuracy": accuracy}
    whole = span_scores(named(found, labels), named(wanted, labels))["all"]
    return {"accuracy": accuracy} | headline(whole)


def named(sentences: Sequence[Any], labels: Sequence[str]) -> list[list[str]]:
    """Return the tags' names for class indices."""
    return [[labels[index] for index in sentence] for sentence in sentences]


def headline(whole: dict[str, float]) -> dict[str, float]:
    """Return the scores of all spans by the names under which they are recorded."""
    return {
        "span_precision": whole["precision"],
        "span_recall": whole["recall"],
        "span_f1": whole["f1-score"],
    }
