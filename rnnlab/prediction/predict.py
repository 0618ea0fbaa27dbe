"""Answers on new raw data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from rnnlab.errors import CallError
from rnnlab.prediction.activations import activation_table, activations_of
from rnnlab.prediction.answers import answer
from rnnlab.prediction.model import load_model
from rnnlab.prediction.planned import read_plan
from rnnlab.prediction.raw import count_of, read_raw
from rnnlab.prediction.series import forecast_table
from rnnlab.prediction.states import continue_answers
from rnnlab.track.record import Record
from rnnlab.track.selectors import select
from rnnlab.track.store import Store
from rnnlab.track.uri import resolve_uri


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
        table: csv, tsv, jsonl or parquet; npz where the model reads arrays, ts where it was trained from such a file.
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
        _no_column(column)
        if state is not None:
            raise CallError("series are forecast from their own past; they are not continued from states")
        return forecast_table(saved, Path(table))
    raw, names = read_raw(Path(table), saved.preparation, column)
    if state is None:
        return _named(answer(saved, raw), names)
    plan = read_plan(opened, record, saved)
    return _named(continue_answers(saved, *plan, raw, Path(state), record.run_id), names)


def activations(
    selector: str, table: Path | str, output: str, *, column: str | None = None, store: str | None = None
) -> NDArray[Any]:
    """Return what a layer gives for the samples of a table: (N, U), or (N, T, U) with NaN at masked timesteps.

    Args:
        selector: a run: id prefix, name, LAST.
        table: as `predict` reads it.
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
    raw, _ = read_raw(Path(table), saved.preparation, column)
    count_of(raw)
    _, plan = read_plan(opened, record, saved)
    inputs = saved.preparation.encode(raw)
    saved.check_lengths(inputs)
    return activations_of(saved, plan, output, inputs)


def _named(answers: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return answers with the names of the sequences in place of their numbers, where they have names."""
    if names:
        answers["sample"] = list(names)
    return answers


def _no_column(column: str | None) -> None:
    if column is not None:
        raise CallError("a table of series has the columns of the training: leave `--column` out")
