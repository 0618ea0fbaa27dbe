from pathlib import Path

import numpy as np
import pytest

from rnnlab.data import Samples
from rnnlab.plan import HeadPlan, check_experiment, stateful_plan
from rnnlab.tasks import LOSSES
from rnnlab.train.batches import window_steps, windows
from rnnlab.training import Training

GUIDE = Path(__file__).parents[2] / "experiments" / "guide_stateful_lstm.yaml"
SERIES = """\
rnnlab: 1
name: series
seed: 5
dataset: {kind: arrays, path: series.npz, per: timestep, split: {kind: tail, validation: 0.2, test: 0.2}}
task: {kind: regression}
model:
  layers:
    - {layer: lstm, units: 6, recurrent_dropout: 0.1, name: rnn}
    - {layer: dropout, rate: 0.1}
    - {layer: dense, units: 1}
training: {batch_size: 5, epochs: 3, stateful: true, window: 4}
"""


def _head(per="sample"):
    loss = LOSSES["mean_squared_error"]()
    return HeadPlan("number", "regression", "y", loss, ("mean_absolute_error",), False, per=per)


def _samples(count=5, timesteps=7, masks=None, per="sample"):
    x = np.arange(count * timesteps, dtype=np.float32).reshape(count, timesteps, 1)
    y = np.arange(count, dtype=np.float32) if per == "sample" else x[:, :, 0]
    return Samples({"x": x}, {"y": y}, masks=masks or {})


def _windows(samples, per="sample", **keys):
    training = Training.model_validate({"batch_size": 2, "stateful": True, "window": 3, **keys})
    return list(windows(samples, _head(per), np.arange(len(samples)), training, None))


def test_a_row_continues_the_same_row_of_the_batch_before():
    found = _windows(_samples())
    first = [(batch[0]["x"][0, :, 0].tolist(), begins) for batch, begins in found[:3]]
    assert first == [([0, 1, 2], True), ([3, 4, 5], False), ([6], False)]
    assert [batch[1].tolist() for batch, _ in found[:3]] == [[0, 1]] * 3


def test_all_batches_have_one_size_and_what_fills_the_last_counts_for_nothing():
    found = _windows(_samples())
    assert {len(batch[1]) for batch, _ in found} == {2}
    assert found[-1][0][2].tolist() == [1, 0]
    assert len(found) == 9 == window_steps(5, 7, Training(batch_size=2, stateful=True, window=3))


def test_samples_that_fill_no_batch_can_be_dropped():
    found = _windows(_samples(), remainder="drop")
    assert len(found) == 6 == window_steps(5, 7, Training(batch_size=2, stateful=True, window=3, remainder="drop"))
    assert {target for batch, _ in found for target in batch[1].tolist()} == {0, 1, 2, 3}


def test_targets_of_timesteps_are_cut_with_their_timesteps():
    batch, _ = _windows(_samples(per="timestep"), per="timestep")[1]
    assert batch[1].tolist() == batch[0]["x"][:, :, 0].tolist() == [[3, 4, 5], [10, 11, 12]]


def test_windows_of_padding_count_for_nothing():
    live = np.array([[True] * 4 + [False] * 3, [True] * 2 + [False] * 5])
    found = _windows(_samples(2, masks={"x": live}))
    assert [batch[2].tolist() for batch, _ in found] == [[1, 1], [1, 0]]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("training={window: 3}", "RL210"),
        ("training={stateful: true}", "RL210"),
        ("training={stateful: true, reset: epoch}", "RL227"),
        ("training={stateful: true, window: 3, batch_size: 5, remainder: sometimes}", "RL105"),
        ("model.layers.0={layer: lstm, units: 32, bidirectional: true, merge_mode: sum}", "RL227"),
        ("model.layers.0={layer: lstm, units: 64, go_backwards: true}", "RL227"),
    ],
)
def test_what_cannot_be_trained_window_by_window_is_refused(given, code):
    codes = [found.code for found in check_experiment(GUIDE, overrides=[given]).diagnostics]
    assert code in codes
    assert set(codes) <= {code, "RL217"}, "with other layers it has other parameters"


