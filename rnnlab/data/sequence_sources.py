"""The raw samples of datasets of sequences of numbers: of .ts files, tables in long form, and the catalog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.fetching import fetch, fetched_beside
from rnnlab.data.labels import check_labels, encode_classes, encode_numbers
from rnnlab.data.provenance import catalog_source, files_source
from rnnlab.data.ragged import Ragged
from rnnlab.data.raw import Corpus
from rnnlab.data.sequence_tables import read_sequence_table
from rnnlab.data.ts_files import Sequences, read_ts
from rnnlab.datasets import CatalogDataset, SequenceTableDataset, TsDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.datasets.split import group_column
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import source_paths

Say = Callable[[str], None]
Parts = list[tuple[str, Sequences]]
"""(name of the file, what it holds), in the order of the splits."""


def read_sequences(dataset: TsDataset | SequenceTableDataset, folder: Path, target: TargetKind, say: Say) -> Corpus:
    """Return the samples of files: of one, of one for each split, or of one for training and one for the test.

    Raises:
        DatasetError: see `read_ts` and `read_sequence_table`; RL409, RL410, a target is none.
    """
    if isinstance(dataset, TsDataset):
        return _read_ts_files(dataset, folder, target, say)
    return _read_tables(dataset, folder, target, say)


def _read_ts_files(dataset: TsDataset, folder: Path, target: TargetKind, say: Say) -> Corpus:
    paths = source_paths(dataset, folder)
    parts: Parts = []
    for path in paths.values():
        say(f"reading {path.name}")
        parts.append((path.name, read_ts(path)))
        _check_like(parts[0], parts[-1])
    labels = parts[0][1].labels
    source = files_source(dataset.kind, dataset.target_name, paths)
    return _corpus(dataset.input_names[0], parts, labels, target, source, own_test=dataset.own_test)


def _read_tables(dataset: SequenceTableDataset, folder: Path, target: TargetKind, say: Say) -> Corpus:
    group = group_column(dataset.split)
    parts: Parts = []
    groups: tuple[str, ...] = ()
    paths = source_paths(dataset, folder)
    for path in paths.values():
        say(f"reading {path.name}")
        found, named = read_sequence_table(dataset, path, target=dataset.target, group=group)
        groups += named
        parts.append((path.name, found))
    labels = dataset.labels or tuple(sorted({value for _, part in parts for value in part.values}))
    if dataset.labels is None and target == "classes":
        check_labels(labels, f"{parts[0][0]}, column `{dataset.target}`")
    source = files_source(dataset.kind, dataset.target_name, paths)
    return _corpus(dataset.input_names[0], parts, labels, target, source, groups=groups if group else None)


def read_catalog_sequences(dataset: CatalogDataset, say: Say) -> Corpus:
    """Return the samples of a catalog dataset with its own test set.

    Raises:
        DatasetError: RL407, RL408: it cannot be fetched, or is not what it should be.
    """
    entry = dataset.entry
    assert entry.sequences is not None
    first = fetch(entry, say)
    parts = [(path.name, read_ts(path)) for path in (first, *fetched_beside(entry, first))]
    found = tuple(len(part.values) for _, part in parts)
    lengths = {length for _, part in parts for length in part.inputs.lengths.tolist()}
    even = entry.sequences.length is None or lengths == {entry.sequences.length}
    if found != entry.sequences.samples or not even:
        raise DatasetError(
            "RL408",
            f"the files of {entry.name} are not what they should be: {' and '.join(map(str, found))} samples",
            help="remove them from the cache and fetch again",
        )
    source = catalog_source(dataset)
    labels = entry.targets[dataset.target_name].labels or ()
    length = entry.sequences.length
    return _corpus(entry.inputs[0], parts, labels, "classes", source, own_test=True, length=length)


def encode_values(values: tuple[str, ...], labels: tuple[str, ...], target: TargetKind, where: str) -> NDArray[Any]:
    """Return targets: class indices, or numbers.

    Raises:
        DatasetError: RL409, RL410.
    """
    if target == "number":
        return encode_numbers(values, where, each="sequence")
    return encode_classes(values, labels, where, each="sequence")


def _check_like(first: tuple[str, Sequences], other: tuple[str, Sequences]) -> None:
    (name, one), (other_name, two) = first, other
    for what, wanted, found in (
        ("channels", one.inputs.values.shape[1], two.inputs.values.shape[1]),
        ("timesteps", one.inputs.length, two.inputs.length),
        ("classes", one.labels, two.labels),
    ):
        if wanted != found:
            message = f"the {what} of {other_name} are not those of {name}: {found} and {wanted}"
            raise DatasetError("RL440", message, help="files of one dataset have one header")


def _corpus(
    name: str,
    parts: Parts,
    labels: tuple[str, ...],
    target: TargetKind,
    source: dict[str, Any],
    *,
    own_test: bool = False,
    groups: tuple[str, ...] | None = None,
    length: int | None = None,
) -> Corpus:
    """Return the samples of files, one after the other."""
    sizes = [len(part.values) for _, part in parts]
    classes = labels if target == "classes" else ()
    if target == "classes" and not labels:
        message = f"the targets of {parts[0][0]} are numbers"
        raise DatasetError("RL409", message, help="use `task: {kind: regression}`, and a linear unit as head")
    targets = [encode_values(part.values, labels, target, where) for where, part in parts]
    starts = np.cumsum([0] + [len(part.inputs.values) for _, part in parts])[:-1]
    ends = [start + part.inputs.offsets[1:] for start, (_, part) in zip(starts, parts, strict=True)]
    inputs = Ragged(
        np.concatenate([part.inputs.values for _, part in parts]),
        np.concatenate([[0], *ends]).astype(np.int64),
        length or parts[0][1].inputs.length,
    )
    return Corpus(
        inputs={name: inputs},
        targets=np.concatenate(targets),
        labels=classes,
        rows=np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        source=source,
        groups=groups,
        sizes=(sizes[0], sizes[1], sizes[2]) if len(sizes) == 3 else None,
        own_test=sizes[1] if own_test else None,
    )
