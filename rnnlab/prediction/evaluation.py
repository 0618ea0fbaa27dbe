"""Scores of a saved model, and its worst mistakes, on labelled data: a file's, or the test split of its run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.data import Samples, load_arrays
from rnnlab.data.array_files import class_targets, finite
from rnnlab.data.cache import load_splits
from rnnlab.data.files import read_running_text
from rnnlab.data.labels import encode_tags
from rnnlab.data.mistakes import Row, live_rows, output_mistakes, written_mistakes
from rnnlab.data.sequences import sequence_scores
from rnnlab.data.spans import headline, is_bio, named, span_scores
from rnnlab.data.tagged import read_tagged
from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.experiment.prepared import Fingerprints
from rnnlab.prediction.answers import answer, shown_texts
from rnnlab.prediction.model import BATCH, SavedModel, batches_of, load_model
from rnnlab.prediction.planned import read_experiment
from rnnlab.prediction.predict import find_model
from rnnlab.prediction.raw import columns_of, count_of, read_columns, refuse_column, target_column
from rnnlab.prediction.running_text import score_running_text
from rnnlab.prediction.sequences import read_new_sequences
from rnnlab.prediction.series import score_table, score_windows
from rnnlab.track.record import Record

Scored = tuple[int, dict[str, float], list[Row]]
"""(samples, loss and metrics of the task, the worst mistakes)."""


@dataclass(frozen=True)
class Evaluation:
    """A model on labelled data.

    Attributes:
        record: the run.
        samples: N.
        metrics: loss and metrics of the task.
        mistakes: the worst answers: the surest wrong labels or texts, the largest errors, the sentences with the most
            wrong tags, the windows with the largest errors, the lines with the highest loss.
    """

    record: Record
    samples: int
    metrics: dict[str, float]
    mistakes: pd.DataFrame


def evaluate(
    selector: str,
    table: Path | str | None = None,
    *,
    column: str | None = None,
    label: str | None = None,
    mistakes: int = 20,
    store: str | None = None,
) -> Evaluation:
    """Return loss, metrics and the worst mistakes of a run's model on labelled data.

    Args:
        selector: a run: id prefix, name, LAST.
        table: csv, tsv, jsonl or parquet; a tagged file, a ts or an npz file where the model was trained on such, a
            text file for a language model. The run's own test split where it is None.
        column: of the texts; that of the training unless given.
        label: the column of the labels; that of the training unless given.
        mistakes: how many to return.
        store: MLflow URI or folder.

    Raises:
        RnnlabError: the run has no model, the table cannot be read, or a label is unknown (RL409).
    """
    opened, record = find_model(selector, store=store)
    saved = load_model(opened, record)
    if table is None:
        _no_columns("the run's own test split", column, label)
        found = _score_own_test(record, saved, read_experiment(opened, record), mistakes)
    else:
        found = _score_file(saved, Path(table), column, label, mistakes)
    samples, metrics, worst = found
    return Evaluation(record, samples, metrics, pd.DataFrame(worst))


def _no_columns(what: str, *given: str | None) -> None:
    if any(given):
        raise CallError(f"{what} has the columns of the training: leave `--column` and `--label` out")


def _score_own_test(record: Record, saved: SavedModel, experiment: Experiment, mistakes: int) -> Scored:
    prints = Fingerprints(record.tags.get("rnnlab.prepared", ""), record.tags.get("rnnlab.data", ""))
    splits = load_splits(prints, experiment)
    if splits is None:
        raise CallError(
            f"the prepared data of {record.name} ({record.run_id[:8]}) are not in the cache of this machine: name a "
            "table, or prepare them again with `rnnlab data show` on its file"
        )
    samples, preparation = splits.test, saved.preparation
    if saved.sampler is not None:
        (ids,) = samples.inputs.values()
        metrics, worst = score_running_text(saved, ids, splits.source["characters"]["test"], mistakes)
        return 1, metrics, worst
    if preparation.series is not None:
        return score_windows(saved, samples, mistakes)
    if saved.writer is not None:
        raw = {name: list(samples.raw[name]) for name in preparation.given_inputs}
        return _score_written(saved, raw, list(samples.raw[preparation.target.reads or ""]), mistakes)
    return _score_samples(saved, samples, mistakes)


def _score_file(saved: SavedModel, path: Path, column: str | None, label: str | None, mistakes: int) -> Scored:
    preparation = saved.preparation
    if saved.sampler is not None:
        text = read_running_text(path)
        (vectorizer,) = preparation.texts.values()
        metrics, worst = score_running_text(saved, vectorizer.flat(text), len(text), mistakes)
        return 1, metrics, worst
    if preparation.series is not None:
        _no_columns("a table of series", column, label)
        return score_table(saved, path, mistakes)
    if preparation.layout is not None:
        return _score_samples(saved, _read_sentences(saved, path), mistakes)
    if preparation.sequences or preparation.arrays:
        refuse_column(column)
        read = _read_sequences if preparation.sequences else _read_arrays
        return _score_samples(saved, read(saved, path, label), mistakes)
    columns = columns_of(preparation, column)
    label = label or target_column(preparation)
    raw, found = read_columns(path, preparation, columns, (label,))
    labels = found.values(label)
    count_of(raw)
    if saved.writer is not None:
        return _score_written(saved, raw, labels, mistakes)
    shown = {name: shown_texts(preparation, name, values) for name, values in raw.items()}
    targets = {preparation.target_name: preparation.encode_targets(labels)}
    return _score_samples(saved, Samples(preparation.encode(raw), targets, raw=shown), mistakes)


def _read_sentences(saved: SavedModel, path: Path) -> Samples:
    preparation, reads = saved.preparation, saved.objective.head.reads or ""
    assert preparation.layout is not None
    sentences = read_tagged(path, preparation.layout)
    tags = preparation.align_tags(encode_tags(sentences.tags, preparation.labels, path.name))
    inputs = preparation.encode({reads: sentences.texts})
    return Samples(inputs, {preparation.target_name: tags}, raw={reads: sentences.texts})


def _read_sequences(saved: SavedModel, path: Path, label: str | None) -> Samples:
    found = read_new_sequences(path, saved.preparation, label=label, targets=True)
    count_of(found.inputs)
    names: dict[str, Sequence[str]] = {"sample": found.names} if found.names else {}
    return Samples(saved.preparation.encode(found.inputs), {saved.preparation.target_name: found.targets}, raw=names)


def _read_arrays(saved: SavedModel, path: Path, label: str | None) -> Samples:
    preparation = saved.preparation
    name = label or preparation.target_name
    arrays = load_arrays(path, (*preparation.given_inputs, name))
    count_of(arrays)
    inputs = preparation.encode({each: arrays[each] for each in preparation.given_inputs})
    if preparation.target.kind == "number":
        targets = finite(f"the array `{name}` of {path.name}", arrays[name])
    else:
        targets, _ = class_targets(name, arrays[name], preparation.labels)
    return Samples(inputs, {preparation.target_name: targets})


def _score_samples(saved: SavedModel, samples: Samples, mistakes: int) -> Scored:
    """Return the scores of labels and numbers, one for each sample or timestep; of tags also those of spans.

    Tokens that padding cut away are not scored.
    """
    head, preparation = saved.objective.head, saved.preparation
    metrics, outputs = _scores(saved, samples)
    targets = np.asarray(samples.targets[preparation.target_name][:])
    if head.per == "timestep":
        live = live_rows(head, samples.inputs, targets)
        targets, outputs = targets[live], outputs[live]
        if preparation.layout is not None and is_bio(preparation.labels):
            ends = np.cumsum(live.sum(axis=1))[:-1]
            found, wanted = (
                named(np.split(tags, ends), preparation.labels) for tags in (outputs.argmax(axis=1), targets)
            )
            metrics |= headline(span_scores(found, wanted)["all"])
    worst = output_mistakes(head, preparation, samples, targets, outputs, mistakes)
    return len(samples), metrics, worst


def _score_written(saved: SavedModel, raw: dict[str, Any], wanted: list[str], mistakes: int) -> Scored:
    """Return how far written texts are from the true ones."""
    vectorizer = saved.preparation.written
    answers = answer(saved, raw)
    written = list(answers["written"])
    right, found = ([vectorizer.units(text) for text in texts] for texts in (wanted, written))
    (sources,) = raw.values()
    true = [vectorizer.join(units) for units in right]
    worst = written_mistakes(sources, true, written, answers["log_probability"].to_numpy(), mistakes)
    return len(wanted), sequence_scores(found, sources, right), worst


def _scores(saved: SavedModel, samples: Samples) -> tuple[dict[str, float], NDArray[Any]]:
    """Return (loss and metrics, outputs as probabilities or numbers)."""
    objective = saved.objective
    objective.reset()
    saved.check_lengths(samples.inputs)
    total, done, counted, outputs = 0.0, 0, 0, []
    for batch in batches_of(samples.inputs):
        output = saved.model(batch, training=False)
        target = samples.targets[saved.preparation.target_name][done : done + BATCH]
        done += len(target)
        weight = np.ones(len(target), np.float32)
        if objective.head.per == "timestep":
            weight = live_rows(objective.head, batch, target).astype(np.float32)
        counted += int(np.count_nonzero(weight))
        total += float(np.sum(np.asarray(objective.losses(target, output)) * weight.ravel()))
        objective.update(target, output, weight)
        outputs.append(np.asarray(objective.probabilities(output)))
    penalty = float(sum(saved.model.losses))  # of regularizers: part of the loss, as in training
    return {"loss": total / counted + penalty} | objective.result(), np.concatenate(outputs)
