"""Several objectives: the front, its files, and what does not go with them."""

import csv
import json
from pathlib import Path

import pytest

from rnnlab.plan.space import Goal
from rnnlab.sweep.front import front_of
from rnnlab.sweep.trial import Trial, TrialReport
from tests.sweep.scripted import Scripted

OBJECTIVES = """\
sweep:
  objectives: [{metric: val_accuracy}, {metric: parameters}, {metric: milliseconds}]
  trials: 6
  sampler: {kind: tpe, seed: 5, n_startup_trials: 3}
  space:
    optimizer.learning_rate: {low: 1e-4, high: 0.1, log: true}
    model.layers.rnn.units: [4, 8, 16]
"""
GOALS = (Goal("val_accuracy", "maximize"), Goal("parameters", "minimize"))


@pytest.fixture
def swept(tiny, records):
    """Run a sweep in a scripted executor: (outcome, record of the sweep)."""
    from rnnlab import run_sweep

    def run(executor, *overrides, text=OBJECTIVES, **options):
        outcome = run_sweep(tiny.extend(text), overrides=overrides, store=tiny.store, executor=executor, **options)
        return outcome, next(record for record in reversed(records(tiny)) if record.kind == "sweep")

    return run


def scored(number, *objectives):
    return Trial(number, {}, "complete", value=objectives[0], objectives=objectives)


def test_the_front_has_what_none_beats_and_starts_with_the_best_in_the_first():
    trials = [scored(0, 0.8, 100), scored(1, 0.9, 200), scored(2, 0.7, 150), scored(3, 0.9, 300), scored(4, 0.6, 50)]
    assert [trial.number for trial in front_of(trials, GOALS)] == [1, 0, 4]


def test_the_first_of_equals_stands_for_all_and_trials_without_values_are_left_out():
    trials = [scored(0, 0.8, 100), scored(1, 0.8, 100), Trial(2, {}, "diverged")]
    assert [trial.number for trial in front_of(trials, GOALS)] == [0]


def test_the_front_is_recorded_with_a_file_for_each_member(swept):
    from rnnlab.plan import check_experiment

    outcome, record = swept(Scripted(2, ends={2: [TrialReport("diverged", message="nan")]}))
    assert [trial.state for trial in outcome.trials].count("diverged") == 1
    for trial in outcome.trials:
        if trial.state == "complete":
            accuracy, parameters, milliseconds = trial.objectives
            assert accuracy == trial.value == trial.result.kept.metrics["val_accuracy"]
            assert parameters == trial.parameters
            assert milliseconds == trial.values["model.layers.rnn.units"] / 100
    assert outcome.best == outcome.front[0].trial
    folder = Path(record.artifact_folder)
    rows = json.loads((folder / "front.json").read_text("utf-8"))
    assert [row["number"] for row in rows] == [member.trial.number for member in outcome.front]
    table = list(csv.DictReader((folder / "front.csv").read_text("utf-8").splitlines()))
    assert [float(row["val_accuracy"]) for row in table] == [member.trial.value for member in outcome.front]
    for place, member in enumerate(outcome.front, start=1):
        assert member.path.name == f"tiny.best-{place}.yaml"
        assert (folder / "front" / f"best-{place}.yaml").read_text("utf-8") == member.config
        checked = check_experiment(member.path)
        assert checked.plan.parameters == member.trial.parameters
    assert {"front.png", "front.html"} <= {path.name for path in (folder / "figures").iterdir()}
    assert record.tags["rnnlab.front"].split(", ")[0] == f"{outcome.best.number}"


def test_a_sweep_of_several_objectives_goes_on(swept):
    from rnnlab.errors import InterruptedRunError

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            if self.started[-1] == 3:
                raise KeyboardInterrupt
            return super().next_event(timeout)

    whole, _ = swept(Scripted())
    with pytest.raises(InterruptedRunError):
        swept(Interrupted())
    again, _ = swept(Scripted(), resume=True)
    facts = [[(trial.values, trial.objectives) for trial in each.trials] for each in (whole, again)]
    assert facts[0] == facts[1]


def test_values_of_other_sweeps_are_not_used(swept):
    from rnnlab.errors import CallError

    with pytest.raises(CallError, match="a sweep of several measures its own"):
        swept(Scripted(), reuse=True)


def test_the_report_has_the_front(tiny, swept, capsys):
    from rnnlab.cli.sweep_report import give_report, report_data

    outcome, _ = swept(Scripted(2))
    give_report(outcome, tiny.file, json=False)
    told = capsys.readouterr().out
    assert "trials that no other one beats in all objectives" in told
    assert "tiny.best-1.yaml" in told
    data = json.loads(json.dumps(report_data(outcome)))
    assert [each["metric"] for each in data["objectives"]] == ["val_accuracy", "parameters", "milliseconds"]
    assert data["front"][0]["number"] == data["best"] == outcome.best.number


def test_the_status_ranks_as_the_report_does_and_has_the_front(tiny, swept, capsys):
    from rnnlab.cli.sweep_status import show_status

    class Alike(Scripted):
        """All trials are alike in the first objective."""

        def epoch(self, order, number):
            epoch = super().epoch(order, number)
            return type(epoch)(number, epoch.metrics | {"val_accuracy": 0.5}, 0.01, 100.0, epoch.timestamp)

    outcome, _ = swept(Alike(), "model.layers.rnn.units=8")
    first = next(trial for trial in outcome.trials if trial.value == 0.5)
    assert outcome.best.number != first.number, "the next objective decides"
    capsys.readouterr()
    show_status("LAST", tiny.store, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["best"]["number"] == outcome.best.number
    assert [each["number"] for each in found["front"]] == [member.trial.number for member in outcome.front]
    assert [each["metric"] for each in found["objectives"]] == ["val_accuracy", "parameters", "milliseconds"]
    show_status("LAST", tiny.store, as_json=False)
    told = capsys.readouterr().out
    assert f"best: trial {outcome.best.number}  val_accuracy 0.5, parameters" in told
    assert f"front       trial {outcome.front[0].trial.number}: val_accuracy 0.5, parameters" in told


def test_the_status_has_the_course_of_a_trial_of_several_objectives(tiny, swept):
    from rnnlab.errors import InterruptedRunError
    from rnnlab.sweep.status import sweep_status

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            if any(job.done and not job.waits for job in self.jobs.values()):
                raise KeyboardInterrupt
            return super().next_event(timeout)

    with pytest.raises(InterruptedRunError):
        swept(Interrupted())
    (running,) = sweep_status("LAST", store=tiny.store).running
    assert (len(running.values), running.epochs) == (1, 2)


@pytest.mark.tensorflow
def test_answers_are_timed_by_real_workers(tiny, sweep_of):
    text = OBJECTIVES.replace("trials: 6", "trials: 2").replace("{kind: tpe, seed: 5, n_startup_trials: 3}", "random")
    outcome = sweep_of(tiny, text, "training.epochs=1")
    assert {trial.state for trial in outcome.trials} == {"complete"}
    for trial in outcome.trials:
        assert trial.objectives[:2] == (trial.value, trial.parameters)
        assert 0 < trial.objectives[2] < 1000
    assert outcome.front[0].trial == outcome.best
    assert outcome.scores["test"]
