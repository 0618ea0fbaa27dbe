"""The training loop: epochs over an explicit state, so that a run can be stopped and resumed bit for bit."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from rnnlab.data import Samples
from rnnlab.errors import CheckpointError, DivergedError, OutOfMemoryError
from rnnlab.tasks import direction_of
from rnnlab.train.batches import (
    Batch,
    batches,
    class_weights,
    order_of_epoch,
    steps_per_epoch,
    window_steps,
    windows,
)
from rnnlab.train.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from rnnlab.train.learner import Learner, evaluate
from rnnlab.train.listener import Listener
from rnnlab.train.result import Epoch, Stop, TrainingResult
from rnnlab.train.state import Arrays, TrainingState, array_of, capture, reset_states, restore
from rnnlab.train.watch import watch_early_stopping, watch_plateau
from rnnlab.training import Training


@dataclass(frozen=True)
class Checkpointing:
    """Where checkpoints go and what they belong to.

    Attributes:
        resume: start from the newest one.
    """

    folder: Path
    fingerprint: str
    resume: bool = False


def fit(
    learner: Learner,
    train: Samples,
    validation: Samples,
    training: Training,
    *,
    seed: int,
    listeners: Sequence[Listener] = (),
    checkpointing: Checkpointing | None = None,
) -> TrainingResult:
    """Return what the training gave; the model then has the weights of `kept_epoch`.

    Args:
        learner: freshly made; resuming overwrites its numbers.
        train: all that is learned from.
        validation: scored after every epoch.
        training: the section of the file.
        seed: of the shuffle.
        listeners: told of every step and epoch; the first that says why stops the training.
        checkpointing: None keeps nothing.

    Raises:
        DivergedError: the loss became NaN or infinite.
        CheckpointError: a checkpoint cannot be written, or belongs to something else.
    """
    loop = _Loop(learner, train, validation, training, seed, tuple(listeners), checkpointing)
    return loop.run()


class _Loop:
    def __init__(
        self,
        learner: Learner,
        train: Samples,
        validation: Samples,
        training: Training,
        seed: int,
        listeners: tuple[Listener, ...],
        checkpointing: Checkpointing | None,
    ) -> None:
        self.learner = learner
        self.train = train
        self.validation = validation
        self.training = training
        self.seed = seed
        self.listeners = listeners
        self.checkpointing = checkpointing
        self.head = learner.objective.head
        self.classes = class_weights(train, self.head, _plain(training), self.head.labels)
        self.state = TrainingState()
        self.best: Arrays = {}
        self.notes: tuple[str, ...] = ()

    def run(self) -> TrainingResult:
        if self.checkpointing and self.checkpointing.resume:
            self.resume(self.checkpointing)
        resumed_from = self.state.epoch
        steps = self.steps()
        for listener in self.listeners:
            listener.on_begin(self.training.epochs, steps, self.state.history)
        while self.state.stopped_by is None:
            self.one_epoch(steps)
        kept = self.keep_best()
        return TrainingResult(self.state.history, kept, self.state.stopped_by, resumed_from, self.notes)

    def resume(self, checkpointing: Checkpointing) -> None:
        found = load_checkpoint(checkpointing.folder)
        if found is None:
            return
        checkpoint, self.notes = found
        if checkpoint.fingerprint != checkpointing.fingerprint:
            raise CheckpointError(
                "the checkpoint belongs to another experiment, other data, other kernels or another machine"
            )
        restore(self.learner.model, self.learner.optimizer, checkpoint.arrays)
        self.state, self.best = checkpoint.state, checkpoint.best

    def one_epoch(self, steps: int) -> None:
        epoch = self.train_epoch(self.state.epoch + 1)
        self.state = self.state.after(epoch, steps)
        stop = self.watch(epoch)
        self.state = replace(self.state, stopped_by=stop)
        # The checkpoint comes first: an epoch that was told but not kept would be trained and told again.
        if self.checkpointing:
            arrays = capture(self.learner.model, self.learner.optimizer)
            save_checkpoint(
                self.checkpointing.folder,
                Checkpoint(self.checkpointing.fingerprint, self.state, arrays, self.best),
            )
        stops = [listener.on_epoch(epoch) for listener in self.listeners]
        self.state = replace(self.state, stopped_by=self.state.stopped_by or next(filter(None, stops), None))

    def train_epoch(self, number: int) -> Epoch:
        objective, rate = self.learner.objective, _learning_rate(self.learner.optimizer)
        objective.reset()
        started = time.perf_counter()
        total, norms, counted = 0.0, 0.0, 0
        for step, batch in enumerate(self.feed(number), start=1):
            loss, norm = self.train_step(number, step, batch)
            count = int(np.count_nonzero(batch[2]))
            total += loss * count
            counted += count
            norms += norm
            for listener in self.listeners:
                listener.on_step(number, step, loss)
        trained = time.perf_counter() - started
        metrics = {"loss": total / counted} | objective.result()
        metrics |= {f"val_{name}": value for name, value in evaluate(self.learner, self.validation).items()}
        if not math.isfinite(metrics["val_loss"]):  # the epoch's last step spoilt the weights
            raise DivergedError(number, step, metrics["val_loss"])
        metrics |= {"learning_rate": rate, "gradient_norm": norms / step}
        return Epoch(
            epoch=number,
            metrics=metrics,
            seconds=time.perf_counter() - started,
            samples_per_second=len(self.train) / trained,
            timestamp=int(time.time() * 1000),
        )

    def steps(self) -> int:
        """Return how many steps an epoch has."""
        if not self.training.stateful:
            return steps_per_epoch(len(self.train), self.training.batch_size)
        timesteps = next(iter(self.train.inputs.values())).shape[1]
        return window_steps(len(self.train), timesteps, self.training)

    def feed(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of an epoch; in stateful training states are set back where the file says so."""
        order = order_of_epoch(len(self.train), seed=self.seed, epoch=epoch, shuffle=self.training.shuffle)
        if not self.training.stateful:
            yield from batches(self.train, self.head, order, self.training.batch_size, self.classes)
            return
        reset = self.training.reset or "sequence"
        if reset == "epoch":
            reset_states(self.learner.model)
        for batch, begins in windows(self.train, self.head, order, self.training, self.classes):
            if begins and reset == "sequence":
                reset_states(self.learner.model)
            yield batch

    def train_step(self, epoch: int, step: int, batch: Batch) -> tuple[float, float]:
        """Return (loss, norm of the gradient) of one optimizer step."""
        try:
            loss_tensor, norm = self.learner.steps.train(*batch)
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            raise OutOfMemoryError("the batch does not fit into memory: lower `training.batch_size`") from error
        loss = float(loss_tensor)
        if not math.isfinite(loss):
            raise DivergedError(epoch, step, loss)
        return loss, float(norm)

    def watch(self, epoch: Epoch) -> Stop | None:
        """Return why the training is over after an epoch, or None."""
        self.lower_rate(epoch)
        stop = self.watch_best(epoch)
        if stop:
            return "early_stopping"
        if epoch.epoch >= self.training.epochs:
            return "epochs"
        limit = self.training.max_seconds
        return "max_seconds" if limit is not None and self.state.seconds > limit else None

    def watch_best(self, epoch: Epoch) -> bool:
        spec = self.training.early_stopping
        if spec is None:
            return False
        before = self.state.early_stopping
        value, direction = epoch.metrics[spec.monitor], direction_of(spec.monitor)
        after, stop = watch_early_stopping(before, spec, epoch.epoch, value, direction)
        if spec.restore_best_weights and after.best_epoch != before.best_epoch:
            self.best = {f"{index}": array_of(variable) for index, variable in enumerate(self.learner.model.weights)}
        self.state = replace(self.state, early_stopping=after)
        return stop

    def lower_rate(self, epoch: Epoch) -> None:
        spec = self.training.reduce_lr_on_plateau
        if spec is None:
            return
        value, direction = epoch.metrics[spec.monitor], direction_of(spec.monitor)
        after, lower = watch_plateau(self.state.plateau, spec, epoch.epoch, value, direction)
        self.state = replace(self.state, plateau=after)
        rate = _learning_rate(self.learner.optimizer)
        if lower and rate > spec.min_lr:
            self.learner.optimizer.learning_rate = max(rate * spec.factor, spec.min_lr)

    def keep_best(self) -> int:
        """Return the epoch whose weights the model has, after giving it the best ones where they are wanted."""
        if self.best:
            for index, weight in enumerate(self.learner.model.weights):
                weight.assign(self.best[f"{index}"])
        self.learner.refresh_twin()
        return self.state.early_stopping.best_epoch if self.best else self.state.epoch


def _learning_rate(optimizer: keras.optimizers.Optimizer) -> float:
    return float(keras.ops.convert_to_numpy(optimizer.learning_rate))


def _plain(training: Training) -> dict[str, float] | str | None:
    given = training.class_weight
    return dict(given) if isinstance(given, dict) else given