@pytest.mark.tensorflow
def test_states_carried_from_window_to_window_give_what_one_long_pass_gives():
    from rnnlab.build import build_model
    from rnnlab.train.learner import copy_weights
    from rnnlab.train.state import recurrent_states, reset_states

    _, experiment, plan = check_experiment(GUIDE, overrides=["model.layers.0.return_sequences=true"]).require()
    twin, model = build_model(plan), build_model(stateful_plan(experiment, plan))
    copy_weights(twin, model)
    assert model.count_params() == plan.parameters == 29_440
    assert tuple(model.inputs[0].shape) == (20, None, 50)
    long = np.random.default_rng(0).normal(size=(20, 35, 50)).astype("float32")
    whole = np.asarray(twin({"x": long}))
    for _ in range(2):
        parts = [np.asarray(model({"x": long[:, start : start + 10]})) for start in range(0, 35, 10)]
        np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-5)
        assert any(np.asarray(state.value).any() for state in recurrent_states(model))
        reset_states(model)
        assert not any(np.asarray(state.value).any() for state in recurrent_states(model))
    with pytest.raises(ValueError, match="20"):
        model({"x": long[:3, :10]})


def _series(folder: Path, *overrides: str):
    from tests.conftest import assemble_file

    draw = np.random.default_rng(2)
    x = draw.normal(size=(20, 10, 2)).astype("float32")
    np.savez(folder / "series.npz", x=x, y=np.cumsum(x[:, :, 0], axis=1))
    (folder / "series.yaml").write_text(SERIES)
    return assemble_file(folder / "series.yaml", *overrides)


@pytest.mark.tensorflow
@pytest.mark.parametrize("reset", ["sequence", "epoch", "never"])
def test_the_twin_answers_whole_sequences_with_the_trained_weights(tmp_path, train, reset):
    shuffle = [] if reset == "sequence" else ["training.shuffle=false"]
    learner, result = train(_series(tmp_path, f"training.reset={reset}", *shuffle))
    assert learner.stateful
    for weight, twin in zip(learner.model.weights, learner.twin.weights, strict=True):
        assert weight.path == twin.path
        np.testing.assert_array_equal(weight.numpy(), twin.numpy())
    losses = [epoch.metrics["loss"] for epoch in result.history]
    assert losses[-1] < losses[0]
    assert learner.twin.predict({"x": np.zeros((3, 10, 2), "float32")}, verbose=0).shape == (3, 10, 1)


@pytest.mark.tensorflow
def test_a_stateful_training_that_is_resumed_ends_with_the_same_bits(tmp_path, train):
    from rnnlab.train.keeping import Checkpointing
    from rnnlab.train.state import capture

    keys = ("training.reset=never", "training.shuffle=false")
    whole, _ = train(_series(tmp_path, *keys))
    folder = tmp_path / "checkpoints"
    train(_series(tmp_path, *keys, "training.epochs=2"), checkpointing=Checkpointing(folder, "same"))
    assembled = _series(tmp_path, *keys)
    _stopped_early(folder)
    resumed, result = train(assembled, checkpointing=Checkpointing(folder, "same", resume=True))
    assert result.resumed_from == 2
    wanted, found = (capture(learner.model, learner.optimizer) for learner in (whole, resumed))
    assert {key: value.tobytes() for key, value in found.items()} == {
        key: value.tobytes() for key, value in wanted.items()
    }


def _stopped_early(folder: Path) -> None:
    """Make the newest checkpoint one of a training that goes on."""
    from dataclasses import replace

    from rnnlab.train.checkpoint import load_checkpoint, save_checkpoint

    found = load_checkpoint(folder)
    assert found is not None
    save_checkpoint(folder, replace(found[0], state=replace(found[0].state, stopped_by=None)))


def test_the_directions_of_two_inputs_meet_as_vectors():
    from rnnlab import plan_model, validate_experiment

    branches = "{layer: gru, units: 2, from: x, name: a}, {layer: gru, units: 2, from: z, name: b}"
    inputs, joined = "{x: {features: 2}, z: {features: 3}}", "{layer: concatenate, from: [a, b]}"
    model = f"inputs: {inputs}, layers: [{branches}, {joined}]"
    text = f"rnnlab: 1\nname: two\nmodel: {{{model}}}\ntraining: {{stateful: true, window: 5}}\n"
    assert plan_model(validate_experiment(text)).parameters == 36 + 42


def test_too_few_samples_for_a_batch_are_refused_before_a_run_is_opened(tmp_path):
    from rnnlab.errors import CallError
    from rnnlab.run.completing import complete_plan

    assembled = _series(tmp_path, "training.remainder=drop", "training.batch_size=50")
    with pytest.raises(CallError, match="fill no batch of 50"):
        complete_plan(assembled.experiment, assembled.splits)
