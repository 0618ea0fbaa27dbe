"""The architectures of the public Keras RNN guides: their files, and what the guides say comes out."""

from pathlib import Path

import pytest

from rnnlab import load_experiment, plan_model
from rnnlab.experiment import Experiment
from rnnlab.plan import check_experiment

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
FILES = [path for path in sorted(EXPERIMENTS.glob("*.yaml")) if path.suffixes == [".yaml"]]  # no best file of a sweep
MODELINE = "# yaml-language-server: $schema=../schemas/experiment.schema.json"
BY_SHAPE = {
    "batch_normalization": (24_714, [(10,)]),
    "bidirectional_apart": (38_400, [(5, 64), (5, 64)]),
    "bidirectional_ave": (63_562, [(10,)]),
    "bidirectional_concat": (80_266, [(10,)]),
    "bidirectional_mul": (63_562, [(10,)]),
    "bidirectional_sum": (63_562, [(10,)]),
    "dtype_by_layer": (164_106, [(10,)]),
    "dtype_float64": (164_106, [(10,)]),
    "dtype_mixed_bfloat16": (164_106, [(10,)]),
    "dtype_mixed_float16": (164_106, [(10,)]),
    "embedding_gru_simple_rnn": (361_866, [(10,)]),
    "embedding_lstm": (164_106, [(10,)]),
    "encoder_decoder_embedding": (258_698, [(10,)]),
    "encoder_decoder_lstm": (470, [(None, 5)]),
    "gru_no_bias": (53_250, [(5, 2)]),
    "imdb_lstm": (328_353, [(1,)]),
    "imdb_simple_rnn": (322_113, [(1,)]),
    "lstm_1000_no_bias": (4_042_002, [(5, 2)]),
    "lstm_no_bias": (70_656, [(128,)]),
    "rnn_of_gru_cell": (660, [(10,)]),
    "rnn_of_lstm_cell": (840, [(10,)]),
    "rnn_of_mixed_cells": (1_710, [(10,)]),
    "rnn_of_simple_rnn_cell": (210, [(10,)]),
    "rnn_of_stacked_cells": (2_520, [(10,)]),
    "simple_rnn_all_outputs": (322_080, [(None, 32)]),
    "simple_rnn_dense": (17_154, [(5, 2)]),
    "simple_rnn_last_output": (322_080, [(32,)]),
    "stacked_simple_rnn": (328_320, [(32,)]),
    "stateful_lstm": (29_440, [(64,)]),
    "states_gru": (180, [(5,)]),
    "states_lstm": (220, [(5,), (5,)]),
    "states_simple_rnn": (55, [(5,)]),
}
"""Parameters and output shapes without the batch, by the file's name behind `guide_`."""


