"""The executor on a Ray cluster: one actor for each trial at a time, each with a warm worker process on its node.

The only file that imports ray. The nodes need what rnnlab needs, in the same versions; rnnlab itself, and the files
that a trial reads, are sent to them, and weights and checkpoints come back with each epoch, so that no folder has to be
shared. What is sent is bytes and JSON: nothing of the user's is pickled.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray
import ray.cloudpickle
from ray.exceptions import RayError

import rnnlab
from rnnlab.errors import CallError
from rnnlab.run.heads import RECORDED_VERSIONS
from rnnlab.run.opening import Say
from rnnlab.sweep import bridge
from rnnlab.sweep.bridge import Bridge, versions_of
from rnnlab.sweep.crew import Crew, Inbox, Message, Worker
from rnnlab.sweep.executor import Event
from rnnlab.sweep.local import LocalExecutor
from rnnlab.sweep.parcel import Parcel, pack
from rnnlab.sweep.placement import head_of, needs_of, places_on, require_answer, require_place, reserved_by, threads_on
from rnnlab.sweep.trial import Trial, TrialOrder, TrialReport
from rnnlab.sweeping import RayEngine

DECIDING = tuple(RECORDED_VERSIONS[name] for name in ("tensorflow", "keras", "numpy"))  # they decide the numbers
LOOKED = 2.0  # seconds for which the size of the cluster is believed
PARTING = 2.0  # seconds that a node has to delete its files
PATIENCE = 20.0  # seconds after which a worker tells that it waits for a place
TOLD_AGAIN = 300.0  # seconds after which it is said again that nothing is trained
CALLS = 4  # of a bridge at a time: one waits for the worker, one carries files

ray.cloudpickle.register_pickle_by_value(bridge)


class RayExecutor(Crew):
    """Workers on the nodes of a Ray cluster.

    Args:
        engine: the section.
        trials: of the sweep; more workers are never started.
        say: takes sentences for the person.
    """

    def __init__(self, engine: RayEngine, trials: int, say: Say) -> None:
        super().__init__(engine.recycle, engine.memory_growth)
        self.threads: int | None = threads_on(engine)
        self._engine = engine
        self._trials = trials
        self._looked = -math.inf, 1
        self._say = say
        self._told = -math.inf
        self._owns = False
        self._sent: dict[tuple[str, int, int], Any] = {}
        self._recorder: LocalExecutor | None = None

    @property
    def capacity(self) -> int:
        """Return how many trials the cluster holds now, or how many the file asks for."""
        seen, places = self._looked
        if time.monotonic() - seen > LOOKED:
            places = places_on(_nodes(), self._engine)
            self._looked = time.monotonic(), places
        return max(1, min(places, self._trials))

    def warm(self) -> None:
        """Join the cluster and start the workers.

        Raises:
            CallError: there is no cluster, or none of its nodes holds a trial.
        """
        if not ray.is_initialized():
            _connect(self._engine.address)
            self._owns = True
        require_place(_nodes(), self._engine)
        for slot in range(self.capacity):
            self._workers.append(None)
            self._renew(slot)

    def record_best(self, order: TrialOrder, run_id: str, store: str, trial: Trial) -> dict[str, Any]:
        """Return the test scores of the best trial, recorded by a worker on this machine: the store may be here only.

        Raises:
            RnnlabError: see `Executor.record_best`.
        """
        self._recorder = self._recorder or LocalExecutor()
        return self._recorder.record_best(order, run_id, store, trial)

    def close(self) -> None:
        """Leave the cluster; one that was started here is ended."""
        self._dismiss()
        if self._recorder is not None:
            self._recorder.close()
        if self._owns:
            ray.shutdown()
            self._owns = False

    def _hire(self, slot: int) -> Worker:
        share = reserved_by(self._engine)
        remote = ray.remote(Bridge).options(**share, max_concurrency=CALLS, scheduling_strategy="SPREAD")
        return _Hired(slot, remote.remote(), self._inbox, self._put)

    def _event(self, worker: Worker, message: Message | None) -> Event | None:
        if message is not None and "waits" in message:
            self._tell_waiting()
            return None
        return super()._event(worker, message)

    def _tell_waiting(self) -> None:
        """Say that no node has room for a worker, where none is at work: else it would be waited in silence."""
        if any(worker.is_ready for worker in self._workers if worker) or time.monotonic() - self._told < TOLD_AGAIN:
            return
        self._told = time.monotonic()
        self._say(f"waiting for a node with room for a trial: it needs {needs_of(self._engine)}")

    def _put(self, path: Path) -> Any:
        """Return a file as an object that any node can fetch, put there once."""
        status = path.stat()
        key = str(path), status.st_mtime_ns, status.st_size
        if key not in self._sent:
            self._sent[key] = ray.put(path.read_bytes())
        return self._sent[key]


class _Hired(Worker):
    """A worker on some node; one thread carries to it, another from it."""

    def __init__(self, slot: int, actor: Any, inbox: Inbox, put: Callable[[Path], Any]) -> None:
        super().__init__(slot)
        self.is_ready = False
        self._actor = actor
        self._inbox = inbox
        self._put = put
        self._host = "a node"
        self._root = ""
        self._how = "the worker was lost, or the node that it was on"
        self._known = threading.Event()
        self._delivered: dict[str, tuple[int, int]] = {}
        self._parcel: Parcel | None = None
        self._resident_now = 0
        self._carrier = ThreadPoolExecutor(1, thread_name_prefix=f"to-worker-{slot}")
        self._reader = threading.Thread(target=self._read, name=f"from-worker-{slot}", daemon=True)
        self._reader.start()

    def send(self, message: Message) -> bool:
        """Carry a message to the worker; one that was lost says so in the inbox."""
        self._carrier.submit(self._carry, message, self.order)
        return True

    def memory(self) -> int:
        """Return how many bytes it took at its last message."""
        return self._resident_now

    def died(self) -> str:
        """Return how it ended."""
        return self._how

    def close(self) -> None:
        """End it and give its place on the node back."""
        self._root = ""
        self._known.set()
        self._carrier.shutdown(wait=False, cancel_futures=True)
        if self.is_ready:
            ray.wait([self._actor.close.remote()], timeout=PARTING)
        ray.kill(self._actor)
        self._reader.join(timeout=PARTING)

    def _carry(self, message: Message, order: TrialOrder | None) -> None:
        self._known.wait()
        if not self._root:
            return
        try:
            if "order" in message and order is not None:
                self._begin(message, order)
            else:
                ray.get(self._actor.send.remote(json.dumps(message)))
        except RayError:  # the reader tells of it
            return
        except OSError as error:
            self._fail(f"cannot read {error.filename}: {error.strerror}")

    def _begin(self, message: Message, order: TrialOrder) -> None:
        parcel = pack(order)
        lacking = ray.get(self._actor.lacks.remote(list(parcel.absolute))) if parcel.absolute else ()
        if lacking:
            self._fail(f"{lacking[0]} is not on the node {self._host}; only files with relative paths are sent there")
            return
        if self._parcel is not None:
            ray.get(self._actor.forget.remote(self._parcel.back))
        for name, path in parcel.files.items():
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            if self._delivered.get(name) != stamp:
                ray.get(self._actor.deliver.remote(name, self._put(path)))
                self._delivered[name] = stamp
        self._parcel = parcel
        there = parcel.at(self._root)
        ray.get(self._actor.begin.remote(there.folder, json.dumps(message | {"order": asdict(there)})))

    def _fail(self, message: str) -> None:
        self._inbox.put((self, {"report": asdict(TrialReport("failed", message=message))}))

    def _read(self) -> None:
        try:
            described = self._actor.describe.remote(DECIDING)
            while not ray.wait([described], timeout=PATIENCE)[0]:
                self._inbox.put((self, {"waits": True}))
            self._greet(ray.get(described))
            while True:
                found = ray.get(self._actor.receive.remote())
                if not found["line"]:
                    self._how = f"the worker process on {self._host} died (exit code {found['code']})"
                    break
                self._resident_now = found["memory"]
                message = json.loads(found["line"])
                if self._parcel is not None:
                    self._parcel.keep(found["names"], found["files"])
                self._inbox.put((self, message))
        except RayError as error:
            self._how = f"the worker on {self._host} was lost ({type(error).__name__})"
        self._inbox.put((self, None))

    def _greet(self, found: dict[str, Any]) -> None:
        here = versions_of(DECIDING)
        others = [
            f"{name} {found['versions'][name]} (here {here[name]})"
            for name in here
            if found["versions"][name] != here[name]
        ]
        if others:
            text = f"the node {found['host']} has {', '.join(others)}: a sweep's numbers need the same everywhere"
            self._inbox.put((self, {"refused": text}))
        self._host, self._root = found["host"], found["root"]
        self.is_ready = True
        self._known.set()
        self._inbox.put((self, {"ready": self._host}))


def _connect(address: str) -> None:
    """Join a cluster, or start one on this machine: on 127.0.0.1, without its dashboard.

    Raises:
        CallError: it cannot be reached.
    """
    package = str(Path(rnnlab.__file__).parent)
    require_answer(address)
    own = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(
            address=head_of(address),
            runtime_env={"py_modules": [package]},
            log_to_driver=False,
            configure_logging=False,
            **own,
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        told = " ".join(str(error).split())  # versions that differ stand below the first line
        raise CallError(
            f"cannot join the Ray cluster `{address}`: {told}\n"
            "  start one with `ray start --head`, or give `sweep.engine.address: local`"
        ) from error


def _nodes() -> list[dict[str, float]]:
    """Return what each node of the cluster has, by the names that Ray gives it."""
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]
