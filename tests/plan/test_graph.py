"""Names, shapes and masks of the planned layers."""

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.errors import InvalidExperimentError
from rnnlab.plan import Plan

TEXTS = "dataset: {kind: catalog, name: movie-snippets}\n"


INPUTS = "  inputs: {x: {timesteps: 5, features: 3}}\n"
LONGER = INPUTS.replace("5", "20")


def planned(layers: str, above: str = "", inputs: str = INPUTS) -> Plan:
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
        ("auto", "keras", "no numba: 5 timesteps of 2 units are too few; cudnn where a GPU is found"),
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
        ("layer: lstm, units: 2, use_bias: false", "`use_bias` is not true"),
    ],
)
def test_the_reason_names_the_key_that_rules_cudnn_out(keys, reason):
    (layer,) = planned(keys).layers
    assert layer.kernel_reason.endswith(f"; no cuDNN: {reason}")


@pytest.mark.parametrize(
    ("timesteps", "keys", "more", "kernel", "reason"),
    [
        (20, "layer: lstm, units: 2", "", "numba", "cudnn where a GPU is found"),
        ("null", "layer: lstm, units: 2", "", "numba", "cudnn where a GPU is found"),
        (5, "layer: lstm, units: 1000", "", "numba", "cudnn where a GPU is found"),
        (20, "layer: simple_rnn, units: 2", "", "numba", "no cuDNN: cuDNN has no simple_rnn"),
        (20, "layer: simple_rnn, units: 2", "{devices: cpu}", "numba", "`runtime.devices` is cpu"),
        (
            19,
            "layer: lstm, units: 2",
            "{devices: cpu}",
            "keras",
            "`runtime.devices` is cpu, and no numba: 19 timesteps of 2 units are too few",
        ),
        (20, "layer: lstm, units: 2", "{devices: gpu}", "keras", "cudnn where a GPU is found"),
        (20, "layer: simple_rnn, units: 2", "{devices: gpu}", "keras", "no cuDNN: cuDNN has no simple_rnn"),
        (20, "layer: gru, units: 2, activation: relu", "", "keras", "no numba nor cuDNN: `activation` is not tanh"),
        (20, "layer: lstm, units: 2", "{kernel: keras}", "keras", "`runtime.kernel` is keras"),
    ],
)
def test_auto_takes_numba_where_that_is_not_slower_and_says_what_a_gpu_would_do(timesteps, keys, more, kernel, reason):
    (layer,) = planned(keys, f"runtime: {more or '{}'}\n", INPUTS.replace("5", str(timesteps))).layers
    assert (layer.kernel, layer.kernel_reason) == (kernel, reason)


def test_without_numba_or_a_place_for_kernels_keras_computes(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    (layer,) = planned("layer: lstm, units: 2", inputs=LONGER).layers
    assert layer.kernel == "keras"
    assert "; set RNNLAB_CACHE to a folder that can be written; cudnn" in layer.kernel_reason
    monkeypatch.setattr("rnnlab.kernels.cache.find_spec", lambda name: None if name == "numba" else name)
    (layer,) = planned("layer: lstm, units: 2", "runtime: {kernel: numba}\n").layers
    assert (layer.kernel, layer.kernel_reason) == ("keras", "`runtime.kernel` is numba, but numba is not installed")


def test_a_run_that_goes_on_keeps_the_loop_that_it_began_with():
    from rnnlab.plan.kernels import keep_kernels

    plan = planned("layer: lstm, units: 2", inputs=LONGER)
    kept = keep_kernels(plan, {"lstm": "keras"})
    assert [(layer.kernel, layer.kernel_reason) for layer in kept.layers] == [("keras", "the run began with it")]
    assert keep_kernels(plan, {"lstm": "numba"}) == plan


@pytest.mark.parametrize(
    ("keys", "more", "reason"),
    [
        ("layer: simple_rnn, units: 2, activation: relu", "", "`activation` is not tanh"),
        ("layer: gru, units: 2, recurrent_activation: hard_sigmoid", "", "`recurrent_activation` is not sigmoid"),
        ("layer: lstm, units: 2, unroll: true", "", "`unroll` is not false"),
        ("layer: rnn, cells: [{cell: lstm, units: 2}]", "", "there is no kernel of an rnn of cells"),
        ("layer: lstm, units: 2", ", dtype: float64", "`dtype` is float64, not float32"),
        ("layer: lstm, units: 2", ", devices: gpu", "`runtime.devices` is gpu"),
    ],
)
def test_what_the_kernels_cannot_compute_is_left_to_keras_and_the_key_is_named(keys, more, reason):
    (layer,) = planned(keys, f"runtime: {{kernel: numba{more}}}\n").layers
    assert (layer.kernel, layer.kernel_reason) == ("keras", f"`runtime.kernel` is numba, but {reason}")


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


@pytest.mark.parametrize(("timesteps", "kernel"), [((30, 10), "numba"), ((10, 30), "keras")])
def test_a_layer_used_again_computes_in_one_way(timesteps, kernel):
    first, second = timesteps
    plan = plan_model(
        validate_experiment(f"""
            rnnlab: 1
            name: x
            model:
              inputs: {{a: {{timesteps: {first}, features: 2}}, b: {{timesteps: {second}, features: 2}}}}
              layers:
                - {{layer: lstm, units: 2, from: a, name: once}}
                - {{reuse: once, from: b, name: again}}
                - {{layer: add, from: [once, again]}}
        """)
    )
    once, again, _ = plan.layers
    assert (once.kernel, again.kernel) == (kernel, kernel)
    assert once.kernel_reason == again.kernel_reason
