"""Weights of saved models: read without executing anything, and copied layer by layer."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

import keras

from rnnlab.errors import PlanMismatchError, StoreError


def read_keras(path: Path) -> keras.Model:
    """Return a saved model. Nothing in the file is executed: Keras loads it in safe mode.

    Raises:
        StoreError: it is missing or damaged.
    """
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, OSError, KeyError, zipfile.BadZipFile) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise StoreError(f"the model {path} cannot be loaded: {reason}") from error


def copy_layers(source: keras.Model, target: keras.Model, names: Collection[str] | None = None) -> None:
    """Give layers of a model the weights of those of the same names in another; they are cast where dtypes differ.

    They are matched by their order in the layer: of bidirectional layers and stacked cells, Keras forgets the first
    part of the weights' paths when it loads a model (`forward_rnn/lstm_cell/kernel`).

    Args:
        source: built or loaded.
        target: built.
        names: of the layers; all layers of the target with weights unless given.

    Raises:
        PlanMismatchError: a layer is missing, or has other weights (RL503).
    """
    own = {layer.name: layer for layer in target.layers}
    found = {layer.name: layer for layer in source.layers}
    wanted = [name for name, layer in own.items() if layer.weights] if names is None else names
    for name in wanted:
        given, taken = (found[name].weights if name in found else []), own[name].weights
        if len(given) != len(taken) or not all(map(_is_same, given, taken)):
            raise PlanMismatchError(
                "RL503", f"the layer `{name}` has {_show(taken)}; in the saved model it has {_show(given)}"
            )
        for weight, value in zip(taken, given, strict=True):
            weight.assign(keras.ops.cast(value.value, weight.dtype))


def _is_same(given: keras.Variable, taken: keras.Variable) -> bool:
    short, long = sorted((given.path.split("/"), taken.path.split("/")), key=len)
    return tuple(given.shape) == tuple(taken.shape) and long[-len(short) :] == short


def _show(weights: list[keras.Variable]) -> str:
    shown = (f"{weight.path} {' x '.join(map(str, weight.shape))}" for weight in weights)
    return ", ".join(shown) or "no weights"
