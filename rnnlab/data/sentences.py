"""Sentences with a tag for every token as raw samples, from files or from a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnlab.data.labels import check_labels, encode_tags
from rnnlab.data.raw import Corpus
from rnnlab.data.tagged import Sentences, read_tagged
from rnnlab.data.tagged_sentences import make_tagged_sentences
from rnnlab.datasets import GeneratedDataset, TaggedDataset
from rnnlab.experiment.prepared import file_sha256, source_paths


def make_sentences(dataset: GeneratedDataset, say: Callable[[str], None]) -> Corpus:
    """Return tagged sentences made from a seed."""
    say(f"making {dataset.samples} sentences")
    made = make_tagged_sentences(dataset.samples, dataset.seed)
    about = {"name": dataset.name, "seed": dataset.seed, "version": dataset.version}
    return _corpus(dataset, [(dataset.name, made)], dataset.target_facts().labels, about)


def read_sentences(dataset: TaggedDataset, folder: Path, say: Callable[[str], None]) -> Corpus:
    """Return the tagged sentences of files.

    Raises:
        DatasetError: RL401, RL403, RL404, RL406, RL409, RL420: a file, or what stands in it, cannot be used.
    """
    paths = source_paths(dataset, folder)
    found = []
    for path in paths.values():
        say(f"reading {path.name}")
        found.append((path.name, read_tagged(path, dataset.format)))
    about = {"name": found[0][0], "sha256": {name: file_sha256(path) for name, path in paths.items()}}
    return _corpus(dataset, found, dataset.labels, about)


def _corpus(
    dataset: TaggedDataset | GeneratedDataset,
    parts: Sequence[tuple[str, Sentences]],
    labels: Sequence[str] | None,
    about: dict[str, Any],
) -> Corpus:
    """Return the sentences of files, one after the other."""
    known = labels or sorted({tag for _, part in parts for tags in part.tags for tag in tags})
    if labels is None:
        check_labels(known, parts[0][0])
    sizes = [len(part.tokens) for _, part in parts]
    return Corpus(
        inputs={dataset.input_names[0]: tuple(text for _, part in parts for text in part.texts)},
        targets=None,
        labels=tuple(known),
        rows=np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        source={"kind": dataset.kind, "target": dataset.target_name, **about},
        sizes=(sizes[0], sizes[1], sizes[2]) if len(sizes) > 1 else None,
        tags=tuple(tags for name, part in parts for tags in encode_tags(part.tags, known, name)),
    )
