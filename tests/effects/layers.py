"""A file for every kind of layer and cell in which each of its keys matters, and the other values."""

from __future__ import annotations

import json
from typing import Any

from rnnlab.layers import LAYERS
from rnnlab.spec import DISCRIMINATORS, keys_of

from .flips import SPECS, flipped

SERIES, ROWS, IMAGES = {"features": 4}, {"features": [4, 3]}, {"features": [4, 3, 2]}
TIMESTEPS = 6
LAYER_SPECS = {spec.__name__: kind for kind, spec in LAYERS.items()}
CELL_SPECS = {"NamedSimpleRNNCell": "simple_rnn", "NamedLSTMCell": "lstm", "NamedGRUCell": "gru"}
OF_ALL = ("name", "repeat", "from")
"""Keys that every kind has."""
REQUIRED: dict[str, dict[str, Any]] = {
    "embedding": {"output_dim": 3},
    "simple_rnn": {"units": 4},
    "lstm": {"units": 4},
    "gru": {"units": 4},
    "rnn": {"cells": [{"cell": "lstm", "units": 4}]},
    "dense": {"units": 4},
    "dropout": {"rate": 0.5},
    "spatial_dropout1d": {"rate": 0.5},
    "time_distributed": {"inner": {"layer": "dense", "units": 3}},
    "conv1d": {"filters": 4, "kernel_size": 2},
    "repeat_vector": {"n": 2},
    "reshape": {"target_shape": [12, 2]},
    "permute": {"dims": [2, 1, 3]},
    "activation": {"activation": "tanh"},
    "gaussian_noise": {"stddev": 0.5},
    "multi_head_attention": {"num_heads": 1, "key_dim": 2},
    "conv_lstm1d": {"filters": 2, "kernel_size": 2},
    "conv_lstm2d": {"filters": 2, "kernel_size": 2},
    "reuse": {"reuse": "one"},
}
INPUTS: dict[str, dict[str, Any]] = {
    "embedding": {"vocabulary": 9},
    "permute": ROWS,
    "time_distributed": ROWS,
    "conv_lstm1d": ROWS,
    "conv_lstm2d": IMAGES,
}
"""What a kind reads, where it is not a series."""
JOINS = ("concatenate", "add", "multiply", "attention", "additive_attention")
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("attention", "trainable"): {"use_scale": True},
    ("max_pooling1d", "padding"): {"pool_size": 4},
    ("average_pooling1d", "padding"): {"pool_size": 4},
    **{(kind, "merge_mode"): {"bidirectional": True} for kind in ("simple_rnn", "lstm", "gru", "rnn")},
    **{(kind, "autocast"): {"dtype": "float64"} for kind in LAYERS if kind != "reuse"},
}
"""What must stand beside a key for it to matter."""
VALUES: dict[tuple[str, str], Any] = {
    ("rnn", "cells"): [{"cell": "gru", "units": 4}],
    ("time_distributed", "inner"): {"layer": "dense", "units": 2},
    ("reshape", "target_shape"): [8, 3],
    ("permute", "dims"): [1, 3, 2],
    ("concatenate", "axis"): 1,
    ("masking", "mask_value"): 0.5,
    ("max_pooling1d", "strides"): 1,
    ("average_pooling1d", "strides"): 1,
    ("multi_head_attention", "value_dim"): 3,
    ("batch_normalization", "epsilon"): 0.5,
    ("layer_normalization", "epsilon"): 0.5,
    ("reuse", "reuse"): "two",
    ("embedding", "weights_file"): "vectors.txt",
}
"""Other values that the type does not tell."""
REFUSED = {
    ("Embedding", "repeat"): "RL212",
    ("Embedding", "weights_file"): "RL210",  # its effect on data: tests/run/test_vectors.py
    ("GlobalMaxPooling1D", "repeat"): "RL212",
    ("GlobalAveragePooling1D", "repeat"): "RL212",
    ("Masking", "repeat"): "RL225",
    ("RepeatVector", "repeat"): "RL212",
    ("Concatenate", "repeat"): "RL212",
    ("Add", "repeat"): "RL212",
    ("Multiply", "repeat"): "RL212",
    ("Attention", "repeat"): "RL212",
    ("AdditiveAttention", "repeat"): "RL212",
    ("Reuse", "repeat"): "RL212",
}
CASTS = (
    "Dropout", "GlobalMaxPooling1D", "GlobalAveragePooling1D", "Masking", "MaxPooling1D", "AveragePooling1D",
    "RepeatVector", "Flatten", "Reshape", "Permute", "Activation", "Concatenate", "Add", "Multiply",
)  # fmt: skip
"""Kinds that compute in the numbers they read where those are not cast; in their own dtype alone the others can."""
REFUSED |= {(spec, "autocast"): "RL210" for spec in LAYER_SPECS if spec not in CASTS}
REFUSED |= {("Reuse", "dtype"): "RL210"}
"""Keys that every kind has and that these cannot follow, with the code that says so."""
OTHER_INPUT = "other"


