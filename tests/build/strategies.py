"""Random layers of every kind, with random keys."""

import random
from typing import Any, Literal, get_args, get_origin

from rnnlab.layers import LAYERS
from rnnlab.spec import DISCRIMINATORS, Spec

LEFT_OUT = {"name", "repeat", "return_sequences", "source", "initial_state", "dtype", "autocast", "weights_file"}
CHOSEN: dict[str, dict[str, list[Any]]] = {
    "conv1d": {"groups": [1, 3], "filters": [3, 6], "kernel_size": [1, 2], "dilation_rate": [1, 2], "strides": [1, 2]},
    "max_pooling1d": {"pool_size": [1, 2, 4]},
    "average_pooling1d": {"pool_size": [1, 2, 4]},
    "conv_lstm1d": {"kernel_size": [1, 2, 3], "dilation_rate": [1, 2], "strides": [1, 2]},
    "conv_lstm2d": {"kernel_size": [2, [3, 1]], "dilation_rate": [2, [1, 2]], "strides": [2, [1, 3]]},
    "rnn": {"cells": [[{"cell": "gru", "units": 2}], [{"cell": "lstm", "units": 2}, {"cell": "lstm", "units": 3}]]},
    "reshape": {"target_shape": [[12], [2, 6], [-1, 3], [2, 3, 2], [6, -1]]},
    "permute": {"dims": [[2, 1]]},
    "concatenate": {"axis": [-1, -2, 1, 2]},
}
INNER = [
    {"layer": "dense", "units": 2},
    {"layer": "conv1d", "filters": 2, "kernel_size": 3, "trainable": False},
    {"layer": "max_pooling1d"},
    {"layer": "global_max_pooling1d"},
    {"layer": "flatten"},
    {"layer": "reshape", "target_shape": [3, -1]},
    {"layer": "permute", "dims": [2, 1]},
    {"layer": "activation", "activation": "tanh"},
    {"layer": "layer_normalization", "name": "norm"},
    {"layer": "lstm", "units": 2, "kernel_regularizer": {"l2": 0.1}},
    {"layer": "gru", "units": 2, "bidirectional": True, "return_sequences": True},
    {"layer": "simple_rnn", "units": 2, "name": "row"},
]
"""Values of keys whose type alone does not say what fits the inputs above."""


def random_value(annotation: Any, draw: random.Random) -> Any:
    """Return a valid value of a key's type; a type that is not known here fails, so that it is added."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return draw.choice(arguments)
    if annotation is bool:
        return draw.random() < 0.5
    if annotation is int:
        return draw.randint(1, 5)
    if annotation is float:
        return draw.choice([0.125, 0.5])
    if type(None) in arguments:
        return random_value(draw.choice([each for each in arguments if each is not type(None)]), draw)
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return {key: random_value(field.annotation, draw) for key, field in annotation.model_fields.items()}
    if hasattr(annotation, "__metadata__"):
        return random_value(arguments[0], draw)
    raise AssertionError(f"no strategy for {annotation}")


def random_layer(kind: str, draw: random.Random) -> dict[str, Any]:
    fields = {key: field for key, field in LAYERS[kind].model_fields.items() if key not in (*DISCRIMINATORS, *LEFT_OUT)}
    chosen = {
        key: draw.choice(CHOSEN[kind][key]) if key in CHOSEN.get(kind, {}) else random_value(field.annotation, draw)
        for key, field in fields.items()
        if key != "inner" and (field.is_required() or draw.random() < 0.4)
    }
    if kind == "time_distributed":
        chosen["inner"] = draw.choice(INNER)
    layer = {"layer": kind, **chosen}
    return without_contradictions(layer)


def without_contradictions(layer: dict[str, Any]) -> dict[str, Any]:
    spec = LAYERS[layer["layer"]].model_validate(layer)
    contradicted = {problem.key for problem in spec.contradictions()}
    return {key: value for key, value in layer.items() if key not in contradicted}
