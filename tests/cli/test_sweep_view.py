"""A sweep as a terminal of 80 columns shows it."""

import io
from dataclasses import replace

import pytest

from rnnlab.cli.console import SafeConsole
from rnnlab.cli.sweep_table import SweepTable
from rnnlab.cli.sweep_view import Snapshot, UnderWay, draw, duration, sparkline
from rnnlab.plan.space import Goal
from rnnlab.sweep.names import short_names
from rnnlab.sweep.trial import Replicate, Trial
from rnnlab.train.result import Epoch

PLACES = {"model.layers.rnn.layer": "gru", "model.layers.rnn.units": 32, "model.layers.drop.rate": 0.25}
GOALS = (Goal("val_accuracy", "maximize"),)
CURVE = (0.61, 0.66, 0.7, 0.73, 0.75, 0.76)


def make_trial(number, state="complete", epochs=6, **values):
    history = tuple(Epoch(index + 1, {"val_accuracy": CURVE[index]}, 1.0, 100.0, 0) for index in range(epochs))
    places = PLACES | {f"model.layers.rnn.{key}": value for key, value in values.items()}
    value = CURVE[epochs - 1] + number / 1000 if state == "complete" else None
    return Trial(number, places, state, value, 320_000, 1.3 * epochs, history, epochs=6)


def text(snapshot, **options):
    console = SafeConsole(file=io.StringIO(), width=80, highlight=False)
    console.print(draw(snapshot, **{"width": 80} | options))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def snapshot(*trials, running=(), refused=0, total=3):
    return Snapshot(GOALS, trials, running, refused, total, 2)


def test_a_finished_sweep_of_three_trials():
    trials = (make_trial(0), make_trial(1, layer="simple_rnn", units=17), make_trial(2, "pruned", 2, layer="lstm"))
    assert text(snapshot(*trials)) == [
        "3 of 3 trials",
        "2 complete · 1 pruned",
        "best: trial 1  val_accuracy 0.7610  layer simple_rnn  units 17  rate 0.25",
        "trial       layer  units  rate  val_accuracy  curve   epoch  state       s",
        "    0         gru     32  0.25        0.7600  ▁▃▅▇██    6/6  complete  7.8",
        "  ★ 1  simple_rnn     17  0.25        0.7610  ▁▃▅▇██    6/6  complete  7.8",
        "    2        lstm     32  0.25                ▁█        2/6  pruned    2.6",
    ]


def test_a_sweep_of_thirty_that_runs_shows_what_fits_and_what_is_trained():
    ended = [make_trial(number) for number in range(24)]
    ended += [make_trial(number, "diverged", 1) for number in (24, 25)] + [make_trial(26, "out_of_memory", 1)]
    running = (
        UnderWay(27, PLACES, CURVE[:3], 6, ("0",), 3.94),
        UnderWay(28, PLACES, (), 0),
    )
    assert text(snapshot(*ended, running=running, refused=4, total=30), rows=6) == [
        "27 of 30 trials · 2 running · about 9 s left",
        "24 complete · failed: 2 diverged, 1 out of memory · 4 points refused by the plan",
        "best: trial 23  val_accuracy 0.7830  layer gru  units 32  rate 0.25",
        "trial  layer  units  rate  val_accuracy  curve   epoch  state       s",
        " ★ 23    gru     32  0.25        0.7830  ▁▃▅▇██    6/6  complete  7.8",
        "   24    gru     32  0.25                ▄         1/6  diverged  1.3",
        "   25    gru     32  0.25                ▄         1/6  diverged  1.3",
        "   26    gru     32  0.25                ▄         1/6  memory    1.3",
        "   27    gru     32  0.25        0.7000  ▁▅█       3/6  worker 0  3.9",
        "   28    gru     32  0.25                               waiting",
        "23 older trials are not shown",
    ]


def test_no_line_is_longer_than_the_terminal_and_places_without_room_are_named():
    more = {f"place_{letter}": 0.123456 for letter in "abcdef"}
    lines = text(snapshot(make_trial(0, **more), make_trial(1, **more | {"place_f": 0.5})))
    assert max(map(len, lines)) <= 80
    assert "place_f" in next(line for line in lines if line.startswith("trial"))  # it varies, so it comes first
    assert lines[-1].endswith("place_c, place_d, place_e")


def test_names_of_places_are_as_short_as_they_can_be():
    paths = ["model.layers.rnn.units", "model.layers.dense.units", "optimizer.learning_rate", "units"]
    assert list(short_names(paths).values()) == ["rnn.units", "dense.units", "learning_rate", "units"]


