"""Seeds as replicates of a sweep's trials, with an executor that follows a script."""

import statistics

import pytest

from rnnlab.sweep.trial import TrialReport
from tests.sweep.scripted import Scripted

SEEDED = """\
seeds: 3
sweep:
  trials: 3
  sampler: {kind: random, seed: 5}
  pruner: none
  space:
    optimizer.learning_rate: {low: 1e-4, high: 0.1, log: true}
"""
MEDIAN = SEEDED.replace("pruner: none", "pruner: {kind: median, n_startup_trials: 1}")
WILCOXON = SEEDED.replace("pruner: none", "pruner: {kind: wilcoxon, p_threshold: 0.2, n_startup_steps: 0}").replace(
    "seeds: 3", "seeds: 6"
)


@pytest.fixture
def scripted(tiny, records):
    """Run a sweep in a scripted executor: (outcome, records by name)."""
    from rnnlab import run_sweep

    def run(executor, *overrides, text=SEEDED, **options):
        outcome = run_sweep(tiny.extend(text), overrides=overrides, store=tiny.store, executor=executor, **options)
        return outcome, {record.name: record for record in records(tiny)}

    return run


def test_every_seed_is_a_run_nested_in_its_trials_and_the_value_is_their_mean(scripted):
    executor = Scripted(4)
    outcome, found = scripted(executor, "sweep.trials=2")
    assert sorted(executor.started) == list(range(6))
    assert executor.most == 4
    for trial in outcome.trials:
        record = found[f"trial-{trial.number}"]
        parts = [found[f"trial-{trial.number}-seed-{seed}"] for seed in (7, 8, 9)]
        assert [(part.parent, part.kind, part.status) for part in parts] == [
            (record.run_id, "replicate", "FINISHED")
        ] * 3
        assert [part.config["seed"] for part in parts] == [7, 8, 9]
        values = [part.metrics["objective"] for part in parts]
        assert trial.value == record.metrics["objective"] == pytest.approx(statistics.fmean(values))
        assert [replicate.value for replicate in trial.replicates] == values
        assert trial.interval.low == record.metrics["objective_ci95_low"] < trial.value
        assert record.metrics["objective_ci95_high"] - trial.value == pytest.approx(trial.value - trial.interval.low)
        means = [statistics.fmean(points) for points in zip(*map(_values, parts), strict=True)]
        assert _values(record) == pytest.approx(means)
        assert "kept_epoch" not in record.metrics, "only a training has one"
    assert found[outcome.name].metrics["epochs"] == 12


def test_the_status_tells_which_replicates_are_under_way(scripted, tiny):
    from rnnlab.errors import InterruptedRunError
    from rnnlab.sweep.status import sweep_status

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            if 2 in self.started and any(job.done for number, job in self.jobs.items() if number == 2):
                raise KeyboardInterrupt
            return super().next_event(timeout)

    with pytest.raises(InterruptedRunError):
        scripted(Interrupted(2))
    first = sweep_status("LAST", store=tiny.store).running[0]
    assert first.seeds == (9,)
    assert len(first.workers) == 1
    assert (len(first.values), first.epochs) == (5, 6), "the epochs of three replicates"


def _values(record):
    return [point.value for point in record.curves["val_loss"]]


def test_the_best_is_scored_with_every_seed_and_its_file_has_them(scripted, tiny):
    from rnnlab.plan import check_experiment

    outcome, found = scripted(Scripted(2))
    best = outcome.best
    assert best.value == min(trial.value for trial in outcome.trials)
    tests = [replicate.value for replicate in best.replicates]  # what the scripted executor gives
    assert outcome.scores["test"]["loss"] == pytest.approx(statistics.fmean(tests))
    assert outcome.intervals["loss"].mean == pytest.approx(statistics.fmean(tests))
    assert found[f"trial-{best.number}"].metrics["test_loss"] == outcome.scores["test"]["loss"]
    assert check_experiment(outcome.best_path).experiment.replicate_seeds == (7, 8, 9)
    folder = tiny.folder / "mlruns" / "sweeps" / outcome.run_id / "weights"
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{best.number}-seed-{seed}.weights.h5" for seed in (7, 8, 9)}


