"""An executor that trains nothing: what a trial's epochs give follows from its learning rate and units."""

import math
import os
import signal
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from rnnlab.runtime import available_cores
from rnnlab.sweep.executor import Event
from rnnlab.sweep.trial import TrialReport
from rnnlab.train.result import Epoch, TrainingResult


@dataclass
class Job:
    order: object
    done: list = field(default_factory=list)
    waits: bool = False


def threads_of(order):
    return order.config["runtime"].get("threads") or available_cores()


class Scripted:
    """Takes trials in turn, an epoch at a time.

    Args:
        ends: by number of the trial, what its attempts end with: a TrialReport, `dies` or `hangs`; then they complete.
        stillborn: workers that die before they begin.
    """

    threads = None

    def __init__(self, capacity=1, ends=None, stillborn=0):
        self.capacity = capacity
        self.stillborn = stillborn
        self.ends = {number: deque(each) for number, each in (ends or {}).items()}
        self.jobs = {}
        self.events = deque()
        self.started = []
        self.most = 0

    def warm(self):
        pass

    def start(self, order):
        self.started.append(order.number)
        if self.stillborn:
            self.stillborn -= 1
            self.events.append(Event("died", order.number, message="the worker process died (exit code 1)"))
            return
        self.jobs[order.number] = Job(order)
        self.most = max(self.most, len(self.jobs))
        self.events.append(Event("began", order.number))
        kept = Path(order.checkpoints) / "epochs"
        done = len(kept.read_text().split()) if kept.exists() else 0
        self.jobs[order.number].done = [self.epoch(order, number) for number in range(1, done + 1)]
        for epoch in self.jobs[order.number].done:
            self.events.append(Event("epoch", order.number, epoch))
            self.jobs[order.number].waits = True

    def next_event(self, timeout=None):
        if self.events:
            return self.events.popleft()
        job = next((job for job in self.jobs.values() if not job.waits), None)
        if job is None:
            return None
        self.jobs[job.order.number] = self.jobs.pop(job.order.number)  # the others are next
        if len(job.done) >= job.order.config["training"]["epochs"]:
            return self.end(job, self.complete(job))
        script = self.ends.get(job.order.number)
        if script:
            return self.scripted(job, script)
        job.done.append(self.epoch(job.order, len(job.done) + 1))
        job.waits = True
        kept = Path(job.order.checkpoints) / "epochs"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("epoch " * len(job.done))
        return Event("epoch", job.order.number, job.done[-1])

    def scripted(self, job, script):
        ends = script.popleft()
        if ends == "dies":
            del self.jobs[job.order.number]
            return Event("died", job.order.number, message="the worker process died (exit code -9)")
        if ends == "hangs":
            job.waits = True
            return None
        return self.end(job, ends)

    def end(self, job, report):
        self.jobs.pop(job.order.number)
        return Event("ended", job.order.number, report=report)

    def complete(self, job):
        Path(job.order.weights).write_text("weights")
        kept = min(job.done, key=lambda epoch: epoch.metrics["val_loss"]).epoch
        milliseconds = job.order.config["model"]["layers"][1]["units"] / 100 if job.order.timed else None
        result = TrainingResult(tuple(job.done), kept, "epochs")
        return TrialReport("complete", result, threads=threads_of(job.order), milliseconds=milliseconds)

    def answer(self, number, stop):
        job = self.jobs[number]
        if any(event.number == number and event.kind == "epoch" for event in self.events) and not stop:
            return
        job.waits = False
        if stop:
            self.events = deque(event for event in self.events if event.number != number)
            self.events.append(self.end(job, TrialReport("pruned", threads=threads_of(job.order))))

    def kill(self, number):
        del self.jobs[number]

    def record_best(self, order, run_id, store, trial):
        assert Path(order.weights).is_file()
        return {"test": {"loss": trial.value}, "skill": {}, "baselines": {}, "missed": None}

    def close(self):
        self.jobs.clear()

    def epoch(self, order, number):
        rate, units = order.config["optimizer"]["learning_rate"], order.config["model"]["layers"][1]["units"]
        luck = 0.01 * (order.config["seed"] % 7)
        loss = abs(math.log10(rate) + 2) + 1 / units + 1 / number + luck
        names = ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate", "gradient_norm")
        return Epoch(number, dict.fromkeys(names, loss), 0.01, 100.0, 1_700_000_000_000 + number)


class Doomed(Scripted):
    """Kills the supervisor as `kill -9` does, once something holds of it."""

    def __init__(self, *arguments, when, **options):
        super().__init__(*arguments, **options)
        self.when = when

    def next_event(self, timeout=None):
        if self.when(self):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().next_event(timeout)
