"""Inputs of numbers whose last feature tells data from padding: padding never changes a result."""

import numpy as np
import pytest

from rnnlab.datasets import Facts, InputFacts, TargetFacts
from rnnlab.experiment import Experiment
from rnnlab.export import model_script
from rnnlab.plan import plan_model

LAYERS = {
    "lstm": [{"layer": "lstm", "units": 3}],
    "bidirectional": [{"layer": "gru", "units": 3, "bidirectional": True}],
    "convolution": [
        {"layer": "conv1d", "filters": 3, "kernel_size": 2, "padding": "same"},
        {"layer": "gru", "units": 3},
    ],
    "pooling": [{"layer": "dense", "units": 3}, {"layer": "global_max_pooling1d"}],
}

pytestmark = pytest.mark.tensorflow


def planned(layers, side="post"):
    data = {"kind": "ts", "path": "absent.ts"}
    head = {"layer": "dense", "units": 1, "activation": "sigmoid"}
    model = {"layers": [*layers, head]}
    experiment = Experiment.model_validate({"rnnlab": 1, "name": "x", "dataset": data, "model": model})
    inputs = {"x": InputFacts("features", None, (3,), padding=side, masked=True)}
    return experiment, plan_model(experiment, Facts(inputs, {"y": TargetFacts("classes", 2, ("a", "b"))}))


@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_padding_of_numbers_changes_nothing(layers, side):
    from rnnlab.build.probes import probe_model

    _, plan = planned(layers, side)
    assert {probe.question: probe.holds for probe in probe_model(plan)} == {"padding": True, "batch-mates": True}


def test_a_timestep_of_zeros_is_data():
    from rnnlab.build import build_model

    _, plan = planned(LAYERS["lstm"])
    model = build_model(plan)
    x = np.ones((2, 3, 3), np.float32)
    x[:, 1, :2] = 0.0
    x[1, 1, 2] = 0.0  # and here it is padding
    one, two = np.asarray(model({"x": x}))
    assert one != two


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_an_exported_script_masks_the_same(layers):
    import keras

    from rnnlab.build import build_model

    experiment, plan = planned(layers)
    model = build_model(plan)
    keras.backend.clear_session()
    namespace = {"__name__": "exported"}
    exec(compile(model_script(plan, experiment), "exported.py", "exec"), namespace)
    namespace["model"].set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)
    x[..., 2] = 1.0
    x[1, 2:] = 0.0
    np.testing.assert_allclose(namespace["model"](x), model({"x": x}), rtol=1e-5)
