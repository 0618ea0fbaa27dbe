"""From an experiment to arrays: read, divide, fit on train, encode, keep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.cache import load_splits, replace_whole, save_splits, write_entry
from rnnlab.data.checks import check_division, check_target, warnings_of
from rnnlab.data.fitting import fit_preparation
from rnnlab.data.preparation import Preparation
from rnnlab.data.sources import Corpus, read_corpus
from rnnlab.data.splits import Samples, Splits
from rnnlab.data.splitting import Division, divide
from rnnlab.datasets import CatalogDataset, Facts, Split, TextTableDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.errors import CallError, DatasetError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.prepared import data_fingerprint, padding_of, prepared_folder, text_of
from rnnlab.text import PADDING_ID

CHANGED = "the data changed while they were being read"


def prepare(experiment: Experiment, folder: Path, *, target: TargetKind, say: Callable[[str], None]) -> Splits:
    """Return the data of an experiment, from the cache if they are there, memory-mapped.

    Args:
        experiment: the validated file; it has a `dataset`.
        folder: of the experiment's file; the dataset's paths are relative to it.
        target: what the task needs.
        say: is given one line of progress at a time.

    Raises:
        DatasetError: RL4xx, the data cannot be used.
        CallError: there is no dataset, it has another kind of target, or the cache cannot be written.
    """
    dataset = experiment.dataset
    if dataset is None:
        raise CallError("this experiment has no `dataset`: it describes an architecture only")
    check_target(dataset, target)
    fingerprint = data_fingerprint(experiment, folder, target)
    if fingerprint is None:
        read_corpus(dataset, folder, target, say)  # raises, and says which file and why
        raise DatasetError("RL401", CHANGED, help="start again")
    found = load_splits(fingerprint)
    if found is not None:
        return found
    entry = prepared_folder(fingerprint)
    with replace_whole(entry, "the same data", say):
        found = load_splits(fingerprint)
        if found is not None:
            return found
        splits = _prepare(experiment, dataset, folder, target, fingerprint, say)
        if data_fingerprint(experiment, folder, target) != fingerprint:
            raise DatasetError("RL401", CHANGED, help="start again")
        write_entry(entry, lambda part: save_splits(splits, part))
    made = load_splits(fingerprint)
    if made is None:
        raise CallError(f"the cache {entry.parent} does not keep what is written to it; set RNNLAB_CACHE to another")
    return made


def _prepare(
    experiment: Experiment,
    dataset: CatalogDataset | TextTableDataset,
    folder: Path,
    target: TargetKind,
    fingerprint: str,
    say: Callable[[str], None],
) -> Splits:
    """Return the prepared data in memory."""
    corpus = read_corpus(dataset, folder, target, say)
    division = _division(dataset.split, corpus)
    check_division(corpus, division)
    say(f"preparing {len(corpus.texts)} samples")
    preparation = fit_preparation(
        [corpus.texts[index] for index in division.train],
        text_of(experiment),
        padding_of(experiment),
        target=target,
        labels=corpus.labels,
        target_name=dataset.target_name,
    )
    train, validation, test = _encode(corpus, division, preparation)
    facts = Facts(
        {preparation.input_name: preparation.input_facts},
        {preparation.target_name: preparation.target_facts},
        train_samples=len(train),
    )
    counts = {name: len(indices) for name, indices in division.named().items()}
    source = corpus.source | {"samples": counts}
    warnings = warnings_of(corpus, division, preparation)
    return Splits(train, validation, test, facts, preparation, fingerprint, source, warnings)


def _division(split: Split, corpus: Corpus) -> Division:
    samples = len(corpus.texts)
    if corpus.sizes is not None:
        train, validation, test = np.split(np.arange(samples), np.cumsum(corpus.sizes)[:2])
        return Division(train, validation, test)
    return divide(split, samples, classes=corpus.targets if corpus.labels else None, groups=corpus.groups)


def _encode(corpus: Corpus, division: Division, preparation: Preparation) -> list[Samples]:
    texts = [tuple(corpus.texts[index] for index in indices) for indices in division.named().values()]
    encoded = [preparation.encode(part) for part in texts]
    padded = any((ids_NT == PADDING_ID).any() for inputs in encoded for ids_NT in inputs.values())
    return [
        Samples(
            inputs=dict(inputs),
            targets={preparation.target_name: corpus.targets[indices]},
            masks=_masks(inputs) if padded and preparation.mask else {},
            rows=corpus.rows[indices],
            raw={preparation.input_name: part},
        )
        for part, inputs, indices in zip(texts, encoded, division.named().values(), strict=True)
    ]


def _masks(inputs: dict[str, NDArray[np.int32]]) -> dict[str, NDArray[np.bool_]]:
    return {name: ids_NT != PADDING_ID for name, ids_NT in inputs.items()}
