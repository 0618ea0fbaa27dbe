"""Shapes, weights, cost and masks of the layers that stand around recurrent ones."""

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.errors import InvalidExperimentError
from rnnlab.plan import LayerPlan, Plan

SERIES = "{x: {timesteps: 5, features: 3}}"
ENDLESS = "{x: {features: 3}}"
ROWS = "{x: {timesteps: 5, features: [8, 2]}}"
IMAGES = "{x: {timesteps: 5, features: [8, 6, 2]}}"


def planned(layers: str, inputs: str = SERIES) -> Plan:
    lines = "".join(f"    - {{{line}}}\n" for line in layers.split("; "))
    return plan_model(validate_experiment(f"rnnlab: 1\nname: x\nmodel:\n  inputs: {inputs}\n  layers:\n{lines}"))


def last(layers: str, inputs: str = SERIES) -> LayerPlan:
    return planned(layers, inputs).layers[-1]


@pytest.mark.parametrize(
    ("layer", "inputs", "shape", "parameters", "flops"),
    [
        ("layer: conv1d, filters: 4, kernel_size: 2", SERIES, (4, 4), 4 * (2 * 3 + 1), 4 * 2 * 2 * 3 * 4),
        ("layer: conv1d, filters: 4, kernel_size: 2, strides: 2, use_bias: false", SERIES, (2, 4), 24, 96),
        ("layer: conv1d, filters: 6, kernel_size: 2, groups: 3, padding: causal", SERIES, (5, 6), 6 * (2 + 1), 120),
        ("layer: conv1d, filters: 4, kernel_size: 3, dilation_rate: 2", SERIES, (1, 4), 40, 72),
        ("layer: conv1d, filters: 4, kernel_size: 2", ENDLESS, (None, 4), 28, None),
        ("layer: max_pooling1d", SERIES, (2, 3), 0, 0),
        ("layer: average_pooling1d, pool_size: 3, strides: 1, padding: same", SERIES, (5, 3), 0, 0),
        ("layer: average_pooling1d", ENDLESS, (None, 3), 0, 0),
        ("layer: flatten", SERIES, (15,), 0, 0),
        ("layer: reshape, target_shape: [3, -1]", SERIES, (3, 5), 0, 0),
        ("layer: reshape, target_shape: [-1, 1]", ENDLESS, (None, 1), 0, 0),
        ("layer: permute, dims: [2, 1]", SERIES, (3, 5), 0, 0),
        ("layer: batch_normalization", SERIES, (5, 3), 4 * 3, 0),
        ("layer: batch_normalization, scale: false", ROWS, (5, 8, 2), 3 * 2, 0),
        ("layer: time_distributed, inner: {layer: dense, units: 4}", SERIES, (5, 4), 4 * (3 + 1), 5 * 2 * 3 * 4),
        ("layer: time_distributed, inner: {layer: flatten}", IMAGES, (5, 96), 0, 0),
        ("layer: time_distributed, inner: {layer: gru, units: 4}", ROWS, (5, 4), 96, 5 * 8 * 2 * 12 * 6),
        ("layer: attention, from: [x, x]", SERIES, (5, 3), 0, 25 * 2 * 6),
        ("layer: attention, use_scale: true, score_mode: concat, from: [x, x]", SERIES, (5, 3), 2, 300),
        ("layer: additive_attention, from: [x, x, x]", ENDLESS, (None, 3), 3, None),
        ("layer: conv_lstm1d, filters: 4, kernel_size: 3", ROWS, (6, 4), 4 * 4 * (3 * 6 + 1), 5 * 2 * 4 * 3 * 6 * 24),
        (
            "layer: conv_lstm2d, filters: 1, kernel_size: [3, 1], padding: same",
            IMAGES,
            (8, 6, 1),
            4 * (3 * 3 + 1),
            17_280,
        ),
        ("layer: conv_lstm2d, filters: 1, kernel_size: 2, strides: 2", IMAGES, (4, 3, 1), 52, 5 * 2 * 4 * 4 * 3 * 12),
    ],
)
def test_every_kind_has_its_shape_count_and_cost(layer, inputs, shape, parameters, flops):
    found = last(layer, inputs)
    assert (found.output.shape, found.parameters, found.flops) == (shape, parameters, flops)