@pytest.mark.parametrize(("seconds", "told"), [(8.4, "about 8 s"), (600, "about 10 min"), (2 * 3600, "about 2.0 h")])
def test_durations_are_told_as_people_do(seconds, told):
    assert duration(seconds) == told


def test_a_long_curve_has_eight_marks_and_ends_with_its_last_value():
    assert sparkline([float(value) for value in range(100)]) == "▁▂▃▄▅▆▇█"
    assert sparkline([]) == ""


def test_into_a_pipe_goes_one_line_per_trial():
    console = SafeConsole(file=io.StringIO(), highlight=False)
    with SweepTable(console) as table:
        table.on_sweep(2, GOALS)
        table.on_trial(0, PLACES, 320_000)
        table.on_trial_begin(0, "1", None)
        table.on_trial_epoch(0, make_trial(0).history[0], 6)
        (running,) = table.snapshot().running
        assert (running.state, running.curve, running.epochs) == ("worker 1", (0.61,), 6)
        table.on_trial_end(make_trial(0))
        table.on_trial_end(make_trial(1, "invalid", 0))
    assert console.file.getvalue() == (
        "trial 0 (1 of 2)  layer gru  units 32  rate 0.25  complete  val_accuracy 0.7600  7.8 s\n"
    )
    assert table.snapshot().refused == 1


def test_a_live_table_on_a_terminal_is_left_there_whole():
    console = SafeConsole(file=io.StringIO(), force_terminal=True, width=80, height=12, color_system=None)
    with SweepTable(console) as table:
        table.on_sweep(30, GOALS)
        table.on_resumed([make_trial(number) for number in range(20)], 2)
        table.on_trial(20, PLACES, 320_000)
        table.on_trial_begin(20, "0", None)
        table.on_trial_end(make_trial(20))
    final = console.file.getvalue().rpartition("21 of 30 trials")[2]
    assert "21 complete · 2 points refused by the plan" in final
    assert final.count("complete  7.8") == 21


def replicated(number, *values):
    """A trial of seeds 7, 8, …; a value of None is of a replicate that is not done."""
    replicates = tuple(Replicate(7 + place, "complete", value) for place, value in enumerate(values))
    trial = make_trial(number)
    return replace(trial, value=sum(values) / len(values), replicates=replicates, epochs=6 * len(values))


def test_replicated_trials_have_an_interval_and_what_is_under_way_its_seeds():
    running = (
        UnderWay(2, PLACES, CURVE, 18, ("0", "1"), 3.94, (8, 9)),
        UnderWay(3, PLACES, (), 18, ("2",), 0.5, (7,)),
    )
    lines = text(snapshot(replicated(0, 0.75, 0.76, 0.77), make_trial(1), running=running, total=4))
    assert lines[2:4] == [
        "best: trial 1  val_accuracy 0.7610  layer gru  units 32  rate 0.25",
        "trial  layer  units    val_accuracy  curve   epoch  state                    s",
    ]
    assert lines[4].split()[3:5] == ["0.7600", "±0.0248"]
    assert lines[6].split()[-6:] == ["6/18", "workers", "0,1", "seeds", "8,9", "3.9"]
    assert "worker 2 seed 7" in lines[7]
    assert lines[-1] == "no room for rate"
    best = text(snapshot(replicated(0, 0.75, 0.76, 0.77)))[2]
    assert "val_accuracy 0.7600 [0.7352, 0.7848]" in best


def test_the_live_table_knows_which_replicates_are_under_way():
    with SweepTable(SafeConsole(file=io.StringIO())) as table:
        table.on_sweep(2, GOALS)
        table.on_trial(0, PLACES, 320_000)
        table.on_trial_begin(0, "0", 7)
        table.on_trial_begin(0, "1", 8)
        assert table.snapshot().running[0].state == "workers 0,1 seeds 7,8"
        table.on_replicate_end(0, Replicate(7, "complete", 0.7))
        assert table.snapshot().running[0].state == "worker 1 seed 8"


def test_of_several_objectives_all_are_shown_and_the_front():
    goals = (*GOALS, Goal("parameters", "minimize"))
    trials = [
        replace(make_trial(0), value=0.8, objectives=(0.8, 900.0)),
        replace(make_trial(1), value=0.8, objectives=(0.8, 500.0)),
        replace(make_trial(2), value=0.7, objectives=(0.7, 600.0)),
        replace(make_trial(3), value=0.6, objectives=(0.6, 100.0)),
    ]
    lines = text(Snapshot(goals, tuple(trials), (), 0, 4, 2))
    assert lines[2].startswith("best: trial 1  val_accuracy 0.8, parameters 500  layer gru")
    assert lines[3] == "front: 2 trials that no other one beats in all objectives: 1, 3"
    assert [line.split()[0] for line in lines if "★" in line] == ["★"]
