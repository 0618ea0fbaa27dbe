"""Two real workers, a supervisor that is killed while they train, and the best trial against a fresh process."""

import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.tensorflow

SWEEP = """\
sweep:
  trials: 6
  sampler: {kind: random, seed: 2}
  pruner: none
  engine: {workers: 2}
  space:
    optimizer.learning_rate: {low: 1e-3, high: 0.1, log: true}
"""


def command(tiny, *arguments):
    line = [sys.executable, "-m", "rnnlab.cli", *arguments]
    return subprocess.Popen(line, cwd=tiny.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def epochs_of(tiny):
    from rnnlab.errors import RunNotFoundError
    from rnnlab.sweep.status import sweep_status

    try:
        status = sweep_status("LAST", store=tiny.store)
    except RunNotFoundError:
        return 0
    return sum(len(trial.values) for trial in status.running)


def sha(folder):
    import keras

    model = keras.models.load_model(folder / "data" / "model.keras", safe_mode=True)
    return hashlib.sha256(b"".join(weight.tobytes() for weight in model.get_weights())).hexdigest()


def test_workers_end_with_their_supervisor_and_the_sweep_goes_on_to_the_bits_of_a_fresh_process(tiny, records):
    from rnnlab.track.store import Store

    tiny.extend(SWEEP)
    overrides = ("--set", "training.epochs=4", "--set", "training.batch_size=4", "--store", tiny.store)
    first = command(tiny, "sweep", "tiny.yaml", *overrides)
    while epochs_of(tiny) < 2 and first.poll() is None:
        time.sleep(0.05)
    workers = [
        child for child in psutil.Process(first.pid).children() if "rnnlab.sweep.worker_process" in child.cmdline()
    ]
    assert len(workers) == 2
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    assert psutil.wait_procs(workers, timeout=20)[1] == [], "stdin ended while they trained"

    told, _ = command(tiny, "sweep", "--status", "LAST", "--store", tiny.store).communicate()
    pasted = shlex.split(told.rpartition("next")[2])
    assert pasted[:2] == ["rnnlab", "sweep"]
    out, err = command(tiny, *pasted[1:], "--json").communicate()
    swept = json.loads(out)
    assert "resuming sweep" in err
    assert [trial["state"] for trial in swept["trials"]] == ["complete"] * 6
    assert {trial["threads"] for trial in swept["trials"]} == {max(1, len(os.sched_getaffinity(0)) // 2)}
    found = {record.name: record for record in records(tiny)}
    assert len(found) == 7
    assert {record.status for record in found.values()} == {"FINISHED"}
    best = found[f"trial-{swept['best']}"]
    assert [point.step for point in best.curves["val_loss"]] == [1, 2, 3, 4]

    out, err = command(tiny, "run", swept["best_config"], "--json", "--store", str(tiny.folder / "alone")).communicate()
    assert json.loads(out)["test"] == swept["test"], err
    alone = Store.open(f"sqlite:///{tiny.folder / 'alone' / 'mlflow.db'}")
    record = alone.load_curves(alone.records()[0])
    history = [[(p.step, p.value) for p in each.curves["val_loss"]] for each in (record, best)]
    assert history[0] == history[1]
    store = Store.open(f"sqlite:///{tiny.folder / 'mlruns' / 'mlflow.db'}")
    assert sha(alone.model_folder(record, tiny.folder)) == sha(store.model_folder(best, tiny.folder))
