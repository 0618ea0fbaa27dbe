"""The raw samples of every dataset kind in one form, before anything is fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.array_files import read_arrays
from rnnlab.data.cmudict import read_cmudict
from rnnlab.data.fetching import fetch
from rnnlab.data.generators import generate
from rnnlab.data.id_files import read_ids
from rnnlab.data.keras_sequences import read_keras_sequences
from rnnlab.data.king_james_bible import read_king_james_bible
from rnnlab.data.labels import check_labels, encode_classes, encode_numbers
from rnnlab.data.movie_snippets import read_movie_snippets
from rnnlab.data.provenance import catalog_source, files_source
from rnnlab.data.raw import CatalogSamples, Corpus
from rnnlab.data.running_text import read_text_file
from rnnlab.data.sentences import read_sentences
from rnnlab.data.sequence_sources import read_catalog_sequences, read_sequences
from rnnlab.data.tables import Table, read_table
from rnnlab.datasets import (
    ArraysDataset,
    CatalogDataset,
    FilesSplit,
    GeneratedDataset,
    GroupSplit,
    IdDataset,
    IdsDataset,
    ImdbDataset,
    ReutersDataset,
    SequenceTableDataset,
    TaggedDataset,
    TextFileDataset,
    TextPairsDataset,
    TextTableDataset,
    TsDataset,
)
from rnnlab.datasets.facts import TargetKind
from rnnlab.datasets.split import group_column
from rnnlab.errors import CallError, DatasetError
from rnnlab.experiment.prepared import FileDataset, source_paths

READERS: dict[str, Callable[[Path, str], CatalogSamples]] = {
    "movie-snippets": read_movie_snippets,
    "cmudict": read_cmudict,
    "king-james-bible": read_king_james_bible,
}


def read_corpus(
    dataset: CatalogDataset | FileDataset | IdDataset | GeneratedDataset,
    folder: Path,
    target: TargetKind,
    say: Callable[[str], None],
) -> Corpus:
    """Return the samples of a dataset, fetched if they must be.

    Raises:
        DatasetError: RL401 to RL445.
        CallError: the dataset cannot be used like this.
    """
    if isinstance(dataset, CatalogDataset):
        return _read_catalog(dataset, say)
    if isinstance(dataset, ArraysDataset):
        return read_arrays(dataset, folder, target, say)
    if isinstance(dataset, TsDataset | SequenceTableDataset):
        return read_sequences(dataset, folder, target, say)
    if isinstance(dataset, GeneratedDataset):
        return generate(dataset, say)
    if isinstance(dataset, ImdbDataset | ReutersDataset):
        return read_keras_sequences(dataset, folder, say)
    if isinstance(dataset, IdsDataset):
        return read_ids(dataset, folder, target, say)
    if isinstance(dataset, TextPairsDataset):
        return _read_text_pairs(dataset, folder, say)
    if isinstance(dataset, TaggedDataset):
        return read_sentences(dataset, folder, say)
    if isinstance(dataset, TextFileDataset):
        return read_text_file(dataset, folder, say)
    return _read_text_tables(dataset, folder, target, say)


def _read_catalog(dataset: CatalogDataset, say: Callable[[str], None]) -> Corpus:
    entry = dataset.entry
    if isinstance(dataset.split, FilesSplit | GroupSplit) and getattr(dataset.split, "column", "") not in (
        *entry.groups,
        *entry.columns,
    ):
        raise CallError(
            f"`split: {{kind: {dataset.split.kind}}}` needs a table of your own; "
            f"{entry.name} has no such column or file"
        )
    if entry.sequences:
        return read_catalog_sequences(dataset, say)
    found = READERS[entry.name](fetch(entry, say), dataset.target_name)
    facts = entry.targets[dataset.target_name]
    where = f"`{dataset.target_name}` of {entry.name}"
    source = catalog_source(dataset)
    rows = np.array(found.rows, np.int64)
    groups = tuple(found.groups[dataset.split.column]) if isinstance(dataset.split, GroupSplit) else None
    inputs = {name: tuple(texts) for name, texts in found.texts.items()}
    if found.values is None:
        return Corpus(inputs, None, (), rows, source, groups=groups)
    if facts.kind == "sequence":
        assert facts.reads is not None
        inputs[facts.reads] = tuple(found.values)
        return Corpus(inputs, None, (), rows, source, groups=groups)
    labels = facts.labels or ()
    targets = (
        encode_numbers(found.values, where) if facts.kind == "number" else encode_classes(found.values, labels, where)
    )
    return Corpus(inputs, targets, labels, rows, source, groups=groups)


def _read_text_tables(
    dataset: TextTableDataset, folder: Path, target: TargetKind, say: Callable[[str], None]
) -> Corpus:
    paths = source_paths(dataset, folder)
    read = _read_tables(dataset, paths, (dataset.text, dataset.label), say)
    tables = [_whole(table, dataset, say) for table in read]
    values = [table.values(dataset.label) for table in tables]
    labels = dataset.labels or tuple(sorted({value for part in values for value in part}))
    numbers = target == "number"
    wheres = [f"{table.name}, column `{dataset.label}`" for table in tables]
    if dataset.labels is None and not numbers:
        check_labels(labels, wheres[0])
    targets = [
        encode_numbers(part, where, rows=table.rows)
        if numbers
        else encode_classes(part, labels, where, rows=table.rows)
        for part, where, table in zip(values, wheres, tables, strict=True)
    ]
    corpus = _of_tables(
        dataset,
        paths,
        tables,
        columns={"text": dataset.text},
        targets=np.concatenate(targets),
        labels=() if numbers else labels,
        target_name=dataset.label,
    )
    left_out = sum(len(table.rows) for table in read) - len(corpus)
    return replace(corpus, source=corpus.source | {"left_out": left_out}) if left_out else corpus


def _whole(table: Table, dataset: TextTableDataset, say: Callable[[str], None]) -> Table:
    """Return a table in which nothing is missing.

    Raises:
        DatasetError: RL405, something is, and the file does not say what to do then; RL406, no row is whole.
    """
    if dataset.missing == "error":
        for column in table.columns:
            table.values(column, remedy="fill in or remove these rows, or leave them out with `missing: drop`")
        return table
    whole = table.complete()
    left_out = len(table.rows) - len(whole.rows)
    if left_out:
        say(f"{table.name}: {left_out} of {len(table.rows)} rows are left out, something is missing in them")
    if not whole.rows:
        raise DatasetError("RL406", f"{table.name} has no row in which nothing is missing", help="fill some in")
    return whole


def _read_text_pairs(dataset: TextPairsDataset, folder: Path, say: Callable[[str], None]) -> Corpus:
    paths = source_paths(dataset, folder)
    tables = _read_tables(dataset, paths, (dataset.source, dataset.target), say)
    columns = {"source": dataset.source, "target": dataset.target}
    return _of_tables(dataset, paths, tables, columns=columns, targets=None, labels=(), target_name=dataset.target)


def _read_tables(
    dataset: TextTableDataset | TextPairsDataset,
    paths: dict[str, Path],
    columns: tuple[str, ...],
    say: Callable[[str], None],
) -> list[Table]:
    group = group_column(dataset.split)
    tables = []
    for path in paths.values():
        say(f"reading {path.name}")
        tables.append(read_table(path, (*columns, *((group,) if group else ()))))
    return tables


def _of_tables(
    dataset: TextTableDataset | TextPairsDataset,
    paths: dict[str, Path],
    tables: list[Table],
    *,
    columns: dict[str, str],
    targets: NDArray[Any] | None,
    labels: tuple[str, ...],
    target_name: str,
) -> Corpus:
    """Return the samples of tables, one after the other."""
    texts = {name: [table.values(column) for table in tables] for name, column in columns.items()}
    sizes = [len(table.rows) for table in tables]
    group = group_column(dataset.split)
    return Corpus(
        inputs={name: tuple(text for part in parts for text in part) for name, parts in texts.items()},
        targets=targets,
        labels=labels,
        rows=np.concatenate([np.asarray(table.rows, np.int64) - 1 for table in tables]),
        source=files_source(dataset.kind, target_name, paths),
        groups=tuple(value for table in tables for value in table.values(group)) if group else None,
        sizes=(sizes[0], sizes[1], sizes[2]) if len(sizes) > 1 else None,
        columns=columns,
    )
