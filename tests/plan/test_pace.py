"""How long trials are said to take follows from what there is to do and from the pace."""

import math
from dataclasses import asdict

import pytest

from rnnlab.plan import check_document
from rnnlab.plan.pace import Pace, expected_seconds, in_words, work_of
from rnnlab.source import Source, parse

FILE = """
rnnlab: 1
name: shapes
dataset: {kind: arrays, path: series.npz, inputs: [x], target: y}
model:
  layers:
    - {layer: lstm, units: 3, name: rnn, bidirectional: true}
    - {layer: dense, units: 1}
training: {batch_size: 7, epochs: 4}
sweep: {trials: 5, pruner: none, space: {model.layers.rnn.units: [3, 4]}}
"""
RATES = {"batch": 0.01, "keras operations": 1e-6, "keras timesteps": 1e-3, "other operations": 2e-6}
PACE = Pace(RATES, {"model": 0.5, "keras layers": 0.25}, 0.1, 8.0, 2, 3, 0.1, 5.0)


@pytest.fixture
def checked(tmp_path):
    numpy = pytest.importorskip("numpy")
    numpy.savez(tmp_path / "series.npz", x=numpy.zeros((40, 6, 2), "float32"), y=numpy.zeros(40, "float32"))

    def check(*changes):
        text = FILE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return check_document(parse(Source("x.yaml", text)), tmp_path).require()

    return check


def test_work_is_told_by_kernel_for_a_batch(checked):
    _, experiment, plan = checked()
    work = work_of(experiment, plan, 20)
    recurrent, dense = (3 * 7 * layer.flops for layer in plan.layers)
    assert work.batch == {
        "batch": 1,
        "keras operations": recurrent,
        "keras timesteps": 2 * 6,  # both ways
        "other operations": dense,
    }
    assert (work.build, work.cells) == ({"model": 1, "keras layers": 2}, ("lstm keras",))
    assert (work.batches, work.trainings, work.operations) == (math.ceil(20 / 7) * 4, 1, recurrent + dense)
    assert work_of(experiment, plan, None) is None


def test_a_trial_is_built_once_and_trained_for_all_batches(checked):
    _, experiment, plan = checked()
    work = work_of(experiment, plan, 20)
    seconds = expected_seconds([work], experiment, PACE, trials=5)
    one = PACE.first(work) + PACE.steady(work)
    batch = sum(RATES[name] * amount for name, amount in work.batch.items())
    assert PACE.first(work) == 0.5 + 2 * 0.25
    assert one == pytest.approx(1.0 + 12 * batch)
    assert seconds.longest == pytest.approx(one)
    begin = 2 * 1.0 + 3 * 0.1  # both workers compile the only shape once
    assert seconds.trial == pytest.approx(begin / 5 + 12 * batch)
    assert seconds.sweep == pytest.approx(8.0 + 3 * seconds.trial)
    assert (seconds.at_most, seconds.told) == (False, 1.0)


def test_seeds_are_trained_in_turn_and_confirmed_ones_too(checked):
    sweep = "sweep: {trials: 5, confirm: {top: 2, seeds: 3},"
    _, experiment, plan = checked(("name: shapes", "name: shapes\nseeds: 4"), ("sweep: {trials: 5,", sweep))
    work = work_of(experiment, plan, 20)
    seconds = expected_seconds([work], experiment, PACE, trials=5)
    assert (work.trainings, work.batches) == (4, 4 * 12)
    assert seconds.sweep == pytest.approx(8.0 + (10 + 3) * seconds.trial / 4)


@pytest.mark.parametrize(
    "change",
    [
        ("pruner: none", "pruner: median"),
        ("epochs: 4", "epochs: 4, max_seconds: 60"),
        ("sweep: {trials: 5,", "sweep: {trials: 5, engine: {kind: local, timeout: 60},"),
        ("epochs: 4", "epochs: 4, early_stopping: {monitor: val_loss, patience: 1}"),
    ],
)
def test_what_ends_trials_sooner_makes_it_at_most(checked, change):
    _, experiment, plan = checked(change)
    seconds = expected_seconds([work_of(experiment, plan, 20)], experiment, PACE, trials=5)
    assert seconds.at_most
    assert (seconds.trials, seconds.pace.workers) == (5, 2)


def test_no_training_takes_longer_than_the_timeout(checked):
    change = ("sweep: {trials: 5,", "sweep: {trials: 5, engine: {kind: local, timeout: 0.5},")
    _, experiment, plan = checked(change)
    seconds = expected_seconds([work_of(experiment, plan, 20)], experiment, PACE, trials=5)
    assert (seconds.trial, seconds.longest, seconds.sweep) == (0.5, 0.5, 8.0 + 3 * 0.5)


def test_points_of_which_nothing_was_probed_have_no_time(checked):
    _, experiment, plan = checked()
    known = work_of(experiment, plan, 20)
    _, other, forced = checked(("training:", "runtime: {kernel: xla}\ntraining:"))
    unknown = work_of(other, forced, 20)
    assert expected_seconds([unknown, None], experiment, PACE, trials=5) is None
    assert expected_seconds([known, unknown, None, known], experiment, PACE, trials=5).told == 0.5


def test_a_pace_is_read_as_it_was_written():
    assert Pace.from_data(asdict(PACE)) == PACE
    with pytest.raises(KeyError):
        Pace.from_data({"batch": {}})


def test_seconds_in_words():
    assert [in_words(each) for each in (0.0123, 61.2, 99.6, 240, 9000)] == [
        "0.012 s",
        "61 s",
        "2 min",
        "4 min",
        "2.5 h",
    ]
