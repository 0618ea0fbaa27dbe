"""The warm worker process: one JSON message a line on stdin, one answer a line on stdout.

Asked to `train`, it reports each epoch and is told whether to stop; asked to `record`, it scores the kept weights on
the test split and writes model and figures into the trial's run. It ends when stdin does, at once, even while it
trains: then its supervisor is dead, and checkpoints are whole at any moment.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import shutil
import sys
import threading
import time
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from rnnlab.errors import CheckpointError, DivergedError, OutOfMemoryError, RnnlabError
from rnnlab.experiment import Experiment
from rnnlab.plan.pace import Timing
from rnnlab.plugging import load_plugin
from rnnlab.run.completing import complete_plan
from rnnlab.run.road import Trained, train_once
from rnnlab.run.timing import time_training
from rnnlab.sweep.loaded import LoadedSplits
from rnnlab.sweep.trial import TrialOrder, TrialReport
from rnnlab.train.latency import milliseconds_per_sample
from rnnlab.train.listener import Quiet
from rnnlab.train.result import Epoch, Stop
from rnnlab.train.warm import WarmLearners

QUIET = 1.0  # seconds without a trial after which a worker gets ready to record one
RECORDING = "rnnlab.sweep.record_best"  # imports MLflow, which no trial needs
ORPHANED = 3  # exit code of a worker whose supervisor died


class Channel:
    """Messages to and from the supervisor."""

    def __init__(self, read: TextIO, write: TextIO) -> None:
        self._read = read
        self._write = write
        self._inbox: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, name="supervisor", daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        """Write one message."""
        self._write.write(json.dumps(message) + "\n")
        self._write.flush()

    def receive(self) -> dict[str, Any]:
        """Return the next message."""
        return self._inbox.get()

    def is_quiet(self, seconds: float) -> bool:
        """Return whether no message comes for so long."""
        until = time.monotonic() + seconds
        while self._inbox.empty() and time.monotonic() < until:
            time.sleep(0.02)
        return self._inbox.empty()

    def _listen(self) -> None:
        for line in self._read:
            if line.endswith("\n"):
                self._inbox.put(json.loads(line))
        os._exit(ORPHANED)


class _PrunedBefore(Exception):  # noqa: N818  it is no error
    """The trial was to stop after an epoch that an earlier worker did."""


class Reporter(Quiet):
    """A listener that reports each epoch and hears whether to stop."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def on_begin(self, epochs: int, steps: int, done: tuple[Epoch, ...], step: int) -> None:
        """Report what a worker that died did, as it may have died before it could."""
        for epoch in done:
            if self.on_epoch(epoch):
                raise _PrunedBefore

    def on_epoch(self, epoch: Epoch) -> Stop | None:
        """Report the epoch and wait for the word."""
        self.channel.send({"epoch": asdict(epoch)})
        return "pruned" if self.channel.receive()["stop"] else None


def main() -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not end up between the messages
    channel = Channel(sys.stdin, answers)
    gc.collect()
    gc.freeze()  # what was imported is not gone through again before every trial
    ready = time.process_time()  # what it waits for the disk or the processor differs from start to start
    with contextlib.suppress(BrokenPipeError):  # the supervisor is gone, nobody is left to answer
        _serve(channel, ready)


def _serve(channel: Channel, ready: float) -> None:
    warm, loaded, is_first = WarmLearners(), LoadedSplits(), True
    while True:
        message = channel.receive()
        order = TrialOrder(**message["order"])
        if message["ask"] == "train":
            channel.send({"began": order.number})
            report = _train(order, channel, warm, loaded)
            if report.timing:
                report = replace(report, timing=replace(report.timing, ready=ready, is_first=is_first))
            channel.send({"report": asdict(report)})
            is_first = False
            if not order.probed and channel.is_quiet(QUIET):  # the trials are nearly done: others are still trained
                import_module(RECORDING)
        else:
            channel.send(_record(order, message, warm, loaded))


def _experiment(order: TrialOrder) -> Experiment:
    for path, sha256 in order.plugins:
        load_plugin(path, sha256=sha256)
    return Experiment.model_validate(order.config)


def _train(order: TrialOrder, channel: Channel, warm: WarmLearners, loaded: LoadedSplits) -> TrialReport:
    try:
        if order.probed:
            return TrialReport("complete", timing=_probe(order, warm, loaded))
        trained = _train_or_go_on(order, channel, warm, loaded)
    except _PrunedBefore:
        threads = Experiment.model_validate(order.config).runtime.threads
        return TrialReport("pruned", threads=threads or 0)
    except DivergedError as error:
        return TrialReport("diverged", message=str(error))
    except OutOfMemoryError as error:
        warm.forget()
        return TrialReport("out_of_memory", message=str(error))
    except RnnlabError as error:
        return TrialReport("invalid" if error.exit_code == 2 else "failed", message=str(error))
    if trained.result.stopped_by == "pruned":
        return TrialReport("pruned", result=trained.result, threads=trained.machine.threads)
    trained.learner.twin.save_weights(order.weights)
    milliseconds = _timed(trained) if order.timed else None
    return TrialReport(
        "complete",
        result=trained.result,
        threads=trained.machine.threads,
        milliseconds=milliseconds,
    )


def _probe(order: TrialOrder, warm: WarmLearners, loaded: LoadedSplits) -> Timing:
    experiment = _experiment(order)
    splits = loaded.of(experiment, Path(order.folder))
    return time_training(experiment, complete_plan(experiment, splits), splits, warm)


def _timed(trained: Trained) -> float:
    return milliseconds_per_sample(trained.learner, trained.splits.validation, trained.experiment.training.batch_size)


def _train_or_go_on(order: TrialOrder, channel: Channel, warm: WarmLearners, loaded: LoadedSplits) -> Trained:
    """Return the trained model of a trial, from its checkpoint where that is of this machine and these versions."""
    try:
        return _train_once(order, channel, warm, loaded)
    except CheckpointError:
        shutil.rmtree(order.checkpoints or "", ignore_errors=True)
        return _train_once(order, channel, warm, loaded)


def _train_once(order: TrialOrder, channel: Channel, warm: WarmLearners, loaded: LoadedSplits) -> Trained:
    experiment = _experiment(order)
    splits = loaded.of(experiment, Path(order.folder))
    return train_once(
        experiment,
        complete_plan(experiment, splits),
        splits,
        initial=Path(order.initial) if order.initial else None,
        listeners=[Reporter(channel)],
        warm=warm,
        checkpoints=Path(order.checkpoints) if order.checkpoints else None,
        resume=True,
    )


def _record(order: TrialOrder, message: dict[str, Any], warm: WarmLearners, loaded: LoadedSplits) -> dict[str, Any]:
    record_best = import_module(RECORDING).record_best
    try:
        splits = loaded.of(_experiment(order), Path(order.folder))
        return {"scores": record_best(order, message, warm, splits)}
    except (RnnlabError, OSError) as error:
        return {"error": str(error)}