def test_heads_have_projections_of_their_own():
    layer = last("layer: multi_head_attention, num_heads: 2, key_dim: 4, value_dim: 5, output_shape: 7")
    assert layer.parameters == 2 * (3 * 8 + 8) + (3 * 10 + 10) + (10 * 7 + 7)
    assert layer.output.shape == (5, 7)
    assert layer.flops == 2 * 5 * 3 * (8 + 8 + 10) + 2 * 25 * 2 * (4 + 5) + 2 * 5 * 10 * 7
    assert [weight.path.partition("/")[2] for weight in layer.weights][::2] == [
        "query/kernel",
        "key/kernel",
        "value/kernel",
        "attention_output/kernel",
    ]


def test_moving_averages_are_weights_that_no_step_trains():
    plan = planned("layer: batch_normalization")
    assert (plan.parameters, plan.trainable_parameters) == (12, 6)


def test_features_join_and_vectors_meet_every_timestep():
    joined = planned("layer: dense, units: 2; layer: concatenate, from: [x, dense]; layer: gru, units: 4")
    assert joined.layers[1].output.shape == (5, 5)
    gated = planned("layer: lstm, units: 3; layer: multiply, from: [x, lstm.state_h]; layer: add, from: [multiply, x]")
    assert [layer.output.shape for layer in gated.layers] == [(3,), (5, 3), (5, 3)]


def test_timesteps_join_where_nothing_is_padded():
    assert last("layer: concatenate, axis: 1, from: [x, x, x]").output.shape == (15, 3)


def test_a_decoder_reads_one_vector_again_and_again():
    plan = planned("layer: lstm, units: 4; layer: repeat_vector, n: 7; layer: lstm, units: 2")
    assert [layer.output.shape for layer in plan.layers] == [(4,), (7, 4), (2,)]


def test_conv_lstms_return_sequences_to_each_other():
    layers = (
        "layer: conv_lstm1d, filters: 2, kernel_size: 2; layer: conv_lstm1d, filters: 3, kernel_size: 2; layer: flatten"
    )
    assert [layer.output.shape for layer in planned(layers, ROWS).layers] == [(5, 7, 2), (6, 3), (18,)]


def test_a_mask_goes_through_what_keeps_the_timesteps_and_ends_with_them():
    plan = planned(
        "layer: masking; layer: conv1d, filters: 3, kernel_size: 2, padding: same; layer: batch_normalization; "
        "layer: multi_head_attention, num_heads: 1, key_dim: 2, name: heads; layer: add, from: [heads, conv1d]; "
        "layer: max_pooling1d, strides: 1, padding: same; layer: lstm, units: 2; layer: activation, activation: tanh"
    )
    assert [layer.mask for layer in plan.layers] == [None, "any", "any", "any", "any", "any", "any", None]
    assert {layer.output.mask.input for layer in plan.layers if layer.output.mask} == {"masking"}
    assert "; no cuDNN: `masking` masks timesteps wherever they stand" in plan.layers[6].kernel_reason


@pytest.mark.parametrize(
    "layer",
    [
        "layer: conv1d, filters: 2, kernel_size: 2",
        "layer: conv1d, filters: 2, kernel_size: 2, padding: same, strides: 2",
        "layer: max_pooling1d",
        "layer: average_pooling1d, padding: same",
        "layer: flatten",
        "layer: reshape, target_shape: [-1, 1]",
        "layer: permute, dims: [2, 1]",
        "layer: concatenate, axis: 1, from: [masking, masking]",
        "layer: concatenate, from: [masking, x]",
        "layer: add, from: [x, masking]",
        "layer: attention, from: [x, masking, x]",
        "layer: multi_head_attention, num_heads: 1, key_dim: 1, use_causal_mask: true, from: [x, masking]",
    ],
)
def test_a_layer_that_would_let_padding_in_is_refused(layer):
    with pytest.raises(InvalidExperimentError) as caught:
        planned(f"layer: masking; {layer}")
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["RL225"]


def test_a_layer_used_again_shares_the_weights_of_the_first():
    plan = planned("layer: dense, units: 3; reuse: dense; reuse: dense_again, name: third")
    assert [layer.shared_with for layer in plan.layers] == [None, "dense", "dense"]
    assert plan.parameters == 12
