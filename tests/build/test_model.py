"""The built Keras model is the planned one, for every kind of layer."""

import json
import random
from typing import Any, Literal, get_args, get_origin

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.layers import LAYERS
from rnnlab.spec import DISCRIMINATORS, Spec

pytestmark = pytest.mark.tensorflow
HEAD = "{layer: dense, units: 1, activation: sigmoid}"
ROUNDS = 4
IDS = "{ids: {timesteps: 4, vocabulary: 11}}"
FLOATS = "{x: {timesteps: 4, features: 3}}"
LEFT_OUT = {"name", "repeat", "return_sequences"}


def random_value(annotation: Any, draw: random.Random) -> Any:
    """Return a valid value of a key's type; a type that is not known here fails, so that it is added."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return draw.choice(arguments)
    if annotation is bool:
        return draw.random() < 0.5
    if annotation is int:
        return draw.randint(1, 5)
    if annotation is float:
        return draw.choice([0.125, 0.5])
    if type(None) in arguments:
        return random_value(draw.choice([each for each in arguments if each is not type(None)]), draw)
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return {key: random_value(field.annotation, draw) for key, field in annotation.model_fields.items()}
    if hasattr(annotation, "__metadata__"):
        return random_value(arguments[0], draw)
    raise AssertionError(f"no strategy for {annotation}")


def random_layer(kind: str, draw: random.Random) -> dict[str, Any]:
    fields = {key: field for key, field in LAYERS[kind].model_fields.items() if key not in (*DISCRIMINATORS, *LEFT_OUT)}
    chosen = {
        key: random_value(field.annotation, draw)
        for key, field in fields.items()
        if field.is_required() or draw.random() < 0.4
    }
    layer = {"layer": kind, **chosen}
    return without_contradictions(layer)


def without_contradictions(layer: dict[str, Any]) -> dict[str, Any]:
    spec = LAYERS[layer["layer"]].model_validate(layer)
    contradicted = {problem.key for problem in spec.contradictions()}
    return {key: value for key, value in layer.items() if key not in contradicted}


def file_of(kind: str, draw: random.Random) -> str:
    inputs = IDS if kind == "embedding" else FLOATS
    below = [{"layer": "gru", "units": 2}] if draw.random() < 0.5 and LAYERS[kind].keeps_sequence else []
    layers = [random_layer(kind, draw), *below, {"layer": "dense", "units": 2}]
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
