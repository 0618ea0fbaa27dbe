"""Sequences of ids of your own, from an .npz file or a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.array_files import class_targets, finite, load_arrays
from rnnlab.data.labels import ROWS, check_labels, encode_classes, encode_numbers
from rnnlab.data.object_arrays import load_sequences
from rnnlab.data.provenance import files_source
from rnnlab.data.ragged import Ragged, joined
from rnnlab.data.raw import Corpus
from rnnlab.data.tables import read_table
from rnnlab.data.word_index import read_word_index, words_by_id
from rnnlab.datasets import GroupSplit, IdsDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.datasets.keras_sequences import IDS
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import source_paths
from rnnlab.text import PADDING_ID

LARGEST = 2**31 - 1


def read_ids(dataset: IdsDataset, folder: Path, target: TargetKind, say: Callable[[str], None]) -> Corpus:
    """Return the samples of files of ids.

    Raises:
        DatasetError: RL401 to RL410, RL430, RL433: a file, or what stands in it, cannot be used.
    """
    paths = source_paths(dataset, folder)
    parts, values, groups = [], [], []
    for path in paths.values():
        say(f"reading {path.name}")
        sequences, targets, group = _read(dataset, path)
        parts.append(check_ids(path.name, sequences, dataset.num_words, dataset.oov_char))
        values.append(targets)
        groups.append(group)
    found, labels = _targets(dataset, paths, values, target)
    sizes = [len(part) for part in parts]
    words = read_word_index(folder / dataset.word_index) if dataset.word_index else {}
    return Corpus(
        inputs={IDS: joined(sequence for part in parts for sequence in part)},
        targets=found,
        labels=labels,
        rows=np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        source=files_source(dataset.kind, dataset.target, paths),
        groups=groups[0],
        sizes=(sizes[0], sizes[1], sizes[2]) if len(sizes) > 1 else None,
        columns={IDS: dataset.ids},
        words=words_by_id(words, dataset.num_words) if words else (),
    )


def _read(dataset: IdsDataset, path: Path) -> tuple[Ragged, Any, tuple[str, ...] | None]:
    if path.suffix.lower() == ".npz":
        sequences = load_sequences(path, dataset.ids)
        targets = load_arrays(path, (dataset.target,))[dataset.target]
        if targets.shape != (len(sequences),):
            raise DatasetError(
                "RL406",
                f"`{dataset.ids}` of {path.name} has {len(sequences)} samples, `{dataset.target}` another shape",
                help="give one target for each sample",
            )
        return sequences, targets, None
    group = (dataset.split.column,) if isinstance(dataset.split, GroupSplit) else ()
    table = read_table(path, (dataset.ids, dataset.target, *group), lists=(dataset.ids,))
    where = f"{path.name}, column `{dataset.ids}`"
    sequences = parse_sequences(table.sequences(dataset.ids), where)
    return sequences, table.values(dataset.target), tuple(table.values(group[0])) if group else None


def parse_sequences(values: Sequence[str | tuple[int, ...]], where: str) -> Ragged:
    """Return ids from lists, or from texts of whole numbers with blanks between.

    Raises:
        DatasetError: RL433, a value is something else.
    """
    found = []
    for row, value in enumerate(values, start=1):
        numbers = value.split() if isinstance(value, str) else value
        try:
            found.append([_whole(each) for each in numbers])
        except ValueError as error:
            raise DatasetError(
                "RL433",
                f"{where}, data row {row} ({ROWS}): {error}",
                help="a sequence is `1 14 22`, or a list of these",
            ) from error
    return joined(found)


def _whole(value: str | int) -> int:
    if isinstance(value, str) and not value.isdecimal():
        raise ValueError(f"`{value}` is no id")
    number = int(value)
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is no id")
    return number


def check_ids(name: str, sequences: Ragged, rows: int, oov_char: int | None) -> Ragged:
    """Return sequences without the padding at their ends, whose ids are all known.

    Raises:
        DatasetError: RL433, a sequence is empty, an id is not below the rows of the embedding, or 0 stands among the
            others.
    """
    stripped = joined(_strip(sequence) for sequence in sequences)
    if not stripped.lengths.all():
        sample = int(np.argmin(stripped.lengths))
        message = f"sample {sample} of {name} (counted from 0) has no ids"
        raise DatasetError("RL433", message, help="leave it out")
    values = stripped.values
    wrong = (values == PADDING_ID) | (values < 0)
    if oov_char is None:
        wrong |= values >= rows
    if wrong.any():
        place = int(np.argmax(wrong))
        sample = int(np.searchsorted(stripped.offsets, place, side="right")) - 1
        number = int(values[place])
        raise DatasetError(
            "RL433",
            f"sample {sample} of {name} (counted from 0) holds the id {number}, "
            + ("which is padding, among others" if number == PADDING_ID else f"and there are {rows} rows"),
            help="0 stands at the ends only; ids start at 1"
            if number <= PADDING_ID
            else f"say `num_words: {int(values.max()) + 1}`, or an `oov_char` that such ids become",
        )
    if oov_char is None:
        return stripped
    return Ragged(np.where(values < rows, values, np.int32(oov_char)).astype(np.int32), stripped.offsets)


def _strip(sequence: NDArray[np.int32]) -> NDArray[np.int32]:
    data = np.flatnonzero(sequence)
    return sequence[data[0] : data[-1] + 1] if len(data) else sequence[:0]


def _targets(
    dataset: IdsDataset, paths: dict[str, Path], values: list[Any], target: TargetKind
) -> tuple[NDArray[Any], tuple[str, ...]]:
    if isinstance(values[0], np.ndarray):
        whole = np.concatenate(values)
        if target == "number":
            return finite(f"the target `{dataset.target}`", whole), ()
        return class_targets(dataset.target, whole, dataset.labels)
    wheres = [f"{path.name}, column `{dataset.target}`" for path in paths.values()]
    pairs = list(zip(values, wheres, strict=True))
    if target == "number":
        return np.concatenate([encode_numbers(part, where) for part, where in pairs]), ()
    labels = dataset.labels or tuple(sorted({value for part in values for value in part}))
    if dataset.labels is None:
        check_labels(labels, wheres[0])
    return np.concatenate([encode_classes(part, labels, where) for part, where in pairs]), labels
