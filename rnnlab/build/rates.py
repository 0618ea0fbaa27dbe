"""Rates of dropout and noise as values: the graph reads them when it runs, so that what is compiled serves all of them.

Keras holds them as plain numbers, which become constants of the graph. Here layers and cells read them from variables
that stand beside them; numbers, configuration, weights and what is saved stay Keras's, and so do the bits that are
drawn. A rate of 0 stays a constant: nothing is drawn for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from rnnlab.plan import LayerPlan, Plan

VALUES = "_rnnlab_values"
"""Attribute of a layer or cell: its rates' variables, by key."""
CELL = ("dropout", "recurrent_dropout")
RATES: dict[str, tuple[str, ...]] = {
    "Dropout": ("rate",),
    "SpatialDropout1D": ("rate",),
    "GaussianNoise": ("stddev",),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D"), CELL),
    **dict.fromkeys(("SimpleRNNCell", "LSTMCell", "GRUCell"), CELL),
}
"""Keys that are values, by Keras class."""


@dataclass(frozen=True, eq=False)
class Values:
    """Variables of rates.

    Attributes:
        variables: by key. No bare dict, in which Keras would look for what belongs to the layer.
    """

    variables: Mapping[str, tf.Variable]


def use_values(plan: Plan, layers: Mapping[str, keras.layers.Layer]) -> None:
    """Let built layers read their rates from variables."""
    for owner, numbers in _owners(plan, layers):
        made = {key: tf.Variable(number, trainable=False, dtype=tf.float64) for key, number in numbers.items()}
        setattr(owner, VALUES, Values(made))
        if hasattr(owner, "get_dropout_mask"):
            owner.get_dropout_mask = partial(_mask, owner, "dropout", owner.get_dropout_mask)
            owner.get_recurrent_dropout_mask = partial(
                _mask, owner, "recurrent_dropout", owner.get_recurrent_dropout_mask
            )
        else:
            owner.call = partial(CALLS[type(owner).__name__], owner)


def assign_rates(plan: Plan, model: keras.Model) -> None:
    """Give the layers of a model the rates of another plan, which differs in nothing else that is compiled."""
    for owner, numbers in _owners(plan, {layer.name: layer for layer in model.layers}):
        for key, variable in getattr(owner, VALUES).variables.items():
            setattr(owner, key, numbers[key])
            variable.assign(numbers[key])


def without_rates(plan: Plan) -> Plan:
    """Return the plan with the rates that are values left out: whether they are 0 is left."""
    return replace(plan, layers=tuple(each if each.plugins else _without_rates(each) for each in plan.layers))


def _without_rates(plan: LayerPlan) -> LayerPlan:
    given = plan.keras_arguments
    if plan.layer == "rnn":
        bare = {**given, "cells": [(name, _bare(name, arguments)) for name, arguments in given["cells"]]}
    elif plan.layer == "time_distributed":
        bare = {**given, "arguments": _bare(given["layer"], given["arguments"])}
    else:
        bare = _bare(plan.keras_class, given)
    return replace(plan, keras_arguments=bare)


def _bare(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value > 0 if key in RATES.get(name, ()) else value for key, value in arguments.items()}


def _parts(plan: LayerPlan) -> list[tuple[str, Mapping[str, Any]]]:
    """Return Keras class and arguments of everything in a layer that may have rates."""
    given = plan.keras_arguments
    if plan.layer == "rnn":
        return [(name, arguments) for name, arguments in given["cells"]]
    if plan.layer == "time_distributed":
        return [(given["layer"], given["arguments"])]
    return [(plan.keras_class, given)]


def _owners(
    plan: Plan, layers: Mapping[str, keras.layers.Layer]
) -> Iterator[tuple[keras.layers.Layer, dict[str, float]]]:
    """Yield each layer or cell with rates above 0, and those rates; layers of plugins keep theirs."""
    for layer in plan.layers:
        if layer.plugins or layer.shared_with:
            continue
        parts = [{key: given[key] for key in RATES.get(name, ()) if given.get(key)} for name, given in _parts(layer)]
        if any(parts):
            for direction in _directions(layers[layer.name]):
                yield from ((owner, rates) for owner, rates in zip(_cells(direction), parts, strict=True) if rates)


def _directions(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return the layers that compute, one for each direction of time."""
    inner = layer.layer if isinstance(layer, keras.layers.TimeDistributed) else layer
    return [inner.forward_layer, inner.backward_layer] if isinstance(inner, keras.layers.Bidirectional) else [inner]


def _cells(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return the cells of a recurrent layer; another layer is its own."""
    cell = getattr(layer, "cell", layer)
    return list(cell.cells) if isinstance(cell, keras.layers.StackedRNNCells) else [cell]


def _variable(owner: Any, key: str) -> Any:
    return getattr(owner, VALUES).variables.get(key)


def _drop(values: Any, rate: tf.Variable, seed: keras.random.SeedGenerator, shape: Any = None) -> Any:
    """Return what `keras.random.dropout` returns for that number, bit for bit."""
    drawn = keras.random.uniform(tf.shape(values) if shape is None else shape, dtype=values.dtype.name, seed=seed)
    scaled = values * tf.cast(1.0 / (1.0 - rate), values.dtype)  # rounded once, as Keras does
    dropped = tf.where(drawn >= tf.cast(rate, values.dtype), scaled, tf.zeros((), values.dtype))
    dropped.set_shape(values.shape)
    return dropped


def _mask(cell: Any, key: str, get_mask: Callable[[Any], Any], step_input: Any) -> Any:
    """Return the mask of a cell, or of each of its gates: see `DropoutRNNCell`, which keeps it for the other timesteps.

    Args:
        cell: of a recurrent layer.
        key: of the rate.
        get_mask: Keras's; it draws nothing where there is a mask, or no rate.
        step_input: what is masked: of one timestep.
    """
    kept, variable = f"_{key}_mask", _variable(cell, key)
    if variable is not None and getattr(cell, kept, None) is None:
        ones, count = tf.ones_like(step_input), getattr(cell, "dropout_mask_count", None)
        masks = [_drop(ones, variable, cell.seed_generator) for _ in range(count or 1)]
        setattr(cell, kept, masks if count else masks[0])
    return get_mask(step_input)


def _call_dropout(layer: Any, inputs: Any, training: bool = False) -> Any:
    return _drop(inputs, _variable(layer, "rate"), layer.seed_generator) if training else inputs


def _call_spatial_dropout(layer: Any, inputs: Any, training: bool = False) -> Any:
    if not training:
        return inputs
    shape = tf.shape(inputs)
    return _drop(inputs, _variable(layer, "rate"), layer.seed_generator, [shape[0], 1, shape[2]])


def _call_noise(layer: Any, inputs: Any, training: bool = False) -> Any:
    if not training:
        return inputs
    noise = keras.random.normal(tf.shape(inputs), dtype=layer.compute_dtype, seed=layer.seed_generator)
    return inputs + noise * tf.cast(_variable(layer, "stddev"), layer.compute_dtype)


CALLS: dict[str, Callable[..., Any]] = {
    "Dropout": _call_dropout,
    "SpatialDropout1D": _call_spatial_dropout,
    "GaussianNoise": _call_noise,
}
