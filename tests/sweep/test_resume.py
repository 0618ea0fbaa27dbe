"""A supervisor that is killed at any write of its journal, and gone on with: nothing is lost, doubled or left open."""

import json
import multiprocessing
import os
import random
import signal
from pathlib import Path

import pytest

from tests.sweep.scripted import Scripted

TPE = """\
sweep:
  trials: 7
  sampler: {kind: tpe, seed: 3, n_startup_trials: 4}
  pruner: {kind: median, n_startup_trials: 2, n_warmup_steps: 1}
  space:
    optimizer.learning_rate: {low: 1e-4, high: 0.1, log: true}
    model.layers.rnn.units: [4, 8]
"""
GRID = TPE.replace("{kind: tpe, seed: 3, n_startup_trials: 4}", "grid").replace(
    "{low: 1e-4, high: 0.1, log: true}", "[0.01, 0.001, 0.1, 0.03]"
)
RANDOM = TPE.replace("{kind: tpe, seed: 3, n_startup_trials: 4}", "{kind: random, seed: 3}")


def sweep(tiny, *overrides, resume=False, die_at=None, torn=0, capacity=1):
    """Run a sweep in a process of its own, killed at the Nth record of its journal; return the exit code."""

    def child():
        from rnnlab import run_sweep

        if die_at is not None:
            die(die_at, torn)
        run_sweep(tiny.file, overrides=overrides, store=tiny.store, resume=resume, executor=Scripted(capacity))
        os._exit(0)

    import rnnlab.sweep  # noqa: F401  once, before the processes are forked

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    return process.exitcode


def die(at, torn):
    real, seen = os.fsync, [0]

    def fsync(descriptor):
        real(descriptor)
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        seen[0] += path.endswith("study.journal")
        if seen[0] == at:
            if torn:
                os.truncate(path, os.path.getsize(path) - torn)
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = fsync


def trials(tiny):
    from rnnlab.sweep.status import sweep_status

    status = sweep_status("LAST", store=tiny.store)
    assert status.facts.status == "finished"
    assert status.running == ()
    facts = [(t.number, t.values, t.state, t.value, len(t.history), t.message) for t in status.trials]
    return facts, status.best.number


@pytest.mark.parametrize(("text", "torn"), [(TPE, 0), (GRID, 7)], ids=["tpe", "grid-torn"])
def test_a_seeded_sweep_interrupted_at_any_record_ends_as_an_unbroken_one(make_tiny, records, text, torn):
    whole, broken = make_tiny("whole"), make_tiny("broken")
    for tiny in (whole, broken):
        tiny.extend(text)
    epochs = "training.epochs=4"
    assert sweep(whole, epochs) == 0
    draw, kills = random.Random(f"{text}{torn}"), 0
    while (code := sweep(broken, epochs, resume=kills > 0, die_at=draw.randint(6, 30), torn=torn)) == -9:
        kills += 1
    assert code == 0
    assert kills > 1
    assert trials(broken) == trials(whole)
    both = [{record.name: record for record in records(tiny) if record.kind == "trial"} for tiny in (whole, broken)]
    assert both[0].keys() == both[1].keys(), "no trial has two runs"
    assert {record.status for record in records(broken)} == {"FINISHED"}
    for name, record in both[0].items():
        mine, theirs = (_points(found[name]) for found in both)
        assert mine == theirs, "every epoch stands once"
        assert both[1][name].tags["rnnlab.state"] == record.tags["rnnlab.state"]


def _points(record):
    return [(point.step, point.value) for point in record.curves["val_loss"]]


def test_a_sweep_of_several_workers_goes_on_to_its_total(make_tiny, records):
    tiny = make_tiny("several")
    tiny.extend(RANDOM)
    assert sweep(tiny, die_at=25, capacity=3) == -9
    assert sweep(tiny, resume=True, die_at=15, capacity=3) == -9
    assert sweep(tiny, resume=True, capacity=2) == 0
    found, _ = trials(tiny)
    assert [number for number, *_ in found] == list(range(7))
    assert sorted(record.name for record in records(tiny) if record.kind == "trial") == sorted(
        f"trial-{number}" for number, _, state, *_ in found if state != "duplicate"
    )
    assert {record.status for record in records(tiny)} == {"FINISHED"}


