"""What a model's outputs say, as rows for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.build import write
from rnnlab.data import Preparation
from rnnlab.data.splits import live_timesteps
from rnnlab.plan import HeadPlan
from rnnlab.prediction.model import SavedModel
from rnnlab.prediction.raw import count_of


def answer(saved: SavedModel, raw: dict[str, Any]) -> pd.DataFrame:
    """Return one row per sample, or per timestep that is data where each has an answer.

    Args:
        saved: the model.
        raw: for each of its inputs N texts, an array, or N sequences.

    Returns:
        The texts by input (or the sample's number), then the label with its probability and the probability of each
        class; or the value, or the values; or the text that is written, and the logarithm of its probability. For
        tagged sentences a row for each token.

    Raises:
        DatasetError: RL404, RL406: nothing to answer, or arrays of another shape.
    """
    count_of(raw)
    inputs = saved.preparation.encode(raw)
    if saved.writer is not None:
        return pd.DataFrame({name: list(raw[name]) for name in raw} | written(saved, inputs))
    return rows_of(saved, raw, inputs, saved.outputs(inputs))


def rows_of(saved: SavedModel, raw: dict[str, Any], inputs: dict[str, Any], outputs: NDArray[Any]) -> pd.DataFrame:
    """Return the rows of `answer` for outputs (N, U) or (N, T, U) that are known."""
    about = pd.DataFrame(
        {name: shown_texts(saved.preparation, name, raw[name]) for name in raw if name in saved.preparation.padded}
    )
    if about.empty:
        about["sample"] = np.arange(count_of(raw))
    head = saved.objective.head
    if saved.preparation.layout is not None:
        return _tags(saved, raw[head.reads or ""], outputs)
    if head.per == "timestep":
        live = np.ones(outputs.shape[:2], bool) if head.reads is None else live_timesteps(inputs[head.reads])
        samples, timesteps = np.nonzero(live)
        about = about.iloc[samples].reset_index(drop=True)
        about["timestep"] = timesteps
        outputs = outputs[live]
    found = _values(outputs) if head.kind == "number" else _labels(head, outputs, saved.preparation.labels)
    return pd.concat([about, pd.DataFrame(found)], axis=1)


def shown_texts(preparation: Preparation, name: str, values: Any) -> Sequence[str]:
    """Return texts as they are, and sequences of ids as words where these are known."""
    vectorizer = preparation.ids.get(name)
    return list(values) if vectorizer is None else [vectorizer.decode(ids) for ids in values]


def _tags(saved: SavedModel, texts: Sequence[str], outputs_NTU: NDArray[Any]) -> pd.DataFrame:
    """Return one row per token; a token that padding cut away has no label."""
    vectorizer = saved.preparation.texts[saved.objective.head.reads or ""]
    units = [vectorizer.units(text) for text in texts]
    begins = np.cumsum([0, *(len(each) for each in units)])
    places_NT = vectorizer.align(
        [range(begin, begin + len(each)) for begin, each in zip(begins, units, strict=False)], -1, np.int64
    )[:]
    outputs = np.full((begins[-1], outputs_NTU.shape[-1]), np.nan)
    outputs[places_NT[places_NT >= 0]] = outputs_NTU[places_NT >= 0]
    about = {
        "sentence": np.repeat(np.arange(1, len(units) + 1), [len(each) for each in units]),
        "token": [token for text in texts for token in text.split()],
    }
    found = _labels(saved.objective.head, np.nan_to_num(outputs), saved.preparation.labels)
    return pd.DataFrame(about | found).mask(np.isnan(outputs[:, :1]) & (np.arange(2 + len(found)) > 1))


def written(saved: SavedModel, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the texts that a model writes, and the logarithm of their probabilities."""
    assert saved.writer is not None
    vectorizer = saved.preparation.written
    found = write(saved.writer.inference, inputs, saved.writer.decode, timesteps=vectorizer.maxlen)
    texts = [vectorizer.join(vectorizer.decode(ids)) for ids in found.ids.tolist()]
    return {"written": texts, "log_probability": found.log_probabilities}


def _values(outputs_RU: NDArray[Any]) -> dict[str, Any]:
    if outputs_RU.shape[1] == 1:
        return {"value": outputs_RU[:, 0].astype(float)}
    return {f"value_{index}": outputs_RU[:, index].astype(float) for index in range(outputs_RU.shape[1])}


def _labels(head: HeadPlan, outputs_RU: NDArray[Any], labels: tuple[str, ...]) -> dict[str, Any]:
    shares = np.concatenate([1 - outputs_RU, outputs_RU], axis=1) if head.kind == "binary" else outputs_RU
    found: dict[str, Any] = {
        "label": [labels[index] for index in shares.argmax(axis=1)],
        "probability": shares.max(axis=1).astype(float),
    }
    return found | {f"p({label})": shares[:, index].astype(float) for index, label in enumerate(labels)}
