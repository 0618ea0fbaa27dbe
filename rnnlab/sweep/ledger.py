"""What a sweep writes into MLflow: in order, in a thread of its own, so that no worker waits for the database."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Literal

from rnnlab.sweep.trial import Trial
from rnnlab.track.record import Record, RunHead, Status
from rnnlab.track.store import Store
from rnnlab.train.result import Epoch

STATUSES: dict[str, Status] = {"complete": "FINISHED", "pruned": "FINISHED", "killed": "KILLED"}  # else FAILED


class Ledger:
    """The runs of a sweep's trials, each nested in the sweep's.

    What is given is written in that order. A run that an earlier process began is gone on with, and what it had written
    is not written again. The first error is raised by the next call.

    Args:
        store: where the sweep is recorded.
        parent: id of the sweep's run.
        known: the runs of its trials that are in the store.
    """

    def __init__(self, store: Store, parent: str, known: Iterable[Record] = ()) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._pending: deque[Future[Any]] = deque()
        self._known = {record.tags.get("rnnlab.trial", ""): record for record in known if record.parent == parent}
        self._runs: dict[int, Future[str]] = {}
        self._open: set[int] = set()
        self._written: dict[int, frozenset[int]] = {}

    def start(self, number: int, head: RunHead, parameters: int) -> None:
        """Begin the run of a trial, or go on with it."""
        self._open.add(number)
        self._runs[number] = self._do(partial(self._start, number, head, parameters))

    def log_epoch(self, number: int, epoch: Epoch) -> None:
        """Write an epoch of a trial."""
        self._do(partial(self._log_epoch, number, epoch))

    def run_id(self, number: int) -> str:
        """Return the id of a trial's run, once it has begun."""
        return self._runs[number].result()

    def close(self, trial: Trial) -> None:
        """Write how a trial ended."""
        self._do(partial(self._close, trial))
        self._open.discard(trial.number)

    def mend(self, trial: Trial, head: Callable[[], RunHead]) -> None:
        """Write what is missing of a trial that had ended when an earlier process did."""
        record = self._known.get(f"{trial.number}")
        if record is None or trial.state == "duplicate":  # which has a run only where it was trained again, as the best
            return
        status = STATUSES.get(trial.state, "FAILED")
        if (record.status, record.tags.get("rnnlab.state")) == (status, trial.state):
            return
        self.start(trial.number, head(), trial.parameters)
        for epoch in trial.history:
            self.log_epoch(trial.number, epoch)
        self.close(trial)

    def leave(self, status: Literal["KILLED", "FAILED"], numbers: Iterable[int] | None = None) -> None:
        """End the runs of trials that are not closed, all unless some are named; a later process goes on with them."""
        for number in sorted(self._open if numbers is None else self._open.intersection(numbers)):
            self._do(partial(self._leave, number, status))
            self._open.discard(number)

    def flush(self) -> None:
        """Wait until all is written; raise what it raised."""
        while self._pending:
            self._pending.popleft().result()

    def end(self) -> None:
        """Give the thread back; what waits is written first."""
        self._thread.shutdown(wait=True)

    def _do(self, work: Callable[[], Any]) -> Future[Any]:
        while self._pending and self._pending[0].done():
            self._pending.popleft().result()
        future = self._thread.submit(work)
        self._pending.append(future)
        return future

    def _start(self, number: int, head: RunHead, parameters: int) -> str:
        record = self._known.get(f"{number}")
        if record is None:
            run_id = self._store.start(head)
        else:
            run_id = record.run_id
            self._store.reopen(run_id)
            if "parameters" not in record.metrics:  # the last that is written of a start
                self._store.describe(run_id, head)
            self._written[number] = self._store.written_epochs(run_id)
        self._store.log_metrics(run_id, {"parameters": float(parameters)})
        return run_id

    def _log_epoch(self, number: int, epoch: Epoch) -> None:
        if epoch.epoch not in self._written.get(number, ()):
            self._store.log_epoch(self.run_id(number), epoch)

    def _close(self, trial: Trial) -> None:
        run_id = self.run_id(trial.number)
        numbers = {"epochs": float(len(trial.history)), "seconds": trial.seconds}
        if trial.value is not None:
            numbers |= {"kept_epoch": float(trial.kept_epoch), "objective": trial.value}
        self._store.log_metrics(run_id, numbers)
        tags = {"rnnlab.state": trial.state, "rnnlab.threads": f"{trial.threads}"}
        self._store.set_tags(run_id, tags | ({"rnnlab.error": trial.message} if trial.message else {}))
        self._store.finish(run_id, STATUSES.get(trial.state, "FAILED"))  # type: ignore[arg-type]

    def _leave(self, number: int, status: Literal["KILLED", "FAILED"]) -> None:
        self._store.finish(self.run_id(number), status)