def test_a_replicate_that_diverges_makes_the_trial_diverged_and_the_rest_is_not_trained(scripted):
    executor = Scripted(ends={4: [TrialReport("diverged", message="the loss became nan")]})  # trial 1, seed 8
    outcome, found = scripted(executor)
    assert [trial.state for trial in outcome.trials] == ["complete", "diverged", "complete"]
    assert 5 not in executor.started
    assert outcome.trials[1].message == "the loss became nan"
    assert outcome.trials[1].value is None
    states = [found[f"trial-1-seed-{seed}"].tags["rnnlab.state"] for seed in (7, 8)]
    assert states == ["complete", "diverged"]


def test_replicates_that_are_under_way_are_stopped_when_another_fails(scripted):
    executor = Scripted(3, ends={3: [TrialReport("failed", message="boom")]})
    outcome, found = scripted(executor, "training.epochs=5")
    assert outcome.trials[1].state == "failed"
    assert found["trial-1-seed-8"].tags["rnnlab.state"] == "pruned"
    assert {record.status for record in found.values()} <= {"FINISHED", "FAILED"}


def test_a_replicate_whose_worker_dies_goes_on(scripted):
    outcome, found = scripted(Scripted(2, ends={7: ["dies", "dies"]}))
    assert {trial.state for trial in outcome.trials} == {"complete"}
    assert [point.step for point in found["trial-2-seed-8"].curves["val_loss"]] == [1, 2]


def test_the_pruner_hears_the_mean_over_the_replicates_so_far(scripted, tiny):
    from rnnlab.sweep.journal import read_study

    outcome, _ = scripted(Scripted(), "training.epochs=2", "sweep.trials=1")
    study = read_study(tiny.folder / "mlruns" / "sweeps" / outcome.run_id / "study.journal")
    first, second, third = ([epoch.metrics["val_loss"] for epoch in r.history] for r in outcome.trials[0].replicates)
    two = [statistics.fmean(each) for each in zip(first, second, strict=True)]
    three = [statistics.fmean(each) for each in zip(first, second, third, strict=True)]
    assert study.trials[0].intermediate_values == pytest.approx(dict(enumerate([*first, *two, *three], start=1)))


def test_a_hopeless_trial_is_pruned_in_its_first_replicate(scripted):
    outcome, _ = scripted(Scripted(), "training.epochs=4", text=MEDIAN)
    pruned = [trial for trial in outcome.trials if trial.state == "pruned"]
    assert pruned
    assert outcome.epochs_saved == sum(12 - trial.trained for trial in pruned)
    assert all(trial.trained < 12 for trial in pruned)


def test_the_wilcoxon_pruner_compares_seed_by_seed(scripted):
    outcome, _ = scripted(Scripted(2), "training.epochs=1", text=WILCOXON)
    pruned = [trial for trial in outcome.trials if trial.state == "pruned"]
    assert pruned
    for trial in pruned:
        assert {replicate.state for replicate in trial.replicates} == {"complete"}
        assert 2 <= len(trial.replicates) < 6


def test_replicates_of_the_store_are_used_again(scripted):
    first, _ = scripted(Scripted(), "sweep.trials=1")
    executor = Scripted(2)
    second, found = scripted(executor, "sweep.trials=1", reuse=True)
    assert {trial.state for trial in second.trials} == {"duplicate"}
    assert [trial.value for trial in second.trials] == [trial.value for trial in first.trials]
    best = first.best.number
    assert sorted(executor.started) == [best * 3, best * 3 + 1, best * 3 + 2]
    assert second.scores == first.scores
    assert found[second.name].tags["rnnlab.best_trial"] == f"{best}"


CONFIRMED = SEEDED.replace("seeds: 3\n", "").replace("pruner: none", "pruner: none\n  confirm: {top: 2, seeds: 4}")


