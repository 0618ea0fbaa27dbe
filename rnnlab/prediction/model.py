"""A saved model with its preparation, read back from a run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from rnnlab.build import INFERENCE_FOLDER, Inference, Objective, build_objective, load_inference, read_keras
from rnnlab.build.plugins import require_plugins
from rnnlab.data import Preparation
from rnnlab.data.padded import PaddedRows
from rnnlab.errors import DatasetError, StoreError
from rnnlab.plan import ForecastPlan, HeadPlan
from rnnlab.tasks import Beam, Greedy, read_loss
from rnnlab.track.record import Record
from rnnlab.track.store import Store

BATCH = 256  # samples
HEAD = "head.json"
CONTINUES = "language_model"  # the task whose models continue texts


@dataclass(frozen=True)
class Writer:
    """How a model writes texts.

    Attributes:
        inference: encoder and decoder.
        decode: `greedy` or `beam`, with its arguments.
    """

    inference: Inference
    decode: Greedy | Beam


@dataclass(frozen=True)
class SavedModel:
    """A model that answers raw data.

    Attributes:
        model: plain Keras.
        preparation: how raw data become its inputs.
        objective: how its outputs are read and scored.
        writer: how it writes texts; None where it answers otherwise.
        sampler: how it continues texts; None where it is no language model.
        carried: its states were carried from window to window in training.
    """

    model: keras.Model
    preparation: Preparation
    objective: Objective
    writer: Writer | None = None
    sampler: Inference | None = None
    carried: bool = False

    def check_lengths(self, inputs: Mapping[str, NDArray[Any]]) -> None:
        """Refuse sequences of another length than the model reads.

        Raises:
            DatasetError: RL404, with the numbers of timesteps.
        """
        for tensor in self.model.inputs:
            wanted, found = tensor.shape[1], inputs[tensor.name].shape[1] if tensor.name in inputs else None
            if wanted is not None and found is not None and found != wanted:
                raise DatasetError(
                    "RL404",
                    f"the array `{tensor.name}` has {found} timesteps, the model reads {wanted}",
                    help="cut or fill the sequences up, or go on with them from part to part: `--state FILE.npz`",
                )

    def outputs(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """Return probabilities or numbers, (N, U) or (N, T, U), for prepared inputs."""
        self.check_lengths(inputs)
        order = self._by_length(inputs)
        parts = []
        for batch in batches_of(inputs) if order is None else _short_batches(inputs, order):
            logits = self.model(batch, training=False)
            parts.append(np.asarray(self.objective.probabilities(logits)))
        found = np.concatenate(parts)
        return found if order is None else found[np.argsort(order)]

    def _by_length(self, inputs: Mapping[str, Any]) -> NDArray[np.int64] | None:
        """Return the samples by length where the model reads any and gives one answer for each; else None."""
        padded = {name: values for name, values in inputs.items() if isinstance(values, PaddedRows)}
        fixed = [tensor for tensor in self.model.inputs if tensor.name in padded and tensor.shape[1] is not None]
        masked = all(self.preparation.is_masked(name) for name in padded)
        if not padded or fixed or not masked or self.objective.head.per != "sample":
            return None
        return np.argsort(np.max([values.lengths for values in padded.values()], axis=0), kind="stable")


def _short_batches(inputs: Mapping[str, Any], order: NDArray[np.int64]) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield the inputs in batches, each padded to the longest sample of its own."""
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        yield {
            name: values.cut(int(values.lengths[rows].max()))[rows] if isinstance(values, PaddedRows) else values[rows]
            for name, values in inputs.items()
        }


def batches_of(inputs: Mapping[str, NDArray[Any]]) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield the inputs in batches."""
    samples = len(next(iter(inputs.values())))
    for start in range(0, samples, BATCH):
        yield {name: values[start : start + BATCH] for name, values in inputs.items()}


def load_model(store: Store, record: Record) -> SavedModel:
    """Return the model of a run.

    Raises:
        StoreError: it was not saved, is damaged, or was saved by another version.
    """
    with tempfile.TemporaryDirectory() as download:
        return read_model(store.model_folder(record, Path(download)))


def read_model(folder: Path) -> SavedModel:
    """Return the model in a folder that holds `data/model.keras`, `preparation.json` and `head.json`.

    Nothing in the folder is executed: Keras loads it in safe mode, the rest is JSON. Classes of plugins come from
    plugins that are loaded or installed here.

    Raises:
        PluginError: RL510, a plugin is missing, or is another one than the model was trained with.
        StoreError: something is missing or damaged.
    """
    require_plugins(folder)
    head = read_head(folder)
    return SavedModel(
        read_keras(folder / "data" / "model.keras"),
        Preparation.load(folder),
        build_objective(head),
        _read_writer(folder),
        load_inference(folder / INFERENCE_FOLDER) if head.task == CONTINUES else None,
        bool(_read_json(folder / HEAD).get("carried")),
    )


def _read_writer(folder: Path) -> Writer | None:
    """Return how texts are written, None where the model does not write.

    Raises:
        StoreError: something is missing or damaged.
    """
    data = _read_json(folder / HEAD).get("decode")
    if data is None:
        return None
    try:
        decode = (Beam if data["kind"] == "beam" else Greedy).model_validate(data)
    except (KeyError, TypeError, ValidationError) as error:
        raise StoreError(f"{folder / HEAD} is damaged; train again, or restore the store") from error
    return Writer(load_inference(folder / INFERENCE_FOLDER), decode)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} is missing or damaged; train again, or restore the store") from error
    if not isinstance(data, dict):
        raise StoreError(f"{path} is damaged; train again, or restore the store")
    return data


def read_head(folder: Path) -> HeadPlan:
    """Return how outputs are read.

    Raises:
        StoreError: the file is missing or damaged.
    """
    path = folder / HEAD
    data = _read_json(path)
    try:
        return HeadPlan(
            kind=data["kind"],
            task=data["task"],
            target=data["target"],
            loss=read_loss(data["loss"]),
            metrics=tuple(data["metrics"]),
            from_logits=data["from_logits"],
            per=data["per"],
            numbers=data["numbers"],
            reads=data["reads"],
            forecast=_read_forecast(data.get("forecast")),
            dtype=data.get("dtype", "float32"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is missing or damaged; train again, or restore the store") from error


def _read_forecast(data: dict[str, Any] | None) -> ForecastPlan | None:
    return None if data is None else ForecastPlan(**data | {"quantiles": tuple(data["quantiles"])})
