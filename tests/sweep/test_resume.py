"""A supervisor that is killed at any write of its journal, and gone on with: nothing is lost, doubled or left open."""

import json
import multiprocessing
import os
import random
import shlex
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sweep.scripted import Doomed, Scripted

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


def sweep(tiny, *overrides, resume=False, die_at=None, torn=0, capacity=1, **options):
    """Run a sweep in a process of its own, killed at the Nth record of its journal; return the exit code."""

    def child():
        from rnnlab import run_sweep

        if die_at is not None:
            die(die_at, torn)
        given = {"executor": Scripted(capacity)} | options
        run_sweep(tiny.file, overrides=overrides, store=tiny.store, resume=resume, **given)
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


def test_resuming_goes_on_to_exactly_the_total_which_may_have_changed(interrupted, tiny):
    from rnnlab.sweep.folder import sweeps_in

    run, said = interrupted
    ((folder, _),) = sweeps_in(tiny.folder / "mlruns")
    folder.checkpoints_of("1").mkdir(parents=True)  # of a process that was killed before it could delete it
    outcome = run("sweep.trials=5", "sweep.pruner=none", "description=another", resume=True)
    assert [trial.number for trial in outcome.trials] == [0, 1, 2, 3, 4]
    assert not folder.checkpoints.exists()
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


def test_a_trial_that_too_many_workers_died_of_keeps_its_run_and_its_replicates(tiny, records):
    """The supervisor was killed between the third death and the end of the trial."""
    from rnnlab import run_sweep

    tiny.extend(f"seeds: 3\n{RANDOM}")
    more = ("sweep.trials=3", "sweep.pruner=none")

    def say(line):
        if "trial 1-seed-8" in line and "trying again" not in line:
            os.kill(os.getpid(), signal.SIGKILL)

    assert sweep(tiny, *more, executor=Scripted(2, ends={4: ["dies"] * 3}), say=say) == -9
    outcome = run_sweep(tiny.file, overrides=more, store=tiny.store, executor=Scripted(2), resume=True)
    trial = outcome.trials[1]
    assert (trial.state, trial.message) == ("killed", "3 workers or machines died of it")
    assert [(part.seed, part.state) for part in trial.replicates] == [(7, "complete"), (8, "killed")]
    found = {record.name: record for record in records(tiny)}
    assert trial.run_id == found["trial-1"].run_id
    ends = [(found[name].status, found[name].tags["rnnlab.state"]) for name in ("trial-1", "trial-1-seed-8")]
    assert ends == [("KILLED", "killed")] * 2
    assert "RUNNING" not in {record.status for record in found.values()}


def test_a_trial_whose_replicates_are_all_complete_is_so_too_however_many_died_of_it(tiny, monkeypatch):
    """The supervisor was killed before the trial ended, which counts as a death where machines share a study."""
    from rnnlab import run_sweep
    from rnnlab.sweep.listener import SweepListener

    class Killing(SweepListener):
        def on_replicate_end(self, number, replicate):
            if (number, replicate.seed) == (1, 9):
                os.kill(os.getpid(), signal.SIGKILL)

    tiny.extend(f"seeds: 3\n{RANDOM}")
    more = ("sweep.trials=3", "sweep.pruner=none")
    dying = Scripted(ends={5: ["dies"] * 2})
    assert sweep(tiny, *more, executor=dying, listeners=(Killing(),)) == -9
    monkeypatch.setattr("rnnlab.sweep.supervisor.RETRIES", 1)
    outcome = run_sweep(tiny.file, overrides=more, store=tiny.store, executor=Scripted(), resume=True)
    assert [trial.state for trial in outcome.trials] == ["complete"] * 3
    assert [part.state for part in outcome.trials[1].replicates] == ["complete"] * 3


def test_a_run_that_another_host_left_and_nobody_goes_on_with_is_closed(tiny, records):
    from rnnlab import run_sweep
    from rnnlab.track.store import Store

    tiny.extend(RANDOM)
    confirmed = "sweep.confirm={top: 1, seeds: 2}"
    doomed = Doomed(2, when=lambda self: len(self.started) == 4 and time.sleep(0.5) is None)
    assert sweep(tiny, "sweep.trials=2", confirmed, executor=doomed) == -9
    store = Store.open(f"sqlite:///{tiny.folder / 'mlruns' / 'mlflow.db'}")
    left = [record for record in store.records() if record.status == "RUNNING"]
    for record in left:
        mark = json.loads(record.tags["rnnlab.process"]) | {"host": "elsewhere"}
        store.set_tags(record.run_id, {"rnnlab.process": json.dumps(mark)})
    assert any("-confirm-" in record.name for record in left)
    run_sweep(tiny.file, overrides=["sweep.trials=2"], store=tiny.store, executor=Scripted(), resume=True)
    assert "RUNNING" not in {record.status for record in records(tiny)}