def test_the_best_are_confirmed_with_fresh_seeds_and_the_winner_is_chosen_by_that(scripted, tiny):
    from rnnlab.plan import check_experiment
    from rnnlab.sweep.journal import read_study

    outcome, found = scripted(Scripted(2), text=CONFIRMED)
    first, second = outcome.confirmed
    ranked = sorted(outcome.trials, key=lambda trial: trial.value)
    assert [first.trial.number, second.trial.number] == [trial.number for trial in ranked[:2]]
    for each in outcome.confirmed:
        seeds = [replicate.seed for replicate in each.replicates]
        assert seeds == [8, 9, 10, 11], "the sweep had 7"
        trial = found[f"trial-{each.trial.number}"]
        parts = [found[f"trial-{each.trial.number}-confirm-{seed}"] for seed in seeds]
        assert {part.parent for part in parts} == {trial.run_id}
        mean = statistics.fmean(part.metrics["objective"] for part in parts)
        assert trial.metrics["confirmed"] == each.interval.mean == pytest.approx(mean)
        assert each.worse_by == pytest.approx(each.trial.value - mean)
    study = read_study(tiny.folder / "mlruns" / "sweeps" / outcome.run_id / "study.journal")
    assert len(study.trials) == 3
    assert outcome.best.number == first.trial.number
    assert outcome.scores["test"]["loss"] == pytest.approx(first.interval.mean)
    assert found[outcome.name].tags["rnnlab.confirmed"] == f"{first.trial.number}"
    assert check_experiment(outcome.best_path).experiment.replicate_seeds == (8, 9, 10, 11)


class Lucky(Scripted):
    """Trial 0 was lucky with seed 7."""

    def epoch(self, order, number):
        epoch = super().epoch(order, number)
        lucky = order.config["seed"] == 7 and order.config["optimizer"]["learning_rate"] == 0.01
        shift = -0.5 if lucky else 1.0 if order.config["optimizer"]["learning_rate"] == 0.01 else 0.0
        metrics = {key: value + shift for key, value in epoch.metrics.items()}
        return type(epoch)(epoch.epoch, metrics, epoch.seconds, epoch.samples_per_second, epoch.timestamp)


def test_a_trial_that_was_lucky_does_not_win(scripted):
    outcome, found = scripted(Lucky(2), text=CONFIRMED)
    first, second = outcome.confirmed
    assert first.trial.number == 0
    assert first.worse_by < -1
    assert outcome.best.number == second.trial.number
    assert found[f"trial-{second.trial.number}"].tags["rnnlab.best"] == "true"


def test_replicates_that_were_interrupted_go_on_to_what_an_unbroken_sweep_gives(scripted):
    from rnnlab.errors import InterruptedRunError

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            if self.started[-1] == 5:
                raise KeyboardInterrupt
            return super().next_event(timeout)

    two = ("sweep.trials=2", "training.epochs=1")
    with pytest.raises(InterruptedRunError):
        scripted(Interrupted(), *two)
    executor = Scripted()
    broken, found = scripted(executor, *two, resume=True)
    assert executor.started[0] == 5, "the first two replicates of trial 1 were done"
    whole, _ = scripted(Scripted(), *two)
    facts = [[(trial.state, trial.value, _parts(trial)) for trial in each.trials] for each in (whole, broken)]
    assert facts[0] == facts[1]
    assert {record.status for record in found.values()} == {"FINISHED"}
    assert len(found) == 1 + 2 + sum(len(trial.replicates) for trial in broken.trials)


