"""What becomes of trials, with an executor that follows a script: TensorFlow is not needed for that."""

import math
from dataclasses import replace

import pytest

from rnnlab.errors import WorkerDiedError
from rnnlab.sweep.trial import TrialReport
from tests.sweep.scripted import Scripted

RANDOM = """\
sweep:
  trials: 6
  sampler: {kind: random, seed: 5}
  pruner: none
  space:
    optimizer.learning_rate: {low: 1e-4, high: 0.1, log: true}
"""


@pytest.fixture
def scripted(tiny, records):
    """Run a sweep in a scripted executor: (outcome, records by name)."""
    from rnnlab import run_sweep

    def run(executor, *overrides, text=RANDOM, **options):
        outcome = run_sweep(tiny.extend(text), overrides=overrides, store=tiny.store, executor=executor, **options)
        return outcome, {record.name: record for record in records(tiny)}

    return run


def test_every_end_is_a_state_of_its_own_and_none_ends_the_sweep(scripted):
    ends = {
        1: [TrialReport("diverged", message="the loss became nan")],
        2: [TrialReport("out_of_memory", message="too large")],
        3: ["dies"] * 3,
        4: [TrialReport("failed", message="boom")],
    }
    said = []
    executor = Scripted(ends=ends)
    outcome, found = scripted(executor, say=said.append)
    states = ["complete", "diverged", "out_of_memory", "killed", "failed", "complete"]
    assert [trial.state for trial in outcome.trials] == states
    assert executor.started == [0, 1, 2, 3, 3, 3, 4, 5]
    assert sum("trial 3: the worker process died (exit code -9)" in line for line in said) == 3
    for trial in outcome.trials:
        assert found[f"trial-{trial.number}"].tags["rnnlab.state"] == trial.state
    assert found["trial-3"].status == "KILLED"
    assert (found[outcome.name].status, found[outcome.name].metrics["trials_killed"]) == ("FINISHED", 1)


def test_a_trial_goes_on_after_two_deaths_with_the_same_values(scripted):
    outcome, found = scripted(Scripted(ends={2: ["dies", "dies"]}))
    assert [trial.state for trial in outcome.trials] == ["complete"] * 6
    assert [point.step for point in found["trial-2"].curves["val_loss"]] == [1, 2]


def test_workers_that_die_before_they_begin_are_not_the_trials_fault_unless_all_do(scripted):
    from rnnlab.errors import RnnlabError

    outcome, _ = scripted(Scripted(stillborn=5), "sweep.trials=1")
    assert [trial.state for trial in outcome.trials] == ["complete"]
    with pytest.raises(RnnlabError, match="11 worker processes ended before they began with a trial"):
        scripted(Scripted(stillborn=20), "sweep.trials=1")


def test_a_trial_that_trains_too_long_is_ended(scripted):
    executor = Scripted(ends={1: ["hangs"]})
    outcome, _ = scripted(executor, "sweep.engine={timeout: 0.05}", "sweep.trials=3")
    assert [trial.state for trial in outcome.trials] == ["complete", "timeout", "complete"]
    assert outcome.trials[1].message == "trained longer than 0.05 s"
    assert executor.jobs == {}


def test_too_many_failures_end_the_sweep_and_it_goes_on_when_more_are_allowed(scripted):
    ends = {number: [TrialReport("failed", message="boom")] for number in (1, 2)}
    outcome, found = scripted(Scripted(ends=ends), "sweep.max_failures=1")
    assert [trial.state for trial in outcome.trials] == ["complete", "failed", "failed"]
    assert outcome.failed
    assert outcome.best.number == 0
    assert found[outcome.name].status == "FAILED"
    again, found = scripted(Scripted(), "sweep.max_failures=2", resume=True)
    assert [trial.state for trial in again.trials] == ["complete", "failed", "failed", *["complete"] * 3]
    assert (again.run_id, found[again.name].status) == (outcome.run_id, "FINISHED")


def test_several_trials_are_under_way_and_all_are_told_once(scripted):
    executor = Scripted(capacity=3)
    executor.threads = 2
    outcome, found = scripted(executor, "sweep.trials=7")
    assert executor.most == 3
    assert sorted(executor.started) == list(range(7))
    assert [trial.number for trial in outcome.trials] == list(range(7))
    assert {found[f"trial-{number}"].config["runtime.threads"] for number in range(7)} == {2}
    assert "threads: 2" in outcome.best_config, "what the trial was trained with"


GRID = """\
sweep:
  trials: 9
  sampler: {kind: random, seed: 1}
  pruner: none
  space: {model.layers.rnn.units: [4, 8]}
"""


@pytest.mark.parametrize("capacity", [1, 4])
def test_the_same_file_is_trained_once_even_while_it_is_under_way(scripted, capacity):
    executor = Scripted(capacity)
    outcome, _ = scripted(executor, text=GRID)
    assert len(executor.started) == 2
    assert sum(trial.state == "duplicate" for trial in outcome.trials) == 7
    values = {trial.values["model.layers.rnn.units"]: trial.value for trial in outcome.trials if not trial.message}
    for trial in outcome.trials:
        assert trial.value == values[trial.values["model.layers.rnn.units"]]
        assert trial.state == "complete" or trial.message.startswith("same as trial ")
    assert len({trial.fingerprint for trial in outcome.trials}) == 2


