"""The training loop: epochs over an explicit state, so that a run can be stopped and resumed bit for bit."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import keras
import numpy as np

from rnnlab.build.tracing import overlapping
from rnnlab.data import Samples
from rnnlab.errors import CheckpointError, DivergedError
from rnnlab.interrupts import Interrupts, held
from rnnlab.tasks import direction_of
from rnnlab.train.ahead import ahead
from rnnlab.train.background import Background
from rnnlab.train.batches import (
    Batch,
    batches,
    class_weights,
    order_of_epoch,
    steps_per_epoch,
    window_steps,
    windows,
)
from rnnlab.train.checkpoint import load_checkpoint
from rnnlab.train.keeping import Checkpointing, Keeper
from rnnlab.train.learner import Learner, evaluate, use_metrics
from rnnlab.train.listener import Listener
from rnnlab.train.result import Epoch, Stop, TrainingResult
from rnnlab.train.running import Ready, Runner, Stepped, memory_is_told
from rnnlab.train.state import (
    Arrays,
    PartialEpoch,
    TrainingState,
    array_of,
    capture_counted,
    reset_states,
    restore,
    restore_metrics,
)
from rnnlab.train.watch import watch_early_stopping, watch_plateau
from rnnlab.training import Training


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

    A signal waits for the batch that is under way, also where it is one of the validation.

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
    with held() as interrupts, Background("checkpoints") as background:
        keeper = Keeper(checkpointing, training.checkpoint, background)
        loop = _Loop(learner, train, validation, training, seed, tuple(listeners), keeper, interrupts)
        if checkpointing and checkpointing.resume:
            loop.resume(checkpointing)
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
        keeper: Keeper,
        interrupts: Interrupts,
    ) -> None:
        self.learner = learner
        self.train = train
        self.validation = validation
        self.training = training
        self.seed = seed
        self.listeners = listeners
        self.keeper = keeper
        self.interrupts = interrupts
        self.runner = Runner(learner)
        self.head = learner.objective.head
        self.classes = class_weights(train, self.head, _plain(training), self.head.labels)
        self.steps = self.count_steps()
        self.state = TrainingState()
        self.best: Arrays = {}
        self.counted: Arrays = {}  # of `capture_counted` before a validation, which spoils it
        self.started = 0.0  # when the epoch would have begun if nothing had ever been interrupted
        self.notes: tuple[str, ...] = ()

    def run(self) -> TrainingResult:
        epochs, step = self.state.epoch, self.state.partial.steps
        for listener in self.listeners:
            listener.on_begin(self.training.epochs, self.steps, self.state.history, step)
        try:
            while self.state.stopped_by is None:
                self.one_epoch()
        except KeyboardInterrupt:
            self.keep_on_leaving()
            raise
        kept = self.keep_best()
        return TrainingResult(self.state.history, kept, self.state.stopped_by, epochs, step, self.notes)

    def resume(self, checkpointing: Checkpointing) -> None:
        found = load_checkpoint(checkpointing.folder)
        if found is None:
            return
        checkpoint, self.notes = found
        if checkpoint.fingerprint != checkpointing.fingerprint:
            raise CheckpointError(
                "the checkpoint belongs to another experiment, other data, other kernels or another machine"
            )
        if checkpoint.state.partial.steps:
            use_metrics(self.learner, self.validation)
            restore_metrics(self.learner.objective, checkpoint.arrays)
        restore(self.learner.model, self.learner.optimizer, checkpoint.arrays)
        self.state, self.best = checkpoint.state, checkpoint.best

    def one_epoch(self) -> None:
        epoch = self.train_epoch(self.state.epoch + 1)
        self.state = self.state.after(epoch)
        stop = self.watch(epoch)
        self.state = replace(self.state, stopped_by=stop)
        self.counted = {}
        self.keeper.keep(self.learner, self.state, self.best, {})
        stops = [listener.on_epoch(epoch) for listener in self.listeners]
        self.state = replace(self.state, stopped_by=self.state.stopped_by or next(filter(None, stops), None))

    def train_epoch(self, number: int) -> Epoch:
        objective = self.learner.objective
        if not self.state.partial.steps:
            objective.reset()
            begun = PartialEpoch(learning_rate=_learning_rate(self.learner.optimizer))
            self.state = replace(self.state, partial=begun)
        self.started = time.perf_counter() - self.state.partial.seconds
        self.take_steps(number)
        trained = time.perf_counter() - self.started
        partial = self.state.partial
        metrics = {"loss": partial.loss / partial.rows} | objective.result()
        self.counted = capture_counted(self.learner.model, objective)
        metrics |= {f"val_{name}": value for name, value in evaluate(self.learner, self.validation).items()}
        if not math.isfinite(metrics["val_loss"]):  # the epoch's last step spoilt the weights
            raise DivergedError(number, partial.steps, metrics["val_loss"])
        metrics |= {"learning_rate": partial.learning_rate, "gradient_norm": partial.norms / partial.steps}
        return Epoch(
            epoch=number,
            metrics=metrics,
            seconds=time.perf_counter() - self.started,
            samples_per_second=len(self.train) / trained,
            timestamp=int(time.time() * 1000),
        )

    def take_steps(self, number: int) -> None:
        """Train on the batches of an epoch that are not done yet."""
        done = self.state.partial.steps
        with ahead(self.feed(number, done)) as found, overlapping():
            for step, batch in enumerate(found, start=done + 1):
                if batch.resets:
                    reset_states(self.learner.model)
                self.hear(self.runner.step(batch))
                if step < self.steps and self.keeper.is_due(step):
                    self.hear(self.runner.settle())
                    self.keep()
            self.hear(self.runner.settle())

    def hear(self, stepped: Stepped | None) -> None:
        """Count what a step gave, and tell of it."""
        if stepped is not None:
            self.count(stepped)
            for listener in self.listeners:
                listener.on_step(self.state.epoch + 1, self.state.partial.steps, stepped.loss)

    def count(self, stepped: Stepped) -> None:
        partial = self.state.partial.after(stepped.loss, stepped.norm, stepped.rows)
        self.state = replace(self.state, partial=partial)
        if not math.isfinite(stepped.loss):
            raise DivergedError(self.state.epoch + 1, partial.steps, stepped.loss)

    def keep(self) -> None:
        """Write a checkpoint within an epoch, whose last step was counted."""
        partial = replace(self.state.partial, seconds=time.perf_counter() - self.started)
        self.state = replace(self.state, partial=partial)
        counted = self.counted or capture_counted(self.learner.model, self.learner.objective)
        self.keeper.keep(self.learner, self.state, self.best, counted)

    def keep_on_leaving(self) -> None:
        """Write a checkpoint of what was done within an epoch, unless a step was broken into."""
        if self.interrupts.torn:
            return
        stepped = self.runner.settle()
        if stepped is not None:
            self.count(stepped)
        if self.state.partial.steps:
            self.keep()

    def count_steps(self) -> int:
        """Return how many steps an epoch has, at most."""
        if not self.training.stateful:
            return steps_per_epoch(len(self.train), self.training.batch_size)
        timesteps = next(iter(self.train.inputs.values())).shape[1]
        return window_steps(len(self.train), timesteps, self.training)

    def feed(self, epoch: int, done: int) -> Iterator[Ready]:
        """Yield the batches of an epoch that are not done yet; iterated in another thread.

        Args:
            epoch: counted from 1.
            done: how many are.
        """
        order = order_of_epoch(len(self.train), seed=self.seed, epoch=epoch, shuffle=self.training.shuffle)
        size = self.training.batch_size
        if not self.training.stateful:
            for batch in batches(self.train, self.head, order, size, self.classes, done=done):
                yield self.ready(batch)
            return
        found = enumerate(windows(self.train, self.head, order, self.training, self.classes))
        reset = self.training.reset or "sequence"
        for place, (batch, begins) in islice(found, done, None):
            yield self.ready(batch, resets=begins if reset == "sequence" else reset == "epoch" and place == 0)

    def ready(self, batch: Batch, *, resets: bool = False) -> Ready:
        with memory_is_told():
            tensors = self.learner.steps.tensors(*batch)
        return Ready(tensors, int(np.count_nonzero(batch[2])), resets)

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
