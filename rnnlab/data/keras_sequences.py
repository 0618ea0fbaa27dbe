"""The texts of `keras.datasets.imdb` and `keras.datasets.reuters`, as Keras gives them: array by array the same.

Source: keras.datasets.imdb.load_data and keras.datasets.reuters.load_data, Keras 3.15.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.array_files import load_arrays
from rnnlab.data.downloads import fetch_file
from rnnlab.data.object_arrays import load_sequences
from rnnlab.data.ragged import Ragged, joined
from rnnlab.data.raw import Corpus
from rnnlab.data.word_index import read_word_index, words_by_id
from rnnlab.datasets import ImdbDataset, KerasSequences, ReutersDataset
from rnnlab.datasets.keras_sequences import IDS
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import file_sha256


@dataclass(frozen=True)
class KerasSplit:
    """One split as Keras gives it: N sequences of ids, and their classes (N,)."""

    x: Ragged
    y: NDArray[np.int64]


def load_data(dataset: ImdbDataset | ReutersDataset, path: Path) -> tuple[KerasSplit, KerasSplit]:
    """Return (train, test), shuffled and cut as Keras's `load_data` does.

    Raises:
        DatasetError: RL401, RL402, RL404, RL406, RL409, RL430: the file, or what stands in it, cannot be used.
    """
    draw = np.random.RandomState(dataset.seed)
    if isinstance(dataset, ReutersDataset):
        whole = _shuffled(_read(dataset, path, "x", "y"), draw)
        count = int(len(whole.x) * (1 - dataset.test_split))
        rows = np.arange(len(whole.x))
        parts = [_take(whole, rows[:count]), _take(whole, rows[count:])]
    else:
        parts = [_shuffled(_read(dataset, path, f"x_{name}", f"y_{name}"), draw) for name in ("train", "test")]
    for name, part in zip(("train", "test"), parts, strict=True):
        if not len(part.x):
            raise DatasetError("RL406", f"the {name} set of {path.name} is empty", help="give a file with more samples")
    train, test = (KerasSplit(_cut(part.x, dataset), part.y) for part in parts)
    return train, test


def read_keras_sequences(dataset: ImdbDataset | ReutersDataset, folder: Path, say: Callable[[str], None]) -> Corpus:
    """Return the samples, training ones first, from a file of the person's or from Keras's.

    Raises:
        DatasetError: RL401 to RL409, RL430 to RL434.
    """
    path = folder / dataset.path if dataset.path else fetch_file(dataset.files.arrays, say)
    say(f"reading {path.name}")
    train, test = load_data(dataset, path)
    sequences = joined([*train.x, *test.x])
    facts = dataset.target_facts()
    return Corpus(
        inputs={IDS: sequences},
        targets=np.concatenate([train.y, test.y]),
        labels=facts.labels or (),
        rows=np.arange(len(sequences), dtype=np.int64),
        source={
            "kind": dataset.kind,
            "name": path.name,
            "target": dataset.target_name,
            "sha256": file_sha256(path),
            "citation": dataset.files.citation,
        },
        own_test=len(test.x),
        columns={IDS: "text"},
        words=_words(dataset, folder, say),
    )


def _read(dataset: KerasSequences, path: Path, sequences: str, target: str) -> KerasSplit:
    x = load_sequences(path, sequences)
    y = load_arrays(path, (target,))[target]
    if y.shape != (len(x),):
        raise DatasetError("RL406", f"`{sequences}` of {path.name} has {len(x)} samples, `{target}` {y.shape[:1]}")
    facts = dataset.target_facts() if isinstance(dataset, ImdbDataset | ReutersDataset) else None
    known = len(facts.labels or ()) if facts else 0
    if y.dtype.kind not in "iub" or (len(y) and not 0 <= y.min() <= y.max() < known):
        raise DatasetError(
            "RL409",
            f"`{target}` of {path.name} holds something else than the classes 0 to {known - 1}",
            help="`kind: ids` reads sequences with classes of your own",
        )
    return KerasSplit(x, y.astype(np.int64))


def _shuffled(part: KerasSplit, draw: np.random.RandomState) -> KerasSplit:
    order = np.arange(len(part.x))
    draw.shuffle(order)
    return _take(part, order)


def _take(part: KerasSplit, rows: NDArray[Any]) -> KerasSplit:
    return KerasSplit(part.x.take(rows), part.y[rows])


def _cut(x: Ragged, dataset: KerasSequences) -> Ragged:
    """Return ids from ranks: moved, with a start, and those outside the limits replaced or left out."""
    values, offsets = x.values + np.int32(dataset.index_from), x.offsets
    if dataset.start_char is not None:
        values = np.insert(values, offsets[:-1], dataset.start_char)
        offsets = offsets + np.arange(len(offsets))
    known = (values >= dataset.skip_top) & (values < dataset.num_words)
    if dataset.oov_char is None:
        return Ragged(values, offsets).kept(known)
    return Ragged(np.where(known, values, np.int32(dataset.oov_char)).astype(np.int32), offsets)


def _words(dataset: KerasSequences, folder: Path, say: Callable[[str], None]) -> tuple[str, ...]:
    """Return the words by id; none where nothing tells them."""
    if dataset.word_index is not None:
        path = folder / dataset.word_index
    elif dataset.path is not None:
        return ()
    else:
        try:
            path = fetch_file(dataset.files.word_index, say)
        except DatasetError as error:
            say(f"reviews are shown as ids: {error.message}")
            return ()
    return words_by_id(read_word_index(path), dataset.num_words, index_from=dataset.index_from, skip=dataset.skip_top)
