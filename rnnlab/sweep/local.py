"""The executor on this machine: warm worker processes, each with TensorFlow imported once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import psutil

from rnnlab.errors import RnnlabError, WorkerDiedError
from rnnlab.sweep.crew import Crew, Inbox, Message, Worker
from rnnlab.sweep.placement import Placement
from rnnlab.sweep.trial import Trial, TrialOrder
from rnnlab.sweeping import LocalEngine

COMMAND = (sys.executable, "-m", "rnnlab.sweep.worker_process")


class LocalExecutor(Crew):
    """Worker processes on this machine.

    Args:
        placement: how many there are, and what each may use.
        engine: when they are replaced.
    """

    def __init__(self, placement: Placement | None = None, engine: LocalEngine | None = None) -> None:
        placed = placement or Placement()
        given = engine or LocalEngine.standard()
        super().__init__(given.recycle, given.memory_growth)
        self.capacity = placed.workers
        self.threads = placed.threads
        self._environments = placed.environments
        self._workers = [None] * placed.workers

    def warm(self) -> None:
        """Start the workers, which import TensorFlow while the supervisor opens the store and reads the data."""
        for slot, worker in enumerate(self._workers):
            if worker is None:
                self._renew(slot)

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
                raise WorkerDiedError(f"{worker.died()} while it recorded the best trial")
            worker.finish()
            if "error" in message:
                raise RnnlabError(f"the best trial could not be recorded: {message['error']}")
            return dict(message["scores"])

    def close(self) -> None:
        """End the workers and everything they started."""
        self._dismiss()

    def _hire(self, slot: int) -> Worker:
        return _Process(slot, self._environments[slot], self._inbox)


class _Process(Worker):
    """A worker process, and the thread that reads what it says."""

    def __init__(self, slot: int, environment: Mapping[str, str], inbox: Inbox) -> None:
        super().__init__(slot)
        self._inbox = inbox
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

    def send(self, message: Message) -> bool:
        """Send a message; return whether the process took it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):  # it is dead; its reader says so
            return False
        return True

    def memory(self) -> int:
        """Return how many bytes it takes."""
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return 0

    def died(self) -> str:
        """Return how it ended."""
        return f"the worker process died (exit code {self._process.wait()})"

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

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):  # a killed process may leave half of one
                self._inbox.put((self, json.loads(line)))
        self._inbox.put((self, None))