@pytest.fixture
def interrupted(tiny):
    """A sweep that was interrupted in its third trial: (run it with options, what it said)."""
    from rnnlab import run_sweep
    from rnnlab.errors import InterruptedRunError

    said = []

    def run(*overrides, executor=None, **options):
        options = {"store": tiny.store, "executor": executor or Scripted(), "say": said.append} | options
        return run_sweep(tiny.file, overrides=overrides, **options)

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            if self.started[-1] == 2:
                raise KeyboardInterrupt
            return super().next_event(timeout)

    tiny.extend(RANDOM)
    with pytest.raises(InterruptedRunError, match="was interrupted; --resume goes on with it"):
        run(executor=Interrupted())
    said.clear()
    return run, said


def test_an_interrupted_sweep_is_told_and_a_new_one_begins(interrupted, records, tiny):
    run, said = interrupted
    assert {record.status for record in records(tiny)} == {"KILLED", "FINISHED"}
    outcome = run()
    assert any("of this experiment was interrupted; --resume would go on with it" in line for line in said)
    assert len(outcome.trials) == 7
    assert len([record for record in records(tiny) if record.kind == "sweep"]) == 2


def test_resuming_goes_on_to_exactly_the_total_which_may_have_changed(interrupted):
    run, said = interrupted
    outcome = run("sweep.trials=5", "sweep.pruner=none", "description=another", resume=True)
    assert [trial.number for trial in outcome.trials] == [0, 1, 2, 3, 4]
    assert "`sweep.trials` was 7, now 5" in said
    again = run("sweep.trials=8", resume=True)
    assert again.trials[:5] == outcome.trials
    assert len(again.trials) == 8


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("optimizer.clipnorm=1.0", "`optimizer.clipnorm` was not there, now 1.0"),
        ("sweep.sampler={kind: random, seed: 4}", "`sweep.sampler.seed` was 3, now 4"),
        ("sweep.objective.metric=val_accuracy", '`sweep.objective.metric` was "val_loss", now "val_accuracy"'),
        ("training.epochs=3", "`training.epochs` was 2, now 3"),
    ],
)
def test_what_would_make_another_sweep_of_it_is_refused_by_name(interrupted, override, told):
    from rnnlab.errors import CallError

    run, _ = interrupted
    with pytest.raises(CallError, match="cannot go on with this file") as refused:
        run(override, resume=True)
    assert told in str(refused.value)


def test_other_data_are_refused(interrupted, tiny):
    from rnnlab.errors import CallError

    run, _ = interrupted
    with tiny.table.open("a", encoding="utf-8") as table:
        table.write("one more text,pos,glad,1\n")
    with pytest.raises(CallError, match="the data of `dataset` are others than when it began"):
        run(resume=True)


def test_nothing_to_resume_is_told(tiny):
    from rnnlab import run_sweep
    from rnnlab.errors import CallError

    tiny.extend(RANDOM)
    with pytest.raises(CallError, match="nothing to resume: no sweep of this file is in this store"):
        run_sweep(tiny.file, store=tiny.store, executor=Scripted(), resume=True)
    run_sweep(tiny.file, overrides=["sweep.trials=2"], store=tiny.store, executor=Scripted())
    with pytest.raises(CallError, match="has its 2 trials"):
        run_sweep(tiny.file, overrides=["sweep.trials=2"], store=tiny.store, executor=Scripted(), resume=True)


def test_a_sweep_that_still_runs_is_not_gone_on_with(interrupted, tiny):
    from rnnlab.errors import CallError
    from rnnlab.sweep.folder import sweeps_in

    run, _ = interrupted
    ((folder, _),) = sweeps_in(tiny.folder / "mlruns")
    with folder.held(), pytest.raises(CallError, match="still runs in another process"):
        run(resume=True)


def test_the_status_is_read_and_nothing_is_written(interrupted, tiny, capsys):
    from rnnlab.cli.sweep_status import show_status

    def status(name):
        capsys.readouterr()
        show_status(name, tiny.store, as_json=True)
        return json.loads(capsys.readouterr().out)

    run, _ = interrupted
    folder = next((tiny.folder / "mlruns" / "sweeps").iterdir())
    with (folder / "study.journal").open("ab") as journal:
        journal.write(b'{"torn')
    before = {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
    found = status("LAST")
    assert {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()} == before
    assert (found["status"], found["ended"], found["trials"]) == ("interrupted", 2, 7)
    assert found["states"] == {"complete": 2}
    assert [(trial["number"], trial["epochs"]) for trial in found["running"]] == [(2, 0)]
    run(resume=True)
    found = status(found["name"])
    assert (found["status"], found["ended"], found["running"]) == ("finished", 7, [])
