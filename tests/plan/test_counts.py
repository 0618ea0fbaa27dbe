"""Parameters, FLOPs and memory in closed form."""

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.plan import Plan


def planned(layers: str, inputs: str = "{x: {timesteps: 5, features: 10}}", rest: str = "") -> Plan:
    text = f"rnnlab: 1\nname: shapes\nmodel:\n  inputs: {inputs}\n  layers:\n"
    return plan_model(validate_experiment(text + "".join(f"    - {{{line}}}\n" for line in layers.split("; ")) + rest))


def counts(plan: Plan) -> list[int]:
    return [layer.parameters for layer in plan.layers]


def test_embedding_lstm_and_dense_of_the_text_guide():
    plan = planned(
        "layer: embedding, output_dim: 64; layer: lstm, units: 128; layer: dense, units: 10",
        "{ids: {vocabulary: 1000}}",
    )
    assert counts(plan) == [64_000, 98_816, 1_290]


def test_a_gru_of_sequences_below_a_simple_rnn():
    layers = (
        "layer: embedding, output_dim: 64; layer: gru, units: 256; "
        "layer: simple_rnn, units: 128; layer: dense, units: 10"
    )
    assert counts(planned(layers, "{ids: {vocabulary: 1000}}")) == [64_000, 247_296, 49_280, 1_290]


def test_four_simple_rnns_over_an_embedding_are_328_320():
    plan = planned(
        "layer: embedding, output_dim: 32; layer: simple_rnn, units: 32, repeat: 4", "{ids: {vocabulary: 10000}}"
    )
    assert plan.parameters == 320_000 + 4 * 2_080 == 328_320


def test_two_bidirectional_layers_joined_end_to_end():
    layers = (
        "layer: lstm, units: 64, bidirectional: true, return_sequences: true; "
        "layer: lstm, units: 32, bidirectional: true; layer: dense, units: 10"
    )
    assert counts(planned(layers)) == [38_400, 41_216, 650]


def test_a_thousand_units_without_bias_are_4_040_000():
    assert planned("layer: lstm, units: 1000, use_bias: false").parameters == 4_040_000


@pytest.mark.parametrize(
    ("layer", "parameters"),
    [
        ("layer: simple_rnn, units: 8", 8 * (10 + 8 + 1)),
        ("layer: simple_rnn, units: 8, use_bias: false", 8 * (10 + 8)),
        ("layer: lstm, units: 8", 4 * 8 * (10 + 8 + 1)),
        ("layer: gru, units: 8", 3 * 8 * (10 + 8 + 2)),
        ("layer: gru, units: 8, reset_after: false", 3 * 8 * (10 + 8 + 1)),
        ("layer: gru, units: 8, use_bias: false", 3 * 8 * (10 + 8)),
        ("layer: gru, units: 8, bidirectional: true, merge_mode: sum", 2 * 3 * 8 * (10 + 8 + 2)),
        ("layer: dense, units: 8", 8 * (10 + 1)),
        ("layer: layer_normalization", 2 * 10),
        ("layer: layer_normalization, center: false, scale: false", 0),
        ("layer: dropout, rate: 0.5", 0),
        ("layer: global_max_pooling1d", 0),
    ],
)
def test_every_kind_has_its_closed_form(layer, parameters):
    assert planned(layer).parameters == parameters


def test_the_formula_gives_the_count():
    plan = planned(
        "layer: lstm, units: 64, bidirectional: true, return_sequences: true; "
        "layer: gru, units: 4; layer: dense, units: 3"
    )
    for layer in plan.layers:
        product = layer.formula.replace("·", "*").replace("(", "*(")
        assert eval(product) == layer.parameters  # digits and signs of the plan alone


def test_frozen_layers_are_counted_but_not_trained():
    plan = planned("layer: lstm, units: 8, trainable: false; layer: dense, units: 1")
    assert (plan.parameters, plan.trainable_parameters) == (4 * 8 * 19 + 9, 9)


def test_a_multiply_and_add_are_two_operations():
    assert planned("layer: lstm, units: 8").flops_per_sample == 5 * 2 * 4 * 8 * (10 + 8)
    assert planned("layer: dense, units: 8").flops_per_sample == 5 * 2 * 10 * 8
    assert planned("layer: gru, units: 8, bidirectional: true").flops_per_sample == 2 * 5 * 2 * 3 * 8 * (10 + 8)


def test_operations_and_memory_are_unknown_without_timesteps():
    plan = planned("layer: lstm, units: 8", "{x: {features: 10}}")
    assert (plan.flops_per_sample, plan.memory_bytes) == (None, None)
    assert plan.parameters == 4 * 8 * 19


def test_memory_is_weights_gradients_slots_and_activations():
    plain = "training: {batch_size: 2}\noptimizer: "
    activations = 5 * 8 * (1 + 1) * 2
    parameters = 8 * 19
    slots = {"sgd": 0, "{kind: sgd, momentum: 0.9}": 1, "adam": 2, "{kind: adam, amsgrad: true}": 3}
    for optimizer, each in slots.items():
        plan = planned("layer: simple_rnn, units: 8", rest=plain + optimizer)
        assert plan.memory_bytes == 4 * (parameters * (2 + each) + activations)
