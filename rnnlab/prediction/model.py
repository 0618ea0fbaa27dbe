"""A saved model with its preparation, read back from a run."""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from rnnlab.build import Objective, build_objective
from rnnlab.data import Preparation
from rnnlab.errors import StoreError
from rnnlab.plan import HeadPlan
from rnnlab.tasks import LOSSES
from rnnlab.track.record import Record
from rnnlab.track.store import Store

BATCH = 256  # samples


@dataclass(frozen=True)
class SavedModel:
    """A model that answers raw data.

    Attributes:
        model: plain Keras.
        preparation: how raw texts become its input.
        objective: how its outputs are read and scored.
    """

    model: keras.Model
    preparation: Preparation
    objective: Objective

    def outputs(self, texts: list[str]) -> NDArray[Any]:
        """Return probabilities or numbers (N, U) for raw texts."""
        inputs = self.preparation.encode(texts)
        parts = []
        for start in range(0, len(texts), BATCH):
            batch = {name: values[start : start + BATCH] for name, values in inputs.items()}
            logits = self.model(batch, training=False)
            parts.append(np.asarray(self.objective.probabilities(logits)))
        return np.concatenate(parts)


def load_model(store: Store, record: Record) -> SavedModel:
    """Return the model of a run.

    Raises:
        StoreError: it was not saved, is damaged, or was saved by another version.
    """
    with tempfile.TemporaryDirectory() as download:
        return read_model(store.model_folder(record, Path(download)))


def read_model(folder: Path) -> SavedModel:
    """Return the model in a folder that holds `data/model.keras`, `preparation.json` and `head.json`.

    Nothing in the folder is executed: Keras loads it in safe mode, the rest is JSON.

    Raises:
        StoreError: something is missing or damaged.
    """
    path = folder / "data" / "model.keras"
    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, OSError, KeyError, zipfile.BadZipFile) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise StoreError(f"the model {path} cannot be loaded: {reason}") from error
    return SavedModel(model, Preparation.load(folder), build_objective(read_head(folder)))


def read_head(folder: Path) -> HeadPlan:
    """Return how outputs are read.

    Raises:
        StoreError: the file is missing or damaged.
    """
    path = folder / "head.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        loss = data["loss"]
        return HeadPlan(
            kind=data["kind"],
            task=data["task"],
            target=data["target"],
            loss=LOSSES[loss["kind"]].model_validate(loss),
            metrics=tuple(data["metrics"]),
            from_logits=data["from_logits"],
            dtype=data.get("dtype", "float32"),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is missing or damaged; train again, or restore the store") from error
