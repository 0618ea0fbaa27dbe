"""Learners that are used again train as fresh ones do, bit for bit."""

import gc
import hashlib
import json
import os
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
from conftest import assemble_file

pytestmark = pytest.mark.tensorflow

DROPOUTS = ("training.epochs=1", "model.layers.rnn.recurrent_dropout=0.2", "model.layers.rnn.dropout=0.1")


def _train(assembled, warm=None):
    """Return the learner, the bytes of its weights and what its epochs told."""
    from rnnlab.build import fresh_session
    from rnnlab.run.road import train_once

    if warm is None:
        fresh_session()
    trained = train_once(assembled.experiment, assembled.plan, assembled.splits, warm=warm)
    weights = [weight.tobytes() for weight in trained.learner.twin.get_weights()]
    return trained.learner, weights, [epoch.metrics for epoch in trained.result.history]


def test_what_is_compiled_once_trains_with_other_numbers_to_the_bits_of_a_fresh_learner(assemble):
    from rnnlab.train.warm import WarmLearners

    warm = WarmLearners()
    first, _, _ = _train(assemble(*DROPOUTS, "seed=1"), warm)
    other = assemble(*DROPOUTS, "seed=2", "optimizer.learning_rate=0.02", "training.batch_size=16")
    again, weights, told = _train(other, warm)
    assert again is first
    assert again.steps.train is first.steps.train
    _, expected, wanted = _train(other)
    assert (weights, told) == (expected, wanted)


HEAD = "{layer: dense, units: 1, activation: sigmoid}"
RATED = {
    "kernels": (
        "{layer: embedding, output_dim: 4}",
        "{layer: spatial_dropout1d, rate: RATE}",
        "{layer: gaussian_noise, stddev: RATE}",
        "{layer: lstm, units: 3, bidirectional: true, dropout: RATE, recurrent_dropout: RATE}",
        "{layer: gru, units: 3, dropout: RATE}",
        "{layer: dropout, rate: RATE}",
    ),
    "keras": (
        "{layer: embedding, output_dim: 4}",
        "{layer: gru, units: 3, recurrent_dropout: RATE}",
        "{layer: simple_rnn, units: 3, dropout: RATE, recurrent_dropout: RATE}",
    ),
    "cells": (
        "{layer: embedding, output_dim: 4}",
        "{layer: rnn, cells: [{cell: lstm, units: 3, dropout: RATE}, {cell: gru, units: 2, recurrent_dropout: RATE}]}",
    ),
    "rows": (
        "{layer: embedding, output_dim: 4}",
        "{layer: time_distributed, inner: {layer: reshape, target_shape: [2, 2]}}",
        "{layer: conv_lstm1d, filters: 2, kernel_size: 1, dropout: RATE, recurrent_dropout: RATE}",
        "{layer: time_distributed, inner: {layer: gru, units: 2, dropout: RATE, recurrent_dropout: RATE}}",
        "{layer: dropout, rate: RATE}",
        "{layer: global_average_pooling1d}",
    ),
}


LONG = ("cells", "rows")


def _rated(kind, rate, seed, decay):
    """Return overrides of a file with a rate wherever there can be one."""
    layers = ", ".join((*RATED[kind], HEAD)).replace("RATE", str(rate))
    optimizer = f"optimizer={{kind: adamw, learning_rate: {rate}, weight_decay: {decay}}}"
    runtime = f"runtime.kernel={'keras' if kind == 'keras' else 'auto'}"
    return f"model.layers=[{layers}]", optimizer, runtime, f"seed={seed}", "padding.maxlen=3"


@pytest.mark.parametrize("kind", ["kernels", "keras", *(pytest.param(kind, marks=pytest.mark.soak) for kind in LONG)])
def test_rates_and_weight_decay_are_values_to_the_bits_and_configuration_of_a_fresh_learner(assemble, kind):
    from rnnlab.train.warm import WarmLearners

    warm = WarmLearners()
    first, _, _ = _train(assemble(*_rated(kind, 0.1, 1, 0.1), "training.epochs=1"), warm)
    _train(assemble(*_rated(kind, 0.2, 2, 0.2), "training.epochs=1"), warm)
    third = assemble(*_rated(kind, 0.3, 3, 0.3))
    again, weights, told = _train(third, warm)
    assert again is first
    config = again.twin.get_config()
    fresh, expected, wanted = _train(third)
    assert (weights, told) == (expected, wanted)
    assert config == fresh.twin.get_config()
    assert "0.3" in str(config)
    assert "0.1" not in str(config)


