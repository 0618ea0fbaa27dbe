"""Every key of optimizer, task and training changes how the same model learns."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rnnlab import validate_experiment

from .optimizers import OPTIMIZERS, SCHEDULES, optimizer_keys, optimizer_sections

pytestmark = pytest.mark.tensorflow

MODEL = "rnnlab: 1\nname: x\nmodel: {inputs: {x: {features: 1}}, layers: [{layer: lstm, units: 1}]}\n"
STEPS = 8


def stepped(section) -> bytes:
    """Return three weights after the same gradients."""
    import keras

    from rnnlab.build import build_optimizer

    experiment = validate_experiment(f"{MODEL}optimizer: {json.dumps(section)}\n")
    weights = [keras.Variable([1.0, -2.0, 0.5]), keras.Variable([0.3])]
    optimizer = build_optimizer(experiment.optimizer)
    optimizer.build(weights)
    draw = np.random.default_rng(4)
    for step in range(STEPS):
        gradients = [draw.normal(size=weight.shape).astype("float32") * (4 if step == 2 else 1) for weight in weights]
        optimizer.apply([keras.ops.convert_to_tensor(gradient) for gradient in gradients], weights)
    return b"".join(weight.numpy().tobytes() for weight in weights)


@pytest.mark.parametrize(("spec", "key"), optimizer_keys())
def test_a_key_of_an_optimizer_changes_the_steps(spec, key):
    before, after = optimizer_sections(spec, key)
    assert stepped(before) != stepped(after)


@pytest.mark.parametrize("kinds", [OPTIMIZERS, SCHEDULES], ids=["optimizers", "schedules"])
def test_no_two_kinds_take_the_same_steps(kinds):
    found = {stepped(optimizer_sections(spec, next(key for name, key in optimizer_keys() if name == spec))[0]) for spec in kinds}
    assert len(found) == len(kinds)
