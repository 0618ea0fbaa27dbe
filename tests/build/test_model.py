"""The built Keras model is the planned one, for every kind of layer."""

import json
import random
from typing import Any

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.layers import LAYERS

from .strategies import random_layer

pytestmark = pytest.mark.tensorflow
HEAD = "{layer: dense, units: 1, activation: sigmoid}"
ROUNDS = 2
IDS = "{ids: {timesteps: 4, vocabulary: 11}}"
FLOATS = "{x: {timesteps: 4, features: 3}}"
SHAPES = {
    "time_distributed": "{x: {timesteps: 4, features: [5, 3]}}",
    "conv_lstm1d": "{x: {timesteps: 4, features: [5, 3]}}",
    "conv_lstm2d": "{x: {timesteps: 4, features: [5, 6, 3]}}",
}
SEVERAL = {"concatenate", "add", "multiply", "attention", "additive_attention", "multi_head_attention"}


def file_of(kind: str, draw: random.Random) -> str:
    inputs = IDS if kind == "embedding" else SHAPES.get(kind, FLOATS)
    keeps = LAYERS[kind].keeps_sequence and kind != "time_distributed"
    below = [{"layer": "gru", "units": 2}] if draw.random() < 0.5 and keeps else []
    above: list[dict[str, Any]] = [{"layer": "global_average_pooling1d"}] if kind == "repeat_vector" else []
    if kind == "reuse":
        above = [{"layer": "dense", "units": 3}, {"reuse": "dense"}, {"reuse": "dense_again", "repeat": 2}]
        return text_of(inputs, above)
    layer = random_layer(kind, draw)
    if kind in SEVERAL:
        above = [{"layer": "dense", "units": 3, "from": "x"}]
        layer["from"] = ["dense", "x"]
    return text_of(inputs, [*above, layer, *below, {"layer": "dense", "units": 2}])


def text_of(inputs: str, layers: list[dict[str, Any]]) -> str:
    return f"rnnlab: 1\nname: random\nmodel: {{inputs: {inputs}, layers: {json.dumps(layers)}}}\n"


@pytest.mark.parametrize("kind", LAYERS)
def test_random_options_of_a_layer_build_what_was_planned(kind):
    import keras

    from rnnlab.build import build_model

    draw = random.Random(kind)
    for _ in range(ROUNDS):
        text = file_of(kind, draw)
        plan = plan_model(validate_experiment(text))
        model = build_model(plan)
        built = {weight.path: tuple(weight.shape) for weight in model.weights}
        planned = {weight.path: weight.shape for layer in plan.layers for weight in layer.weights}
        assert built == planned, text
        assert model.count_params() == plan.parameters
        assert [output.shape[1:] for output in model.outputs] == [signal.shape for signal in plan.outputs.values()]
        keras.backend.clear_session()


@pytest.mark.parametrize("kind", ["simple_rnn", "lstm", "gru"])
@pytest.mark.parametrize("side", ["pre", "post"])
def test_padding_does_not_change_what_a_recurrent_layer_gives(kind, side):
    import keras
    import numpy as np

    from rnnlab.build import build_model

    text = (
        "rnnlab: 1\nname: pads\ndataset: {kind: catalog, name: movie-snippets}\n"
        f"text: {{vocabulary: 20}}\npadding: {{maxlen: longest, padding: {side}}}\n"
        f"model: {{layers: [{{layer: embedding, output_dim: 3}}, {{layer: {kind}, units: 4}}, {HEAD}]}}\n"
    )
    model = build_model(plan_model(validate_experiment(text)))
    ids = np.array([[5, 6, 7]], dtype="int32")
    before, after = (3, 0) if side == "pre" else (0, 3)
    padded = np.pad(ids, ((0, 0), (before, after)))
    assert np.allclose(model({"text": ids}), model({"text": padded}), atol=1e-6)
    keras.backend.clear_session()
