"""Answers on new raw data, and scores where the data bring their labels."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.data.files import decode_text, read_bytes
from rnnlab.data.labels import encode_tags
from rnnlab.data.sequences import sequence_scores
from rnnlab.data.spans import headline, is_bio, span_scores
from rnnlab.data.tagged import read_tagged
from rnnlab.errors import CallError
from rnnlab.prediction.activations import activation_table, activations_of
from rnnlab.prediction.answers import answer
from rnnlab.prediction.model import BATCH, SavedModel, batches_of, load_model
from rnnlab.prediction.planned import read_plan
from rnnlab.prediction.raw import columns_of, count_of, read_columns, read_inputs, target_column
from rnnlab.prediction.running_text import score_running_text
from rnnlab.prediction.series import forecast_table, score_table
from rnnlab.prediction.states import continue_answers
from rnnlab.text import PADDING_ID
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
        mistakes: the most confident wrong answers: text, label, predicted, probability; of series, the windows with the
            largest errors.
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


def predict(
    selector: str,
    table: Path | str,
    *,
    column: str | None = None,
    output: str | None = None,
    state: Path | str | None = None,
    store: str | None = None,
) -> pd.DataFrame:
    """Return answers to the samples of a table or a file of arrays: see `answer`; of series, see `forecast_table`.

    Args:
        selector: a run: id prefix, name, LAST.
        table: csv, tsv, jsonl or parquet; npz where the model reads arrays.
        column: of the texts; that of the training unless given.
        output: a layer, or a state such as `encoder.state_h`: what it gives is returned instead of the answers, one
            row per sample, or per timestep that is data (`sample`, `timestep`); see `activations` for an array.
        state: an .npz file: the samples go on where the call before, which wrote it, left them; from zeros where
            there is none yet. Afterwards it holds the new states.
        store: MLflow URI or folder.

    Raises:
        RnnlabError: the run has no model, the table cannot be read, or the sequences cannot be continued.
    """
    if output is not None and state is not None:
        raise CallError("`state` continues answers; it cannot be had together with `output`")
    if output is not None:
        return activation_table(activations(selector, table, output, column=column, store=store), output)
    opened, record = find_model(selector, store=store)
    saved = load_model(opened, record)
    if saved.sampler is not None:
        raise CallError("a language model continues texts: use `rnnlab sample`, or `rnnlab evaluate` with a text file")
    if saved.preparation.series is not None:
        _no_columns(column)
        if state is not None:
            raise CallError("series are forecast from their own past; they are not continued from states")
        return forecast_table(saved, Path(table))
    raw = read_inputs(Path(table), saved.preparation, column)
    if state is None:
        return answer(saved, raw)
    return continue_answers(saved, *read_plan(opened, record, saved), raw, Path(state), record.run_id)


def activations(
    selector: str, table: Path | str, output: str, *, column: str | None = None, store: str | None = None
) -> NDArray[Any]:
    """Return what a layer gives for the samples of a table: (N, U), or (N, T, U) with NaN at masked timesteps.

    Args:
        selector: a run: id prefix, name, LAST.
        table: csv, tsv, jsonl or parquet; npz where the model reads arrays.
        output: the layer, or a state such as `encoder.state_h`.
        column: of the texts; that of the training unless given.
        store: MLflow URI or folder.

    Raises:
        RnnlabError: the run has no model or the model no such layer, or the table cannot be read.
    """
    opened, record = find_model(selector, store=store)
    saved = load_model(opened, record)
    if saved.preparation.series is not None:
        raise CallError("of series `predict` gives the forecasts only, not what layers give")
    raw = read_inputs(Path(table), saved.preparation, column)
    count_of(raw)
    _, plan = read_plan(opened, record, saved)
    inputs = saved.preparation.encode(raw)
    saved.check_lengths(inputs)
    return activations_of(saved, plan, output, inputs)


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
        table: csv, tsv, jsonl or parquet; a tagged file where the model was trained on such, a text file
            for a language model.
        column: of the texts; that of the training unless given.
        label: the column of the labels; that of the training unless given.
        mistakes: how many to return.
        store: MLflow URI or folder.

    Raises:
        RnnlabError: the run has no model, the table cannot be read, or a label is unknown (RL409).
    """
    opened, record = find_model(selector, store=store)
    saved = load_model(opened, record)
    if saved.sampler is not None:
        path = Path(table)
        text = decode_text(path.name, read_bytes(path, empty="write the text into it"))
        return Evaluation(record, 1, score_running_text(saved, text), pd.DataFrame())
    if saved.preparation.series is not None:
        _no_columns(column, label)
        return Evaluation(record, *score_table(saved, Path(table), mistakes))
    if saved.preparation.arrays:
        raise CallError("`evaluate` reads tables of text; this model reads arrays: use `predict`")
    if saved.preparation.layout is not None:
        return _evaluate_tagged(record, saved, Path(table), mistakes)
    columns = columns_of(saved.preparation, column)
    label = label or target_column(saved.preparation)
    raw, found = read_columns(Path(table), saved.preparation, columns, (label,))
    labels = found.values(label)
    answers = answer(saved, raw)
    if saved.writer is not None:
        return _evaluate_written(record, saved, raw, labels, answers, mistakes)
    targets = saved.preparation.encode_targets(labels)
    metrics = _metrics(saved, saved.preparation.encode(raw), targets)
    if saved.objective.head.kind == "number":
        answers["label"] = targets
        answers["error"] = (answers["value"] - targets).abs()
        worst = answers.sort_values("error", ascending=False).head(mistakes)
    else:
        answers = answers.rename(columns={"label": "predicted"})
        answers.insert(1, "label", labels)
        wrong = answers[answers["label"] != answers["predicted"]]
        worst = wrong.sort_values("probability", ascending=False).head(mistakes)
    return Evaluation(
        record, len(labels), metrics, worst[[name for name in worst.columns if not str(name).startswith("p(")]]
    )


