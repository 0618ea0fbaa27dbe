import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from rnnlab.errors import StoreError
from rnnlab.track.database import ensure_database

_OPEN = "import sys; from rnnlab.track.store import Store; Store.open(sys.argv[1])"


def _create(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.commit()
    connection.close()


def _create_slowly(path):
    time.sleep(0.3)
    assert not path.exists()
    _create(path)


def _ensure(database, started):
    started.wait()
    ensure_database(database, _create_slowly)


def test_many_first_starts_at_once_create_one_database(tmp_path):
    context = multiprocessing.get_context("spawn")
    started = context.Barrier(4)
    processes = [context.Process(target=_ensure, args=(tmp_path / "m" / "x.db", started)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4


def test_a_creation_that_was_killed_leaves_nothing_in_the_way(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with subprocess.Popen([sys.executable, "-c", _OPEN, uri]) as process:
        unfinished = tmp_path / ".mlflow.db.creating"
        for _ in range(6000):
            if unfinished.exists() and unfinished.stat().st_size:
                break
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert unfinished.exists()
    assert not (tmp_path / "mlflow.db").exists()
    subprocess.run([sys.executable, "-c", _OPEN, uri], check=True, timeout=120)
    assert not unfinished.exists()


def test_an_existing_database_is_left_alone(tmp_path):
    ensure_database(tmp_path / "x.db", _create)
    before = (tmp_path / "x.db").stat()
    ensure_database(tmp_path / "x.db", _create)
    assert (tmp_path / "x.db").stat().st_ino == before.st_ino


def test_an_empty_file_becomes_a_database(tmp_path):
    (tmp_path / "x.db").touch()
    ensure_database(tmp_path / "x.db", _create)
    assert (tmp_path / "x.db").stat().st_size


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path):
    (tmp_path / "x.db").write_text("my notes, which are long enough")
    with pytest.raises(StoreError, match="is not a SQLite database"):
        ensure_database(tmp_path / "x.db", _create)
    assert (tmp_path / "x.db").read_text().startswith("my notes")


def test_the_database_of_another_program_is_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("CREATE TABLE trials (id INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="not one of MLflow"):
        ensure_database(tmp_path / "x.db", _create)


def test_a_torn_database_is_refused(tmp_path):
    _create(tmp_path / "x.db")
    whole = (tmp_path / "x.db").read_bytes()
    (tmp_path / "x.db").write_bytes(whole[:20] + b"\xff" * (len(whole) - 20))
    with pytest.raises(StoreError, match="cannot be read"):
        ensure_database(tmp_path / "x.db", _create)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(StoreError, match="No such file or directory"):
        ensure_database(tmp_path / "no" / "such" / "x.db", _create)


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be used"):
        ensure_database(tmp_path / "file" / "x.db", _create)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    ensure_database(tmp_path / "m" / "x.db", _create)
    (tmp_path / "m").chmod(0o500)
    try:
        with pytest.raises(StoreError, match="read-only"):
            ensure_database(tmp_path / "m" / "x.db", _create)
    finally:
        (tmp_path / "m").chmod(0o700)
