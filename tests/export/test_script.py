"""The exported script builds what rnnlab builds."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from build.test_model import file_of

from rnnlab.experiment import Experiment
from rnnlab.export import model_script
from rnnlab.layers import LAYERS
from rnnlab.plan import Plan, check_document, check_experiment
from rnnlab.source import Source, parse

ROOT = Path(__file__).parents[2]
EXPERIMENTS = [path for path in sorted((ROOT / "experiments").glob("*.yaml")) if path.suffixes == [".yaml"]]
EXPERIMENTS = [path for path in EXPERIMENTS if "plugin" not in path.stem]  # a script has no plugins
LSTM = "{layer: lstm, units: 3, name: rnn}"
HEAD = "{layer: dense, units: 1, activation: sigmoid}"
TEXTS = """\
rnnlab: 1
name: texts
dataset: {kind: catalog, name: movie-snippets}
text: {vocabulary: 20}
padding: {maxlen: 6}
"""
PARTS = """\
rnnlab: 1
name: parts
model:
  inputs: {x: {timesteps: 5, features: 3}, y: {timesteps: 4, features: 3}}
"""


def checked(text: str) -> tuple[Plan, Experiment]:
    _, experiment, plan = check_document(parse(Source("<text>", text)), Path()).require()
    return plan, experiment


def script_of(text: str) -> str:
    return model_script(*checked(text))


def layers_of(*layers: str, above: str = TEXTS) -> str:
    lines = "".join(f"    - {layer}\n" for layer in layers)
    return f"{above}{'' if 'model:' in above else 'model:' + chr(10)}  layers:\n{lines}"


def namespace_of(script: str) -> dict[str, Any]:
    """Return what the script defines, in a session that counts names anew."""
    import keras

    keras.backend.clear_session()
    namespace: dict[str, Any] = {"__name__": "exported"}
    exec(compile(script, "exported.py", "exec"), namespace)
    keras.config.set_dtype_policy("float32")
    return namespace


def built_model(plan: Plan, seed: int) -> Any:
    import keras

    from rnnlab.build import build_model

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    return build_model(plan)


def random_inputs(plan: Plan) -> list[Any]:
    """Return an array for each input; where the model masks, the last or first timesteps are padding."""
    import numpy as np

    draw = np.random.default_rng(5)
    arrays = []
    for signal in plan.inputs.values():
        shape = (3, *(size or 6 for size in signal.shape))
        if not signal.is_ids:
            array = draw.normal(size=shape).astype("float32")
            array[0, -2:] = 0
        else:
            array = draw.integers(1, signal.vocabulary, shape, dtype="int32")
            padded = slice(0, 2) if signal.mask and signal.mask.side == "pre" else slice(-2, None)
            array[:2, padded] = 0
        arrays.append(array)
    return arrays


def layers_by_name(model: Any, plan: Plan) -> dict[str, Any]:
    """Return class and arguments of every layer, as Keras writes them down."""
    found = {layer["config"]["name"]: layer for layer in model.get_config()["layers"]}
    names = [*plan.inputs, *(layer.name for layer in plan.layers if not layer.shared_with)]
    own = {name: found[name]["config"] | {"autocast": model.get_layer(name).autocast} for name in names}
    return {name: (found[name]["class_name"], own[name]) for name in names}


def assert_same_model(plan: Plan, experiment: Experiment) -> None:
    """Compare layers, arguments, connections, weights of the same seed, and what both give."""
    import keras
    import numpy as np

    script = model_script(plan, experiment)
    built = built_model(plan, experiment.seed)
    ours = namespace_of(script)["model"]
    assert layers_by_name(ours, plan) == layers_by_name(built, plan), script
    assert (ours.name, ours.count_params()) == (built.name, plan.parameters)
    weights = [[(weight.path, weight.shape) for weight in model.weights] for model in (ours, built)]
    assert weights[0] == weights[1]
    for mine, theirs in zip(ours.get_weights(), built.get_weights(), strict=True):
        assert np.array_equal(mine, theirs), script
    arrays = random_inputs(plan)
    mine = keras.tree.flatten(ours(arrays[0] if len(arrays) == 1 else arrays))
    theirs = keras.tree.flatten(built(dict(zip(plan.inputs, arrays, strict=True))))
    assert len(mine) == len(theirs) == len(plan.outputs)
    for left, right in zip(mine, theirs, strict=True):
        assert left.dtype == right.dtype, script
        if plan.needs_kernels:
            np.testing.assert_allclose(left, right, atol=1e-6, err_msg=script)
        else:
            assert np.array_equal(left, right, equal_nan=True), script
    keras.backend.clear_session()


BRIEF = {"movie_snippets_lstm", "guide_encoder_decoder_embedding", "guide_bidirectional_apart"}
BY_FILE = [pytest.param(file, marks=[] if file.stem in BRIEF else pytest.mark.soak) for file in EXPERIMENTS]


@pytest.mark.tensorflow
@pytest.mark.parametrize("file", BY_FILE, ids=lambda file: file.stem)
def test_the_script_of_every_experiment_builds_its_model(file):
    _, experiment, plan = check_experiment(file).require()
    assert_same_model(plan, experiment)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "layers",
    [
        ["{layer: embedding, output_dim: 3}", LSTM, "{layer: global_max_pooling1d}", HEAD],
        ["{layer: embedding, output_dim: 3}", "{layer: gru, units: 3, repeat: 2, trainable: false}", HEAD],
        ["{layer: embedding, output_dim: 3}", "{layer: lstm, units: 3, bidirectional: true, merge_mode: sum}", HEAD],
        [
            "{layer: embedding, output_dim: 3, embeddings_regularizer: {l2: 0.25}}",
            "{layer: lstm, units: 3, recurrent_dropout: 0.5, kernel_regularizer: {l1: 0.5, l2: 0.125}}",
            HEAD,
        ],
    ],
)
def test_the_script_of_a_masked_model_builds_it(layers):
    for padding in ("pre", "post"):
        assert_same_model(*checked(layers_of(*layers).replace("maxlen: 6", f"maxlen: 6, padding: {padding}")))


CELLS = "cells: [{cell: lstm, units: 4}, {cell: gru, units: 2}]"
ENCODER = f"layer: rnn, from: x, {CELLS}, name: encoder"
DECODER = f"layer: rnn, from: y, {CELLS}, name: decoder, initial_state: encoder"
GRAPHS = {
    "encoder and decoder": [
        "{layer: lstm, units: 4, from: x, name: encoder}",
        "{layer: lstm, units: 4, from: y, initial_state: encoder, name: decoder}",
    ],
    "states by name": [
        "{layer: lstm, units: 4, from: x, name: encoder}",
        "{layer: lstm, units: 4, from: y, initial_state: [encoder.state_c, encoder.state_h], name: decoder}",
        "{layer: dense, units: 2, from: encoder.state_h}",
    ],
    "stacked cells": [f"{{{ENCODER}}}", f"{{{DECODER}}}"],
    "both directions": [
        "{layer: gru, units: 4, from: x, bidirectional: true, name: encoder}",
        "{layer: gru, units: 4, from: y, bidirectional: true, merge_mode: ave, initial_state: encoder, name: decoder}",
    ],
    "stacked cells in both directions": [
        f"{{{ENCODER}, bidirectional: true}}",
        f"{{{DECODER}, bidirectional: true}}",
    ],
    "directions kept apart": [
        "{layer: lstm, units: 4, from: x, bidirectional: true, merge_mode: null, name: encoder}",
        "{layer: dense, units: 2, from: encoder.forward}",
        "{layer: dense, units: 3, from: encoder.backward}",
    ],
    "shared weights": [
        "{layer: gru, units: 4, from: x, name: encoder}",
        "{reuse: encoder, from: y}",
        "{layer: dense, units: 2, name: lambda}",
        "{reuse: lambda, from: encoder}",
    ],
    "names that Python and the script have": [
        "{layer: dense, units: 2, name: keras, from: x}",
        "{layer: dense, units: 2, name: model, from: y}",
        "{layer: dense, units: 2, name: class}",
        "{layer: dense, units: 2, name: layers}",
        "{layer: lstm, units: 2, name: rnn}",
        "{layer: dense, units: 2, name: rnn_state_h, from: rnn.state_h}",
    ],
}
OUTPUTS = {
    "encoder and decoder": "decoder, decoder.state_c, encoder",
    "states by name": "decoder, dense, encoder",
    "stacked cells": "decoder, encoder",
    "both directions": "decoder, encoder",
    "stacked cells in both directions": "decoder, encoder",
    "directions kept apart": "dense, dense_1, encoder.forward",
    "shared weights": "lambda, lambda_again",
    "names that Python and the script have": "rnn_state_h, rnn, rnn.state_c, keras",
}


def graph_of(name: str) -> str:
    parts = PARTS.replace(", y: {timesteps: 4, features: 3}", "") if name == "directions kept apart" else PARTS
    return layers_of(*GRAPHS[name], above=parts) + f"  outputs: [{OUTPUTS[name]}]\n"


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", GRAPHS)
def test_the_script_of_a_graph_builds_it(name):
    assert_same_model(*checked(graph_of(name)))


def random_graph(draw: random.Random) -> str:
    """Return a file with branches, states, shared weights and several outputs."""
    layers: list[dict[str, Any]] = []
    sequences, vectors = ["x", "y"], []
    for number in range(draw.randint(3, 7)):
        name = f"layer{number}"
        kind = draw.choice(["lstm", "gru", "simple_rnn", "dense", "dropout", "reuse"])
        recurrent = [
            each for each in layers if each.get("units") == 3 and each["layer"] in ("lstm", "gru", "simple_rnn")
        ]
        layer: dict[str, Any] = {"layer": kind, "name": name, "from": draw.choice(sequences)}
        if kind == "reuse" and not recurrent:
            kind = layer["layer"] = "dense"
        if kind == "reuse":
            twin = draw.choice(recurrent)
            layer = {"reuse": twin["name"], "name": name, "from": twin["from"]}
        elif kind == "dropout":
            layer |= {"rate": 0.5}
        else:
            layer |= {"units": 3}
        if kind in ("lstm", "gru", "simple_rnn"):
            starts = [each["name"] for each in recurrent if each["layer"] == kind]
            layer |= {"return_sequences": draw.random() < 0.6}
            layer |= {"initial_state": draw.choice(starts)} if starts and draw.random() < 0.7 else {}
        is_vector = kind in ("lstm", "gru", "simple_rnn", "reuse") and not (twin if kind == "reuse" else layer).get(
            "return_sequences"
        )
        (vectors if is_vector else sequences).append(name)
        layers.append(layer)
    outputs = [each["name"] for each in layers]
    keep = [{"layer": "dense", "units": 2, "name": f"keep_{name}", "from": name} for name in ("x", "y")]
    body = {"inputs": {name: {"timesteps": 5, "features": 3} for name in ("x", "y")}, "layers": [*layers, *keep]}
    body["outputs"] = [*outputs, "keep_x", "keep_y"]
    return f"rnnlab: 1\nname: random\nseed: {draw.randint(0, 99)}\nmodel: {json.dumps(body)}\n"


@pytest.mark.tensorflow
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))])
def test_the_script_of_a_random_graph_builds_it(seed):
    assert_same_model(*checked(random_graph(random.Random(seed))))


CONV = "{layer: conv1d, filters: 3, kernel_size: 3, padding: same}"
MASKED = {
    "global_max_pooling1d": [LSTM, "{layer: global_max_pooling1d}"],
    "global_average_pooling1d": [CONV, "{layer: global_average_pooling1d}"],
    "conv1d": ["{layer: conv1d, filters: 3, kernel_size: 3, padding: causal}", LSTM],
    "max_pooling1d": ["{layer: max_pooling1d, pool_size: 2, strides: 1, padding: same}", LSTM],
    "average_pooling1d": ["{layer: average_pooling1d, pool_size: 3, strides: 1, padding: same}", LSTM],
    "time_distributed": ["{layer: time_distributed, inner: {layer: dense, units: 2}}", LSTM],
    "attention": [
        "{layer: lstm, units: 3, name: query}",
        "{layer: attention, from: [query, embedding], use_causal_mask: true}",
        LSTM,
    ],
    "multi_head_attention": ["{layer: multi_head_attention, num_heads: 2, key_dim: 2}", LSTM],
    "batch_normalization": ["{layer: batch_normalization}", "{layer: gru, units: 2, bidirectional: true}"],
    "both directions one after the other": ["{layer: gru, units: 2, bidirectional: true}", LSTM],
    "shared and added": [
        "{layer: dense, units: 3, name: shared}",
        "{reuse: shared, from: embedding}",
        "{layer: add, from: [shared, shared_again]}",
        LSTM,
    ],
    "dropout and dense between": ["{layer: dropout, rate: 0.5}", "{layer: dense, units: 2}", LSTM],
    "helping names that are taken": [
        CONV.replace("}", ", name: text_mask}"),
        "{layer: global_max_pooling1d, name: pool}",
        "{layer: dense, units: 2, name: pool_input}",
    ],
}


@pytest.mark.tensorflow
@pytest.mark.soak
@pytest.mark.parametrize("kind", LAYERS)
def test_the_script_of_random_options_of_a_layer_builds_it(kind):
    assert_same_model(*checked(file_of(kind, random.Random(f"export {kind}"))))


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", MASKED)
def test_the_script_treats_padding_as_the_built_model_does(name):
    assert_same_model(*checked(layers_of("{layer: embedding, output_dim: 3}", *MASKED[name], HEAD)))


@pytest.mark.tensorflow
def test_a_mask_of_values_reaches_what_stands_behind_a_convolution():
    layers = ["{layer: masking}", CONV, LSTM]
    assert_same_model(*checked(layers_of(*layers, above=PARTS.replace(", y: {timesteps: 4, features: 3}", ""))))


@pytest.mark.tensorflow
def test_what_padding_becomes_is_the_same_number():
    from rnnlab.build import masks as built
    from rnnlab.export import masks as exported

    assert (built.LOWEST, built.ZERO) == (exported.LOWEST, exported.ZERO)


@pytest.mark.tensorflow
def test_every_layer_that_is_called_in_its_own_way_is_known_here():
    from rnnlab.build import masks as built
    from rnnlab.export import masks as exported

    assert built.CALLS.keys() == exported.FILLED.keys() | exported.ATTENDING
    assert built.TAKE_A_MASK == exported.TAKE_A_MASK


def test_a_short_model_reads_as_a_person_would_write_it():
    script = script_of(layers_of("{layer: embedding, output_dim: 3}", LSTM, HEAD))
    assert (
        """
