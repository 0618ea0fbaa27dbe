"""Random graphs in every dtype: built as planned, saved and loaded as built, and nothing left behind."""

import json
from typing import Any, get_args

import numpy as np
import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.dtypes import Policy, variable_dtype

from .graphs import random_graph, with_dtypes

pytestmark = pytest.mark.tensorflow

POLICIES = get_args(Policy)
UNCAST = [
    {"layer": "activation", "activation": "softmax"},
    {"layer": "masking"},
    {"layer": "max_pooling1d"},
    {"layer": "average_pooling1d"},
    {"layer": "global_max_pooling1d"},
    {"layer": "global_average_pooling1d"},
    {"layer": "flatten"},
    {"layer": "reshape", "target_shape": [12]},
    {"layer": "permute", "dims": [2, 1]},
    {"layer": "dropout", "rate": 0.2},
]


def _text(layers: list[dict[str, Any]], dtype: str = "float32", outputs: str = "") -> str:
    model = f"{{inputs: {{x: {{timesteps: 4, features: 3}}}}, layers: {json.dumps(layers)}{outputs}}}"
    return f"rnnlab: 1\nname: x\nmodel: {model}\nruntime: {{dtype: {dtype}}}\n"


def _built(text: str) -> Any:
    import keras

    from rnnlab.build import build_model

    keras.utils.set_random_seed(1)
    return build_model(plan_model(validate_experiment(text)))


@pytest.mark.parametrize("dtype", POLICIES)
@pytest.mark.parametrize("seed", range(2))
def test_a_random_graph_is_built_in_the_planned_numbers_and_loads_as_it_was(dtype, seed, tmp_path):
    import keras

    text = with_dtypes(random_graph(seed), dtype, seed)
    plan = plan_model(validate_experiment(text))
    assert plan.parameters == plan_model(validate_experiment(random_graph(seed))).parameters
    model, data = _built(text), {}
    for name, signal in plan.inputs.items():
        shape = (2, *(size or 3 for size in signal.shape))
        draw = np.random.default_rng(0)
        data[name] = draw.integers(0, signal.vocabulary, shape) if signal.vocabulary else draw.normal(size=shape)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    answers = [keras.tree.flatten(each(data)) for each in (model, loaded)]
    for (name, signal), built, again in zip(plan.outputs.items(), *answers, strict=True):
        assert built.dtype.name == again.dtype.name == signal.dtype, name
        np.testing.assert_array_equal(built, again)
    keras.backend.clear_session()


@pytest.mark.parametrize("layer", UNCAST, ids=lambda layer: layer["layer"])
def test_a_layer_without_autocast_gives_what_it_reads_in_the_numbers_that_it_comes_in(layer, tmp_path):
    import keras

    plan = plan_model(validate_experiment(_text([layer | {"autocast": False, "dtype": "mixed_float16"}])))
    model = _built(_text([layer | {"autocast": False, "dtype": "mixed_float16"}]))
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert model(x).dtype.name == plan.layers[0].output.dtype == "float32"
    assert (model.layers[-1].autocast, loaded.layers[-1].autocast) == (False, False)
    np.testing.assert_array_equal(loaded(x), model(x))
    keras.backend.clear_session()


@pytest.mark.parametrize("dtype", POLICIES)
def test_a_model_leaves_no_dtype_behind_and_has_the_first_weights_of_float32(dtype):
    import keras

    layers = [
        {"layer": "lstm", "units": 2, "bidirectional": True, "return_sequences": True},
        {"layer": "rnn", "cells": [{"cell": "gru", "units": 2}, {"cell": "lstm", "units": 2}]},
        {"layer": "dense", "units": 2},
    ]
    plain, other = _built(_text(layers)), _built(_text(layers, dtype))
    assert keras.config.dtype_policy().name == keras.config.floatx() == "float32"
    inner = [other.layers[1].forward_layer.cell, *other.layers[2].cell.cells]
    assert {cell.dtype_policy.name for cell in inner} == {dtype}
    assert other.layers[-1].dtype_policy.name == variable_dtype(dtype)
    if dtype != "float64":
        for one, two in zip(plain.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)
    keras.backend.clear_session()


def test_float64_keeps_digits_that_float32_has_not():
    import keras

    layers = [{"layer": "dense", "units": 1, "use_bias": False, "kernel_initializer": "ones"}]
    x = np.full((1, 4, 3), 1 + 1e-12)
    assert float(np.max(np.abs(_built(_text(layers, "float64"))(x) - 3))) == pytest.approx(3e-12, rel=1e-3)
    keras.backend.clear_session()


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize(
    "layer", ["{layer: global_max_pooling1d}", "{layer: max_pooling1d, padding: same, strides: 1}"]
)
def test_padding_below_all_data_stays_finite_in_half_precision(dtype, layer):
    import keras
    import tensorflow as tf

    from rnnlab.build import build_model

    text = (
        "rnnlab: 1\nname: pads\ndataset: {kind: catalog, name: movie-snippets}\ntext: {vocabulary: 9}\n"
        f"model: {{layers: [{{layer: embedding, output_dim: 3}}, {layer}, {{layer: lstm, units: 2, name: rnn}}, "
        "{layer: dense, units: 1, activation: sigmoid}]}\n"
        f"runtime: {{dtype: {dtype}}}\n"
    )
    if "global" in layer:
        text = text.replace("{layer: lstm, units: 2, name: rnn}, ", "")
    model = build_model(plan_model(validate_experiment(text)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(np.array([[3, 4, 0, 0], [5, 0, 0, 0]], "int32")))
    for gradient in tape.gradient(loss, [each.value for each in model.trainable_variables]):
        assert np.isfinite(np.asarray(tf.convert_to_tensor(gradient))).all()
    keras.backend.clear_session()


def test_the_audit_finds_a_weight_in_other_numbers():
    from dataclasses import replace

    from rnnlab.build import audit
    from rnnlab.errors import PlanMismatchError

    text = _text([{"layer": "dense", "units": 2}])
    plan, model = plan_model(validate_experiment(text)), _built(text)
    (dense,) = plan.layers
    wrong = replace(dense, weights=tuple(replace(weight, dtype="float64") for weight in dense.weights))
    with pytest.raises(PlanMismatchError, match=r"dense/kernel: planned \(3, 2\) float64, built \(3, 2\)"):
        audit(model, replace(plan, layers=(wrong,)))
