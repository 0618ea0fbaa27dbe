"""A model as MLflow keeps it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mlflow.models
import numpy as np
from mlflow.models import Model
from mlflow.types import Schema, TensorSpec

from rnnlab.absent import absent
from rnnlab.track.environment import installed_version


def save_model(model: Any, path: Path, description: Model) -> None:
    """Write a `keras.Model` and its signature into a folder, for MLflow."""
    with absent("pyarrow"):  # pandas would import it, 40 MiB
        if not hasattr(mlflow.models, "ModelSignature"):  # it was imported without pandas, and left out what needs that
            importlib.reload(mlflow.models)
        from mlflow.keras import save_model as save_keras  # brings TensorFlow, which whoever has a model has already
        from mlflow.models import ModelSignature

    save_keras(
        model,
        str(path),
        mlflow_model=description,
        signature=ModelSignature(inputs=_schema(model.inputs), outputs=_schema(model.outputs)),
        pip_requirements=[
            f"keras=={installed_version('keras')}",
            f"tensorflow=={installed_version('tensorflow', 'tensorflow-cpu')}",
        ],
    )


def _schema(tensors: Sequence[Any]) -> Schema:
    """Return the shapes with -1 for whatever may vary; bfloat16, which NumPy lacks, is given as float32."""
    return Schema(
        [
            TensorSpec(
                np.dtype("float32" if tensor.dtype == "bfloat16" else tensor.dtype),
                (-1, *(-1 if size is None else size for size in tensor.shape[1:])),
                name=tensor.name if len(tensors) > 1 else None,
            )
            for tensor in tensors
        ]
    )