# ids below 20; 0 is padding, behind the data
text = keras.Input(shape=(6,), dtype="int32", name="text")

# mask_zero: id 0 is padding, and the layers below skip it
embedding = layers.Embedding(
    input_dim=20,
    output_dim=3,
    mask_zero=True,
    name="embedding",
)(text)
rnn = layers.LSTM(3, name="rnn")(embedding)
dense = layers.Dense(1, activation="sigmoid", name="dense")(rnn)

model = keras.Model(inputs=text, outputs=dense, name="texts")
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.001),
    loss=keras.losses.BinaryCrossentropy(),
    metrics=[keras.metrics.BinaryAccuracy(name="accuracy")],
)
"""
        in script
    )


def test_only_keras_is_imported():
    imported = [
        line for line in script_of(graph_of("shared weights")).splitlines() if line.startswith(("import ", "from "))
    ]
    assert imported == ["import keras", "from keras import layers"]


def test_cudnn_is_mentioned_only_where_it_is_ruled_out():
    layers = ["{layer: lstm, units: 3, name: plain}", "{layer: lstm, units: 3, recurrent_dropout: 0.5, name: odd}"]
    script = script_of(layers_of("{layer: embedding, output_dim: 3}", *layers, HEAD))
    assert script.count("use_cudnn=False") == 1
    assert "# use_cudnn: `recurrent_dropout` is not 0\nodd = " in script


def test_many_states_go_from_layer_to_layer_together():
    script = script_of(graph_of("stacked cells in both directions"))
    assert "encoder, *encoder_states = layers.Bidirectional(" in script
    assert "initial_state=encoder_states" in script


@pytest.mark.parametrize("name", [*GRAPHS, *MASKED])
def test_lines_are_as_formatters_want_them(name):
    masked = layers_of("{layer: embedding, output_dim: 3}", *MASKED.get(name, ()), HEAD)
    script = script_of(masked if name in MASKED else graph_of(name))
    assert max(map(len, script.splitlines())) <= 88
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--check", "-"], input=script, text=True, check=False
    )
    assert done.returncode == 0
