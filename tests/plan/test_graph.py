"""Names, shapes and masks of the planned layers."""

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.errors import InvalidExperimentError
from rnnlab.plan import Plan

TEXTS = "dataset: {kind: catalog, name: movie-snippets}\n"


def planned(layers: str, above: str = "", inputs: str = "  inputs: {x: {timesteps: 5, features: 3}}\n") -> Plan:
    lines = "".join(f"    - {{{line}}}\n" for line in layers.split("; "))
    inputs = "" if "dataset:" in above else inputs
    return plan_model(validate_experiment(f"rnnlab: 1\nname: shapes\n{above}model:\n{inputs}  layers:\n{lines}"))


def names(plan: Plan) -> list[str]:
    return [layer.name for layer in plan.layers]


def shapes(plan: Plan) -> list[tuple[int | None, ...]]:
    return [layer.output.shape for layer in plan.layers]


def test_names_are_counted_as_keras_counts_them():
    plan = planned(
        "layer: lstm, units: 2; layer: lstm, units: 2; layer: gru, units: 2, bidirectional: true; layer: lstm, units: 2"
    )
    assert names(plan) == ["lstm", "lstm_1", "bidirectional", "lstm_2"]


def test_copies_are_named_after_the_first():
    plan = planned("layer: lstm, units: 2, name: rnn, repeat: 3; layer: dense, units: 1, repeat: 2")
    assert names(plan) == ["rnn", "rnn_1", "rnn_2", "dense", "dense_1"]


def test_return_sequences_follows_from_the_layers_below():
    assert shapes(planned("layer: lstm, units: 2; layer: dropout, rate: 0.1; layer: gru, units: 4")) == [
        (5, 2),
        (5, 2),
        (4,),
    ]
    assert shapes(planned("layer: lstm, units: 2; layer: dense, units: 4")) == [(2,), (4,)]
    assert shapes(planned("layer: lstm, units: 2; layer: global_max_pooling1d")) == [(5, 2), (2,)]
    assert shapes(planned("layer: lstm, units: 2, repeat: 2")) == [(5, 2), (2,)]


def test_return_sequences_can_be_asked_for():
    assert shapes(planned("layer: lstm, units: 2, return_sequences: true; layer: dense, units: 4")) == [(5, 2), (5, 4)]


@pytest.mark.parametrize(("mode", "width"), [("concat", 8), ("sum", 4), ("mul", 4), ("ave", 4)])
def test_the_merge_mode_decides_the_width(mode, width):
    assert shapes(planned(f"layer: gru, units: 4, bidirectional: true, merge_mode: {mode}")) == [(width,)]


def test_the_mask_follows_the_timesteps():
    head = "layer: dense, units: 1, activation: sigmoid"
    plan = planned(f"layer: embedding, output_dim: 4; layer: lstm, units: 2; {head}", TEXTS)
    assert [layer.mask for layer in plan.layers] == ["post", "post", None]


def test_without_a_mask_the_embedding_masks_nothing():
    layers = "layer: embedding, output_dim: 4; layer: lstm, units: 2; layer: dense, units: 1, activation: sigmoid"
    plan = planned(layers, TEXTS + "padding: {mask: false}\n")
    assert {layer.mask for layer in plan.layers} == {None}
    assert plan.layers[0].keras_arguments["mask_zero"] is False


def test_the_vocabulary_gives_the_rows_of_the_embedding():
    layers = "layer: embedding, output_dim: 4; layer: lstm, units: 2; layer: dense, units: 1, activation: sigmoid"
    plan = planned(layers, TEXTS + "text: {vocabulary: 123}\n")
    assert plan.layers[0].weights[0].shape == (123, 4)


def test_weights_have_keras_paths():
    plan = planned("layer: lstm, units: 2, name: rnn, bidirectional: true")
    assert [weight.path for weight in plan.layers[0].weights] == [
        f"rnn/{direction}_rnn/lstm_cell/{name}"
        for direction in ("forward", "backward")
        for name in ("kernel", "recurrent_kernel", "bias")
    ]


def test_an_expectation_of_the_plan_is_checked():
    with pytest.raises(InvalidExperimentError, match="the plan has 48 parameters, expected `< 40`"):
        planned("layer: lstm, units: 2", 'expect: {parameters: "< 40"}\n')


@pytest.mark.parametrize(
    ("runtime", "kernel", "reason"),
    [
        ("auto", "keras", "cudnn where a GPU is found"),
        ("keras", "keras", "`runtime.kernel` is keras"),
        ("xla", "xla", "`runtime.kernel` is xla"),
        ("cudnn", "cudnn", "`runtime.kernel` is cudnn"),
        ("numba", "numba", "`runtime.kernel` is numba"),
    ],
)
def test_the_kernel_has_its_reason(runtime, kernel, reason):
    (layer,) = planned("layer: lstm, units: 2", f"runtime: {{kernel: {runtime}}}\n").layers
    assert (layer.kernel, layer.kernel_reason) == (kernel, reason)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("layer: simple_rnn, units: 2", "cuDNN has no simple_rnn"),
        ("layer: gru, units: 2, reset_after: false", "`reset_after` is not true"),
        ("layer: lstm, units: 2, recurrent_dropout: 0.1", "`recurrent_dropout` is not 0"),
        ("layer: lstm, units: 2, activation: relu", "`activation` is not tanh"),
        ("layer: lstm, units: 2, use_bias: false", "`use_bias` is not true"),
    ],
)
def test_the_reason_names_the_key_that_rules_cudnn_out(keys, reason):
    (layer,) = planned(keys).layers
    assert layer.kernel_reason == f"no cuDNN: {reason}"


@pytest.mark.parametrize(
    ("keys", "more", "reason"),
    [
        ("layer: simple_rnn, units: 2, activation: relu", "", "`activation` is not tanh"),
        ("layer: gru, units: 2, recurrent_activation: hard_sigmoid", "", "`recurrent_activation` is not sigmoid"),
        ("layer: lstm, units: 2, unroll: true", "", "`unroll` is not false"),
        ("layer: lstm, units: 1000", "", "`units` makes 15 MiB of recurrent weights, more than 8"),
        ("layer: rnn, cells: [{cell: lstm, units: 2}]", "", "there is no kernel of an rnn of cells"),
        ("layer: lstm, units: 2", ", dtype: float64", "`dtype` is float64, not float32"),
        ("layer: lstm, units: 2", ", devices: gpu", "`runtime.devices` is gpu"),
    ],
)
def test_what_the_kernels_cannot_compute_is_left_to_keras_and_the_key_is_named(keys, more, reason):
    (layer,) = planned(keys, f"runtime: {{kernel: numba{more}}}\n").layers
    assert (layer.kernel, layer.kernel_reason) == ("keras", f"no numba: {reason}")


@pytest.mark.parametrize(
    "keys",
    [
        "layer: gru, units: 3, reset_after: false, dropout: 0.1, recurrent_dropout: 0.2, use_bias: false",
        "layer: simple_rnn, units: 2, bidirectional: true",
        "layer: lstm, units: 2, go_backwards: true",
    ],
)
def test_the_kernels_need_no_more_than_the_default_activations(keys):
    (layer,) = planned(keys, "runtime: {kernel: numba}\n").layers
    assert layer.kernel == "numba"
