"""Answers on new raw data, and scores where the data bring their labels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.data import read_table
from rnnlab.data.sequences import sequence_scores
from rnnlab.errors import CallError
from rnnlab.prediction.answers import answer
from rnnlab.prediction.model import BATCH, SavedModel, batches_of, load_model
from rnnlab.prediction.raw import columns_of, read_inputs
from rnnlab.prediction.sequences import read_new_sequences
from rnnlab.track.record import Record
from rnnlab.track.selectors import select
from rnnlab.track.store import Store
from rnnlab.track.uri import resolve_uri


@dataclass(frozen=True)
class Evaluation:
    """A model on labelled data.

    Attributes:
        record: the run.
        samples: N.
        metrics: loss and metrics of the task.
        mistakes: the most confident wrong answers: text, label, predicted, probability.
    """

    record: Record
    samples: int
    metrics: dict[str, float]
    mistakes: pd.DataFrame


def find_model(selector: str, *, store: str | None = None) -> tuple[Store, Record]:
    """Return (store, run) of a selector; LAST counts only runs that saved a model.

    Raises:
        RunNotFoundError: no run, or more than one, has that name.
    """
    opened = Store.open(resolve_uri(store, None, environment=os.environ, folder=Path.cwd()))
    (record,) = select(opened.records(), [selector], only=lambda record: record.has_model)
    return opened, record


def predict(selector: str, table: Path | str, *, column: str | None = None, store: str | None = None) -> pd.DataFrame:
    """Return answers to the samples of a table or a file of arrays: see `answer`.

    Args:
        selector: a run: id prefix, name, LAST.
        table: csv, tsv, jsonl or parquet; npz where the model reads arrays, ts where it was trained from such a file.
        column: of the texts; that of the training unless given.
        store: MLflow URI or folder.

    Raises:
        RnnlabError: the run has no model, or the table cannot be read.
    """
    saved = load_model(*find_model(selector, store=store))
    if not saved.preparation.sequences:
        return answer(saved, read_inputs(Path(table), saved.preparation, column))
    _refuse_column(column)
    found = read_new_sequences(Path(table), saved.preparation, label=None, targets=False)
    return _named(answer(saved, found.inputs), found.names)


def evaluate(
    selector: str,
    table: Path | str,
    *,
    column: str | None = None,
    label: str | None = None,
    mistakes: int = 20,
    store: str | None = None,
) -> Evaluation:
    """Return loss, metrics and the worst mistakes of a run's model on a labelled table.

    Args:
        selector: a run: id prefix, name, LAST.
        table: csv, tsv, jsonl or parquet; ts or npz where the model was trained on sequences of such files.
        column: of the texts; that of the training unless given.
        label: the column of the labels; that of the training unless given.
        mistakes: how many to return.
        store: MLflow URI or folder.

    Raises:
        RnnlabError: the run has no model, the table cannot be read, or a label is unknown (RL409).
    """
    opened, record = find_model(selector, store=store)
    saved = load_model(opened, record)
    if saved.preparation.sequences:
        _refuse_column(column)
        return _evaluate_sequences(record, saved, Path(table), label, mistakes)
    if saved.preparation.arrays:
        raise CallError("`evaluate` reads tables of text; this model reads arrays: use `predict`")
    columns = columns_of(saved.preparation, column)
    label = label or saved.preparation.target_name
    found = read_table(Path(table), (*columns.values(), label))
    raw = {name: found.values(each) for name, each in columns.items()}
    labels = found.values(label)
    answers = answer(saved, raw)
    if saved.writer is not None:
        return _evaluate_written(record, saved, raw, labels, answers, mistakes)
    targets = saved.preparation.encode_targets(labels)
    metrics = _metrics(saved, saved.preparation.encode(raw), targets)
    return Evaluation(record, len(labels), metrics, _worst(saved, answers, targets, labels, mistakes))


def _worst(
    saved: SavedModel, answers: pd.DataFrame, targets: Any, labels: Sequence[Any], mistakes: int
) -> pd.DataFrame:
    """Return the answers that are furthest from the target, or the surest that are wrong."""
    if saved.objective.head.kind == "number":
        if "value" not in answers:  # several numbers
            values = answers[[name for name in answers.columns if str(name).startswith("value_")]]
            answers["error"] = np.abs(values.to_numpy() - targets).mean(axis=1)
        else:
            answers["label"] = targets
            answers["error"] = (answers["value"] - targets).abs()
        worst = answers.sort_values("error", ascending=False).head(mistakes)
    else:
        answers = answers.rename(columns={"label": "predicted"})
        answers.insert(1, "label", list(labels))
        wrong = answers[answers["label"] != answers["predicted"]]
        worst = wrong.sort_values("probability", ascending=False).head(mistakes)
    return worst[[name for name in worst.columns if not str(name).startswith("p(")]]


def _evaluate_sequences(record: Record, saved: SavedModel, path: Path, label: str | None, mistakes: int) -> Evaluation:
    found = read_new_sequences(path, saved.preparation, label=label, targets=True)
    answers = _named(answer(saved, found.inputs), found.names)
    metrics = _metrics(saved, saved.preparation.encode(found.inputs), found.targets)
    worst = _worst(saved, answers, found.targets, found.shown, mistakes)
    return Evaluation(record, len(found.shown), metrics, worst)


def _named(answers: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return answers with the names of the sequences in place of their numbers, where they have names."""
    if names:
        answers["sample"] = list(names)
    return answers


def _refuse_column(column: str | None) -> None:
    if column is not None:
        raise CallError("`--column` is for tables of text; this model reads sequences of numbers")


def _evaluate_written(
    record: Record, saved: SavedModel, raw: dict[str, Any], wanted: list[str], answers: pd.DataFrame, mistakes: int
) -> Evaluation:
    """Return how far written texts are from the true ones; the worst are the surest that are wrong."""
    vectorizer = saved.preparation.written
    right = [vectorizer.units(text) for text in wanted]
    found = [vectorizer.units(text) for text in answers["written"]]
    (sources,) = raw.values()
    answers.insert(1, "wanted", wanted)
    wrong = answers[[one != two for one, two in zip(right, found, strict=True)]]
    worst = wrong.sort_values("log_probability", ascending=False).head(mistakes)
    return Evaluation(record, len(wanted), sequence_scores(found, sources, right), worst)


def _metrics(saved: SavedModel, inputs: dict[str, Any], targets: Any) -> dict[str, float]:
    objective = saved.objective
    objective.reset()
    total, done = 0.0, 0
    for batch in batches_of(inputs):
        output = saved.model(batch, training=False)
        target = targets[done : done + BATCH]
        done += len(target)
        total += float(np.sum(np.asarray(objective.losses(target, output))))
        objective.update(target, output, np.ones(len(target), np.float32))
    penalty = float(sum(saved.model.losses))  # of regularizers: part of the loss, as in training
    return {"loss": total / len(targets) + penalty} | objective.result()
