"""What a sweep writes into MLflow: in order, in a thread of its own, so that no worker waits for the database."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from rnnlab.run.intervals import Interval
from rnnlab.sweep.trial import Replicate, Trial
from rnnlab.track.record import Record, RunHead, Status
from rnnlab.track.store import Store
from rnnlab.train.result import Epoch

STATUSES: dict[str, Status] = {"complete": "FINISHED", "pruned": "FINISHED", "killed": "KILLED"}  # else FAILED


class Ledger:
    """The runs of a sweep's trials, each nested in the sweep's.

    What is given is written in that order. A run that an earlier process began is gone on with, and what it had written
    is not written again. The first error is raised by the next call.

    A run is known by the name of its training: that of a trial by its number. The runs of replicates are nested in
    those of their trials.

    Args:
        store: where the sweep is recorded.
        parent: id of the sweep's run.
        known: the runs of its trials and their replicates that are in the store.
    """

    def __init__(self, store: Store, parent: str, known: Iterable[Record] = ()) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._pending: deque[Future[Any]] = deque()
        self._known = {_name_of(record, parent): record for record in known}
        self._runs: dict[str, Future[str]] = {}
        self._written: dict[str, frozenset[int]] = {}
        self._open: set[str] = set()

    def start(self, name: str, head: RunHead, parameters: int, *, under: str | None = None) -> None:
        """Begin the run of a training, or go on with it.

        Args:
            name: of the training.
            head: of its run.
            parameters: of its model.
            under: name of the trial in whose run it is nested; it has begun.
        """
        self._open.add(name)
        self._runs[name] = self._do(partial(self._start, name, head, parameters, under))

    def log_epoch(self, name: str, epoch: Epoch) -> None:
        """Write an epoch of a training."""
        self._do(partial(self._log_epoch, name, epoch))

    def run_id(self, name: str) -> str:
        """Return the id of a training's run, once it has begun."""
        return self._runs[name].result() if name in self._runs else self._known[name].run_id

    def close(self, name: str, ended: Trial | Replicate) -> None:
        """Write how a training, or a trial of several, ended."""
        self._do(partial(self._close, name, ended))
        self._open.discard(name)

    def has_run(self, name: str) -> bool:
        """Return whether a training has a run, of this process or an earlier one."""
        return name in self._runs or name in self._known

    def is_closed(self, name: str) -> bool:
        """Return whether a run is not under way."""
        return name not in self._open

    def note(self, name: str, numbers: Mapping[str, float]) -> None:
        """Write more numbers into a run."""
        self._do(lambda: self._store.log_metrics(self.run_id(name), numbers))

    def has_begun(self, name: str) -> bool:
        """Return whether this process began the run of a training."""
        return name in self._runs

    def is_written(self, name: str, ended: Trial | Replicate) -> bool:
        """Return whether an earlier process wrote how a training ended, or it has no run in the store."""
        record = self._known.get(name)
        if record is None or ended.state == "duplicate":  # which has a run only where it was trained again, as the best
            return True
        status = STATUSES.get(ended.state, "FAILED")
        return (record.status, record.tags.get("rnnlab.state")) == (status, ended.state)

    def mend(self, name: str, ended: Trial | Replicate, head: RunHead, parameters: int, under: str | None) -> None:
        """Write what is missing of a training that had ended when an earlier process did."""
        self.start(name, head, parameters, under=under)
        for epoch in ended.history:
            self.log_epoch(name, epoch)
        self.close(name, ended)

    def leave(self, status: Literal["KILLED", "FAILED"], names: Iterable[str] | None = None) -> None:
        """End the runs of trainings that are not closed, all or those named; a later process goes on with them."""
        for name in sorted(self._open if names is None else self._open.intersection(names)):
            self._do(partial(self._leave, name, status))
            self._open.discard(name)

    def abandon(self) -> None:
        """End the runs that an earlier process left RUNNING and with which this one did not go on.

        Those of dead processes of this host were closed when the store was opened; others cannot be seen.
        """
        for name, record in self._known.items():
            if name and record.status == "RUNNING" and name not in self._runs:
                self._do(partial(self._store.finish, record.run_id, "KILLED"))

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

    def _start(self, name: str, head: RunHead, parameters: int, under: str | None) -> str:
        record = self._known.get(name)
        if record is None:
            run_id = self._store.start(head if under is None else replace(head, parent=self.run_id(under)))
        else:
            run_id = record.run_id
            self._store.reopen(run_id)
            if "parameters" not in record.metrics:  # the last that is written of a start
                self._store.describe(run_id, head)
            self._written[name] = self._store.written_epochs(run_id)
        self._store.log_metrics(run_id, {"parameters": float(parameters)})
        return run_id

    def _close(self, name: str, ended: Trial | Replicate) -> None:
        run_id = self.run_id(name)
        self._store.log_metrics(run_id, _numbers(ended))
        tags = {"rnnlab.state": ended.state, "rnnlab.threads": f"{ended.threads}"}
        self._store.set_tags(run_id, tags | ({"rnnlab.error": ended.message} if ended.message else {}))
        self._store.finish(run_id, STATUSES.get(ended.state, "FAILED"))  # type: ignore[arg-type]

    def _log_epoch(self, name: str, epoch: Epoch) -> None:
        if epoch.epoch not in self._written.get(name, ()):
            self._store.log_epoch(self.run_id(name), epoch)

    def _leave(self, name: str, status: Literal["KILLED", "FAILED"]) -> None:
        self._store.finish(self.run_id(name), status)


def _name_of(record: Record, sweep: str) -> str:
    """Return the name of the training whose run it is; empty for runs that are not the sweep's."""
    if record.parent == sweep:
        return record.tags.get("rnnlab.trial", "")
    return record.tags.get("rnnlab.training", "") if record.tags.get("rnnlab.sweep") == sweep else ""


def _numbers(ended: Trial | Replicate) -> dict[str, float]:
    numbers = {"epochs": float(ended.trained), "seconds": ended.seconds}
    if ended.value is not None:
        numbers["objective"] = ended.value
    if ended.kept_epoch:  # the mean of several trainings has none
        numbers["kept_epoch"] = float(ended.kept_epoch)
    interval = ended.interval if isinstance(ended, Trial) else None
    return numbers | (interval_numbers("objective", interval) if interval else {})


def interval_numbers(name: str, interval: Interval) -> dict[str, float]:
    """Return the ends of a 95 % interval as they are recorded; none of a single value."""
    ends = {f"{name}_ci95_low": interval.low, f"{name}_ci95_high": interval.high}
    return {key: value for key, value in ends.items() if not math.isnan(value)}
