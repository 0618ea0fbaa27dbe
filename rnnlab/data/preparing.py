"""From an experiment to arrays: read, divide, fit on train, encode, keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.cache import load_splits, replace_whole, save_splits, write_entry
from rnnlab.data.checks import check_division, check_strata, check_target, warnings_of
from rnnlab.data.preparation import Preparation
from rnnlab.data.raw import Corpus
from rnnlab.data.running_text import prepare_running_text
from rnnlab.data.series_preparing import prepare_series, read_table_of_series
from rnnlab.data.sources import read_corpus
from rnnlab.data.splits import Samples, Splits
from rnnlab.data.splitting import Division, divide
from rnnlab.data.vectorizer import fit_vectorizer
from rnnlab.data.windows import cut_windows
from rnnlab.datasets import AnyDataset, ConllFormat, Facts, FilesSplit, SeriesDataset, Split, TargetFacts
from rnnlab.datasets.facts import TargetKind
from rnnlab.errors import CallError, DatasetError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.prepared import (
    data_fingerprint,
    padding_of,
    prepared_folder,
    running_text_facts,
    text_of,
)
from rnnlab.text import PADDING_ID


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
        _read_again(dataset, folder, target, say)  # raises, and says which file and why
        raise _changed(dataset)
    found = load_splits(fingerprint)
    if found is not None:
        return cut_windows(found, experiment)
    entry = prepared_folder(fingerprint)
    with replace_whole(entry, "the same data", say):
        found = load_splits(fingerprint)
        if found is not None:
            return cut_windows(found, experiment)
        splits = _prepare(experiment, dataset, folder, target, fingerprint, say)
        if data_fingerprint(experiment, folder, target) != fingerprint:
            raise _changed(dataset)
        write_entry(entry, lambda part: save_splits(splits, part))
    made = load_splits(fingerprint)
    if made is None:
        raise CallError(f"the cache {entry.parent} does not keep what is written to it; set RNNLAB_CACHE to another")
    return cut_windows(made, experiment)


def _prepare(
    experiment: Experiment,
    dataset: AnyDataset,
    folder: Path,
    target: TargetKind,
    fingerprint: str,
    say: Callable[[str], None],
) -> Splits:
    """Return the prepared data in memory."""
    if isinstance(dataset, SeriesDataset):
        return prepare_series(experiment, dataset, folder, fingerprint, say)
    corpus = read_corpus(dataset, folder, target, say)
    division = _division(dataset.split, corpus)
    check_division(corpus, division, declared=getattr(dataset, "labels", ()) is not None)
    say(f"preparing {len(corpus)} samples")
    if target == "continuation":
        return _prepare_running_text(experiment, dataset, corpus, division, fingerprint)
    preparation = _fit(experiment, dataset, corpus, division.train, target)
    train, validation, test = _encode(corpus, division, preparation)
    facts = replace(preparation.facts, train_samples=len(train))
    counts = {name: len(indices) for name, indices in division.named().items()}
    source = corpus.source | {"samples": counts}
    warnings = warnings_of(corpus, division, preparation)
    return Splits(train, validation, test, facts, preparation, fingerprint, source, warnings)


def _changed(dataset: AnyDataset) -> DatasetError:
    name = getattr(dataset, "path", None) or "the dataset"
    beside = ", or a file of its split," if isinstance(dataset.split, FilesSplit) else ""
    return DatasetError("RL401", f"{name}{beside} changed while it was being read", help="start again")


def _read_again(dataset: AnyDataset, folder: Path, target: TargetKind, say: Callable[[str], None]) -> None:
    if isinstance(dataset, SeriesDataset):
        read_table_of_series(dataset, folder, say)
    else:
        read_corpus(dataset, folder, target, say)


def _prepare_running_text(
    experiment: Experiment, dataset: AnyDataset, corpus: Corpus, division: Division, fingerprint: str
) -> Splits:
    known = dataset.target_facts()
    assert known is not None
    (train, validation, test), preparation, sizes = prepare_running_text(experiment, known, corpus, division)
    inputs = {name: running_text_facts(text.maxlen, text.rows) for name, text in preparation.texts.items()}
    facts = Facts(inputs, {preparation.target_name: preparation.target})
    warnings = warnings_of(corpus, division, preparation) if len(corpus) > len(division.named()) else ()
    return Splits(train, validation, test, facts, preparation, fingerprint, corpus.source | sizes, warnings)


def _division(split: Split, corpus: Corpus) -> Division:
    if corpus.sizes is not None:
        train, validation, test = np.split(np.arange(len(corpus)), np.cumsum(corpus.sizes)[:2])
        return Division(train, validation, test)
    check_strata(split, corpus)
    try:
        return divide(split, len(corpus), classes=corpus.targets if corpus.labels else None, groups=corpus.groups)
    except DatasetError as error:
        raise DatasetError(error.code, f"{corpus.source['name']}: {error.message}", help=error.help) from error


def _fit(
    experiment: Experiment, dataset: AnyDataset, corpus: Corpus, train: NDArray[np.int64], target: TargetKind
) -> Preparation:
    """Return the preparation fitted on the training split alone."""
    known = dataset.target_facts() or TargetFacts(target, per=getattr(dataset, "per", "sample"))
    texts = {
        name: fit_vectorizer(
            corpus.texts(name, train),
            text_of(experiment, name),
            padding_of(experiment, name),
            written=known.kind == "sequence" and name == known.reads,
        )
        for name in dataset.text_inputs
    }
    if known.kind == "sequence" and known.reads:
        known = replace(known, classes=texts[known.reads].rows)
    elif known.kind in ("classes", "tags"):
        known = replace(known, classes=len(corpus.labels), labels=corpus.labels)
    elif corpus.targets is not None:
        further = corpus.targets.shape[2 if known.per == "timestep" else 1 :]
        known = replace(known, numbers=further[0] if further else 1)
    return Preparation(
        target_name=dataset.target_name,
        target=known,
        texts=texts,
        arrays={name: corpus.inputs[name].shape[1:] for name in corpus.inputs if name not in texts},
        columns=corpus.columns,
        layout=(getattr(dataset, "format", None) or ConllFormat()) if known.kind == "tags" else None,
    )


def _encode(corpus: Corpus, division: Division, preparation: Preparation) -> list[Samples]:
    return [_encode_split(corpus, indices, preparation) for indices in division.named().values()]


def _encode_split(corpus: Corpus, indices: NDArray[np.int64], preparation: Preparation) -> Samples:
    texts = {name: corpus.texts(name, indices) for name in preparation.texts}
    arrays = {name: corpus.inputs[name][indices] for name in preparation.arrays}
    inputs = preparation.encode(texts | arrays)
    targets: NDArray[Any]
    if corpus.tags is not None:
        targets = preparation.align_tags([corpus.tags[index] for index in indices])
    elif corpus.targets is None:
        targets = preparation.encode_targets(texts[preparation.target.reads or ""])
    else:
        targets = corpus.targets[indices]
    masked = {name for name, vectorizer in preparation.texts.items() if vectorizer.mask}
    return Samples(
        inputs=inputs,
        targets={preparation.target_name: targets},
        masks={name: inputs[name] != PADDING_ID for name in masked if (inputs[name] == PADDING_ID).any()},
        rows=corpus.rows[indices],
        raw=dict(texts),
    )
