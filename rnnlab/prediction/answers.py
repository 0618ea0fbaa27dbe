"""What a model's outputs say, as rows for people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.build import write
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
        class; or the value, or the values; or the text that is written, and the logarithm of its probability.

    Raises:
        DatasetError: RL404, RL406: nothing to answer, or arrays of another shape.
    """
    count = count_of(raw)
    inputs = saved.preparation.encode(raw)
    if saved.writer is not None:
        return pd.DataFrame({name: list(raw[name]) for name in raw} | written(saved, inputs))
    outputs = saved.outputs(inputs)
    about = pd.DataFrame({name: list(raw[name]) for name in raw if name in saved.preparation.texts})
    if about.empty:
        about["sample"] = np.arange(count)
    head = saved.objective.head
    if head.per == "timestep":
        live = np.ones(outputs.shape[:2], bool) if head.reads is None else live_timesteps(inputs[head.reads])
        samples, timesteps = np.nonzero(live)
        about = about.iloc[samples].reset_index(drop=True)
        about["timestep"] = timesteps
        outputs = outputs[live]
    found = _values(outputs) if head.kind == "number" else _labels(head, outputs, saved.preparation.labels)
    return pd.concat([about, pd.DataFrame(found)], axis=1)


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