def _no_columns(*given: str | None) -> None:
    if any(given):
        raise CallError("a table of series has the columns of the training: leave `--column` and `--label` out")


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


def _evaluate_tagged(record: Record, saved: SavedModel, path: Path, mistakes: int) -> Evaluation:
    """Return the scores of tokens and spans of a tagged file; tokens that padding cut away are not scored."""
    preparation, reads = saved.preparation, saved.objective.head.reads or ""
    assert preparation.layout is not None
    sentences = read_tagged(path, preparation.layout)
    indices = encode_tags(sentences.tags, preparation.labels, path.name)
    inputs = preparation.encode({reads: sentences.texts})
    metrics = _metrics(saved, inputs, preparation.align_tags(indices))
    answers = answer(saved, {reads: sentences.texts}).rename(columns={"label": "predicted"})
    answers.insert(2, "label", [tag for tags in sentences.tags for tag in tags])
    kept = answers[answers["predicted"].notna()]
    if is_bio(preparation.labels):
        by_sentence = [group for _, group in kept.groupby("sentence")]
        pairs = [(list(group["predicted"]), list(group["label"])) for group in by_sentence]
        metrics |= headline(span_scores([found for found, _ in pairs], [wanted for _, wanted in pairs])["all"])
    wrong = kept[kept["label"] != kept["predicted"]]
    worst = wrong.sort_values("probability", ascending=False).head(mistakes)
    shown = [name for name in worst.columns if not str(name).startswith("p(")]
    return Evaluation(record, len(sentences.texts), metrics, worst[shown])


def _metrics(saved: SavedModel, inputs: dict[str, Any], targets: Any) -> dict[str, float]:
    objective = saved.objective
    objective.reset()
    total, done, counted = 0.0, 0, 0
    for batch in batches_of(inputs):
        output = saved.model(batch, training=False)
        target = targets[done : done + BATCH]
        done += len(target)
        weight = _weights(batch, target, objective.head.reads)
        counted += int(np.count_nonzero(weight))
        total += float(np.sum(np.asarray(objective.losses(target, output)) * weight.ravel()))
        objective.update(target, output, weight)
    penalty = float(sum(saved.model.losses))  # of regularizers: part of the loss, as in training
    return {"loss": total / counted + penalty} | objective.result()


def _weights(inputs: dict[str, Any], target: Any, reads: str | None) -> NDArray[np.float32]:
    """Return 1 for each sample (B,), or for each timestep (B, T) that is no padding."""
    return np.ones(len(target), np.float32) if reads is None else (inputs[reads] != PADDING_ID).astype(np.float32)
