"""From an experiment to arrays: read, divide, fit on train, encode, keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.bucketing import with_buckets
from rnnlab.data.cache import load_splits, replace_whole, save_splits, write_entry
from rnnlab.data.cautions import refuse
from rnnlab.data.checks import cautions_of, check_division, check_strata, check_target, cut_tags, cut_targets
from rnnlab.data.duplicates import find_duplicates
from rnnlab.data.id_vectorizer import IdVectorizer, fit_id_vectorizer
from rnnlab.data.leakage import check_leakage
from rnnlab.data.padded import length_percentiles
from rnnlab.data.preparation import Preparation
from rnnlab.data.profile import Profile, take_profile
from rnnlab.data.raw import Corpus
from rnnlab.data.readings import read_again
from rnnlab.data.running_text import prepare_running_text
from rnnlab.data.sequence_encoder import SequenceEncoder, fit_sequences
from rnnlab.data.series_preparing import prepare_series, read_table_of_series
from rnnlab.data.sources import read_corpus
from rnnlab.data.splits import Samples, Splits
from rnnlab.data.splitting import Division, divide, divide_training
from rnnlab.data.vectorizer import fit_vectorizer
from rnnlab.data.vectors import read_vectors
from rnnlab.data.vocabulary_files import read_vocabulary
from rnnlab.data.windows import cut_windows
from rnnlab.datasets import (
    AnyDataset,
    ConllFormat,
    Facts,
    FilesSplit,
    IdDataset,
    SequencesDataset,
    SeriesDataset,
    Split,
    TargetFacts,
    padded_inputs,
    sequence_inputs,
)
from rnnlab.datasets.facts import TargetKind
from rnnlab.errors import CallError, DatasetError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.named_files import named_file_findings
from rnnlab.experiment.prepared import (
    Fingerprints,
    fingerprints,
    prepared_folder,
    running_text_facts,
    text_of,
)
from rnnlab.padding import Padding
from rnnlab.text import Text

WHOLE = Padding(maxlen="longest")


def prepare(experiment: Experiment, folder: Path, *, target: TargetKind, say: Callable[[str], None]) -> Splits:
    """Return the data of an experiment, from the cache if they are there, memory-mapped.

    Args:
        experiment: the validated file; it has a `dataset`.
        folder: of the experiment's file; the dataset's paths are relative to it.
        target: what the task needs.
        say: is given one line of progress at a time.

    Raises:
        DatasetError: RL4xx, the data cannot be used; RL460, there is something to warn of, and the file is strict.
        CallError: there is no dataset, it has another kind of target, or the cache cannot be written.
    """
    splits = _prepared(experiment, folder, target, say)
    if experiment.dataset is not None and experiment.dataset.strict:
        refuse(splits.cautions)
    return with_buckets(cut_windows(splits, experiment), experiment)


def _prepared(experiment: Experiment, folder: Path, target: TargetKind, say: Callable[[str], None]) -> Splits:
    """Return the data as the cache keeps them."""
    dataset = experiment.dataset
    if dataset is None:
        raise CallError("this experiment has no `dataset`: it describes an architecture only")
    check_target(dataset, target)
    prints = fingerprints(experiment, folder, target)
    if prints is None:
        for finding in named_file_findings(experiment, folder):
            raise DatasetError("RL401", finding.message, help=finding.help)
        _read_again(dataset, folder, target, say)  # raises, and says which file and why
        raise _changed(dataset)
    found = _load(prints, experiment)
    if found is not None:
        return found
    entry = prepared_folder(prints.entry)
    with replace_whole(entry, "the same data", say):
        found = _load(prints, experiment)
        if found is not None:
            return found
        splits = _prepare(experiment, dataset, folder, target, prints, say)
        if fingerprints(experiment, folder, target) != prints:
            raise _changed(dataset)
        write_entry(entry, lambda part: save_splits(splits, part))
    made = _load(prints, experiment)
    if made is None:
        raise CallError(f"the cache {entry.parent} does not keep what is written to it; set RNNLAB_CACHE to another")
    return made


def _load(prints: Fingerprints, experiment: Experiment) -> Splits | None:
    """Return the prepared data, cut and padded as the file says; None where they are absent or damaged."""
    found = load_splits(prints, experiment)
    if found is None:
        return None
    for name, encoder in found.preparation.sequences.items():
        for samples in found.named().values():
            encoder.check_lengths(samples.inputs[name].lengths)
    return replace(found, cautions=(*found.cautions, *cut_tags(found), *cut_targets(found)))


def _prepare(
    experiment: Experiment,
    dataset: AnyDataset,
    folder: Path,
    target: TargetKind,
    prints: Fingerprints,
    say: Callable[[str], None],
) -> Splits:
    """Return the prepared data in memory; sequences are neither cut nor padded."""
    if isinstance(dataset, SeriesDataset):
        return prepare_series(experiment, dataset, folder, prints, say)
    corpus = read_corpus(dataset, folder, target, say)
    division = _division(dataset.split, corpus)
    check_division(corpus, division, declared=getattr(dataset, "labels", ()) is not None)
    check_leakage(dataset, corpus)
    say(f"preparing {len(corpus)} samples")
    if target == "continuation":
        return _prepare_running_text(experiment, dataset, corpus, division, folder, prints, say)
    preparation = _fit(experiment, dataset, corpus, division.train, target, folder)
    train, validation, test = _encode(corpus, division, preparation)
    vectors = read_vectors(experiment, dataset, preparation, folder, say)
    facts = replace(
        preparation.facts,
        own_test=corpus.own_test is not None,
        train_samples=len(train),
        lengths={name: length_percentiles(train.inputs[name].lengths) for name in padded_inputs(dataset)},
    )
    counts = {name: len(indices) for name, indices in division.named().items()}
    source = corpus.source | {"samples": counts}
    ids = {"train": train.inputs, "validation": validation.inputs, "test": test.inputs}
    readings = read_again(corpus, division, preparation, ids)
    profile = take_profile(corpus, division, preparation, readings, getattr(dataset, "values", ()))
    cautions = cautions_of(dataset, corpus, division, preparation, readings, profile)
    return Splits(
        train,
        validation,
        test,
        facts,
        preparation,
        prints.data,
        prints.entry,
        source,
        cautions,
        profile,
        vectors,
    )


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
    experiment: Experiment,
    dataset: AnyDataset,
    corpus: Corpus,
    division: Division,
    folder: Path,
    prints: Fingerprints,
    say: Callable[[str], None],
) -> Splits:
    known = dataset.target_facts()
    assert known is not None
    given = _given_units(text_of(experiment, known.reads or ""), folder)
    (train, validation, test), preparation, sizes = prepare_running_text(experiment, known, corpus, division, given)
    vectors = read_vectors(experiment, dataset, preparation, folder, say)
    inputs = {name: running_text_facts(text.maxlen, text.rows) for name, text in preparation.texts.items()}
    facts = Facts(inputs, {preparation.target_name: preparation.target})
    samples = len(corpus) > len(division.named())  # else each split is one text
    ids = (
        {
            split: preparation.encode({name: corpus.texts(name, rows) for name in preparation.texts})
            for split, rows in division.named().items()
        }
        if samples
        else {}
    )
    readings = read_again(corpus, division, preparation, ids) if samples else {}
    profile = Profile(duplicates=find_duplicates(corpus, division)) if samples else Profile()
    cautions = cautions_of(dataset, corpus, division, preparation, readings, profile) if samples else ()
    source = corpus.source | sizes
    return Splits(
        train,
        validation,
        test,
        facts,
        preparation,
        prints.data,
        prints.entry,
        source,
        cautions,
        profile,
        vectors,
    )


def _division(split: Split, corpus: Corpus) -> Division:
    if corpus.sizes is not None:
        train, validation, test = np.split(np.arange(len(corpus)), np.cumsum(corpus.sizes)[:2])
        return Division(train, validation, test)
    try:
        if corpus.own_test is None:
            check_strata(split, corpus)
            return divide(split, len(corpus), classes=corpus.targets if corpus.labels else None, groups=corpus.groups)
        samples = len(corpus) - corpus.own_test
        classes = corpus.targets[:samples] if corpus.targets is not None and corpus.labels else None
        train, validation = divide_training(split, samples, classes=classes)
        return Division(train, validation, np.arange(samples, len(corpus)))
    except DatasetError as error:
        raise DatasetError(error.code, f"{corpus.source['name']}: {error.message}", help=error.help) from error


def _fit(
    experiment: Experiment,
    dataset: AnyDataset,
    corpus: Corpus,
    train: NDArray[np.int64],
    target: TargetKind,
    folder: Path,
) -> Preparation:
    """Return the preparation fitted on the training split alone."""
    known = dataset.target_facts() or TargetFacts(target, per=getattr(dataset, "per", "sample"))
    texts = {
        name: fit_vectorizer(
            corpus.texts(name, train),
            text_of(experiment, name),
            WHOLE,
            given=_given_units(text_of(experiment, name), folder),
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
    ids = _fit_ids(dataset, corpus, train) if isinstance(dataset, IdDataset) else {}
    sequences = _fit_numbers(dataset, corpus, train) if isinstance(dataset, SequencesDataset) else {}
    return Preparation(
        target_name=dataset.target_name,
        target=known,
        texts=texts,
        ids=ids,
        arrays={
            name: values.shape[1:] for name, values in corpus.inputs.items() if name not in {*texts, *ids, *sequences}
        },
        columns=corpus.columns,
        layout=(getattr(dataset, "format", None) or ConllFormat()) if known.kind == "tags" else None,
        sequences=sequences,
        reads=dataset.model_dump(mode="json", exclude_none=True) if sequences else {},
    )


def _given_units(text: Text, folder: Path) -> list[str] | None:
    return read_vocabulary(folder / text.vocabulary_file, text) if text.vocabulary_file else None


def _fit_ids(dataset: IdDataset, corpus: Corpus, train: NDArray[np.int64]) -> dict[str, IdVectorizer]:
    (name,) = dataset.input_names
    lengths = corpus.inputs[name].lengths
    if not lengths.all():
        raise DatasetError(
            "RL433",
            f"sample {int(np.argmin(lengths))} (counted from 0) has no ids: a network cannot read nothing",
            help="leave it out, or give an `oov_char`, which stands for words that are cut",
        )
    vectorizer = fit_id_vectorizer(
        lengths[train],
        WHOLE,
        rows=dataset.num_words,
        start_char=getattr(dataset, "start_char", None),
        oov_char=dataset.oov_char,
        words=corpus.words,
    )
    return {name: vectorizer}


def _fit_numbers(dataset: SequencesDataset, corpus: Corpus, train: NDArray[np.int64]) -> dict[str, SequenceEncoder]:
    scaler = dataset.scaler or "standard"
    return {name: fit_sequences(corpus.inputs[name].take(train), scaler, WHOLE) for name in sequence_inputs(dataset)}


def _encode(corpus: Corpus, division: Division, preparation: Preparation) -> list[Samples]:
    return [_encode_split(corpus, indices, preparation) for indices in division.named().values()]


def _encode_split(corpus: Corpus, indices: NDArray[np.int64], preparation: Preparation) -> Samples:
    texts = {name: corpus.texts(name, indices) for name in preparation.texts}
    ids = {name: corpus.inputs[name].take(indices) for name in preparation.ids}
    arrays = {name: corpus.inputs[name][indices] for name in preparation.arrays}
    sequences = {name: corpus.inputs[name].take(indices) for name in preparation.sequences}
    inputs = preparation.encode(texts | ids | arrays)
    inputs |= {name: encoder.whole(sequences[name]) for name, encoder in preparation.sequences.items()}
    targets: Any
    if corpus.tags is not None:
        targets = preparation.align_tags([corpus.tags[index] for index in indices])
    elif corpus.targets is None:
        targets = preparation.written.wanted(inputs[preparation.target.reads or ""])
    else:
        targets = corpus.targets[indices]
    return Samples(
        inputs=inputs,
        targets={preparation.target_name: targets},
        rows=corpus.rows[indices],
        raw=texts | {name: [" ".join(map(str, each.tolist())) for each in ids[name]] for name in ids},
    )
