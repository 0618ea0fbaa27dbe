"""Pretrained vectors of words, in the text format of GloVe and of word2vec."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.preparation import Preparation
from rnnlab.datasets import AnyDataset
from rnnlab.errors import DatasetError
from rnnlab.experiment import Experiment
from rnnlab.experiment.vector_files import read_header, vector_lines
from rnnlab.layers.embedding import Embedding
from rnnlab.plan.wiring import wire

HELP = "a line is a word and its numbers, with blanks between; word2vec's text format begins with `words numbers`"


@dataclass(frozen=True, eq=False)
class Vectors:
    """What a file of vectors knows of a vocabulary.

    Attributes:
        rows: (K,) ids of the words that it has.
        values: (K, D) float32, their vectors.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.float32]


def read_vectors(
    experiment: Experiment, dataset: AnyDataset, preparation: Preparation, folder: Path, say: Callable[[str], None]
) -> dict[str, Vectors]:
    """Return the vectors of every embedding layer that has a `weights_file`, by its name.

    Raises:
        DatasetError: RL401, a file cannot be read; RL436, it is no file of such vectors, or has none of the words.
    """
    found = {}
    for name, source, path, numbers in _wanted(experiment, dataset, folder):
        say(f"reading {path.name}")
        ids = preparation.padded[source].ids
        if not ids:
            raise DatasetError(
                "RL436",
                f"{path.name} has vectors of words, and the words of `{source}` are not known",
                help="give `dataset.word_index`",
            )
        vectors = _read(path, ids, numbers)
        say(f"{path.name} has {len(vectors.rows)} of the {len(ids)} words of `{source}`")
        found[name] = vectors
    return found


def _wanted(experiment: Experiment, dataset: AnyDataset, folder: Path) -> Iterator[tuple[str, str, Path, int]]:
    """Yield (layer, the input it reads, file, numbers of a vector)."""
    for node in wire(experiment, dataset.input_names).nodes:
        layer = node.layer
        if isinstance(layer, Embedding) and layer.weights_file and node.shared_with is None:
            yield node.name, node.sources[0], folder / layer.weights_file, layer.output_dim


def _read(path: Path, ids: dict[str, int], numbers: int) -> Vectors:
    header = read_header(path)
    if header.numbers != numbers:
        raise DatasetError(
            "RL436",
            f"the vectors of {path.name} have {header.numbers} numbers, `output_dim` is {numbers}",
            help=f"use `output_dim: {header.numbers}`",
        )
    rows: dict[int, NDArray[np.float32]] = {}
    for line, text in enumerate(vector_lines(path), start=1):
        if line == 1 and header.counted:
            continue
        # A word may hold blanks: the numbers are counted from the end.
        word, *values = text.rstrip("\n\r ").rsplit(" ", numbers)
        if word in ids and ids[word] not in rows:
            rows[ids[word]] = _numbers(path.name, line, values, numbers)
    if not rows:
        message = f"{path.name} has none of the {len(ids)} words of the vocabulary"
        raise DatasetError("RL436", message, help="is it another language, or `text.lowercase` another?")
    order = sorted(rows)
    return Vectors(np.array(order, np.int64), np.stack([rows[row] for row in order]))


def _numbers(name: str, line: int, values: list[str], numbers: int) -> NDArray[np.float32]:
    try:
        found = np.array([float(value) for value in values], np.float32)
    except ValueError as error:
        raise DatasetError("RL436", f"{name}, line {line}: {error}", help=HELP) from error
    if len(found) != numbers or not np.isfinite(found).all():
        message = f"{name}, line {line} has no {numbers} finite numbers behind its word"
        raise DatasetError("RL436", message, help=HELP)
    return found