def guide(stem: str) -> Experiment:
    return load_experiment(EXPERIMENTS / f"guide_{stem}.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_experiment_of_the_project_is_valid(path):
    assert path.read_text(encoding="utf-8").splitlines()[0] == MODELINE
    checked = check_experiment(path)
    _, experiment, plan = checked.require()
    assert experiment.description
    assert plan.parameters > 0


@pytest.mark.parametrize("path", [path for path in FILES if path.stem.startswith("guide_")], ids=lambda path: path.stem)
def test_every_guide_says_its_parameters(path):
    experiment = load_experiment(path)
    assert experiment.expect.parameters == plan_model(experiment).parameters


def test_every_guide_without_data_is_in_the_table():
    files = [path.stem.removeprefix("guide_") for path in FILES if path.stem.startswith("guide_")]
    files = [stem for stem in files if not stem.startswith("plugin_")]  # of no public guide
    assert [stem for stem in files if guide(stem).dataset is None] == sorted(BY_SHAPE)


@pytest.mark.parametrize("stem", BY_SHAPE)
def test_a_guide_plans_what_the_guide_says(stem):
    plan = plan_model(guide(stem))
    parameters, shapes = BY_SHAPE[stem]
    assert plan.parameters == parameters
    assert [signal.shape for signal in plan.outputs.values()] == shapes


def test_the_movie_snippets_of_the_guide_have_its_parameters():
    experiment = guide("movie_snippets")
    vocabulary = experiment.text.vocabulary
    assert plan_model(experiment).parameters == vocabulary * 32 + 2_080 + 33
    assert plan_model(experiment).head.loss.kind == "binary_crossentropy"


@pytest.mark.tensorflow
@pytest.mark.parametrize("stem", BY_SHAPE)
def test_a_guide_builds_what_the_guide_says(stem):
    import keras

    from rnnlab.build import build_model

    model = build_model(plan_model(guide(stem)))
    parameters, shapes = BY_SHAPE[stem]
    assert model.count_params() == parameters
    assert [output.shape[1:] for output in model.outputs] == shapes
    keras.backend.clear_session()


@pytest.mark.tensorflow
def test_the_moving_averages_of_a_normalisation_are_not_trained():
    import keras

    from rnnlab.build import build_model

    model = build_model(plan_model(guide("batch_normalization")))
    assert sum(int(keras.ops.size(weight)) for weight in model.trainable_weights) == 24_586
    keras.backend.clear_session()


def _numbers(model, count: int):
    """Return inputs for a model: ids, or numbers, with six timesteps where their number is open."""
    import numpy as np

    draw = np.random.default_rng(0)
    shapes = {tensor.name: [count, *(size or 6 for size in tensor.shape[1:])] for tensor in model.inputs}
    ids = {tensor.name for tensor in model.inputs if "int" in tensor.dtype}
    return {
        name: draw.integers(1, 50, shape).astype("int32") if name in ids else draw.normal(size=shape).astype("float32")
        for name, shape in shapes.items()
    }


@pytest.mark.tensorflow
@pytest.mark.parametrize("stem", ["encoder_decoder_lstm", "encoder_decoder_embedding", "stateful_lstm"])
def test_a_guide_learns_in_one_step(stem):
    import keras
    import numpy as np

    from rnnlab.build import build_model
    from rnnlab.plan import stateful_plan

    experiment = guide(stem)
    plan = plan_model(experiment)
    model = build_model(stateful_plan(experiment, plan) if experiment.training.stateful else plan)
    inputs = _numbers(model, 20)
    target = np.full(model(inputs).shape, 0.1, "float32")
    before = [weight.numpy() for weight in model.trainable_weights]
    model.compile(optimizer="adam", loss="mse")
    assert np.isfinite(model.train_on_batch(inputs, target))
    changed = [(weight.numpy() != old).any() for weight, old in zip(model.trainable_weights, before, strict=True)]
    assert all(changed)
    keras.backend.clear_session()


@pytest.mark.network
@pytest.mark.tensorflow
def test_the_trained_guide_has_its_parameters_and_learns_in_one_step():
    from rnnlab.run.run import run_experiment

    path = EXPERIMENTS / "guide_embedding_lstm_training.yaml"
    experiment = load_experiment(path)
    assert (experiment.training.epochs, experiment.dataset.split.validation) == (1000, 0.1)
    outcome = run_experiment(path, smoke=True)
    assert outcome.plan.parameters == 164_106
    assert outcome.result.history[0].metrics.keys() >= {"loss", "accuracy", "val_loss", "val_accuracy"}


@pytest.mark.tensorflow
def test_a_thousand_epochs_are_kept_and_nothing_is_printed(assemble, capfd):
    from rnnlab.run.opening import smoke_splits
    from rnnlab.train.fit import fit

    head = "{layer: dense, units: 1, activation: sigmoid}"
    layers = f"[{{layer: embedding, output_dim: 2}}, {{layer: global_max_pooling1d}}, {head}]"
    assembled = assemble(f"model.layers={layers}", "training.epochs=1000", "training.batch_size=8")
    splits = smoke_splits(assembled.splits, 8)
    result = fit(assembled.learner(), splits.train, splits.validation, assembled.experiment.training, seed=1)
    assert [epoch.epoch for epoch in result.history] == list(range(1, 1001))
    assert result.history[-1].metrics["loss"] < result.history[0].metrics["loss"]
    assert capfd.readouterr().out == ""


@pytest.mark.network
@pytest.mark.tensorflow
def test_the_movie_snippets_of_the_guide_learn_in_one_step():
    from rnnlab.run.run import run_experiment

    outcome = run_experiment(EXPERIMENTS / "guide_movie_snippets.yaml", smoke=True)
    assert outcome.plan.parameters == guide("movie_snippets").expect.parameters
    assert outcome.result.history[0].metrics.keys() >= {"loss", "accuracy", "val_loss", "val_accuracy"}
