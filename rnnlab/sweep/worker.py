"""The warm worker process: one JSON message a line on stdin, one answer a line on stdout.

Asked to `train`, it reports each epoch and is told whether to stop; asked to `record`, it scores the kept weights on
the test split and writes model and figures into the trial's run. It ends when stdin does.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from rnnlab.build import configure
from rnnlab.data import Splits, prepare
from rnnlab.data.baselines import fit_baselines
from rnnlab.errors import DivergedError, OutOfMemoryError, RnnlabError
from rnnlab.experiment import Experiment, target_kind
from rnnlab.plugging import load_plugin
from rnnlab.run.opening import complete_plan
from rnnlab.run.recording import record_outcome
from rnnlab.run.road import Trained, train_once
from rnnlab.run.run import missed_baseline, skills
from rnnlab.sweep.trial import TrialOrder, TrialReport
from rnnlab.track.store import Store
from rnnlab.train.learner import copy_weights
from rnnlab.train.listener import Quiet
from rnnlab.train.result import Epoch, Stop, TrainingResult
from rnnlab.train.warm import WarmLearners


class Channel:
    """Messages to and from the supervisor."""

    def __init__(self, read: TextIO, write: TextIO) -> None:
        self.read = read
        self.write = write

    def send(self, message: dict[str, Any]) -> None:
        """Write one message."""
        self.write.write(json.dumps(message) + "\n")
        self.write.flush()

    def receive(self) -> dict[str, Any] | None:
        """Return the next message, None at the end."""
        line = self.read.readline()
        return json.loads(line) if line else None


class Reporter(Quiet):
    """A listener that reports each epoch and hears whether to stop."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def on_begin(self, epochs: int, steps: int, done: tuple[Epoch, ...], step: int) -> None:
        """Report what a worker that died did, as it may have died before it could."""
        for epoch in done:
            self.on_epoch(epoch)

    def on_epoch(self, epoch: Epoch) -> Stop | None:
        """Report the epoch and wait for the word."""
        self.channel.send({"epoch": asdict(epoch)})
        answer = self.channel.receive()
        return "pruned" if answer is None or answer["stop"] else None


def main() -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not end up between the messages
    channel = Channel(sys.stdin, answers)
    gc.collect()
    gc.freeze()  # what was imported is not gone through again before every trial
    with contextlib.suppress(BrokenPipeError):  # the supervisor is gone, nobody is left to answer
        _serve(channel)


def _serve(channel: Channel) -> None:
    warm = WarmLearners()
    while (message := channel.receive()) is not None:
        order = TrialOrder(**message["order"])
        if message["ask"] == "train":
            channel.send({"report": asdict(_train(order, channel, warm))})
        else:
            channel.send(_record(order, message, warm))


def _open(order: TrialOrder) -> tuple[Experiment, Splits]:
    for path, sha256 in order.plugins:
        load_plugin(path, sha256=sha256)
    experiment = Experiment.model_validate(order.config)
    splits = prepare(experiment, Path(order.folder), target=target_kind(experiment), say=_silent)
    return experiment, splits


def _silent(line: str) -> None:
    """Say nothing: the supervisor tells the person."""


def _train(order: TrialOrder, channel: Channel, warm: WarmLearners) -> TrialReport:
    try:
        experiment, splits = _open(order)
        trained = train_once(
            experiment,
            complete_plan(experiment, splits),
            splits,
            initial=Path(order.initial) if order.initial else None,
            listeners=[Reporter(channel)],
            warm=warm,
            checkpoints=Path(order.checkpoints) if order.checkpoints else None,
            resume=True,
        )
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
    return TrialReport("complete", result=trained.result, threads=trained.machine.threads)


def _record(order: TrialOrder, message: dict[str, Any], warm: WarmLearners) -> dict[str, Any]:
    try:
        return {"scores": _record_best(order, message, warm)}
    except (RnnlabError, OSError) as error:
        return {"error": str(error)}


def _record_best(order: TrialOrder, message: dict[str, Any], warm: WarmLearners) -> dict[str, Any]:
    experiment, splits = _open(order)
    plan = complete_plan(experiment, splits)
    machine = configure(experiment.runtime, None, own_kernels=plan.needs_kernels)
    learner = warm.build(experiment, plan, labels=splits.preparation.labels)
    learner.twin.load_weights(order.weights)
    copy_weights(learner.twin, learner.model)
    data = message["result"]
    result = TrainingResult(**data | {"history": tuple(Epoch(**epoch) for epoch in data["history"])})
    trained = Trained(experiment, plan, splits, machine, learner, result)
    scores = trained.score(splits.test)
    baselines = fit_baselines(splits, _silent)
    skill = skills(scores, baselines)
    record_outcome(Store.open(message["store"]), message["run_id"], trained, scores, baselines, skill)
    return {
        "test": scores.metrics,
        "skill": skill,
        "baselines": baselines,
        "missed": missed_baseline(experiment, scores, baselines),
    }


if __name__ == "__main__":
    main()
