"""One study that several machines share, in a PostgreSQL server of the test's own."""

import os
import pwd
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from rnnlab.errors import CallError, StoreError
from rnnlab.sweep.database import Database, parse_storage, reported_database
from rnnlab.sweep.front import front_of
from tests.sweep.scripted import Scripted
from tests.sweep.test_objectives import OBJECTIVES

PATIENCE = 300  # seconds; much more than is needed where nothing else runs
SECRET = "correct-horse-battery"
SWEEP = """\
sweep:
  trials: 12
  sampler: {kind: random, seed: 3}
  pruner: none
  space:
    optimizer.learning_rate: {low: 1e-4, high: 0.1, log: true}
runtime: {kernel: keras}
"""


def binary(name):
    found = [*Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    return str(max(found)) if found else shutil.which(name)


@pytest.fixture(scope="module")
def server():
    """An address with a password of its own; the server runs as a person without rights."""
    folder = Path(tempfile.mkdtemp(prefix="rnnlab-postgres-"))
    person = {"user": "nobody"} if os.geteuid() == 0 else {}
    if person:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    secret = folder / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = str(folder / "cluster")
    options = ["--username=tester", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync", "--encoding=UTF8"]
    subprocess.run([binary("initdb"), "-D", cluster, *options], check=True, capture_output=True, cwd=folder, **person)
    listening = ["-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [binary("postgres"), "-D", cluster, *listening, "-c", "fsync=off"], stdout=log, stderr=log, cwd=folder, **person
    )
    address = f"postgresql://tester@127.0.0.1:{port}"
    await_server(f"{address}/postgres", process)
    yield address
    process.send_signal(signal.SIGINT)
    process.wait()
    shutil.rmtree(folder)


def await_server(address, process):
    import psycopg

    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(address, password=SECRET).close()
        except psycopg.OperationalError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def storage(server, monkeypatch):
    """A fresh database, its password in the environment."""
    import psycopg

    name = f"test{time.monotonic_ns()}"
    monkeypatch.setenv("PGPASSWORD", SECRET)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@contextmanager
def machine(tiny, store, storage, seconds, capacity=2):
    command = [sys.executable, "-m", "tests.sweep.machine", str(tiny.file), str(tiny.folder / store), storage]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [*command, str(seconds), str(capacity)], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def study_of(storage):
    """Return (the study's attributes, its trials)."""
    import optuna

    tables = optuna.storages.RDBStorage(storage.replace("postgresql:", "postgresql+psycopg:"))
    try:
        (name,) = optuna.get_all_study_names(tables)
        study = optuna.load_study(study_name=name, storage=tables)
        return study.user_attrs, study.get_trials(deepcopy=False)
    finally:
        tables.remove_session()
        tables.engine.dispose()


def trials_of(storage):
    return study_of(storage)[1]


def await_trials(storage, state, count, process):
    """Wait until so many trials are in a state."""

    def is_so(known, trials):
        return sum(trial.state.name == state and "begun" in trial.user_attrs for trial in trials) >= count

    await_study(storage, is_so, process)


def await_study(storage, is_so, process):
    """Wait until a study is as a machine is to make it."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    until = time.monotonic() + PATIENCE
    while True:
        try:
            if is_so(*study_of(storage)):
                return
        except (ValueError, KeyError, SQLAlchemyError, StorageInternalError):
            pass  # the study is not there yet
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < until
        time.sleep(0.1)


def check_whole(storage):
    """Every trial ended, once; return them."""
    trials = trials_of(storage)
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * 12
    assert sorted(trial.user_attrs["ended"]["number"] for trial in trials) == list(range(12))
    assert trials[0].params["optimizer.learning_rate"] == 0.01, "trial 0 is the file as written"
    return trials


def recorded(tiny, store):
    from rnnlab.track.store import Store

    records = Store.open(f"sqlite:///{tiny.folder / store / 'mlflow.db'}").records()
    whole = [each for each in records if each.kind == "trial" and each.status == "FINISHED"]
    return sorted(int(record.tags["rnnlab.trial"]) for record in whole if record.tags["rnnlab.state"] == "complete")


def last_of(trials):
    """Return the machine that ended the last trial."""
    return max(trials, key=lambda trial: trial.datetime_complete).user_attrs["machine"]


@pytest.mark.postgres
def test_two_machines_that_begin_at_once_share_one_study_to_its_total(tiny, storage):
    tiny.extend(SWEEP)
    with machine(tiny, "one", storage, 0.05) as one, machine(tiny, "two", storage, 0.05) as two:
        said = [process.communicate(timeout=PATIENCE)[0] for process in (one, two)]
        assert (one.returncode, two.returncode) == (0, 0), said
    trials = check_whole(storage)
    assert sorted([*recorded(tiny, "one"), *recorded(tiny, "two")]) == list(range(12)), "each has a run on one machine"
    assert len({trial.user_attrs["machine"] for trial in trials}) == 2
    ends = {text.splitlines()[-1] for text in said}
    assert len(ends) == 1, "both know all trials and the same best"
    assert sum("recording trial" in text for text in said) == 1, "the best is recorded once"


@pytest.mark.postgres
def test_the_trials_of_a_machine_that_was_killed_are_taken_over(tiny, storage):
    tiny.extend(SWEEP)
    with machine(tiny, "one", storage, 0.3) as one:
        await_trials(storage, "COMPLETE", 1, one)
        one.send_signal(signal.SIGKILL)
        one.wait()
        left = [trial for trial in trials_of(storage) if trial.state.name == "RUNNING"]
        begun = {trial.number for trial in left if "begun" in trial.user_attrs}  # it may have died before
    with machine(tiny, "two", storage, 0.02) as two:
        said = two.communicate(timeout=PATIENCE)[0]
        assert two.returncode == 0, said
    trials = check_whole(storage)
    second = {trial.user_attrs["ended"]["number"] for trial in trials if trial.user_attrs["machine"] == last_of(trials)}
    assert second <= set(recorded(tiny, "two")), "the best, too, where the machine that trained it died"
    assert said.count("taking over") == len(left)
    assert [trial.user_attrs.get("deaths", 0) for trial in trials] == [int(trial.number in begun) for trial in trials]


@pytest.mark.postgres
def test_a_machine_that_was_taken_for_dead_gives_its_trials_up(tiny, storage):
    tiny.extend(SWEEP)
    with machine(tiny, "one", storage, 0.3) as one, machine(tiny, "two", storage, 0.1) as two:
        await_trials(storage, "RUNNING", 3, one)
        one.send_signal(signal.SIGSTOP)
        time.sleep(4)
        one.send_signal(signal.SIGCONT)
        said = [process.communicate(timeout=PATIENCE)[0] for process in (one, two)]
        assert (one.returncode, two.returncode) == (0, 0), said
    check_whole(storage)
    assert sorted([*recorded(tiny, "one"), *recorded(tiny, "two")]) == list(range(12))
    assert "taking over" in said[1]
    assert "another machine has it" in said[0]


CONFIRMED = """\
seeds: 2
sweep:
  trials: 3
  sampler: {kind: random, seed: 3}
  pruner: none
  confirm: {top: 2, seeds: 2}
  space:
    optimizer.learning_rate: {low: 1e-4, high: 0.1, log: true}
runtime: {kernel: keras}
"""


@pytest.fixture
def quick(monkeypatch):
    """A machine that is this process notices others as soon as the others do."""
    from rnnlab.sweep import database, shared

    monkeypatch.setattr(database, "BEAT", 0.2)
    monkeypatch.setattr(database, "MISSED", 1.5)
    monkeypatch.setattr(shared, "LOOK", 0.2)
    monkeypatch.setattr(shared.SharedBook, "patience", 0.2)


def is_between_replicates(known, trials):
    return any(trial.state.name == "RUNNING" and "replicate-0" in trial.user_attrs for trial in trials)


def is_confirming(known, trials):
    return any(key.startswith("confirmation-") for key in known)


@pytest.mark.postgres
@pytest.mark.usefixtures("quick")
def test_replicates_and_confirmations_of_machines_that_were_killed_are_gone_on_with(tiny, storage):
    from rnnlab import run_sweep
    from rnnlab.track.store import Store

    tiny.extend(CONFIRMED)
    for store, is_so in (("one", is_between_replicates), ("two", is_confirming)):
        with machine(tiny, store, storage, 0.2, capacity=1) as process:
            await_study(storage, is_so, process)
            process.send_signal(signal.SIGKILL)
            said = process.communicate()[0]
    assert "taking over trial 0" in said
    executor, told = Scripted(2), []
    outcome = run_sweep(
        tiny.file, store=str(tiny.folder / "three"), storage=storage, executor=executor, say=told.append
    )
    trials = trials_of(storage)
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * 3
    for trial in trials:
        first, second = ([epoch["metrics"]["val_loss"] for epoch in part["history"]] for part in parts_of(trial))
        means = [statistics.fmean(each) for each in zip(first, second, strict=True)]
        assert trial.intermediate_values == pytest.approx(dict(enumerate([*first, *means], start=1)))
    assert {each.state for confirmed in outcome.confirmed for each in confirmed.replicates} == {"complete"}
    (line,) = [line for line in told if line.startswith("confirming")]
    left = int(line.split()[-2])
    assert 1 <= left <= 3, "what the machine before had done is not done again"
    assert outcome.scores["test"]["loss"] == pytest.approx(outcome.confirmed[0].interval.mean)

    def runs(store):
        found = Store.open(f"sqlite:///{tiny.folder / store / 'mlflow.db'}").records()
        return {record.name: record for record in found}

    assert {"trial-0-seed-7", "trial-0-seed-8"} <= set(runs("two")), "also the one that another machine had done"
    here = runs("three")
    names = {f"trial-{each.trial.number}-confirm-{part.seed}" for each in outcome.confirmed for part in each.replicates}
    assert {name for name in here if "confirm" in name} == names
    assert {record.status for record in here.values()} == {"FINISHED"}
    assert here[f"trial-{outcome.best.number}"].tags["rnnlab.best"] == "true"


def parts_of(trial):
    return trial.user_attrs["ended"]["replicates"]


@pytest.mark.postgres
@pytest.mark.usefixtures("quick")
def test_the_front_is_that_of_all_machines(tiny, storage):
    from rnnlab import run_sweep

    tiny.extend(OBJECTIVES)
    outcomes = [
        run_sweep(
            tiny.file,
            overrides=[f"sweep.trials={total}"],
            store=str(tiny.folder / store),
            storage=storage,
            executor=Scripted(2),
        )
        for store, total in (("one", 5), ("two", 6), ("three", 6))
    ]
    assert [len(outcome.trials) for outcome in outcomes] == [5, 6, 6]
    _, second, third = ([(each.trial.number, each.trial.objectives) for each in found.front] for found in outcomes)
    assert second == third
    assert {number for number, _ in second} & set(range(5)), "the first machine trained some of it"
    assert second == [
        (trial.number, trial.objectives) for trial in front_of(outcomes[1].trials, outcomes[1].objectives)
    ]
    again = outcomes[1].best.number != outcomes[0].best.number
    assert [bool(outcome.scores) for outcome in outcomes] == [True, again, False], "the best is recorded once"


@pytest.mark.postgres
@pytest.mark.tensorflow
def test_the_password_is_nowhere(tiny, storage, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    tiny.extend(SWEEP.replace("12", "2"))

    def call(*arguments):
        line = [sys.executable, "-m", "rnnlab.cli", "sweep", *arguments]
        done = subprocess.run(line, cwd=tiny.folder, capture_output=True, text=True, timeout=PATIENCE)
        assert SECRET not in done.stdout + done.stderr
        return done

    swept = call("tiny.yaml", "--storage", storage, "--set", "training.epochs=1", "--json")
    assert swept.returncode == 0, swept.stderr
    shown = call("--status", "LAST", "--json")
    assert '"complete": 2' in shown.stdout, shown.stderr + shown.stdout
    inside = call("tiny.yaml", "--storage", storage.replace("tester@", f"tester:{SECRET}@"))
    assert (inside.returncode, "leave the password out" in inside.stderr) == (2, True)
    for path in tiny.folder.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


@pytest.mark.postgres
def test_a_database_that_cannot_be_used_is_told_without_the_password(storage, monkeypatch):
    def failure(address):
        url = parse_storage(address)
        with pytest.raises(StoreError) as error, reported_database(url):
            Database(url, "study").prepare()
        assert SECRET not in str(error.value)
        return str(error.value)

    assert "cannot be used: connection" in failure("postgresql://tester@127.0.0.1:1/none")
    assert "does not exist" in failure(f"{storage}x")
    monkeypatch.setenv("PGPASSWORD", f"not-{SECRET}")
    assert "password authentication failed" in failure(storage)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sqlite:///study.db", "takes a PostgreSQL database"),
        ("postgresql://", "takes a PostgreSQL database"),
        (f"postgresql://me:{SECRET}@host/db", "leave the password out"),
        ("postgresql://me:@host/db", "leave the password out"),
        (f"postgresql://me@host/db?password={SECRET}", "leave the password out"),
        (f"postgresql://me@host/db?sslpassword={SECRET}", "leave the password out"),
        (f"postgresql://me:{SECRET}@host:port/db", "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_a_password(address, said):
    with pytest.raises(CallError, match=said) as error:
        parse_storage(address)
    assert SECRET not in str(error.value)


def test_addresses_as_others_write_them_are_taken():
    assert str(parse_storage("postgres://me@host/db")) == str(parse_storage("postgresql://me@host/db"))
