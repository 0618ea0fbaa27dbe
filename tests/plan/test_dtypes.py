"""Dtype policies by layer, what they cost in memory, and what becomes of the head."""

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.dtypes import compute_dtype, meet, variable_dtype
from rnnlab.errors import InvalidExperimentError
from rnnlab.plan.table import plan_text

LAYERS = "{layer: embedding, output_dim: 64}, {layer: lstm, units: 128}, {layer: dense, units: 10}"


def planned(layers=LAYERS, runtime="{}", inputs="{ids: {timesteps: 5, vocabulary: 1000}}", outputs="null"):
    model = f"{{inputs: {inputs}, layers: [{layers}], outputs: {outputs}}}"
    text = f"rnnlab: 1\nname: x\nmodel: {model}\nruntime: {runtime}\n"
    return plan_model(validate_experiment(text.replace(", outputs: null", "")))


def dtypes(plan):
    return {layer.name: layer.dtype for layer in plan.layers}


@pytest.mark.parametrize(
    ("policy", "computes", "keeps"),
    [
        ("float32", "float32", "float32"),
        ("float64", "float64", "float64"),
        ("bfloat16", "bfloat16", "bfloat16"),
        ("mixed_float16", "float16", "float32"),
        ("mixed_bfloat16", "bfloat16", "float32"),
    ],
)
def test_a_policy_says_in_what_is_computed_and_kept(policy, computes, keeps):
    assert (compute_dtype(policy), variable_dtype(policy)) == (computes, keeps)


def test_dtypes_meet_in_the_narrowest_that_holds_both():
    assert meet(["float16", "bfloat16"]) == "float32"
    assert meet(["float16", "float32"]) == "float32"
    assert meet(["bfloat16"]) == "bfloat16"
    assert meet(["float64", "float16", "bfloat16"]) == "float64"


@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_float16", "mixed_bfloat16"])
def test_no_dtype_changes_the_parameters(dtype):
    assert planned(runtime=f"{{dtype: {dtype}}}").parameters == 164_106


def test_under_a_mixed_policy_the_head_computes_in_float32_unless_it_says_otherwise():
    mixed = "{dtype: mixed_float16}"
    own = LAYERS.replace("units: 10", "units: 10, dtype: mixed_float16")
    assert dtypes(planned(runtime=mixed))["dense"] == "float32"
    assert dtypes(planned(own, mixed))["dense"] == "mixed_float16"
    assert dtypes(planned(runtime=mixed, outputs="[dense, lstm.state_c]"))["lstm"] == "mixed_float16"
    assert dtypes(planned(LAYERS + ", {layer: activation, activation: softmax}", mixed)) == {
        "embedding": "mixed_float16",
        "lstm": "mixed_float16",
        "dense": "mixed_float16",
        "activation": "float32",
    }


def test_layers_that_share_weights_share_the_dtype():
    layers = "{layer: dense, units: 3}, {layer: lstm, units: 3, return_sequences: true}, {reuse: dense}"
    plan = planned(layers, "{dtype: mixed_bfloat16}", "{x: {timesteps: 4, features: 3}}")
    assert dtypes(plan) == {"dense": "float32", "lstm": "mixed_bfloat16", "dense_again": "float32"}


def test_memory_follows_the_dtypes():
    lstm, inputs = "{layer: lstm, units: 4}", "{x: {timesteps: 5, features: 3}}"
    plan = planned(lstm, inputs=inputs)
    (layer,) = plan.layers
    numbers = layer.parameters * 4, layer.activations * 32  # Adam: weight, gradient and two slots
    assert plan.memory_bytes == 4 * sum(numbers)
    assert planned(lstm, "{dtype: float64}", inputs).memory_bytes == 8 * sum(numbers)
    for mixed in ("mixed_float16", "mixed_bfloat16"):
        assert planned(lstm, f"{{dtype: {mixed}}}", inputs).memory_bytes == 4 * numbers[0] + 2 * numbers[1]


def test_numbers_come_in_as_the_weights_are_kept_and_ids_as_int32():
    inputs = "{x: {timesteps: 5, features: 3}, ids: {timesteps: 5, vocabulary: 9}}"
    layers = "{layer: lstm, units: 2, from: x}, {layer: embedding, output_dim: 2, from: ids}"
    for dtype, wanted in (("float64", "float64"), ("mixed_float16", "float32")):
        plan = planned(layers, f"{{dtype: {dtype}}}", inputs, "[lstm, embedding]")
        assert {name: signal.dtype for name, signal in plan.inputs.items()} == {"x": wanted, "ids": "int32"}


def test_the_table_has_a_column_only_where_something_is_not_float32():
    assert "dtype" not in plan_text(planned())
    text = plan_text(planned(runtime="{dtype: mixed_float16}"))
    assert "mixed_float16" in text
    assert "loss  scaled" in text
    layers = planned(runtime="{dtype: mixed_bfloat16}").to_data()["layers"]
    assert [layer["dtype"] for layer in layers] == ["mixed_bfloat16", "mixed_bfloat16", "float32"]


@pytest.mark.parametrize("dtype", ["float64", "mixed_float16", "mixed_bfloat16"])
def test_cudnn_computes_every_dtype(dtype):
    (_, lstm, _) = planned(runtime=f"{{dtype: {dtype}}}").layers
    assert lstm.kernel_reason == f"no numba: `dtype` is {dtype}, not float32; cudnn where a GPU is found"
    (_, lstm, _) = planned(runtime=f"{{dtype: {dtype}, kernel: cudnn}}").layers
    assert lstm.kernel == "cudnn"


SWEEP = """rnnlab: 1
name: swept
dataset: {kind: catalog, name: movie-snippets}
model:
  layers:
    - {layer: embedding, output_dim: 4}
    - {layer: lstm, units: 4, name: rnn}
    - {layer: dense, units: 1, activation: sigmoid}
sweep:
  objective: {metric: val_accuracy, direction: maximize}
  trials: 2
  space: {SPACE}
"""


@pytest.mark.parametrize(
    "space",
    ["runtime.dtype: [float32, float64, mixed_bfloat16]", "model.layers.rnn.dtype: [null, mixed_float16, float64]"],
)
def test_dtypes_can_be_swept(space):
    assert validate_experiment(SWEEP.replace("SPACE", space)).sweep is not None


def test_a_dtype_that_cannot_be_built_is_no_choice():
    with pytest.raises(InvalidExperimentError, match="RL303"):
        validate_experiment(SWEEP.replace("SPACE", "model.layers.rnn.dtype: [null, bfloat16]"))
