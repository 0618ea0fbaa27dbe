"""Plugins as Keras models: the five cells and the layer of experiments/plugins, and plugins that lie."""

from pathlib import Path

import pytest

from rnnlab import check_plugin, load_experiment, load_plugin, plan_model, validate_experiment
from rnnlab.errors import PluginError

from .writing import FILE, KERAS, SPEC, write_plugin

pytestmark = pytest.mark.tensorflow
EXPERIMENTS = Path(__file__).parents[2] / "experiments"
CELLS = EXPERIMENTS / "plugins" / "cells.py"
ZONEOUT = """\
rnnlab: 1
name: x
seed: 5
model:
  inputs: {x: {timesteps: 6, features: 4}}
  layers: [{layer: rnn, cells: [{cell: zoneout_lstm, units: 3, zoneout_h: 0.5}], return_sequences: true, name: rnn}]
"""


def build(text: str):
    import keras

    from rnnlab.build import build_model

    keras.backend.clear_session()
    keras.utils.set_random_seed(5)
    return build_model(plan_model(validate_experiment(text)))


def test_every_member_of_the_projects_plugin_keeps_the_contract():
    checks = check_plugin(CELLS)
    assert [check for check in checks if not check.holds] == []
    assert len({check.member for check in checks}) == 6
    assert len(checks) == 5 * 9 + 6


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("guide_plugin_*.yaml")), ids=lambda path: path.stem)
def test_a_guide_with_a_plugin_builds_what_it_expects(path):
    from rnnlab.build import build_model

    experiment = load_experiment(path)
    assert build_model(plan_model(experiment)).count_params() == experiment.expect.parameters


def test_zoneout_is_random_while_training_only_and_follows_from_the_seed():
    import numpy as np

    load_plugin(CELLS)
    x = {"x": np.random.default_rng(0).normal(size=(2, 6, 4)).astype(np.float32)}
    model, again = build(ZONEOUT), None
    training = [np.asarray(model(x, training=True)) for _ in range(2)]
    assert not np.array_equal(*training)
    answers = [np.asarray(model(x, training=False)) for _ in range(2)]
    assert np.array_equal(*answers)
    again = build(ZONEOUT)
    assert [np.array_equal(np.asarray(again(x, training=True)), each) for each in training] == [True, True]
    assert any("seed" in variable.path for variable in again.variables)  # so that checkpoints hold it
    kept = training[0][:, 1:] == training[0][:, :-1]
    assert 0.2 < kept.mean() < 0.8  # each number is kept from the timestep before with probability 0.5


def test_a_peephole_lstm_without_peepholes_is_an_lstm():
    import numpy as np

    load_plugin(CELLS)
    shape = "model: {inputs: {x: {features: 4}}, layers: [%s]}"
    mine = build(f"rnnlab: 1\nname: x\n{shape}" % "{layer: rnn, cells: [{cell: peephole_lstm, units: 3}]}")
    stock = build(f"rnnlab: 1\nname: x\n{shape}" % "{layer: lstm, units: 3}")
    stock.set_weights(mine.get_weights()[:3])
    x = {"x": np.random.default_rng(0).normal(size=(2, 6, 4)).astype(np.float32)}
    assert np.allclose(mine(x), stock(x), atol=1e-6)


LIES = {
    "another shape": (
        KERAS.replace("shape=(self.units,)", "shape=(2,)"),
        r"rnn/blend/bias: planned \(3,\), built \(2,\)",
    ),
    "another name": (KERAS.replace('name="bias"', 'name="offset"'), "rnn/blend/offset: planned nothing"),
    "no class": (KERAS.replace("class Blend", "class Other"), r"tiny_cells_keras\.py has no class `Blend`"),
    "no layer": (KERAS.replace("(keras.layers.Layer)", ""), r"is no keras\.layers\.Layer"),
    "no key": (KERAS.replace("units, **kwargs", "width, **kwargs"), "TypeError"),
    "raises in call": (KERAS.replace("ops.tanh", "ops.lost"), r"tiny_cells_keras\.py:\d+: AttributeError"),
    "raises at import": ("import lost\n" + KERAS, r"tiny_cells_keras\.py:1: ModuleNotFoundError"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_keras_file_that_disagrees_with_its_spec_is_an_error_of_the_plugin(tmp_path, lie):
    keras, words = LIES[lie]
    load_plugin(write_plugin(tmp_path, keras=keras))
    with pytest.raises(PluginError, match=words) as caught:
        build(FILE)
    assert caught.value.code == "RL511"
    assert "plugin `tiny_cells`" in str(caught.value)


def problems(path: Path) -> dict[str, str]:
    return {check.question: check.problem for check in check_plugin(path) if not check.holds}


def test_the_check_finds_what_its_author_forgot(tmp_path):
    spec = SPEC.replace('    """U: numbers in the output of each timestep."""\n', "")
    keras = KERAS.replace(' | {"units": self.units}', "").replace(" + self.bias", "")
    found = problems(write_plugin(tmp_path, spec=spec, keras=keras))
    assert found["every key is documented"] == "write a string below `units`"
    assert "`get_config` lacks `units`" in found["saved and loaded it is the same"]
    assert "does not depend on `rnn/blend/bias`" in found["every weight is trained"]


def test_the_check_finds_a_layer_that_lets_padding_leak(tmp_path):
    spec = '''\
from typing import ClassVar, Literal

from rnnlab.plugin import Layer, Planned, Signal

KERAS_FILE = "tiny_cells_keras.py"


class Mean(Layer):
    """The mean over the timesteps, padding included."""

    keras_class: ClassVar[str] = "Mean"
    keeps_sequence: ClassVar[bool] = False
    reads_sequence: ClassVar[bool] = True
    layer: Literal["mean"] = "mean"

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        return Planned(output=Signal(signal.shape[-1:]))
'''
    keras = """\
import keras


class Mean(keras.layers.Layer):
    def call(self, x):
        return keras.ops.mean(x, axis=-2)
"""
    found = problems(write_plugin(tmp_path, spec=spec, keras=keras))
    assert "padding changes a result" in found["padding never changes a result"]