ALONE = """
import sys
import weakref
from pathlib import Path
from train.test_warm import _sha256, _train, assemble_file
print(_sha256(*_train(assemble_file(Path(sys.argv[1]), *sys.argv[2:]))))
"""


def _sha256(learner, weights, told):
    return hashlib.sha256(b"".join(weights) + json.dumps(told).encode()).hexdigest()


@pytest.mark.soak
@pytest.mark.parametrize("kind", RATED)
def test_a_learner_used_again_ends_with_the_bits_of_a_fresh_process(make_tiny, kind):
    from rnnlab.train.warm import WarmLearners

    tiny, warm = make_tiny("alone"), WarmLearners()
    for number in (1, 2, 3):
        overrides = _rated(kind, number / 10, number, number / 20)
        trained = _train(assemble_file(tiny.file, *overrides), warm)
    tests = Path(__file__).parents[1]
    env = os.environ | {"PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}
    command = [sys.executable, "-c", ALONE, str(tiny.file), *overrides]
    alone = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert alone.stdout.split()[-1] == _sha256(*trained)


def test_numbers_that_are_part_of_the_graph_make_another_learner(assemble):
    from rnnlab.build import configure
    from rnnlab.train.warm import WarmLearners

    warm = WarmLearners(kept=4)

    def build(*overrides):
        assembled = assemble(*overrides)
        configure(assembled.experiment.runtime, assembled.experiment.seed)
        return warm.build(assembled.experiment, assembled.plan)

    first = build("seed=1")
    rates = [
        *("model.layers.drop.rate=0.0", "optimizer={kind: sgd}", "optimizer.clipnorm=1.0"),
        "optimizer.learning_rate={kind: cosine_decay, initial_learning_rate: 0.1, decay_steps: 9}",
    ]
    others = [build(rate) for rate in rates]
    assert len({id(each) for each in (first, *others)}) == 1 + len(rates)
    assert build("seed=1") is not first  # only the newest four are kept


def test_a_learner_that_waits_gives_its_numbers_up_and_has_all_of_them_again(assemble):
    from rnnlab.train.warm import WarmLearners

    def variables(learner):
        return [*learner.twin.variables, *learner.model.variables, *learner.optimizer.variables]

    first, second = assemble("seed=1"), assemble("seed=1", "optimizer={kind: sgd}")
    warm = WarmLearners()
    learner, wanted, _ = _train(first, warm)
    fresh = _train(first)[1]
    assert wanted == fresh
    other = warm.build(second.experiment, second.plan)
    assert not any(np.any(each.numpy()) for each in variables(learner))
    assert any(np.any(each.numpy()) for each in variables(other))
    again, numbers, _ = _train(first, warm)
    assert again is learner
    assert numbers == wanted


def _graphs_and_functions():
    """Return how many graphs are in Python's memory, and what TensorFlow compiled."""
    from tensorflow.python.eager import context

    gc.collect()
    names = context.context().list_function_names()
    return sum(type(each).__name__ == "FuncGraph" for each in gc.get_objects()), {
        name for name in names if "__inference" in name
    }


@pytest.mark.parametrize("kernel", ["numba", "keras"])
def test_a_learner_that_gave_way_leaves_nothing_and_the_others_train_on(assemble, kernel):
    from rnnlab.train.warm import WarmLearners

    def train(*overrides):
        return _train(assemble("training.epochs=1", f"runtime.kernel={kernel}", *overrides), warm)[0]

    before, known = _graphs_and_functions()
    warm = WarmLearners(kept=2)
    first, leaving = train("seed=1"), train("model.layers.rnn.units=5")
    learners = [weakref.ref(each) for each in (leaving, leaving.model, leaving.optimizer)]
    kept = _graphs_and_functions()[1] - known
    assert train("seed=2") is first  # its names were forgotten by Keras since
    del leaving
    train("model.layers.rnn.units=6")
    graphs, functions = _graphs_and_functions()
    assert [each() for each in learners] == [None] * 3
    assert graphs <= before
    assert 0 < len(functions & kept) < len(kept)
    del first
    warm.forget()
    assert not _graphs_and_functions()[1] - known
