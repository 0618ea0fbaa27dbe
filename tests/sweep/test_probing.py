"""Which points of a space are probed, by whom, and what comes of it."""

from collections import deque

import pytest

from rnnlab.errors import RnnlabError
from rnnlab.plan import check_experiment
from rnnlab.plan.census import draw_points
from rnnlab.plan.kept_paces import kept_pace, pace_file
from rnnlab.plan.pace import Timing, expected_seconds

pytestmark = pytest.mark.tensorflow  # for the data

SPACE = """\
sweep:
  trials: 8
  space:
    model.layers.rnn.layer: [simple_rnn, gru, lstm]
    model.layers.rnn.units: {low: 2, high: 9}
    optimizer.learning_rate: {low: 1e-3, high: 1e-1, log: true}
"""


def cell_of(order):
    """Return kind and units of the recurrent layer of an order."""
    layer = order.config["model"]["layers"][1]
    return layer["layer"], layer["units"]


class Timed:
    """Workers that train nothing: a batch takes a millisecond for each unit.

    Args:
        capacity: how many there are.
        ill: cells with which a worker dies.
        stuck: cells that are never done.
    """

    threads = 1

    def __init__(self, capacity=1, ill=(), stuck=()):
        self.capacity, self.ill, self.stuck = capacity, ill, stuck
        self.orders, self.events, self.most, self.killed = [], deque(), 0, []

    def start(self, order):
        from rnnlab.sweep.executor import Event
        from rnnlab.sweep.trial import TrialReport

        cell, size = cell_of(order)
        timing = Timing(0.5, 0.1, size / 1000, 6.0, len(self.orders) < self.capacity)
        self.orders.append(order)
        self.events.append(Event("began", order.number))
        if cell in self.ill:
            self.events.append(Event("died", order.number, message="the worker process died"))
        elif cell not in self.stuck:
            self.events.append(Event("ended", order.number, report=TrialReport("complete", timing=timing)))
        self.most = max(self.most, sum(event.kind != "began" for event in self.events))

    def next_event(self, timeout=None):
        if not self.events and timeout is None:
            raise KeyboardInterrupt
        return self.events.popleft() if self.events else None

    def kill(self, number):
        self.killed.append(number)


@pytest.fixture
def probed(tiny, monkeypatch):
    """Probe the space of a small experiment: (pace, points, experiment)."""
    from rnnlab.data import prepare
    from rnnlab.sweep.probing import probe

    monkeypatch.setenv("RNNLAB_CACHE", str(tiny.folder / "cache"))

    def run(executor, *overrides, text=SPACE, prepared=True, **options):
        checked = check_experiment(tiny.extend(text), overrides=overrides)
        document, experiment, _ = checked.require()
        if prepared:
            prepare(experiment, checked.folder, target="classes", say=print)
        drawn = draw_points(experiment, document, checked.folder, points=200)
        return probe(drawn, experiment, document, checked.folder, executor, **options), drawn, experiment

    return run


def test_each_worker_begins_with_the_file_as_written_and_then_they_share_points_of_all_cells(probed):
    executor = Timed(capacity=2)
    pace, drawn, experiment = probed(executor)
    found = [cell_of(order) for order in executor.orders]
    assert found[:2] == [("lstm", 4)] * 2
    assert {layer for layer, _ in found[2:]} == {"simple_rnn", "gru", "lstm"}
    assert len(set(found[1:])) == len(found[1:]) == pace.probed == 10
    assert {min(size for _, size in found), max(size for _, size in found)} <= {2, 3, 8, 9}
    assert {order.config["runtime"]["threads"] for order in executor.orders} == {1}
    assert all(order.probed for order in executor.orders)
    assert executor.most <= 2
    assert (pace.workers, pace.again) == (2, pytest.approx(0.1))
    assert expected_seconds(drawn.works, experiment, pace, trials=5).told == 1


def test_seeds_are_not_probed_one_by_one(probed):
    executor = Timed()
    probed(executor, "seeds=5", most=1)
    assert [order.config.get("seeds") for order in executor.orders] == [None, None]


def test_a_point_that_cannot_be_trained_is_left_out(probed):
    pace, drawn, experiment = probed(Timed(ill=("gru",)))
    assert 0 < pace.probed < 10
    assert expected_seconds(drawn.works, experiment, pace, trials=5).trial > 0


def test_a_point_that_takes_longer_than_a_trial_may_is_ended(probed):
    executor = Timed(stuck=("gru",))
    pace, _, _ = probed(executor, "sweep.engine={kind: local, timeout: 60}")
    stuck = [order.number for order in executor.orders if cell_of(order)[0] == "gru"]
    assert executor.killed == stuck != []
    assert pace.probed == len(executor.orders) - len(stuck)


def test_what_is_under_way_is_ended_where_the_probe_is_interrupted(probed):
    executor = Timed(capacity=2, stuck=("lstm",))  # those of the file as written
    with pytest.raises(KeyboardInterrupt):
        probed(executor)
    assert executor.killed == [0, 1]


def test_a_grid_has_no_more_trials_than_points(probed):
    grid = "sweep: {trials: 20, sampler: {kind: grid}, space: {model.layers.rnn.layer: [gru, lstm]}}\n"
    _, drawn, experiment = probed(Timed(), text=grid)
    assert drawn.trials(experiment.sweep) == 2
    assert drawn.trials(experiment.sweep.model_copy(update={"trials": 1})) == 1


def test_where_no_point_can_be_trained_the_reason_is_told(probed):
    with pytest.raises(RnnlabError, match="the worker process died"):
        probed(Timed(ill=("simple_rnn", "gru", "lstm")))


def test_before_the_data_are_prepared_there_is_nothing_to_fit(probed):
    with pytest.raises(RnnlabError, match="unknown"):
        probed(Timed(), prepared=False)


def test_a_short_sweep_is_not_probed_before_trial_0(probed):
    from rnnlab.sweep.probing import AFFORDED, MOST, affordable_points

    _, drawn, _ = probed(Timed(), most=1)
    batches = drawn.works[0].batches
    assert affordable_points(drawn, AFFORDED // batches - 1) == 0
    assert affordable_points(drawn, 3 * AFFORDED // batches + 1) == 3
    assert affordable_points(drawn, 1_000_000) == MOST


def test_a_sweep_probes_where_it_is_long_enough_and_keeps_what_it_found(tiny, executor, monkeypatch):
    from rnnlab.run.opening import open_road
    from rnnlab.sweep import probing
    from rnnlab.sweep.beforehand import census_before

    monkeypatch.setenv("RNNLAB_CACHE", str(tiny.folder / "cache"))
    file = tiny.extend("sweep: {trials: 2, pruner: none, space: {model.layers.rnn.layer: [gru, lstm]}}\n")
    said = []
    road = open_road(file, store=tiny.store, say=said.append)
    census = census_before(road, executor)
    assert (census.points, census.distinct, census.seconds) == (10_000, 2, None)
    monkeypatch.setattr(probing, "AFFORDED", 4)
    first, second = census_before(road, executor), census_before(road, executor)
    assert sum(line.startswith("probing ") for line in said) == 1
    assert first.seconds.trials == 2
    assert first == second
    pace = kept_pace(pace_file(road.experiment, road.folder, workers=1, threads=executor.threads))
    assert pace is not None
    assert (pace.probed, pace.workers) == (2, 1)
    assert set(pace.build) == {"model", "keras layers"}
    assert pace.again > 0
