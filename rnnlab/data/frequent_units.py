"""The baseline of sequence to sequence: for every unit of the source what most often stands for it in the target."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from rnnlab.data.sequences import sequence_scores, true_units
from rnnlab.data.splits import Samples, Splits

Chunk = tuple[str, ...]
Table = Mapping[str, Counter[Chunk]]

LONGEST_CHUNK = 2  # units of the target for one of the source
PAIRS = 5_000  # that are aligned; more of them change nothing that matters
ROUNDS = 3
UNSEEN = -12.0  # log-probability of a chunk that was never seen with a unit


def score_most_frequent_units(splits: Splits) -> dict[str, float]:
    """Return the scores of the baseline on validation and test.

    Every unit of the source is aligned with 0, 1 or 2 units of the target, in order (hard EM: proportional at first,
    then by the most probable alignment); a new source is answered by the chunk most often aligned with each unit.
    """
    table = _fit(splits)
    answers = {unit: counts.most_common(1)[0][0] for unit, counts in table.items()}
    scores: dict[str, float] = {}
    for prefix, samples in (("val_", splits.validation), ("test_", splits.test)):
        read, name = _source(splits), splits.preparation.target.reads or ""
        vectorizer = splits.preparation.texts[read]
        sources = list(samples.raw[read])
        written = [
            [target for unit in vectorizer.units(source) for target in answers.get(unit, ())] for source in sources
        ]
        found = sequence_scores(written, sources, true_units(samples, splits.preparation.written, name))
        scores |= {f"{prefix}{key}": value for key, value in found.items()}
    return scores


def _source(splits: Splits) -> str:
    return splits.preparation.given_inputs[0]


def _fit(splits: Splits) -> Table:
    pairs = list(_pairs(splits.train, splits))
    alignments = [_proportional(source, target) for source, target in pairs]
    table = _count(pairs, alignments)
    for _ in range(ROUNDS):
        alignments = [_best_alignment(source, target, table) for source, target in pairs]
        table = _count(pairs, alignments)
    return table


def _pairs(train: Samples, splits: Splits) -> list[tuple[list[str], list[str]]]:
    read, written = _source(splits), splits.preparation.target.reads or ""
    sources, targets = splits.preparation.texts[read], splits.preparation.written
    count = min(PAIRS, len(train))
    pairs = ((sources.units(train.raw[read][row]), targets.units(train.raw[written][row])) for row in range(count))
    return [(source, target) for source, target in pairs if source]


def _proportional(source: Sequence[str], target: Sequence[str]) -> list[Chunk]:
    ends = [round(len(target) * (place + 1) / len(source)) for place in range(len(source))]
    return [tuple(target[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _count(pairs: Sequence[tuple[list[str], list[str]]], alignments: Sequence[Sequence[Chunk]]) -> Table:
    table: defaultdict[str, Counter[Chunk]] = defaultdict(Counter)
    for (source, _), chunks in zip(pairs, alignments, strict=True):
        for unit, chunk in zip(source, chunks, strict=True):
            table[unit][chunk] += 1
    return table


def _best_alignment(source: Sequence[str], target: Sequence[str], table: Table) -> list[Chunk]:
    """Return the most probable chunks; proportional ones where the target is too long for any."""
    if len(target) > LONGEST_CHUNK * len(source):
        return _proportional(source, target)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for unit in source:
        counts = table[unit]
        total = counts.total()
        reached: dict[int, tuple[float, int]] = {}
        for start, (score, _) in best[-1].items():
            for size in range(min(LONGEST_CHUNK, len(target) - start) + 1):
                seen = counts.get(tuple(target[start : start + size]), 0)
                value = score + (math.log(seen / total) if seen else UNSEEN)
                if start + size not in reached or value > reached[start + size][0]:
                    reached[start + size] = (value, size)
        best.append(reached)
    chunks: list[Chunk] = []
    end = len(target)
    for place in range(len(source), 0, -1):
        size = best[place][end][1]
        chunks.append(tuple(target[end - size : end]))
        end -= size
    return chunks[::-1]