def test_a_duplicate_of_a_trial_that_failed_is_trained(scripted):
    executor = Scripted(4, ends={0: [TrialReport("failed", message="boom")]})
    outcome, _ = scripted(executor, text=GRID)
    states = [trial.state for trial in outcome.trials if trial.values == outcome.trials[0].values]
    assert states[:2] == ["failed", "complete"]
    assert set(states[2:]) <= {"duplicate"}


def test_trainings_of_the_store_are_used_again_and_the_best_of_them_is_trained_to_be_recorded(scripted):
    first, _ = scripted(Scripted())
    executor = Scripted()
    second, found = scripted(executor, reuse=True)
    assert [trial.state for trial in second.trials] == ["duplicate"] * 6
    assert [trial.value for trial in second.trials] == [trial.value for trial in first.trials]
    assert second.trials[3].message == f"same as trial-3 ({first.trials[3].run_id[:8]})"
    assert executor.started == [first.best.number]
    assert found[second.name].tags["rnnlab.best_trial"] == f"{first.best.number}"
    third, _ = scripted(Scripted(), "seed=8", reuse=True)
    assert {trial.state for trial in third.trials} == {"complete"}, "another seed is another training"


def test_pruning_tells_how_many_epochs_it_saved(scripted):
    text = RANDOM.replace("pruner: none", "pruner: {kind: percentile, percentile: 50, n_startup_trials: 1}")
    outcome, found = scripted(Scripted(), "training.epochs=8", "sweep.trials=8", text=text)
    pruned = [trial for trial in outcome.trials if trial.state == "pruned"]
    assert pruned
    assert outcome.epochs_saved == sum(8 - len(trial.history) for trial in pruned) > 0
    assert found[outcome.name].metrics["epochs_saved_by_pruning"] == outcome.epochs_saved


@pytest.mark.parametrize("pruner", ["{kind: successive_halving, reduction_factor: 2}", "hyperband"])
def test_halving_and_hyperband_fire(scripted, pruner):
    text = RANDOM.replace("pruner: none", f"pruner: {pruner}")
    outcome, _ = scripted(Scripted(), "training.epochs=9", "sweep.trials=12", text=text)
    assert "pruned" in {trial.state for trial in outcome.trials}


def test_weights_of_trials_that_are_not_the_best_are_deleted(scripted, tiny):
    outcome, _ = scripted(Scripted(capacity=2))
    folder = tiny.folder / "mlruns" / "sweeps" / outcome.run_id
    assert [path.name for path in (folder / "weights").iterdir()] == [f"{outcome.best.number}.weights.h5"]
    assert not list((folder / "checkpoints").glob("*"))


def test_ctrl_c_at_the_moment_a_trial_ends_leaves_no_run_running(scripted, records, tiny):
    from rnnlab.errors import InterruptedRunError

    class Stops:
        """A listener that is interrupted when it hears that a trial ended."""

        def on_trial_end(self, trial):
            if trial.number == 1:
                raise KeyboardInterrupt

        def __getattr__(self, name):
            return lambda *given: None

    with pytest.raises(InterruptedRunError):
        scripted(Scripted(), listeners=[Stops()])
    assert sorted({record.status for record in records(tiny)}) == ["FINISHED", "KILLED"]
    outcome, found = scripted(Scripted(), resume=True)
    assert [trial.state for trial in outcome.trials] == ["complete"] * 6
    assert {record.status for record in found.values()} == {"FINISHED"}


class Unbounded(Scripted):
    """The objective of trial 0 is not a number, although the loss is."""

    def epoch(self, order, number):
        epoch = super().epoch(order, number)
        return replace(epoch, metrics=epoch.metrics | ({"val_accuracy": math.nan} if order.number == 0 else {}))


def test_a_trial_whose_objective_is_not_a_number_diverged(scripted):
    outcome, found = scripted(Unbounded(), "sweep.objective.metric=val_accuracy", "sweep.trials=2")
    assert [trial.state for trial in outcome.trials] == ["diverged", "complete"]
    assert outcome.trials[0].message == "val_accuracy is nan at the epoch whose weights are kept"
    assert outcome.best.number == 1
    assert found["trial-0"].status == "FAILED"


class Dying(Scripted):
    """Its workers die while they record the best, so many times."""

    def __init__(self, deaths):
        super().__init__()
        self.deaths = deaths

    def record_best(self, order, run_id, store, trial):
        self.deaths -= 1
        if self.deaths >= 0:
            raise WorkerDiedError("the worker process died (exit code -9) while it recorded the best trial")
        return super().record_best(order, run_id, store, trial)


def test_the_best_is_recorded_by_another_worker_where_one_dies(scripted):
    said = []
    outcome, found = scripted(Dying(2), "sweep.trials=1", say=said.append)
    assert outcome.scores["test"]
    assert found[outcome.name].status == "FINISHED"
    assert sum("while it recorded the best trial; trying again" in line for line in said) == 2
    with pytest.raises(WorkerDiedError):
        scripted(Dying(3), "sweep.trials=1")