def test_a_sweep_whose_journal_is_damaged_is_not_left_running(interrupted, records, tiny):
    from rnnlab.errors import StoreError

    run, _ = interrupted
    journal = next((tiny.folder / "mlruns" / "sweeps").iterdir()) / "study.journal"
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([*lines[:3], b"{broken", *lines[4:]]))
    with pytest.raises(StoreError, match="is damaged"):
        run(resume=True)
    (parent,) = [record for record in records(tiny) if record.kind == "sweep"]
    assert parent.status == "FAILED"
    assert "is damaged" in parent.tags["rnnlab.error"]


def test_a_trial_that_has_a_run_goes_on_with_it_although_its_value_is_known_by_now(interrupted, records, tiny):
    run, _ = interrupted
    run("sweep.trials=4", "sweep.pruner=none")  # another sweep of the same file
    outcome = run("sweep.trials=4", "sweep.pruner=none", resume=True, reuse=True)
    assert [trial.state for trial in outcome.trials].count("duplicate") == 1, "that which had not begun"
    assert outcome.trials[2].run_id is not None
    mine = {record.name: record for record in records(tiny) if record.parent == outcome.run_id}
    assert mine["trial-2"].tags["rnnlab.state"] == outcome.trials[2].state != "duplicate"
    assert {record.status for record in records(tiny)} == {"FINISHED"}


@pytest.mark.parametrize("seeds", ["", "seeds: 2\n"], ids=["alone", "replicates"])
def test_the_seconds_of_an_earlier_process_are_counted(tiny, seeds):
    from rnnlab import run_sweep
    from rnnlab.errors import InterruptedRunError

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            if len(self.jobs[0].done) == 3:
                raise KeyboardInterrupt
            return super().next_event(timeout)

    tiny.extend(seeds + RANDOM)
    options = {"overrides": ["training.epochs=4", "sweep.trials=1"], "store": tiny.store}
    with pytest.raises(InterruptedRunError):
        run_sweep(tiny.file, **options, executor=Interrupted())
    (trial,) = run_sweep(tiny.file, **options, executor=Timed(), resume=True).trials
    assert 15 < trial.seconds < 16, "three epochs of five seconds each, and what is done now"


class Timed(Scripted):
    """The first three epochs took five seconds in another process; the others are done now."""

    def epoch(self, order, number):
        epoch = super().epoch(order, number)
        if order.number == 0 and number <= 3:
            return replace(epoch, seconds=5.0)
        return replace(epoch, timestamp=round(time.time() * 1000) + 1000)


def test_the_status_names_the_call_that_goes_on_from_any_folder(tiny, monkeypatch, tmp_path_factory):
    from rnnlab import run_sweep
    from rnnlab.errors import InterruptedRunError
    from rnnlab.sweep.call import resuming_call
    from rnnlab.sweep.status import sweep_status

    class Interrupted(Scripted):
        def next_event(self, timeout=None):
            raise KeyboardInterrupt

    def call(store=None):
        return shlex.split(resuming_call(sweep_status("LAST", store=store).facts))

    tiny.extend(RANDOM)
    values = ["sweep.trials=2", "description=it's one"]
    with pytest.raises(InterruptedRunError):
        run_sweep(tiny.file, overrides=values, executor=Interrupted())
    given = ["rnnlab", "sweep", str(tiny.file.absolute()), "--set", values[0], "--set", values[1], "--resume"]
    assert call() == given
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    uri = f"sqlite:///{tiny.folder / 'mlruns' / 'mlflow.db'}"
    assert call(uri) == [*given, "--store", uri]
    run_sweep(tiny.file, overrides=["sweep.trials=3"], store=uri, executor=Scripted(), resume=True)
    assert call(uri)[3:5] == ["--set", "sweep.trials=3"], "those of the last call"