def layer_files(spec: str, key: str) -> tuple[str, str]:
    """Return a file with the key at its default, and one with another value."""
    if spec in CELL_SPECS:
        cell = {"cell": CELL_SPECS[spec], "units": 4}
        other = cell | {key: flipped(spec, key, cell.get(key))}
        return tuple(file_with({"layer": "rnn", "cells": [each]}) for each in (cell, other))  # type: ignore[return-value]
    kind = LAYER_SPECS[spec]
    layer = {"layer": kind, **REQUIRED.get(kind, {}), **BESIDE.get((kind, key), {})}
    if kind in JOINS:
        layer["from"] = ["x", "x"]
    return file_with(layer), file_with(layer | {key: _value(spec, kind, key, layer)})


def _value(spec: str, kind: str, key: str, layer: dict[str, Any]) -> Any:
    if key == "from":
        return [OTHER_INPUT, OTHER_INPUT] if kind in JOINS else OTHER_INPUT
    if key == "name":
        return "named"
    if key == "dtype":
        return "float64"
    if key == "initial_state":
        return ["states"] * (2 if kind in ("lstm", "rnn") else 1)
    if (kind, key) in VALUES:
        return VALUES[kind, key]
    return flipped(spec, key, layer.get(key))


def file_with(layer: dict[str, Any]) -> str:
    """Return a file with one layer between others, which make that nothing stands unread."""
    kind = layer["layer"]
    keys = {"timesteps": TIMESTEPS} | INPUTS.get(kind, SERIES)
    inputs = {"x": keys, OTHER_INPUT: keys, "start": {"timesteps": 1, "features": 4}}
    above: list[dict[str, Any]] = [{"layer": "flatten", "name": "states", "from": "start"}]
    outputs = ["states", "x", OTHER_INPUT]
    if kind == "repeat_vector":
        above.append({"layer": "gru", "units": 4, "name": "vector", "from": "x"})
        outputs.append("vector")
        layer = layer | {"from": "states" if "from" in layer else "vector"}
    if kind == "reuse":
        above += [{"layer": "dense", "units": 3, "name": name, "from": "x"} for name in ("one", "two")]
        outputs += ["one", "two"]
        layer = {key: value for key, value in layer.items() if key != "layer"}
    below: list[dict[str, Any]] = []
    name = layer.get("name", "layer")
    layer = {"from": "x"} | layer | {"name": name}
    if kind == "masking":
        below = [{"layer": "gru", "units": 3, "name": "reads", "from": name}]
        outputs.append("reads")
    elif layer.get("bidirectional") and layer.get("merge_mode", "") is None:
        outputs += [f"{name}.forward", f"{name}.backward"]
    outputs += [name] if f"{name}.forward" not in outputs else []
    if layer.get("repeat"):
        outputs.append(f"{name}_1")
    model = {"inputs": inputs, "layers": [*above, layer, *below], "outputs": list(dict.fromkeys(outputs))}
    return f"rnnlab: 1\nname: effects\nmodel: {json.dumps(model)}\n"


def layer_keys() -> list[tuple[str, str]]:
    """Return (spec, key) of every kind of layer and cell."""
    return [
        (spec, key) for spec in (*LAYER_SPECS, *CELL_SPECS) for key in keys_of(SPECS[spec]) if key not in DISCRIMINATORS
    ]
