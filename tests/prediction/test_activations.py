"""What a layer inside a saved model gives."""

import numpy as np
import pytest

from rnnlab.errors import CallError

from .parts import HEAD, array_preparation, saved_model, text_preparation

pytestmark = pytest.mark.tensorflow

LAYERS = "{layer: embedding, output_dim: 3}, {layer: gru, units: 4, name: low}, {layer: lstm, units: 2, name: high}"
TEXTS = ["a b c", "h", "a b c d e f"]


def given(found, reference, inputs):
    from rnnlab.prediction.activations import activations_of

    saved, _, plan = found
    return activations_of(saved, plan, reference, saved.preparation.encode(inputs))


@pytest.fixture(scope="module")
def texts():
    return saved_model(f"{LAYERS}, {HEAD}", text_preparation())


def test_a_layers_activations_are_those_of_the_saved_model(texts):
    import keras

    saved = texts[0]
    model = keras.Model(saved.model.inputs, [saved.model.get_layer(name).output for name in ("low", "high")])
    low, high = (np.array(each) for each in model(saved.preparation.encode({"text": TEXTS})))
    found = given(texts, "low", {"text": TEXTS})
    live = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]], bool)
    np.testing.assert_allclose(found[live], low[live], atol=1e-6)
    assert np.isnan(found[~live]).all()
    np.testing.assert_allclose(given(texts, "high", {"text": TEXTS}), high, atol=1e-6)


def test_a_state_is_given_even_where_the_model_reads_none(texts):
    found = given(texts, "high.state_h", {"text": TEXTS})
    np.testing.assert_allclose(found, given(texts, "high", {"text": TEXTS}), atol=1e-6)
    assert given(texts, "low.state", {"text": TEXTS}).shape == (3, 4)
    with pytest.raises(CallError, match=r"no layer or state `high.state`; did you mean `high.state_"):
        given(texts, "high.state", {"text": TEXTS})


def test_timesteps_that_a_masking_layer_finds_are_no_data():
    found = saved_model(
        f"{{layer: masking}}, {{layer: gru, units: 2}}, {{layer: gru, units: 2}}, {HEAD}", array_preparation()
    )
    x = np.random.default_rng(1).normal(size=(2, 6, 3)).astype("float32")
    x[1, 2] = 0
    missing = np.isnan(given(found, "gru", {"x": x})).all(axis=-1)
    assert np.argwhere(missing).tolist() == [[1, 2]]


def test_directions_kept_apart_and_two_calls_of_one_layer_are_told_apart():
    layers = (
        "{layer: gru, units: 2, bidirectional: true, merge_mode: null, name: both}, "
        "{layer: add, from: [both.forward, both.backward]}, "
        "{layer: dense, units: 2, name: one}, {reuse: one, name: two}"
    )
    found = saved_model(f"{layers}, {HEAD}", array_preparation())
    x = {"x": np.random.default_rng(1).normal(size=(2, 6, 3)).astype("float32")}
    total = given(found, "both.forward", x) + given(found, "both.backward", x)
    np.testing.assert_allclose(given(found, "add", x), total, atol=1e-6)
    assert np.abs(given(found, "one", x) - given(found, "two", x)).max() > 1e-3


def test_an_encoder_is_read_without_what_the_model_writes_and_a_decoder_is_refused():
    from rnnlab import build_model, plan_model, validate_experiment
    from rnnlab.prediction import SavedModel
    from rnnlab.prediction.activations import activations_of

    plan = plan_model(
        validate_experiment(
            "rnnlab: 1\nname: pair\nmodel:\n  inputs: {source: {vocabulary: 9}, target: {vocabulary: 7}}\n  layers:\n"
            "    - {layer: embedding, output_dim: 3, from: source}\n    - {layer: gru, units: 4, name: encoder}\n"
            "    - {layer: embedding, output_dim: 3, from: target}\n"
            "    - {layer: gru, units: 4, name: decoder, initial_state: encoder}\n"
        )
    )
    saved = SavedModel(build_model(plan), text_preparation(), objective=None)  # type: ignore[arg-type]
    source = {"source": np.array([[1, 2, 3]], "int32")}
    assert activations_of(saved, plan, "encoder.state", source).shape == (1, 4)
    with pytest.raises(CallError, match="`decoder` depends on `target`, which the model writes itself"):
        activations_of(saved, plan, "decoder", source)


def test_activations_are_rows_of_samples_or_of_timesteps_that_are_data(texts):
    from rnnlab.prediction.activations import activation_table

    table = activation_table(given(texts, "high", {"text": TEXTS}), "high")
    assert (list(table), len(table)) == (["high_0", "high_1"], 3)
    long = activation_table(given(texts, "low", {"text": TEXTS}), "low")
    assert list(long) == ["sample", "timestep", "low_0", "low_1", "low_2", "low_3"]
    assert long["sample"].tolist() == [0, 0, 0, 1, 2, 2, 2, 2, 2, 2]
    assert long["timestep"].tolist() == [0, 1, 2, 0, 0, 1, 2, 3, 4, 5]
