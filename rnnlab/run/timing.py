"""How long a training takes here, measured on a few batches of its data."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rnnlab.data import Splits
from rnnlab.data.first_rows import first_rows
from rnnlab.experiment import Experiment
from rnnlab.plan import Plan
from rnnlab.plan.pace import Timing
from rnnlab.run.road import train_once
from rnnlab.train.listener import Quiet
from rnnlab.train.result import Epoch, Stop
from rnnlab.train.warm import WarmLearners

BATCHES = 10  # of an epoch that is timed
EVALUATED = 512  # samples
EPOCHS = 2, 20  # that are timed, at least and at most
SECONDS = 0.5  # of timed epochs, after which there are no more
MANY, FEW = 10_000_000_000, 3  # operations of a batch, forward, from which an epoch has fewer batches
ENDLESS = {
    "epochs": EPOCHS[1] + 1,
    "early_stopping": None,
    "reduce_lr_on_plateau": None,
    "max_seconds": None,
    "class_weight": None,  # some class may not be among a few batches
}


class _Clock(Quiet):
    """Takes the times of epochs, and ends the training once there are enough."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.began = time.perf_counter()
        self.first = 0.0  # seconds until the first epoch was done
        self.total = 0.0  # until everything was
        self.epochs: list[Epoch] = []

    def stop(self) -> None:
        """Take the time at the end."""
        self.total = time.perf_counter() - self.began

    def on_epoch(self, epoch: Epoch) -> Stop | None:
        """Take the time; the first epoch compiles."""
        if not self.first:
            self.first = time.perf_counter() - self.began
        else:
            self.epochs.append(epoch)
        enough = len(self.epochs) >= EPOCHS[0] and sum(each.seconds for each in self.epochs) >= SECONDS
        return "pruned" if enough or len(self.epochs) >= self.most else None


def time_training(experiment: Experiment, plan: Plan, splits: Splits, warm: WarmLearners) -> Timing:
    """Return how long a training takes: measured on its first batches, over and over.

    Beginning with a model, and ending, is what a worker of a sweep does, with a checkpoint and the weights kept.

    Args:
        experiment: of the training.
        plan: complete.
        splits: prepared.
        warm: learners of this process.
    """
    size = experiment.training.batch_size
    rows = (FEW if (plan.flops_per_sample or 0) * size > MANY else BATCHES) * size
    carried = splits.validation.streams or 1  # rows that follow one another come in batches of so many
    scored = max(carried, EVALUATED // carried * carried)
    short = replace(splits, train=first_rows(splits.train, rows), validation=first_rows(splits.validation, scored))
    endless = experiment.model_copy(update={"training": experiment.training.model_copy(update=ENDLESS)})

    def timed(epochs: int, folder: Path | None = None) -> _Clock:
        clock = _Clock(epochs)
        trained = train_once(endless, plan, short, listeners=[clock], warm=warm, checkpoints=folder)
        if folder is not None:
            trained.learner.twin.save_weights(folder / "kept.weights.h5")
        clock.stop()
        return clock

    cold, _ = timed(EPOCHS[1]), timed(0)  # the second one proves that the learner can be used again
    with TemporaryDirectory(prefix="rnnlab-") as folder:
        again = timed(0, Path(folder))
    epoch = median(each.seconds for each in cold.epochs)
    trained = median(len(short.train) / each.samples_per_second for each in cold.epochs)
    validated = (epoch - trained) * len(splits.validation) / len(short.validation)
    batches, timed_batches = (math.ceil(len(each) / size) for each in (splits.train, short.train))
    return Timing(
        start=max(0.0, cold.first - epoch + again.total - again.first),
        again=max(0.0, again.total - epoch),
        batch=trained / timed_batches + validated / batches,
    )
