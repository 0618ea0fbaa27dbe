import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from rnnlab.datasets import Facts, InputFacts, TargetFacts

pytestmark = pytest.mark.tensorflow

RECURRENT = ["simple_rnn", "lstm", "gru"]
BELOW = {
    "last output": "",
    "maximum": "{layer: global_max_pooling1d}, ",
    "mean": "{layer: global_average_pooling1d}, ",
}
IDS = np.array([[3, 4, 5, 6], [7, 1, 0, 0]], "int32")  # the second sample is padded already, at the end


def _plan(layers, side):
    """Return the plan of layers that read sequences of any length."""
    from rnnlab import plan_model, validate_experiment

    experiment = validate_experiment(
        "rnnlab: 1\nname: pads\ndataset: {kind: catalog, name: movie-snippets}\n"
        f"text: {{vocabulary: 9}}\npadding: {{padding: {side}}}\n"
        f"model: {{layers: [{{layer: embedding, output_dim: 3}}, {layers}"
        "{layer: dense, units: 1, activation: sigmoid}]}\n"
    )
    facts = Facts(
        {"text": InputFacts("ids", None, vocabulary=9, padding=side, masked=True)},
        {"sentiment": TargetFacts("classes", 2, ("negative", "positive"))},
    )
    return plan_model(experiment, facts)


def _padded(side, pads):
    rows = [
        np.concatenate([np.zeros(pads), row]) if side == "pre" else np.concatenate([row, np.zeros(pads)])
        for row in _sided(side)
    ]
    return np.array(rows, "int32")


def _sided(side):
    return IDS if side == "post" else np.array([IDS[0], [0, 0, 7, 1]], "int32")


@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize(
    ("direction", "below"),
    [*(("false", below) for below in BELOW), ("true", "last output"), ("true", "maximum")],
)
def test_more_padding_never_changes_a_result(kind, direction, side, below):
    import keras

    from rnnlab.build import build_model

    recurrent = f"{{layer: {kind}, units: 2, bidirectional: {direction}}}, "
    model = build_model(_plan(recurrent + BELOW[below], side))
    answers = [model(_padded(side, pads)).numpy() for pads in (0, 3, 6)]
    np.testing.assert_allclose(answers[1], answers[0], atol=1e-6)
    np.testing.assert_allclose(answers[2], answers[0], atol=1e-6)
    assert abs(answers[0][0] - answers[0][1]) > 1e-6
    keras.backend.clear_session()


def test_without_a_mask_padding_does_change_the_result():
    from rnnlab import plan_model, validate_experiment
    from rnnlab.build import build_model

    experiment = validate_experiment(
        "rnnlab: 1\nname: pads\nmodel: {inputs: {text: {vocabulary: 9}}, layers: [{layer: embedding, output_dim: 3}, "
        "{layer: lstm, units: 2}, {layer: dense, units: 1}]}\n"
    )
    model = build_model(plan_model(experiment))
    assert np.abs(model(_padded("post", 3)) - model(_padded("post", 0))).max() > 1e-6


def test_the_maximum_of_negative_outputs_is_not_the_padding():
    import keras

    from rnnlab.build import build_model

    model = build_model(_plan(BELOW["maximum"], "post"))
    embedding = model.get_layer("embedding")
    embedding.set_weights([-1 - np.arange(27, dtype="float32").reshape(9, 3)])
    pooled = keras.Model(model.inputs, model.get_layer("global_max_pooling1d").output)
    assert pooled(np.array([[4, 2, 0, 0]], "int32")).numpy().tolist() == [[-7, -8, -9]]


READ = """
import sys
import keras, numpy as np
for side in ("pre", "post"):
    model = keras.models.load_model(f"{sys.argv[1]}/{side}.keras", safe_mode=True)
    saved = np.load(f"{sys.argv[1]}/{side}.npz")
    np.testing.assert_array_equal(np.asarray(model(saved["ids"])), saved["answers"])
assert not any(name.startswith("rnnlab") for name in sys.modules)
print("equal")
"""


def test_a_saved_model_answers_the_same_in_plain_keras_without_rnnlab(tmp_path):
    from rnnlab.build import build_model

    layers = "{layer: gru, units: 2, bidirectional: true}, {layer: global_max_pooling1d}, "
    for side in ("pre", "post"):
        model = build_model(_plan(layers, side))
        model.save(tmp_path / f"{side}.keras")
        ids = _padded(side, 3)
        np.savez(tmp_path / f"{side}.npz", ids=ids, answers=model(ids).numpy())
    command = [sys.executable, "-I", "-W", "ignore", "-c", READ, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "equal", done.stderr


@pytest.mark.parametrize(("kernel", "use_cudnn"), [("keras", False), ("xla", False), ("auto", "auto")])
@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_the_kernel_of_the_file_is_the_kernel_of_the_built_layer(assemble, kind, kernel, use_cudnn):
    from rnnlab.build.model import build_layer

    plan = assemble(f"model.layers.rnn.layer={kind}", f"runtime.kernel={kernel}").plan
    (layer,) = (each for each in plan.layers if each.name == "rnn")
    assert build_layer(layer).use_cudnn == use_cudnn
    assert build_layer(replace(layer, kernel="cudnn")).use_cudnn is True


def test_a_key_that_cudnn_cannot_follow_keeps_it_out(assemble):
    from rnnlab.build.model import build_layer

    plan = assemble("model.layers.rnn.recurrent_dropout=0.2").plan
    (layer,) = (each for each in plan.layers if each.name == "rnn")
    assert build_layer(layer).use_cudnn is False


def test_both_directions_have_the_kernel_of_the_file(assemble):
    from rnnlab.build.model import build_layer

    plan = assemble("model.layers.rnn.bidirectional=true", "runtime.kernel=keras").plan
    (layer,) = (each for each in plan.layers if each.name == "rnn")
    built = build_layer(layer)
    assert (built.forward_layer.use_cudnn, built.backward_layer.use_cudnn) == (False, False)
