"""Rates that are variables give the bits that Keras gives for its numbers, and are no part of the model."""

import pytest

from rnnlab import plan_model, validate_experiment

pytestmark = pytest.mark.tensorflow
LAYERS = {
    "dropout": "{layer: dropout, rate: 0.3}",
    "spatial_dropout1d": "{layer: spatial_dropout1d, rate: 0.3}",
    "gaussian_noise": "{layer: gaussian_noise, stddev: 0.3}",
    "gru": "{layer: gru, units: 3, dropout: 0.3, recurrent_dropout: 0.1, reset_after: false}",
    "bidirectional": "{layer: simple_rnn, units: 3, dropout: 0.3, recurrent_dropout: 0.1, bidirectional: true}",
    "rnn": "{layer: rnn, cells: [{cell: lstm, units: 3, recurrent_dropout: 0.3}]}",
}


CASES = [(kind, "float32") for kind in LAYERS] + [("dropout", "mixed_float16"), ("gru", "mixed_float16")]


@pytest.mark.parametrize(("kind", "dtype"), CASES)
def test_a_rate_that_is_a_variable_gives_what_keras_gives(tmp_path, kind, dtype):
    import keras
    import numpy as np

    from rnnlab.build import build_model

    keras.utils.set_random_seed(4)
    model = build_model(plan_model(validate_experiment(_file(LAYERS[kind], dtype))))
    model.save(tmp_path / "model.keras")
    stock = keras.models.load_model(tmp_path / "model.keras")
    assert len(stock.variables) == len(model.variables)
    for own, other in zip(model.variables, stock.variables, strict=True):
        other.assign(own)
    x = np.random.default_rng(1).normal(size=(5, 4, 3)).astype("float32")
    for training in (True, True, False):
        given = [np.array(each({"x": x}, training=training)) for each in (model, stock)]
        assert given[0].tobytes() == given[1].tobytes()
        assert given[0].dtype == given[1].dtype


def _file(layer, dtype):
    model = f"{{inputs: {{x: {{timesteps: 4, features: 3}}}}, layers: [{layer}]}}"
    return f"rnnlab: 1\nname: rates\nmodel: {model}\nruntime: {{dtype: {dtype}, kernel: keras}}\n"


def test_plans_that_differ_in_rates_above_0_are_the_same_without_them():
    from rnnlab.build import without_rates

    def bare(layer):
        return without_rates(plan_model(validate_experiment(_file(layer, "float32"))))

    for layer in LAYERS.values():
        assert bare(layer) == bare(layer.replace("0.3", "0.2").replace("0.1", "0.4"))
        assert bare(layer) != bare(layer.replace("0.3", "0.0"))
