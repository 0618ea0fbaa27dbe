"""Worker processes and what they say, with workers that train nothing."""

import os
import signal
import sys
import time

import pytest

WORKER = """\
import json, os, sys, time

def say(**message):
    print(json.dumps(message), flush=True)

hoard = []
for line in sys.stdin:
    order = json.loads(line)["order"]
    say(began=order["number"])
    wanted = order["config"]["optimizer"]
    if wanted == "dies":
        os._exit(7)
    if wanted == "sleeps":
        time.sleep(60)
    if wanted == "hoards":
        hoard.append(b"x" * 50_000_000)
    epoch = {"epoch": 1, "metrics": {"val_loss": 0.5}, "seconds": 0.1, "samples_per_second": 1.0, "timestamp": 1}
    say(epoch=epoch)
    stop = json.loads(sys.stdin.readline())["stop"]
    report = {"state": "pruned" if stop else "complete", "result": None, "threads": 1}
    say(report=report | {"message": f"{os.getpid()} {os.environ.get('CUDA_VISIBLE_DEVICES')}"})
"""


@pytest.fixture
def executor_of(tmp_path, monkeypatch):
    from rnnlab.sweep.local import LocalExecutor
    from rnnlab.sweep.placement import Placement
    from rnnlab.sweeping import LocalEngine

    script = tmp_path / "worker.py"
    script.write_text(WORKER, encoding="utf-8")
    monkeypatch.setattr("rnnlab.sweep.local.COMMAND", (sys.executable, str(script)))
    made = []

    def make(workers=1, environments=None, **engine):
        placement = Placement(workers, None, environments or ({},) * workers)
        made.append(LocalExecutor(placement, LocalEngine.model_validate(engine)))
        return made[-1]

    yield make
    for executor in made:
        executor.close()


def order(number, wanted="trains", runtime=None):
    from rnnlab.sweep.trial import TrialOrder

    return TrialOrder(number, {"optimizer": wanted, "runtime": runtime or {}}, ".", "none.h5")


def finish(executor, stop=False):
    """Return (number, state, pid, GPUs) of the next trial that ends, or the event of a death."""
    while True:
        event = executor.next_event(timeout=30)
        assert event is not None
        if event.kind == "epoch":
            assert event.epoch.metrics == {"val_loss": 0.5}
            executor.answer(event.number, stop)
        elif event.kind == "ended":
            return event.number, event.report.state, *event.report.message.split()
        elif event.kind == "died":
            return event


def test_a_warm_worker_trains_one_trial_after_the_other_until_it_is_recycled(executor_of):
    executor = executor_of(recycle=2)
    executor.warm()
    pids = []
    for number in range(4):
        executor.start(order(number))
        ended, state, pid, _ = finish(executor, stop=number == 1)
        assert (ended, state) == (number, "pruned" if number == 1 else "complete")
        pids.append(pid)
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_worker_whose_memory_grew_is_replaced(executor_of):
    executor = executor_of(memory_growth="30 MiB")
    pids = []
    for number, wanted in enumerate(("trains", "trains", "hoards", "trains")):
        executor.start(order(number, wanted))
        pids.append(finish(executor)[2])
    assert pids[0] == pids[1] == pids[2] != pids[3]


def test_trials_run_side_by_side_each_with_its_devices(executor_of):
    environments = ({"CUDA_VISIBLE_DEVICES": "0"}, {"CUDA_VISIBLE_DEVICES": "1"})
    executor = executor_of(2, environments)
    for number in (0, 1):
        executor.start(order(number))
    ended = sorted(finish(executor) for _ in range(2))
    assert [(number, gpus) for number, _, _, gpus in ended] == [(0, "0"), (1, "1")]
    assert ended[0][2] != ended[1][2]


def test_a_death_is_told_and_the_next_trial_has_a_fresh_worker(executor_of):
    executor = executor_of()
    executor.start(order(0, "dies"))
    event = finish(executor)
    assert (event.number, event.message) == (0, "the worker process died (exit code 7)")
    executor.start(order(0))
    assert finish(executor)[:2] == (0, "complete")


def test_a_worker_that_died_while_it_had_nothing_to_do_is_not_missed(executor_of):
    executor = executor_of()
    executor.start(order(0))
    os.kill(int(finish(executor)[2]), signal.SIGKILL)
    time.sleep(0.2)
    executor.start(order(1))
    assert finish(executor)[:2] == (1, "complete")


def test_a_trial_that_is_killed_makes_room_for_another_and_says_nothing(executor_of):
    executor = executor_of()
    executor.start(order(0, "sleeps"))
    assert executor.next_event(timeout=30).kind == "began"
    assert executor.next_event(timeout=0.05) is None
    executor.kill(0)
    executor.start(order(1))
    assert finish(executor)[:2] == (1, "complete")


def test_other_threads_need_another_process(executor_of):
    executor = executor_of()
    pids = []
    for number, threads in enumerate((1, 1, 2)):
        executor.start(order(number, runtime={"threads": threads}))
        pids.append(finish(executor)[2])
    assert pids[0] == pids[1] != pids[2]
