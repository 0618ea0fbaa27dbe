"""How far texts that were written are from the true ones."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from rnnlab.data.splits import Samples
from rnnlab.data.vectorizer import TextVectorizer

Units = Sequence[str]


def sequence_scores(written: Sequence[Units], sources: Sequence[str], wanted: Sequence[Units]) -> dict[str, float]:
    """Return how far what was written is from what should have been.

    Where a source stands several times, each of its targets is a right answer, and the source counts once: a word with
    two pronunciations may be given either.

    Args:
        written: N answers, the same for the same source.
        sources: N texts that were read.
        wanted: N true targets.

    Returns:
        unit_error_rate: edits (insert, delete, replace) of the nearest right answer by its length, both summed over the
            sources: phone error rate where units are phones, character or word error rate where they are those.
        sequence_accuracy: share of the sources with a right answer.
    """
    answers: dict[str, Units] = {}
    right: dict[str, list[Units]] = {}
    for answer, source, target in zip(written, sources, wanted, strict=True):
        answers.setdefault(source, answer)
        right.setdefault(source, []).append(target)
    edits = units = whole = 0
    for source, answer in answers.items():
        distance, length = min((Levenshtein.distance(answer, target), len(target)) for target in right[source])
        edits += distance
        units += length
        whole += distance == 0
    return {"unit_error_rate": edits / max(1, units), "sequence_accuracy": whole / len(answers)}


def true_units(samples: Samples, vectorizer: TextVectorizer, name: str) -> list[list[str]]:
    """Return the units of the true targets of a split: whole, not cut to the timesteps of training.

    Args:
        samples: of the split.
        vectorizer: of the target.
        name: of the input that is written.
    """
    return [vectorizer.units(text) for text in samples.raw[name]]