def test_replicates_that_were_under_way_when_their_trial_and_its_supervisor_ended_are_stopped(scripted):
    from rnnlab.errors import InterruptedRunError

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            if 3 in self.started and 3 not in self.jobs and {4, 5} <= self.jobs.keys():
                raise KeyboardInterrupt
            return super().next_event(timeout)

    two = ("sweep.trials=2", "training.epochs=5")
    with pytest.raises(InterruptedRunError):
        scripted(Interrupted(3, ends={3: [TrialReport("failed", message="boom")]}), *two)
    executor = Scripted(3)
    outcome, found = scripted(executor, *two, resume=True)
    assert executor.started == []
    assert [(part.seed, part.state) for part in outcome.trials[1].replicates] == [
        (7, "failed"), (8, "pruned"), (9, "pruned"),
    ]  # fmt: skip
    assert [found[f"trial-1-seed-{seed}"].tags["rnnlab.state"] for seed in (7, 8, 9)] == ["failed", "pruned", "pruned"]


def _parts(trial):
    return [(part.seed, part.state, part.value, len(part.history)) for part in trial.replicates]


def test_a_confirmation_that_was_interrupted_goes_on(scripted):
    from rnnlab.errors import InterruptedRunError

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            if len(self.started) == 3 + 3:
                raise KeyboardInterrupt
            return super().next_event(timeout)

    with pytest.raises(InterruptedRunError):
        scripted(Interrupted(), text=CONFIRMED)
    executor = Scripted()
    _, found = scripted(executor, text=CONFIRMED, resume=True)
    assert len(executor.started) == 8 - 2, "two were done"
    assert {record.status for record in found.values()} == {"FINISHED"}
    assert len(found) == 1 + 3 + 8


def test_a_sweep_that_is_done_can_be_confirmed_later(scripted):
    first, _ = scripted(Scripted(), "sweep.confirm=null", text=CONFIRMED)
    executor = Scripted()
    second, _ = scripted(executor, text=CONFIRMED, resume=True)
    assert second.run_id == first.run_id
    assert len(executor.started) == 8
    assert second.confirmed


def test_the_report_names_runs_of_trials_to_compare_and_the_store(scripted, tiny, monkeypatch, capsys):
    from rnnlab.cli.sweep_report import give_report

    outcome, _ = scripted(Scripted(), "sweep.trials=2")
    ids = [trial.run_id[:8] for trial in outcome.trials]
    give_report(outcome, tiny.file, json=False)
    assert f"rnnlab compare {' '.join(ids)}  the last 2 trials" in " ".join(capsys.readouterr().out.split("    "))
    monkeypatch.chdir(tiny.folder.parent)
    give_report(outcome, tiny.file, json=False)
    told = capsys.readouterr().out
    assert told.count(f"--store {outcome.store}") == 4
    assert f"rnnlab sweep {tiny.file} --set sweep.trials=2 --resume --store {outcome.store}  goes on" in told


@pytest.mark.tensorflow
def test_the_best_file_gives_the_numbers_of_its_confirmation(tiny, sweep_of, capsys):
    import json

    from rnnlab.cli.sweep_report import give_report, report_data
    from rnnlab.run.replicates import run_replicates

    text = CONFIRMED.replace("top: 2, seeds: 4", "top: 1, seeds: 2")
    outcome = sweep_of(tiny, text, "training.epochs=1", "seeds=2", "sweep.trials=2")
    assert [[part.seed for part in trial.replicates] for trial in outcome.trials] == [[7, 8], [7, 8]]
    assert outcome.confirmed[0].trial == outcome.best
    again = run_replicates(outcome.best_path, store=tiny.store)
    for name, value in outcome.scores["test"].items():
        assert again.intervals[f"test_{name}"].mean == pytest.approx(value, abs=1e-12)
        assert again.intervals[f"test_{name}"].low == pytest.approx(outcome.intervals[name].low, abs=1e-12)
    capsys.readouterr()
    give_report(outcome, tiny.file, json=False)
    assert (
        "confirmed   with 2 fresh seeds: val_loss in the sweep, then its mean [95 % interval]"
        in capsys.readouterr().out
    )
    data = json.loads(json.dumps(report_data(outcome)))
    assert data["confirmed"][0]["seeds"] == [9, 10]
    assert [part["seed"] for part in data["trials"][0]["replicates"]] == [7, 8]
    assert set(data["test_intervals"]) == set(data["test"])
