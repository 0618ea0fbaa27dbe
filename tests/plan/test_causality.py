"""Which outputs see later timesteps of an input, and through what."""

import re

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.layers import LAYERS
from rnnlab.plan import Plan, looks_ahead, outputs_per_timestep

SERIES = "x: {timesteps: 6, features: 4}"
ROWS = "x: {timesteps: 6, features: [4, 3]}"
IMAGES = "x: {timesteps: 6, features: [4, 3, 2]}"
IDS = "x: {vocabulary: 9}"
CELL = "layer: lstm, units: 4, name: cell"

CAUSAL = [
    (IDS, "layer: embedding, output_dim: 4"),
    (SERIES, "layer: simple_rnn, units: 2, return_sequences: true"),
    (SERIES, "layer: lstm, units: 2, return_sequences: true"),
    (SERIES, "layer: gru, units: 2, return_sequences: true"),
    (SERIES, "layer: rnn, cells: [{cell: gru, units: 2}, {cell: lstm, units: 2}], return_sequences: true"),
    (SERIES, "layer: dense, units: 2"),
    (SERIES, "layer: dropout, rate: 0.5"),
    (SERIES, "layer: spatial_dropout1d, rate: 0.5"),
    (SERIES, "layer: layer_normalization"),
    (SERIES, "layer: global_max_pooling1d"),
    (SERIES, "layer: global_average_pooling1d"),
    (SERIES, "layer: masking"),
    (ROWS, "layer: time_distributed, inner: {layer: lstm, units: 2, bidirectional: true}"),
    (SERIES, "layer: conv1d, filters: 2, kernel_size: 3, padding: causal, dilation_rate: 2"),
    (SERIES, "layer: conv1d, filters: 2, kernel_size: 1"),
    (SERIES, "layer: max_pooling1d, pool_size: 1"),
    (SERIES, "layer: average_pooling1d, pool_size: 1, padding: same"),
    (SERIES, "layer: flatten"),
    (SERIES, "layer: reshape, target_shape: [6, 2, 2]"),
    (SERIES, "layer: reshape, target_shape: [-1, 2]"),
    (ROWS, "layer: permute, dims: [1, 3, 2]"),
    (SERIES, "layer: activation, activation: tanh"),
    (SERIES, "layer: batch_normalization"),
    (SERIES, "layer: gaussian_noise, stddev: 0.5"),
    (SERIES, "layer: dense, units: 3; layer: concatenate, from: [x, dense]"),
    (SERIES, "layer: concatenate, axis: 1, from: [x, x]"),
    (SERIES, "layer: dense, units: 4; layer: add, from: [x, dense]"),
    (SERIES, "layer: dense, units: 4; layer: multiply, from: [x, dense]"),
    (SERIES, "layer: attention, use_causal_mask: true, from: [x, x]"),
    (SERIES, "layer: additive_attention, use_causal_mask: true, from: [x, x, x]"),
    (SERIES, "layer: multi_head_attention, num_heads: 1, key_dim: 2, use_causal_mask: true"),
    (ROWS, "layer: conv_lstm1d, filters: 1, kernel_size: 2, return_sequences: true"),
    (IMAGES, "layer: conv_lstm2d, filters: 1, kernel_size: 2, return_sequences: true"),
    (IMAGES, "layer: conv_lstm2d, filters: 1, kernel_size: 2; layer: dense, units: 2"),
    (SERIES, "layer: dense, units: 4; reuse: dense"),
    (SERIES, "layer: lstm, units: 2, bidirectional: true"),
    (
        "x: {timesteps: 6, features: 4}, v: {features: 4}",
        "layer: lstm, units: 4, from: v; layer: repeat_vector, n: 6; layer: add, from: [x, repeat_vector]",
    ),
    (SERIES, f"{CELL}; layer: dense, units: 2"),
]
"""Every kind, as it does not look ahead."""
AHEAD = {
    "bidirectional": (SERIES, "layer: gru, units: 2, return_sequences: true, bidirectional: true", "bidirectional"),
    "backwards": (SERIES, "layer: gru, units: 2, return_sequences: true, go_backwards: true", "go_backwards"),
    "conv_lstm": (
        ROWS,
        "layer: conv_lstm1d, filters: 1, kernel_size: 2, return_sequences: true, go_backwards: true",
        "go_backwards",
    ),
    "valid windows": (SERIES, "layer: conv1d, filters: 2, kernel_size: 2", "layer"),
    "windows": (SERIES, "layer: conv1d, filters: 2, kernel_size: 2, padding: same", "padding"),
    "strides": (SERIES, "layer: conv1d, filters: 2, kernel_size: 2, padding: causal, strides: 2", "strides"),
    "pooling": (SERIES, "layer: max_pooling1d, strides: 1, padding: same", "layer"),
    "leaving out": (SERIES, "layer: average_pooling1d, pool_size: 1, strides: 2", "strides"),
    "attention": (SERIES, "layer: attention, from: [x, x]", "layer"),
    "additive": (SERIES, "layer: additive_attention, from: [x, x]", "layer"),
    "heads": (SERIES, "layer: multi_head_attention, num_heads: 1, key_dim: 2", "layer"),
    "permute": (SERIES, "layer: permute, dims: [2, 1]", "dims"),
    "reshape": (SERIES, "layer: reshape, target_shape: [3, 8]", "target_shape"),
    "unfolding": (SERIES, "layer: flatten; layer: reshape, target_shape: [6, 4]", "layer"),
    "repeating": (SERIES, f"{CELL}; layer: repeat_vector, n: 6", "layer"),
    "states": (SERIES, f"{CELL}; layer: lstm, units: 4, from: x, initial_state: cell, return_sequences: true",
               "initial_state"),
    "a vector": (SERIES, f"{CELL}; layer: add, from: [x, cell.state_c]", "layer"),
    "rows": ("x: {timesteps: 6, features: 3}, y: {features: [6, 3]}", "layer: multiply, from: [x, y]", "from"),
}  # fmt: skip
"""Everything that looks ahead, with the key that is the cause."""


