"""Warm workers wherever they are: who gets which trial, when one is replaced, what their messages mean."""

from __future__ import annotations

import queue
import time
from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any

from rnnlab.errors import CallError
from rnnlab.plan.pace import Timing
from rnnlab.sweep.executor import Event
from rnnlab.sweep.trial import TrialOrder, TrialReport
from rnnlab.train.result import Epoch, TrainingResult

Message = dict[str, Any]


class Worker(ABC):
    """A process of `rnnlab.sweep.worker_process` somewhere.

    Attributes:
        slot: its place in the crew.
        order: the trial that it has; None while it is free.
        runtime: of the files that it can train: a process sets threads and devices only once.
        trials: that it has done.
        is_ready: it runs; one that waits for a place on a node does not.
    """

    is_ready = True

    def __init__(self, slot: int) -> None:
        self.slot = slot
        self.order: TrialOrder | None = None
        self.runtime: Any = None
        self.trials = 0
        self._resident = 0

    def begin(self, message: Message, order: TrialOrder) -> bool:
        """Send what begins a conversation; return whether the process took it."""
        self.order = order
        self.runtime = order.config.get("runtime")
        return self.send(message)

    def finish(self) -> None:
        """Be free for another trial."""
        self.order = None
        self.trials += 1
        if self.trials == 1:
            self._resident = self.memory()

    def growth(self) -> int:
        """Return by how many bytes its memory has grown since its first trial."""
        return self.memory() - self._resident

    @abstractmethod
    def send(self, message: Message) -> bool:
        """Send a message; return whether the process took it."""

    @abstractmethod
    def memory(self) -> int:
        """Return how many bytes it takes; 0 where that is not known."""

    @abstractmethod
    def died(self) -> str:
        """Return how it ended, after it did."""

    @abstractmethod
    def close(self) -> None:
        """End it and everything it started."""


Inbox = queue.Queue[tuple[Worker, Message | None]]


class Crew(ABC):
    """Workers that each train one trial at a time; an `Executor` but for its capacity.

    One is started anew when it died, after `recycle` trials, when its memory has grown by `growth`, or when a trial
    wants other threads or devices.

    Args:
        recycle: trials of a worker.
        growth: bytes.
    """

    threads: int | None

    def __init__(self, recycle: int, growth: int) -> None:
        self._recycle = recycle
        self._growth = growth
        self._workers: list[Worker | None] = []
        self._inbox: Inbox = queue.Queue()

    @abstractmethod
    def _hire(self, slot: int) -> Worker:
        """Return a new worker for a place, without waiting until it is ready."""

    def start(self, order: TrialOrder) -> None:
        """Have a trial trained: see `Executor.start`."""
        slot = self._free_slot(order.config.get("runtime"))
        self._give(self._workers[slot] or self._renew(slot), order)
        self._relieve()

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

    def _dismiss(self) -> None:
        """End the workers and everything they started."""
        for slot, worker in enumerate(self._workers):
            if worker is not None:
                worker.close()
            self._workers[slot] = None

    def _free_slot(self, runtime: Any) -> int:
        """Return the place of a worker without a trial: one that has the same runtime, else one that has none."""
        free = [slot for slot, worker in enumerate(self._workers) if worker is None or worker.order is None]
        if not free:  # the place of one that was lost
            self._workers.append(None)
            return len(self._workers) - 1
        for slot in free:
            if (worker := self._workers[slot]) is not None and worker.runtime == runtime:
                return slot
        slot = next((s for s in free if (w := self._workers[s]) is None or w.runtime is None), free[0])
        if (worker := self._workers[slot]) is not None and worker.runtime is not None:
            self._renew(slot)
        return slot

    def _give(self, worker: Worker, order: TrialOrder) -> None:
        ask = {"ask": "train", "order": asdict(order)}
        if not worker.begin(ask, order):
            self._renew(worker.slot).begin(ask, order)

    def _relieve(self) -> None:
        """Give a trial whose worker waits for a place to one that is free: it may be what takes that place."""
        live = [worker for worker in self._workers if worker is not None]
        waiting = next((worker for worker in live if worker.order and not worker.is_ready), None)
        free = next((worker for worker in live if worker.order is None and worker.is_ready), None)
        if waiting is None or waiting.order is None or free is None:
            return
        order = waiting.order
        waiting.close()
        self._workers[waiting.slot] = None
        same = free.runtime in (None, order.config.get("runtime"))
        self._give(free if same else self._renew(free.slot), order)

    def _worker_of(self, number: int) -> Worker | None:
        workers = (worker for worker in self._workers if worker is not None and worker.order is not None)
        return next((worker for worker in workers if worker.order and worker.order.number == number), None)

    def _renew(self, slot: int) -> Worker:
        worker, self._workers[slot] = self._workers[slot], None
        if worker is not None:
            worker.close()
        self._workers[slot] = fresh = self._hire(slot)
        return fresh

    def _event(self, worker: Worker, message: Message | None) -> Event | None:
        order = worker.order
        if message is None:
            self._workers[worker.slot] = None
            worker.close()
            return Event("died", order.number, message=worker.died()) if order else None
        if "refused" in message:
            raise CallError(message["refused"])
        if "ready" in message or order is None:
            self._relieve()
            return None
        if "epoch" in message:
            return Event("epoch", order.number, Epoch(**message["epoch"]))
        if "report" in message:
            worker.finish()
            if worker.trials >= self._recycle or worker.growth() > self._growth:
                self._renew(worker.slot)
            self._relieve()
            return Event("ended", order.number, report=report_of(message["report"]))
        return Event("began", order.number, worker=f"{worker.slot}")


def report_of(data: Message) -> TrialReport:
    """Return the report of a worker's message."""
    result = data["result"]
    if result is not None:
        result = TrainingResult(**result | {"history": tuple(Epoch(**epoch) for epoch in result["history"])})
    timing = Timing(**data["timing"]) if data.get("timing") else None
    return TrialReport(**data | {"result": result, "timing": timing})
