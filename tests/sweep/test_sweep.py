import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.tensorflow

QUICK = ("training.batch_size=8", "training.epochs=4", "optimizer.learning_rate=0.004")
NUMBER = (
    "dataset.label=stars",
    "dataset.split={kind: random}",
    "task={kind: regression}",
    "model.layers.head.activation=linear",
)


class Listener:
    """Hears everything and does nothing."""

    def on_census(self, census):
        pass

    def on_sweep(self, trials, goals):
        self.begun = (trials, goals)

    def on_resumed(self, trials, refused):
        pass

    def on_trial(self, number, values, parameters):
        pass

    def on_trial_begin(self, number, worker, seed):
        pass

    def on_replicate_end(self, number, replicate):
        pass

    def on_trial_epoch(self, number, epoch, epochs):
        pass

    def on_trial_end(self, trial):
        pass


def workers():
    return [
        child.pid
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "rnnlab.sweep.worker_process" in child.cmdline()
    ]


@pytest.fixture(scope="module")
def swept(make_tiny, sweep_of, records, grid):
    """A grid of three points: (experiment's folder, outcome, records by name)."""
    tiny = make_tiny("swept")
    stopping = "training.early_stopping={patience: 3}"
    outcome = sweep_of(tiny, grid, *QUICK, stopping)
    return tiny, outcome, {record.name: record for record in records(tiny)}


def test_trial_0_is_the_file_as_written(swept):
    _, outcome, found = swept
    first = outcome.trials[0]
    assert first.values == {"optimizer.learning_rate": 0.004}
    assert found["trial-0"].config["optimizer.learning_rate"] == 0.004


def test_a_grid_tries_each_point_once(swept):
    _, outcome, _ = swept
    assert sorted(trial.values["optimizer.learning_rate"] for trial in outcome.trials) == [1e-9, 0.004, 0.02]


def test_trials_are_runs_nested_in_the_sweeps(swept):
    _, outcome, found = swept
    parent = found[outcome.name]
    assert (parent.run_id, parent.kind, parent.status) == (outcome.run_id, "sweep", "FINISHED")
    for trial in outcome.trials:
        record = found[f"trial-{trial.number}"]
        assert (record.run_id, record.kind, record.parent) == (trial.run_id, "trial", parent.run_id)
        assert record.status == "FINISHED"
        assert record.tags["rnnlab.state"] == trial.state
        assert record.metrics["parameters"] == trial.parameters
        assert [point.step for point in record.curves["val_loss"]] == list(range(1, len(trial.history) + 1))


def test_a_hopeless_trial_is_pruned_before_its_last_epoch(swept):
    _, outcome, found = swept
    for trial in outcome.trials:
        hopeless = trial.values["optimizer.learning_rate"] == 1e-9
        assert trial.state == ("pruned" if hopeless else "complete")
        assert (len(trial.history) < 4) == hopeless
        assert (trial.value is None) == hopeless
    assert found[outcome.name].metrics["trials_pruned"] == 1


def test_the_objective_is_the_value_of_the_epoch_whose_weights_are_kept(swept):
    _, outcome, found = swept
    complete = [trial for trial in outcome.trials if trial.state == "complete"]
    for trial in complete:
        losses = [epoch.metrics["val_loss"] for epoch in trial.history]
        record = found[f"trial-{trial.number}"]
        assert trial.value == min(losses) == record.metrics["objective"]
        assert record.metrics["kept_epoch"] == 1 + losses.index(min(losses))
    assert outcome.best.value == min(trial.value for trial in complete)


def test_only_the_best_trial_is_recorded_whole(swept):
    _, outcome, found = swept
    for trial in outcome.trials:
        record = found[f"trial-{trial.number}"]
        assert record.has_model == (trial.number == outcome.best.number)
        assert (record.tags.get("rnnlab.best") == "true") == record.has_model
    best, parent = found[f"trial-{outcome.best.number}"], found[outcome.name]
    assert best.metrics["test_loss"] == outcome.scores["test"]["loss"] == parent.metrics["test_loss"]
    assert parent.tags["rnnlab.best_run"] == best.run_id
    assert (Path(best.artifact_folder) / "figures" / "curves.png").is_file()