def planned(inputs: str, layers: str) -> Plan:
    lines = "".join(f"    - {{{line}}}\n" for line in layers.split("; "))
    return plan_model(validate_experiment(f"rnnlab: 1\nname: x\nmodel:\n  inputs: {{{inputs}}}\n  layers:\n{lines}"))


@pytest.mark.parametrize(("inputs", "layers"), CAUSAL, ids=[layers for _, layers in CAUSAL])
def test_a_timestep_knows_those_up_to_itself(inputs, layers):
    assert looks_ahead(planned(inputs, layers), "x") is None


@pytest.mark.parametrize(("inputs", "layers", "key"), AHEAD.values(), ids=AHEAD)
def test_what_looks_ahead_is_named(inputs, layers, key):
    ahead = looks_ahead(planned(inputs, layers), "x")
    assert ahead is not None
    assert (ahead.layer.entry, ahead.key) == (layers.count("; "), key)


def test_every_kind_is_among_them():
    here = {kind for _, layers in CAUSAL for kind in re.findall(r"layer: (\w+)|(reuse):", layers)}
    assert {kind for pair in here for kind in pair if kind} == set(LAYERS)


def test_the_first_layer_that_looks_ahead_is_named_through_all_that_follow():
    layers = "layer: gru, units: 2; layer: conv1d, filters: 2, kernel_size: 3, name: seen; layer: max_pooling1d"
    ahead = looks_ahead(planned(SERIES, f"{layers}; layer: dense, units: 1"), "x")
    assert ahead is not None
    assert ahead.layer.name == "seen"


def test_of_two_directions_kept_apart_the_forward_one_is_causal():
    layers = "layer: gru, units: 2, bidirectional: true, merge_mode: null, return_sequences: true, name: both"
    plan = planned(SERIES, layers)
    found = outputs_per_timestep(plan, "x")
    assert found["both.forward"] is None
    assert found["both.backward"] is not None
    forward = planned(SERIES, f"{layers}; layer: dense, units: 1, from: both.forward")
    assert looks_ahead(forward, "x") is None


ENCODED = (
    "layer: gru, units: 4, return_sequences: true, bidirectional: true, merge_mode: sum, name: encoded, from: source; "
    "layer: gru, units: 4, name: decoder, from: target, return_sequences: true"
)
TWO = "source: {features: 2}, target: {features: 2}"


def test_a_decoder_does_not_see_the_future_of_its_own_input():
    plan = planned(
        TWO, f"{ENCODED}; layer: attention, from: [decoder, encoded]; layer: add, from: [attention, decoder]"
    )
    assert looks_ahead(plan, "target") is None
    assert outputs_per_timestep(plan, "target") == {"add": None}
    ahead = looks_ahead(plan, "source")
    assert ahead is not None
    assert ahead.layer.name == "encoded"
    assert outputs_per_timestep(plan, "source") == {}


def test_a_decoder_that_starts_from_what_read_its_own_input_sees_the_future():
    layers = "layer: gru, units: 4, name: encoder, from: target"
    plan = planned(
        TWO,
        f"{layers}; {ENCODED}, initial_state: encoder; layer: concatenate, from: [encoded, decoder]",
    )
    ahead = looks_ahead(plan, "target")
    assert ahead is not None
    assert (ahead.layer.name, ahead.key) == ("decoder", "initial_state")


def test_an_output_without_timesteps_sees_no_future():
    plan = planned(SERIES, "layer: gru, units: 2, bidirectional: true; layer: dense, units: 1")
    assert looks_ahead(plan, "x") is None
    assert outputs_per_timestep(plan, "x") == {}
