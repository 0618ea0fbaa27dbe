"""Some samples of the training split as the network reads them, back in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnlab.data.id_vectorizer import IdVectorizer
from rnnlab.data.preparation import Preparation
from rnnlab.data.series_encoder import SCALED
from rnnlab.data.splits import Samples, Splits, live_timesteps
from rnnlab.data.vectorizer import END_WORD, START_WORD, UNKNOWN_WORD, TextVectorizer
from rnnlab.text import END_ID, PADDING_ID, START_ID, UNKNOWN_ID

DIGITS = 4


def decode_samples(splits: Splits, count: int) -> list[dict[str, Any]]:
    """Return the first samples of the training split, in the order in which they are kept.

    Returns:
        For each its `row` in the source; `inputs` by name: of ids their `units`, how much `padding` there is and on
        which `side`; of numbers `timesteps`, a list of features each, likewise; `targets` by name: a label, numbers,
        units, or tags. Numbers are as the network reads them, scaled.
    """
    train = splits.train
    return [_sample(train, splits.preparation, place) for place in range(min(count, len(train)))]


def _sample(samples: Samples, preparation: Preparation, place: int) -> dict[str, Any]:
    inputs = {name: _input(samples.inputs[name], preparation, name, place) for name in samples.inputs}
    row = None if samples.rows is None else int(samples.rows[place])
    return {"row": row, "inputs": inputs, "targets": _targets(samples, preparation, place)}


def _input(values: Any, preparation: Preparation, name: str, place: int) -> dict[str, Any]:
    found = np.asarray(values[place : place + 1])[0]
    if name in preparation.texts:
        return _units(found, preparation.texts[name])
    if name in preparation.ids:
        return _ids(found, preparation.ids[name])
    if name in preparation.sequences and preparation.sequences[name].flagged:
        live = live_timesteps(found[None])[0]
        side = preparation.sequences[name].padding.padding
        return {"timesteps": _numbers(found[live]), "padding": int((~live).sum()), "side": side}
    return {"timesteps": _numbers(found)}


def _units(ids: Any, vectorizer: TextVectorizer) -> dict[str, Any]:
    """Return the units of padded ids, each as its row of the embedding has it."""
    kept = [int(number) for number in ids if number != PADDING_ID]
    units = [word_of(number, vectorizer) for number in kept]
    padding = len(ids) - len(kept)
    return {"unit": vectorizer.unit, "units": units, "padding": padding, "side": vectorizer.padding}


def _ids(ids: Any, vectorizer: IdVectorizer) -> dict[str, Any]:
    """Return the words of padded ids, as far as these are known."""
    kept = [int(number) for number in ids if number != PADDING_ID]
    units = [vectorizer.decode([number]) for number in kept]
    return {"unit": "word", "units": units, "padding": len(ids) - len(kept), "side": vectorizer.padding}


def word_of(number: int, vectorizer: TextVectorizer) -> str:
    """Return the unit of an id, or what a special one stands for."""
    special = {UNKNOWN_ID: UNKNOWN_WORD}
    if vectorizer.written:
        special |= {START_ID: START_WORD, END_ID: END_WORD}
    return special[number] if number in special else vectorizer.words[number]


def _targets(samples: Samples, preparation: Preparation, place: int) -> dict[str, Any]:
    name, facts = preparation.target_name, preparation.target
    found = np.asarray(samples.targets[name][place : place + 1])[0]
    if facts.kind in ("sequence", "continuation"):
        return {name: _units(found, preparation.texts[facts.reads or ""])}
    if facts.kind == "forecast":
        return {name: _numbers(found[..., SCALED])}
    if not preparation.labels:
        return {name: _numbers(found)}
    if found.ndim == 0:
        return {name: preparation.labels[int(found)]}
    live = np.ones(len(found), bool)
    if facts.reads is not None:
        live = np.asarray(samples.inputs[facts.reads][place : place + 1])[0] != PADDING_ID
    return {name: [preparation.labels[int(index)] for index in found[live]]}


def _numbers(values: Any) -> Any:
    """Return numbers as plain data, with the digits that a person reads; None for what is missing."""
    rounded = np.round(np.asarray(values, np.float64), DIGITS)
    return np.where(np.isfinite(rounded), rounded.astype(object), None).tolist()  # type: ignore[call-overload]
