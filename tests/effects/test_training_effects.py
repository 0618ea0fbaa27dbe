"""Every key of optimizer, task, training and runtime changes how the same model learns."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rnnlab import validate_experiment

from .optimizers import OPTIMIZERS, SCHEDULES, optimizer_keys, optimizer_sections
from .sections import CASES

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
    found = {
        stepped(optimizer_sections(spec, next(key for name, key in optimizer_keys() if name == spec))[0])
        for spec in kinds
    }
    assert len(found) == len(kinds)


def outcome(assembled, learner, initial):
    """Return what a training gives but for its seconds: curves, steps, end and weights."""
    from rnnlab.train.fit import fit
    from rnnlab.train.state import restore

    restore(learner.model, learner.optimizer, initial)
    splits, experiment = assembled.splits, assembled.experiment
    result = fit(learner, splits.train, splits.validation, experiment.training, seed=experiment.seed)
    curves = [epoch.metrics for epoch in result.history]
    return curves, result.kept_epoch, result.stopped_by, [weight.tobytes() for weight in learner.model.get_weights()]


@pytest.fixture(scope="module")
def learners():
    """Learners by what they are compiled for, with their initial numbers."""
    return {}


@pytest.fixture
def trained(assemble, learners):
    """Train the small experiment with `PATH=VALUE` laid over it; learners of the same head are compiled once."""
    from rnnlab.train.state import capture

    def train(*overrides):
        assembled = assemble(*overrides)
        training = assembled.experiment.training
        reads = training.stateful and training.batch_size, assembled.splits.train.buckets is not None
        compiled_for = (assembled.plan.head, assembled.experiment.optimizer, reads)
        if compiled_for not in learners:
            learner = assembled.learner()
            learners[compiled_for] = learner, capture(learner.model, learner.optimizer)
        return outcome(assembled, *learners[compiled_for])

    return train


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=".".join(key)) for key, case in CASES.items() if case.effect == "training"]
)
def test_a_key_changes_the_training(trained, case):
    before, after = (trained(*case.context, *flip) for flip in ((), (case.flip,)))
    assert before != after


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=".".join(key)) for key, case in CASES.items() if case.effect == "writing"]
)
def test_a_key_of_decoding_changes_what_is_written(assemble, case):
    assert [found.tobytes() for found in written(assemble, *case.context)] != [
        found.tobytes() for found in written(assemble, *case.context, case.flip)
    ]


def written(assemble, *overrides):
    """Return the ids and probabilities that an untrained model writes for the test samples."""
    from rnnlab.build import build_inference, write
    from rnnlab.experiment import task_of
    from rnnlab.plan import plan_inference

    assembled = assemble(*overrides)
    learner = assembled.learner()
    for weight in learner.twin.weights:
        weight.assign(weight * 6)  # so that answers differ
    inference = build_inference(plan_inference(assembled.plan, "target"), learner.twin)
    sources = {"source": assembled.splits.test.inputs["source"]}
    decoded = write(inference, sources, task_of(assembled.experiment).decode, timesteps=3)
    return decoded.ids, decoded.log_probabilities


def test_a_training_that_is_repeated_changes_nothing(trained):
    case = CASES["Experiment", "seed"]
    assert trained(*case.context) == trained(*case.context)


def test_threads_devices_and_determinism_set_up_the_machine():
    import os

    import tensorflow as tf
    from tensorflow.python.framework import config

    from rnnlab.build import configure
    from rnnlab.errors import CallError
    from rnnlab.runtime import Runtime

    assert {key for key, case in CASES.items() if case.effect == "machine"} == {
        ("Runtime", key) for key in ("threads", "devices", "deterministic")
    }
    tf.zeros(1) + 1
    with pytest.raises(CallError, match="its threads cannot become"):
        configure(Runtime(threads=len(os.sched_getaffinity(0)) + 1), 7)
    if not tf.config.list_physical_devices("GPU"):
        with pytest.raises(CallError, match="finds no GPU"):
            configure(Runtime(devices="gpu"), 7)
    assert not config.is_op_determinism_enabled()
    configure(Runtime(deterministic=True), 7)
    assert config.is_op_determinism_enabled()
    config.disable_op_determinism()
