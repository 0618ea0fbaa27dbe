"""Samples made from a seed: tasks whose difficulty is how long something must be remembered, and sums to be written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.raw import Corpus
from rnnlab.data.sentences import make_sentences
from rnnlab.datasets import GeneratedDataset
from rnnlab.datasets.generated import BLANK, COPIED, DIGITS, ORDERS, SYMBOLS
from rnnlab.datasets.sequences import X
from rnnlab.datasets.text_pairs import SOURCE, TARGET

Draw = np.random.RandomState  # whose stream is frozen for ever; that of default_rng may change with NumPy
Made = tuple[NDArray[np.float32], NDArray[np.float32] | NDArray[np.int64]]


def generate(dataset: GeneratedDataset, say: Callable[[str], None]) -> Corpus:
    """Return the samples; the same for the same keys."""
    if dataset.task.target.kind == "tags":
        return make_sentences(dataset, say)
    say(f"making {dataset.samples} samples of {dataset.name}")
    draw = Draw(dataset.seed)
    source = {
        "kind": dataset.kind,
        "name": dataset.name,
        "target": dataset.target_name,
        "seed": dataset.seed,
        "version": dataset.version,
    }
    rows = np.arange(dataset.samples, dtype=np.int64)
    if dataset.task.texts:
        sums, totals = digit_addition(draw, dataset.samples, dataset.value_of("digits"))
        return Corpus({SOURCE: sums, TARGET: totals}, None, (), rows, source)
    inputs, targets = MAKERS[dataset.name](draw, dataset.samples, dataset.value_of("timesteps"))
    return Corpus({X: inputs}, targets, dataset.task.target.labels or (), rows, source)


def adding_problem(draw: Draw, samples: int, timesteps: int) -> Made:
    """Return (N, T, 2) numbers with their markers, and the targets (N,).

    The markers of the first and the last timestep are -1, those of two others 1: one among the first ten timesteps, one
    among the first half; the rest are 0. Where the first timestep is drawn, its number counts as 0. The sequences of
    the source have T to 1.1 T timesteps, these have T.

    Source: Hochreiter & Schmidhuber 1997, experiment 4.
    """
    half = timesteps // 2 - 1
    rows = np.arange(samples)
    numbers = draw.uniform(-1.0, 1.0, (samples, timesteps))
    markers = np.zeros((samples, timesteps))
    markers[:, 0] = markers[:, -1] = -1.0
    first = draw.randint(0, min(10, half), samples)
    second = draw.randint(0, half - 1, samples)
    second += second >= first  # any but the first
    for chosen in (first, second):
        numbers[rows[chosen == 0], 0] = 0.0
        markers[rows, chosen] = 1.0
    targets = 0.5 + (numbers[rows, first] + numbers[rows, second]) / 4.0
    return np.stack([numbers, markers], axis=2).astype(np.float32), targets.astype(np.float32)


def temporal_order(draw: Draw, samples: int, timesteps: int) -> Made:
    """Return (N, T, 8) symbols as unit vectors, and the classes (N,).

    B begins, E ends, between are letters from a to d; at two places, the first from a tenth to a fifth of the way, the
    second from a half to six tenths, stands X or Y. The sequences of the source have 100 to 110 timesteps, these T.

    Source: Hochreiter & Schmidhuber 1997, experiment 6a.
    """
    rows = np.arange(samples)
    symbols = draw.randint(0, 4, (samples, timesteps))
    symbols[:, 0], symbols[:, -1] = SYMBOLS.index("B"), SYMBOLS.index("E")
    orders = draw.randint(0, len(ORDERS), samples)
    for place, (low, high) in enumerate(((0.1, 0.2), (0.5, 0.6))):
        start, end = int(low * timesteps), int(high * timesteps)
        where = draw.randint(start, max(end, start) + 1, samples)
        letters = np.array([SYMBOLS.index(order[place]) for order in ORDERS])
        symbols[rows, where] = letters[orders]
    return _unit_vectors(symbols, len(SYMBOLS)), orders.astype(np.int64)


def copy_memory(draw: Draw, samples: int, delay: int) -> Made:
    """Return (N, T, 10) symbols as unit vectors, and the classes (N, T), where T is the delay and twice ten.

    Ten symbols of eight kinds stand first; blanks follow, and the signal ten timesteps before the end. The target is
    blank up to the signal, from which on it is the ten symbols, in order.

    Source: Arjovsky, Shah & Bengio 2016, section 4.1, after Hochreiter & Schmidhuber 1997.
    """
    timesteps = delay + 2 * COPIED
    copied = draw.randint(1, DIGITS + 1, (samples, COPIED))
    symbols = np.full((samples, timesteps), BLANK)
    symbols[:, :COPIED] = copied
    symbols[:, timesteps - COPIED - 1] = DIGITS + 1
    targets = np.full((samples, timesteps), BLANK, np.int64)
    targets[:, timesteps - COPIED :] = copied
    return _unit_vectors(symbols, DIGITS + 2), targets


def digit_addition(draw: Draw, samples: int, digits: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return sums such as `12+7`, and what they are; no two add the same two numbers, in either order.

    Each number has 1 to `digits` digits, every count as often, so that short ones are not rare.

    Source: Zaremba & Sutskever 2014, section 3; the counts as in the example addition_rnn of Keras.
    """
    known: set[tuple[int, int]] = set()
    sums: list[str] = []
    totals: list[str] = []
    while len(sums) < samples:
        counts = draw.randint(1, digits + 1, 2)
        one, two = (int(draw.randint(0, 10**count, dtype=np.int64)) for count in counts)
        pair = (min(one, two), max(one, two))
        if pair not in known:
            known.add(pair)
            sums.append(f"{one}+{two}")
            totals.append(str(one + two))
    return tuple(sums), tuple(totals)


def _unit_vectors(symbols: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    return np.eye(count, dtype=np.float32)[symbols]


MAKERS: dict[str, Callable[[Draw, int, int], Made]] = {
    "adding-problem": adding_problem,
    "temporal-order": temporal_order,
    "copy-memory": copy_memory,
}