def test_the_sweeps_pictures_and_its_study_are_kept(swept):
    from rnnlab.sweep.journal import read_study

    tiny, outcome, found = swept
    figures = Path(found[outcome.name].artifact_folder) / "figures"
    assert {path.name for path in figures.iterdir()} >= {"history.png", "history.html", "slice.html", "slice.png"}
    study = read_study(tiny.folder / "mlruns" / "sweeps" / outcome.run_id / "study.journal")
    states = [(trial.params["optimizer.learning_rate"], trial.state.name) for trial in study.trials]
    expected = [(trial.values["optimizer.learning_rate"], trial.state.upper()) for trial in outcome.trials]
    assert [state for state in states if state[1] != "FAIL"] == expected
    assert study.best_value == outcome.best.value


def test_the_best_file_run_alone_in_a_fresh_process_gives_the_bits_of_the_trial(swept, records):
    from rnnlab.plan import check_experiment
    from rnnlab.track.store import Store

    tiny, outcome, found = swept
    assert outcome.best_path == tiny.folder / "tiny.best.yaml"
    assert outcome.best_path.read_text("utf-8") == outcome.best_config
    checked = check_experiment(outcome.best_path)
    assert checked.diagnostics == ()
    assert checked.plan.parameters == outcome.best.parameters
    assert checked.experiment.sweep is None
    store = tiny.folder / "alone"
    command = [
        sys.executable,
        "-m",
        "rnnlab.cli",
        "run",
        str(outcome.best_path),
        "--store",
        str(store),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tiny.folder)
    assert done.returncode == 0, done.stderr
    alone = json.loads(done.stdout)
    assert alone["test"] == outcome.scores["test"]
    opened = Store.open(f"sqlite:///{store / 'mlflow.db'}")
    record = opened.load_curves(opened.records()[0])
    assert [p.value for p in record.curves["val_loss"]] == [e.metrics["val_loss"] for e in outcome.best.history]
    swept_store = Store.open(outcome.store)
    models = [
        opened.model_folder(record, tiny.folder),
        swept_store.model_folder(found[f"trial-{outcome.best.number}"], tiny.folder),
    ]
    assert _weights(models[0]) == _weights(models[1])


def _weights(folder):
    import keras

    model = keras.models.load_model(folder / "data" / "model.keras", safe_mode=True)
    return [weight.tobytes() for weight in model.get_weights()]


ROUGH = """\
sweep:
  trials: 4
  sampler: {kind: grid}
  pruner: none
  budget: {parameters: 500}
  space:
    optimizer.learning_rate: [0.01, 1e30]
    model.layers.rnn.units: [4, 200]
"""


def test_divergence_refusals_and_a_killed_worker_do_not_end_a_sweep(tiny, sweep_of, records):
    class Killer(Listener):
        def __init__(self):
            self.asked, self.epochs, self.killed = [], [], 0

        def on_trial(self, number, values, parameters):
            self.asked.append(values)

        def on_trial_epoch(self, number, epoch, epochs):
            self.epochs.append((number, epoch.epoch))
            if not self.killed:
                (self.killed,) = workers()
                os.kill(self.killed, signal.SIGKILL)

    killer, said = Killer(), []
    overrides = (*NUMBER, "optimizer={kind: sgd, learning_rate: 0.01}", "training.epochs=2")
    outcome = sweep_of(tiny, ROUGH, *overrides, listeners=[killer], say=said.append)
    assert [trial.state for trial in outcome.trials] == ["complete", "diverged"]
    first, diverged = outcome.trials
    assert any("the worker process died (exit code -9); trying again" in line for line in said)
    assert killer.epochs[:3] == [(0, 1), (0, 1), (0, 2)]
    assert [epoch.epoch for epoch in first.history] == [1, 2]
    assert "the loss became" in diverged.message
    assert len(outcome.refused) == 2
    assert all(values["model.layers.rnn.units"] == 4 for values in killer.asked), "no refused point reaches a worker"
    assert "over the budget" in outcome.refused[0].message
    parent, *trials = records(tiny)
    assert [record.status for record in trials] == ["FINISHED", "FAILED"]
    assert [point.step for point in trials[0].curves["val_loss"]] == [1, 2]
    assert trials[1].tags["rnnlab.state"] == "diverged"
    assert (parent.status, parent.metrics["trials_refused"]) == ("FINISHED", 2)
    assert killer.killed not in workers()


