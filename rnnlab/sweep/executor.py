"""Where trials are trained: the interface, and its home in one warm process on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from rnnlab.errors import RnnlabError, WorkerDiedError
from rnnlab.sweep.trial import TrialOrder, TrialReport
from rnnlab.train.result import Epoch, TrainingResult

OnEpoch = Callable[[Epoch], bool]
"""Hears of an epoch; returns whether the trial is to stop."""


class Executor(Protocol):
    """Trains trials somewhere."""

    def warm(self) -> None:
        """Begin to get ready, without waiting for it."""

    def train(self, order: TrialOrder, on_epoch: OnEpoch) -> TrialReport:
        """Return how a trial ended.

        Raises:
            WorkerDiedError: the process that trained it died; the trial may be asked for again.
        """

    def record_best(self, order: TrialOrder, run_id: str, store: str, result: TrainingResult) -> dict[str, Any]:
        """Return the test scores of the best trial, after writing its model and figures into its run."""

    def close(self) -> None:
        """Give everything back."""


class LocalExecutor:
    """One warm worker process: TensorFlow is imported once for all trials.

    It is started anew when it died, or when a trial wants other threads or devices, which a process sets only once.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._runtime: Any = None

    def warm(self) -> None:
        """Start the worker, which imports TensorFlow while the supervisor opens the store and reads the data."""
        if self._process is None:
            self._process = self._start()

    def train(self, order: TrialOrder, on_epoch: OnEpoch) -> TrialReport:
        """Return how a trial ended: see `Executor.train`."""
        runtime = order.config.get("runtime")
        if self._runtime is not None and runtime != self._runtime:
            self.close()
        self._runtime = runtime
        self._ask({"ask": "train", "order": asdict(order)})
        while True:
            answer = self._receive()
            if "epoch" in answer:
                self._send({"stop": on_epoch(Epoch(**answer["epoch"]))})
            else:
                return _report(answer["report"])

    def record_best(self, order: TrialOrder, run_id: str, store: str, result: TrainingResult) -> dict[str, Any]:
        """Return the test scores of the best trial: see `Executor.record_best`."""
        data = asdict(result)
        self._ask({"ask": "record", "order": asdict(order), "run_id": run_id, "store": store, "result": data})
        answer = self._receive()
        if "error" in answer:
            raise RnnlabError(f"the best trial could not be recorded: {answer['error']}")
        return dict(answer["scores"])

    def close(self) -> None:
        """End the worker and everything it started."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "rnnlab.sweep.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the supervisor, which then ends the worker
        )

    def _ask(self, message: dict[str, Any]) -> None:
        """Send what begins a conversation; an answer within one must not go to a new worker."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = self._start()
        self._send(message)

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._died() from error

    def _receive(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise self._died()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self) -> WorkerDiedError:
        process = self._process
        self.close()
        code = process.returncode if process else None
        return WorkerDiedError(f"the worker process died (exit code {code})")


def _report(data: dict[str, Any]) -> TrialReport:
    result = data["result"]
    if result is not None:
        result = TrainingResult(**result | {"history": tuple(Epoch(**epoch) for epoch in result["history"])})
    return TrialReport(**data | {"result": result})
