import sqlite3
import threading

import pytest

from rnnlab.errors import StoreError
from rnnlab.track.record import RunHead
from rnnlab.track.store import Store
from rnnlab.train.result import Epoch

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def recorded(tmp_path):
    """A store, a run in it, and what reads its points as (epoch, loss)."""
    store = Store.open(f"sqlite:///{tmp_path / 'mlflow.db'}")
    run_id = store.start(RunHead(experiment="x", kind="run", params={}))

    def points():
        with sqlite3.connect(tmp_path / "mlflow.db") as database:
            return sorted(database.execute("select step, value from metrics where key = 'loss'"))

    return store, run_id, points


def _epoch(number, seconds=1.0):
    return Epoch(number, {"loss": 1 / number}, seconds, 10.0, 1000 * number + int(seconds))


def test_epochs_are_written_beside_and_all_of_them_on_leaving(recorded):
    from rnnlab.run.recording import Recorder

    store, run_id, points = recorded
    with Recorder(store, run_id) as recorder:
        recorder.on_begin(3, 5, (), 0)
        for number in (1, 2, 3):
            recorder.on_epoch(_epoch(number))
    assert points() == [(1, 1.0), (2, 0.5), (3, 1 / 3)]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("epochs") and thread.is_alive()]


def test_a_resumed_run_writes_what_is_missing_and_nothing_twice(recorded):
    from rnnlab.run.recording import Recorder

    store, run_id, points = recorded
    for number in (1, 3):
        store.log_epoch(run_id, _epoch(number))
    with Recorder(store, run_id) as recorder:
        recorder.on_begin(4, 5, (_epoch(1), _epoch(2)), 0)  # the second was kept and not told, the third not kept
        for number in (3, 4):
            recorder.on_epoch(_epoch(number, seconds=2.0))
    assert points() == [(1, 1.0), (2, 0.5), (3, 1 / 3), (4, 0.25)]


def test_a_store_that_fails_stops_the_training_at_the_next_epoch(recorded):
    from rnnlab.run.recording import Recorder

    store, run_id, _ = recorded
    store.finish(run_id, "FINISHED")
    store._client.delete_run(run_id)
    with Recorder(store, run_id) as recorder:
        recorder.on_epoch(_epoch(1))
        with pytest.raises(StoreError, match="cannot record an epoch"):
            recorder.on_epoch(_epoch(2))


def test_a_value_that_stands_in_the_store_is_not_written_again(recorded):
    store, run_id, points = recorded
    for value in (0.5, 0.5, 0.25):
        store.log_metrics(run_id, {"loss": value})
    assert points() == [(0, 0.25), (0, 0.5)]