def test_a_sweep_in_which_nothing_completes_is_failed(tiny, sweep_of, records):
    text = "sweep: {trials: 1, space: {optimizer.learning_rate: [1e30]}}\n"
    overrides = (*NUMBER, "optimizer={kind: sgd, learning_rate: 1e30}", "training.epochs=1")
    outcome = sweep_of(tiny, text, *overrides)
    assert (outcome.best, [trial.state for trial in outcome.trials]) == (None, ["diverged"])
    assert [record.status for record in records(tiny)] == ["FAILED", "FAILED"]


def test_successive_halving_over_random_points_in_a_range(tiny, sweep_of):
    from rnnlab.plan.space import Goal

    text = """\
sweep:
  objective: {metric: val_accuracy}
  trials: 3
  sampler: {kind: random, seed: 4}
  pruner: {kind: successive_halving, min_resource: 1, reduction_factor: 2}
  space:
    optimizer.learning_rate: {low: 1e-3, high: 0.1, log: true}
    model.layers.rnn.units: {low: 2, high: 8, step: 2}
"""
    listener = Listener()
    outcome = sweep_of(tiny, text, "training.epochs=3", listeners=[listener])
    assert listener.begun == (3, (Goal("val_accuracy", "maximize"),))
    assert outcome.trials[0].values == {"optimizer.learning_rate": 0.01, "model.layers.rnn.units": 4}
    assert {trial.state for trial in outcome.trials} <= {"complete", "pruned"}
    for trial in outcome.trials:
        assert 1e-3 <= trial.values["optimizer.learning_rate"] <= 0.1
        assert trial.values["model.layers.rnn.units"] in (2, 4, 6, 8)
    assert len({trial.values["optimizer.learning_rate"] for trial in outcome.trials}) == 3
    values = [trial.value for trial in outcome.trials if trial.value is not None]
    assert outcome.best.value == max(values)


def test_an_interrupted_sweep_leaves_nothing_running(tiny, records, grid):
    from rnnlab import run_sweep
    from rnnlab.errors import InterruptedRunError

    before = set(workers())
    seen = []

    class Interrupt(Listener):
        def on_trial_epoch(self, number, epoch, epochs):
            seen.extend(set(workers()) - before)
            raise KeyboardInterrupt

    tiny.extend(grid)
    overrides = ("optimizer.learning_rate=0.004", "training.epochs=500")
    with pytest.raises(InterruptedRunError, match="was interrupted; --resume goes on with it"):
        run_sweep(tiny.file, overrides=overrides, store=tiny.store, listeners=[Interrupt()])
    assert {record.status for record in records(tiny)} == {"KILLED"}
    assert seen
    assert not any(map(psutil.pid_exists, seen))


def test_a_file_without_a_sweep_is_refused_before_a_worker_starts(tiny):
    from rnnlab import run_sweep
    from rnnlab.errors import CallError

    before = workers()
    with pytest.raises(CallError, match="no `sweep:` section"):
        run_sweep(tiny.file, store=tiny.store)
    assert workers() == before


def test_trials_start_from_the_weights_of_an_earlier_run_and_what_does_not_fit_is_refused(tiny, sweep_of, records):
    from rnnlab import run_experiment

    run_experiment(tiny.file, overrides=["training.epochs=1"], store=tiny.store)
    first = records(tiny)[0]
    text = "sweep: {trials: 3, pruner: none, sampler: grid, space: {model.layers.rnn.units: [4, 5]}}\n"
    found = sweep_of(tiny, text, "training.epochs=1", "model.initial_weights={run: LAST, layers: [rnn]}")
    assert [trial.state for trial in found.trials] == ["complete"]
    (refused,) = found.refused
    assert f"error[RL503]: the weights of `rnn` in {first.name}" in refused.message
    assert f"run: {first.run_id}" in found.best_config
    trial = next(record for record in records(tiny) if record.kind == "trial")
    assert trial.tags["rnnlab.initial_weights"] == first.run_id
