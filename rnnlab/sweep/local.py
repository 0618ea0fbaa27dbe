"""The executor on this machine: warm worker processes, each with TensorFlow imported once."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import psutil

from rnnlab.errors import RnnlabError, WorkerDiedError
from rnnlab.sweep.executor import Event
from rnnlab.sweep.placement import Placement
from rnnlab.sweep.trial import Trial, TrialOrder, TrialReport
from rnnlab.sweeping import LocalEngine
from rnnlab.train.result import Epoch, TrainingResult

COMMAND = (sys.executable, "-m", "rnnlab.sweep.worker")


class LocalExecutor:
    """Worker processes on this machine.

    One is started anew when it died, after `recycle` trials, when its memory has grown by `memory_growth`, or when a
    trial wants other threads or devices, which a process sets only once.

    Args:
        placement: how many there are, and what each may use.
        engine: when they are replaced.
    """

    def __init__(self, placement: Placement | None = None, engine: LocalEngine | None = None) -> None:
        placed = placement or Placement()
        given = engine or LocalEngine.standard()
        self.capacity = placed.workers
        self.threads = placed.threads
        self._recycle = given.recycle
        self._growth = given.memory_growth
        self._environments = placed.environments
        self._workers: list[_Worker | None] = [None] * placed.workers
        self._inbox: queue.Queue[tuple[_Worker, dict[str, Any] | None]] = queue.Queue()

    def warm(self) -> None:
        """Start the workers, which import TensorFlow while the supervisor opens the store and reads the data."""
        for slot, worker in enumerate(self._workers):
            if worker is None:
                self._renew(slot)

    def start(self, order: TrialOrder) -> None:
        """Have a trial trained: see `Executor.start`."""
        slot = self._free_slot(order.config.get("runtime"))
        worker = self._workers[slot] or self._renew(slot)
        if not worker.begin({"ask": "train", "order": asdict(order)}, order):
            self._renew(slot).begin({"ask": "train", "order": asdict(order)}, order)

    def next_event(self, timeout: float | None = None) -> Event | None:
        """Return what happened next: see `Executor.next_event`."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                worker, message = self._inbox.get(timeout=None if until is None else max(0, until - time.monotonic()))
            except queue.Empty:
                return None
            if self._workers[worker.slot] is worker:  # not one that was replaced
                event = self._event(worker, message)
                if event is not None:
                    return event

    def answer(self, number: int, stop: bool) -> None:
        """Say whether a trial is to stop: see `Executor.answer`."""
        worker = self._worker_of(number)
        if worker is not None:
            worker.send({"stop": stop})

    def kill(self, number: int) -> None:
        """End a trial at once: see `Executor.kill`."""
        worker = self._worker_of(number)
        if worker is not None:
            self._renew(worker.slot)

    def record_best(self, order: TrialOrder, run_id: str, store: str, trial: Trial) -> dict[str, Any]:
        """Return the test scores of the best trial: see `Executor.record_best`."""
        slot = self._free_slot(order.config.get("runtime"))
        worker = self._workers[slot] or self._renew(slot)
        ask = {"ask": "record", "order": asdict(order), "run_id": run_id, "store": store}
        if not worker.begin(ask | {"result": asdict(trial.result)}, order):
            worker = self._renew(slot)
            worker.begin(ask | {"result": asdict(trial.result)}, order)
        while True:
            sender, message = self._inbox.get()
            if sender is not worker:
                continue
            if message is None:
                self._workers[slot] = None
                raise WorkerDiedError(f"the worker died while it recorded the best trial ({worker.exit_code()})")
            worker.finish()
            if "error" in message:
                raise RnnlabError(f"the best trial could not be recorded: {message['error']}")
            return dict(message["scores"])

    def close(self) -> None:
        """End the workers and everything they started."""
        for slot, worker in enumerate(self._workers):
            if worker is not None:
                worker.close()
            self._workers[slot] = None

    def _free_slot(self, runtime: Any) -> int:
        """Return the place of a worker without a trial: one that has the same runtime, else one that has none."""
        free = [slot for slot, worker in enumerate(self._workers) if worker is None or worker.order is None]
        for slot in free:
            if (worker := self._workers[slot]) is not None and worker.runtime == runtime:
                return slot
        slot = next((s for s in free if (w := self._workers[s]) is None or w.runtime is None), free[0])
        if (worker := self._workers[slot]) is not None and worker.runtime is not None:
            self._renew(slot)
        return slot

    def _worker_of(self, number: int) -> _Worker | None:
        workers = (worker for worker in self._workers if worker is not None and worker.order is not None)
        return next((worker for worker in workers if worker.order and worker.order.number == number), None)

    def _renew(self, slot: int) -> _Worker:
        worker, self._workers[slot] = self._workers[slot], None
        if worker is not None:
            worker.close()
        self._workers[slot] = fresh = _Worker(slot, self._environments[slot], self._inbox)
        return fresh

    def _event(self, worker: _Worker, message: dict[str, Any] | None) -> Event | None:
        order = worker.order
        if message is None:
            self._workers[worker.slot] = None
            worker.close()
            died = f"the worker process died ({worker.exit_code()})"
            return Event("died", order.number, message=died) if order else None
        if order is None:
            return None
        if "epoch" in message:
            return Event("epoch", order.number, Epoch(**message["epoch"]))
        if "report" in message:
            worker.finish()
            if worker.trials >= self._recycle or worker.growth() > self._growth:
                self._renew(worker.slot)
            return Event("ended", order.number, report=_report(message["report"]))
        return Event("began", order.number, worker=f"{worker.slot}")


class _Worker:
    """A worker process, and the thread that reads what it says."""

    def __init__(
        self,
        slot: int,
        environment: Mapping[str, str],
        inbox: queue.Queue[tuple[_Worker, dict[str, Any] | None]],
    ) -> None:
        self.slot = slot
        self.order: TrialOrder | None = None
        self.runtime: Any = None
        self.trials = 0
        self._inbox = inbox
        self._resident = 0
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=os.environ | environment,
            start_new_session=True,  # Ctrl-C is for the supervisor, which then ends the workers
        )
        self._reader = threading.Thread(target=self._read, name=f"worker-{slot}", daemon=True)
        self._reader.start()

    def begin(self, message: dict[str, Any], order: TrialOrder) -> bool:
        """Send what begins a conversation; return whether the process took it."""
        self.order = order
        self.runtime = order.config.get("runtime")
        return self.send(message)

    def send(self, message: dict[str, Any]) -> bool:
        """Send a message; return whether the process took it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):  # it is dead; its reader says so
            return False
        return True

    def finish(self) -> None:
        """Be free for another trial."""
        self.order = None
        self.trials += 1
        if self.trials == 1:
            self._resident = self._memory()

    def growth(self) -> int:
        """Return by how many bytes its memory has grown since its first trial."""
        return self._memory() - self._resident

    def exit_code(self) -> str:
        """Return how it ended."""
        return f"exit code {self._process.wait()}"

    def close(self) -> None:
        """End it and everything it started."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(timeout=5)
        self._process.stdout.close()

    def _memory(self) -> int:
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return 0

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):  # a killed process may leave half of one
                self._inbox.put((self, json.loads(line)))
        self._inbox.put((self, None))


def _report(data: dict[str, Any]) -> TrialReport:
    result = data["result"]
    if result is not None:
        result = TrainingResult(**result | {"history": tuple(Epoch(**epoch) for epoch in result["history"])})
    return TrialReport(**data | {"result": result})
