"""Keys that cannot matter where they stand are refused: those of other kinds, and those that another key makes idle."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rnnlab.cells import CELLS
from rnnlab.layers import LAYERS
from rnnlab.plan import check_document
from rnnlab.source import Diagnostic, Source, parse
from rnnlab.spec import keys_of

from .layers import REQUIRED

FROZEN: dict[str, Any] = {"trainable": False, "kernel_constraint": "max_norm"}
NO_BIAS: dict[str, Any] = {"use_bias": False, "bias_initializer": "ones"}
TWO_WAYS: dict[str, Any] = {"bidirectional": True, "go_backwards": True}
IDLE: list[tuple[str, dict[str, Any], str]] = [
    *((kind, NO_BIAS, "bias_initializer") for kind in LAYERS if "use_bias" in LAYERS[kind].model_fields),
    *((kind, FROZEN, "kernel_constraint") for kind in LAYERS if "kernel_constraint" in LAYERS[kind].model_fields),
    ("embedding", {"trainable": False, "embeddings_constraint": "max_norm"}, "embeddings_constraint"),
    ("lstm", {"use_bias": False, "unit_forget_bias": False}, "unit_forget_bias"),
    *((kind, {"merge_mode": "sum"}, "merge_mode") for kind in ("simple_rnn", "lstm", "gru", "rnn")),
    *((kind, TWO_WAYS, "go_backwards") for kind in ("simple_rnn", "lstm", "gru", "rnn")),
    ("batch_normalization", {"center": False, "beta_initializer": "ones"}, "beta_initializer"),
    ("batch_normalization", {"scale": False, "gamma_constraint": "max_norm"}, "gamma_constraint"),
    ("batch_normalization", {"trainable": False, "momentum": 0.5}, "momentum"),
    ("batch_normalization", {"trainable": False, "beta_constraint": "max_norm"}, "beta_constraint"),
    ("layer_normalization", {"trainable": False, "center": False, "scale": False}, "trainable"),
    ("attention", {"trainable": False}, "trainable"),
    ("additive_attention", {"trainable": False, "use_scale": False}, "trainable"),
    ("conv1d", {"kernel_size": 1, "dilation_rate": 2}, "dilation_rate"),
    ("conv_lstm1d", {"kernel_size": 1, "dilation_rate": 2}, "dilation_rate"),
    ("conv_lstm2d", {"kernel_size": [1, 3], "dilation_rate": [2, 1]}, "dilation_rate"),
    ("conv1d", {"strides": 2, "dilation_rate": 2}, "dilation_rate"),
    ("rnn", {"cells": [{"cell": "lstm", "units": 2, **NO_BIAS}]}, "bias_initializer"),
    (
        "rnn",
        {"trainable": False, "cells": [{"cell": "gru", "units": 2, "bias_constraint": "max_norm"}]},
        "bias_constraint",
    ),
    ("time_distributed", {"inner": {"layer": "dense", "units": 2, **FROZEN}}, "kernel_constraint"),
    ("time_distributed", {"inner": {"layer": "dense", "units": 2, "repeat": 2}}, "repeat"),
]
"""(kind, keys, the one of them that cannot matter)."""


def diagnosed(layer: dict[str, Any]) -> list[Diagnostic]:
    model = {"inputs": {"x": {"features": 4}}, "layers": [layer]}
    text = f"rnnlab: 1\nname: refused\nmodel: {json.dumps(model)}\n"
    return list(check_document(parse(Source("x.yaml", text)), None).diagnostics)  # type: ignore[arg-type]


def underlined(diagnostic: Diagnostic) -> str:
    assert diagnostic.span is not None
    return diagnostic.span.source.text[diagnostic.span.start : diagnostic.span.end].strip('"')


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if kind != "reuse"])
def test_the_keys_of_other_layers_are_unknown(kind):
    others = {key for spec in LAYERS.values() for key in keys_of(spec)} - set(keys_of(LAYERS[kind])) - {"reuse"}
    found = diagnosed({"layer": kind, **REQUIRED.get(kind, {}), **dict.fromkeys(sorted(others), 1)})
    assert {underlined(diagnostic) for diagnostic in found if diagnostic.code == "RL101"} == others


@pytest.mark.parametrize("cell", CELLS)
def test_the_keys_of_other_cells_are_unknown(cell):
    others = {key for spec in CELLS.values() for key in keys_of(spec)} - set(keys_of(CELLS[cell]))
    found = diagnosed({"layer": "rnn", "cells": [{"cell": cell, "units": 2, **dict.fromkeys(sorted(others), True)}]})
    assert {underlined(diagnostic) for diagnostic in found} == others


@pytest.mark.parametrize(("kind", "keys", "idle"), IDLE, ids=[f"{kind}-{idle}" for kind, _, idle in IDLE])
def test_a_key_that_another_makes_idle_is_refused(kind, keys, idle):
    found = diagnosed({"layer": kind, **REQUIRED.get(kind, {}), **keys})
    assert idle in {underlined(diagnostic) for diagnostic in found if diagnostic.code == "RL210"}
