"""The raw samples of every dataset kind in one form, before anything is fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.fetching import fetch
from rnnlab.data.labels import encode_classes, encode_numbers
from rnnlab.data.movie_snippets import read_movie_snippets
from rnnlab.data.tables import Table, read_table
from rnnlab.datasets import CatalogDataset, FilesSplit, GroupSplit, TextTableDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.errors import CallError
from rnnlab.experiment.prepared import file_sha256, source_paths

READERS = {"movie-snippets": read_movie_snippets}


@dataclass(frozen=True)
class Corpus:
    """N raw samples.

    Attributes:
        texts: N texts.
        targets: (N,) class indices int64, or numbers float32.
        labels: the classes in the order of their indices; empty for numbers.
        rows: (N,) row in the source file, counted from 0.
        groups: N values of the group's column, where the split asks for one.
        sizes: samples of train, validation and test where each has its own file.
        source: what the data are, for the record.
    """

    texts: tuple[str, ...]
    targets: NDArray[Any]
    labels: tuple[str, ...]
    rows: NDArray[np.int64]
    source: dict[str, Any]
    groups: tuple[str, ...] | None = None
    sizes: tuple[int, int, int] | None = None


def read_corpus(
    dataset: CatalogDataset | TextTableDataset, folder: Path, target: TargetKind, say: Callable[[str], None]
) -> Corpus:
    """Return the samples of a dataset, fetched if they must be.

    Raises:
        DatasetError: RL401 to RL410.
        CallError: the dataset cannot be used like this.
    """
    if isinstance(dataset, CatalogDataset):
        return _read_catalog(dataset, say)
    return _read_text_tables(dataset, folder, target, say)


def _read_catalog(dataset: CatalogDataset, say: Callable[[str], None]) -> Corpus:
    entry = dataset.entry
    if isinstance(dataset.split, GroupSplit | FilesSplit):
        raise CallError(
            f"`split: {{kind: {dataset.split.kind}}}` needs a table of your own; "
            f"{entry.name} has no such column or file"
        )
    texts, values, rows = READERS[entry.name](fetch(entry, say), dataset.target_name)
    facts = entry.targets[dataset.target_name]
    labels = facts.labels or ()
    where = f"`{dataset.target_name}` of {entry.name}"
    source = {
        "kind": dataset.kind,
        "name": entry.name,
        "target": dataset.target_name,
        "sha256": entry.source.sha256,
        "licence": entry.licence,
        "citation": entry.citation,
    }
    targets = encode_numbers(values, where) if facts.kind == "number" else encode_classes(values, labels, where)
    return Corpus(tuple(texts), targets, labels, np.array(rows, np.int64), source)


def _read_text_tables(
    dataset: TextTableDataset, folder: Path, target: TargetKind, say: Callable[[str], None]
) -> Corpus:
    paths = source_paths(dataset, folder)
    column = dataset.split.column if isinstance(dataset.split, GroupSplit) else None
    wanted = (dataset.text, dataset.label, *([column] if column else []))
    tables = []
    for path in paths.values():
        say(f"reading {path.name}")
        tables.append(read_table(path, wanted))
    texts = [table.values(dataset.text) for table in tables]
    values = [table.values(dataset.label) for table in tables]
    labels = dataset.labels or tuple(sorted({value for part in values for value in part}))
    numbers = target == "number"
    targets = [
        encode_numbers(part, _where(table, dataset))
        if numbers
        else encode_classes(part, labels, _where(table, dataset))
        for table, part in zip(tables, values, strict=True)
    ]
    sizes = [len(part) for part in texts]
    return Corpus(
        texts=tuple(text for part in texts for text in part),
        targets=np.concatenate(targets),
        labels=() if numbers else labels,
        rows=np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        source={
            "kind": dataset.kind,
            "name": paths[next(iter(paths))].name,
            "target": dataset.label,
            "sha256": {name: file_sha256(path) for name, path in paths.items()},
        },
        groups=tuple(tables[0].values(column)) if column else None,
        sizes=(sizes[0], sizes[1], sizes[2]) if isinstance(dataset.split, FilesSplit) else None,
    )


def _where(table: Table, dataset: TextTableDataset) -> str:
    return f"{table.name}, column `{dataset.label}`"
