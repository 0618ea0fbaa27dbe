"""Answers on new raw data, and scores where the data bring their labels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.data import read_labelled, read_texts
from rnnlab.errors import DatasetError
from rnnlab.prediction.model import BATCH, SavedModel, load_model
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


def predict(selector: str, table: Path | str, *, column: str = "text", store: str | None = None) -> pd.DataFrame:
    """Return one row per text of a table: the text, the label and its probability, or the number.

    Args:
        selector: a run: id prefix, name, LAST.
        table: csv, tsv, jsonl or parquet.
        column: of the texts.
        store: MLflow URI or folder.

    Raises:
        RnnlabError: the run has no model, or the table cannot be read.
    """
    saved = load_model(*find_model(selector, store=store))
    return predict_texts(saved, read_texts(Path(table), column))


def predict_texts(saved: SavedModel, texts: Sequence[str]) -> pd.DataFrame:
    """Return one row per text: text, label, probability and the probability of each class; or text and value."""
    if not texts:
        raise DatasetError("RL406", "the table has no rows", help="give at least one text")
    outputs_NU = saved.outputs(list(texts))
    head, labels = saved.objective.head, saved.preparation.labels
    if head.kind == "number":
        return pd.DataFrame({"text": texts, "value": outputs_NU[:, 0].astype(float)})
    if head.kind == "binary":
        outputs_NU = np.concatenate([1 - outputs_NU, outputs_NU], axis=1)
    best = outputs_NU.argmax(axis=1)
    frame: dict[str, Any] = {
        "text": texts,
        "label": [labels[index] for index in best],
        "probability": outputs_NU.max(axis=1).astype(float),
    }
    frame |= {f"p({label})": outputs_NU[:, index].astype(float) for index, label in enumerate(labels)}
    return pd.DataFrame(frame)


def evaluate(
    selector: str,
    table: Path | str,
    *,
    column: str = "text",
    label: str = "label",
    mistakes: int = 20,
    store: str | None = None,
) -> Evaluation:
    """Return loss, metrics and the worst mistakes of a run's model on a labelled table.

    Raises:
        RnnlabError: the run has no model, the table cannot be read, or a label is unknown (RL409).
    """
    opened, record = find_model(selector, store=store)
    saved = load_model(opened, record)
    texts, labels = read_labelled(Path(table), column, label)
    targets = saved.preparation.encode_labels(labels)
    metrics = _metrics(saved, texts, targets)
    answers = predict_texts(saved, texts)
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
        record, len(texts), metrics, worst[[name for name in worst.columns if not str(name).startswith("p(")]]
    )


def _metrics(saved: SavedModel, texts: list[str], targets: Any) -> dict[str, float]:
    objective = saved.objective
    objective.reset()
    inputs = saved.preparation.encode(texts)
    total = 0.0
    for start in range(0, len(texts), BATCH):
        batch = {name: values[start : start + BATCH] for name, values in inputs.items()}
        output = saved.model(batch, training=False)
        target = targets[start : start + BATCH]
        total += float(np.sum(np.asarray(objective.losses(target, output))))
        objective.update(target, output)
    penalty = float(sum(saved.model.losses))  # of regularizers: part of the loss, as in training
    return {"loss": total / len(texts) + penalty} | objective.result()
