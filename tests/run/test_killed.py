import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.tensorflow

OVERRIDES = ("training.epochs=40", "training.checkpoint.every=2 steps", "model.layers.rnn.recurrent_dropout=0.1")
SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM}


def _start(tiny):
    settings = [argument for override in OVERRIDES for argument in ("--set", override)]
    command = [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "rnnlab.cli",
        "run",
        str(tiny.file),
        *settings,
        "--store",
        tiny.store,
    ]
    return subprocess.Popen(command, cwd=tiny.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _end(process, number):
    """Send the signal once the third epoch is told; return (exit code, stderr)."""
    told = []
    for line in process.stderr:
        told.append(line)
        if line.startswith("epoch 3/"):
            break
    process.send_signal(number)
    _, rest = process.communicate(timeout=60)
    return process.returncode, "".join([*told, rest])


@pytest.fixture(scope="module")
def ended(make_tiny, records):
    """One run per signal, ended by it: {signal: (folder, exit code, stderr, record)}."""
    tinies = {name: make_tiny(name) for name in SIGNALS}
    processes = {name: _start(tiny) for name, tiny in tinies.items()}
    with ThreadPoolExecutor() as pool:
        ends = {name: pool.submit(_end, process, SIGNALS[name]) for name, process in processes.items()}
    return {name: (tinies[name], *ends[name].result(), records(tinies[name])[0]) for name in SIGNALS}


@pytest.fixture(scope="module")
def unbroken(make_tiny, records, weights):
    from rnnlab import run_experiment

    tiny = make_tiny("unbroken")
    run_experiment(tiny.file, overrides=OVERRIDES, store=tiny.store)
    (record,) = records(tiny)
    return record, weights(tiny, record)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_run_that_is_told_to_stop_closes_itself_and_leaves_with_130(ended, name):
    _, code, told, record = ended[name]
    assert code == 130, told
    assert record.status == "KILLED"
    assert "--resume goes on with it" in told
    assert "Traceback" not in told
    assert len(record.curves["loss"]) < 40


def test_a_killed_run_cannot_close_itself_and_the_next_start_does(ended):
    from rnnlab.track.store import Store

    _, code, _, record = ended["SIGKILL"]
    assert (code, record.status) == (-signal.SIGKILL, "RUNNING")
    tiny = ended["SIGKILL"][0]
    opened = Store.open(f"sqlite:///{tiny.folder / 'mlruns' / 'mlflow.db'}")
    assert opened.close_stale() == [record.run_id]
    assert [each.status for each in opened.records()] == ["KILLED"]


@pytest.mark.parametrize("name", SIGNALS)
def test_a_resumed_run_ends_with_the_bytes_of_an_unbroken_one_and_no_point_twice(
    ended, unbroken, records, weights, name
):
    import mlflow

    from rnnlab import run_experiment

    tiny, _, _, record = ended[name]
    outcome = run_experiment(tiny.file, overrides=OVERRIDES, store=tiny.store, resume=True)
    (resumed,) = records(tiny)
    assert (resumed.run_id, resumed.status) == (record.run_id, "FINISHED")
    assert 2 <= outcome.result.resumed_from < 40  # the third may not have been written yet
    expected, bits = unbroken
    assert weights(tiny, resumed) == bits
    history = mlflow.MlflowClient(outcome.store).get_metric_history(resumed.run_id, "val_loss")
    assert sorted(point.step for point in history) == list(range(1, 41))
    assert [p.value for p in resumed.curves["val_loss"]] == [p.value for p in expected.curves["val_loss"]]
    assert resumed.metrics["test_loss"] == expected.metrics["test_loss"]
