"""Everything a training is, between two steps: what a checkpoint holds and what resuming needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from rnnlab.build import Objective
from rnnlab.train.result import Epoch, Stop

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Watch:
    """The state of early_stopping or reduce_lr_on_plateau.

    Attributes:
        best: best value so far, None before the first epoch that counts.
        best_epoch: its epoch, counted from 1; 0 before.
        waited: epochs without improvement.
        cooling: epochs of cooldown left.
    """

    best: float | None = None
    best_epoch: int = 0
    waited: int = 0
    cooling: int = 0


@dataclass(frozen=True)
class PartialEpoch:
    """An epoch that is under way: what its steps gave so far.

    Attributes:
        steps: that are done.
        loss: its sum over the rows that count.
        rows: that counted.
        norms: the sum of the gradient's norms over the steps.
        seconds: so far, over all processes.
        learning_rate: when it began.
    """

    steps: int = 0
    loss: float = 0.0
    rows: int = 0
    norms: float = 0.0
    seconds: float = 0.0
    learning_rate: float = 0.0

    def after(self, loss: float, norm: float, rows: int) -> PartialEpoch:
        """Return the epoch with one more step done."""
        return replace(
            self,
            steps=self.steps + 1,
            loss=self.loss + loss * rows,
            rows=self.rows + rows,
            norms=self.norms + norm,
        )


@dataclass(frozen=True)
class TrainingState:
    """A training between two steps.

    Attributes:
        epoch: epochs that are done.
        step: optimizer steps of those epochs.
        seconds: of those epochs, over all processes.
        history: one entry per epoch.
        early_stopping: its watch.
        plateau: the watch of reduce_lr_on_plateau.
        stopped_by: set when the training is over.
        partial: the epoch after the last one, as far as it is.
    """

    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    history: tuple[Epoch, ...] = ()
    early_stopping: Watch = field(default_factory=Watch)
    plateau: Watch = field(default_factory=Watch)
    stopped_by: Stop | None = None
    partial: PartialEpoch = field(default_factory=PartialEpoch)

    def after(self, epoch: Epoch) -> TrainingState:
        """Return the state with the epoch that was under way done."""
        return replace(
            self,
            epoch=epoch.epoch,
            step=self.step + self.partial.steps,
            seconds=self.seconds + epoch.seconds,
            history=(*self.history, epoch),
            partial=PartialEpoch(),
        )

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "seconds": self.seconds,
            "history": [vars(epoch) for epoch in self.history],
            "partial": vars(self.partial),
            "early_stopping": vars(self.early_stopping),
            "plateau": vars(self.plateau),
            "stopped_by": self.stopped_by,
        }

    @staticmethod
    def from_data(data: dict[str, Any]) -> TrainingState:
        """Return the state of plain data."""
        return TrainingState(
            epoch=data["epoch"],
            step=data["step"],
            seconds=data["seconds"],
            history=tuple(Epoch(**epoch) for epoch in data["history"]),
            partial=PartialEpoch(**data.get("partial", {})),
            early_stopping=Watch(**data["early_stopping"]),
            plateau=Watch(**data["plateau"]),
            stopped_by=data["stopped_by"],
        )


def array_of(variable: Any) -> NDArray[Any]:
    """Return a copy of a Keras variable's numbers (its own `__array__` is not of NumPy 2 and warns).

    TensorFlow makes the copy: tensors do not change, arrays might.
    """
    return np.asarray(variable.value.numpy())


def capture(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Arrays:
    """Return every number that training changes.

    `model.variables` holds the random state of dropout; the states of recurrent layers are not among them.
    """
    arrays = {f"model/{index}": array_of(variable) for index, variable in enumerate(model.variables)}
    arrays |= {f"optimizer/{index}": array_of(variable) for index, variable in enumerate(optimizer.variables)}
    return arrays | capture_states(model)


def capture_states(model: keras.Model) -> Arrays:
    """Return the states that stateful layers carry from batch to batch."""
    return {f"states/{index}": array_of(state) for index, state in enumerate(recurrent_states(model))}


def restore(model: keras.Model, optimizer: keras.optimizers.Optimizer, arrays: Arrays) -> None:
    """Assign what `capture` returned."""
    for prefix, variables in (
        ("model", model.variables),
        ("optimizer", optimizer.variables),
        ("states", recurrent_states(model)),
    ):
        for index, variable in enumerate(variables):
            variable.assign(arrays[f"{prefix}/{index}"])


def capture_counted(model: keras.Model, objective: Objective) -> Arrays:
    """Return what an epoch that is under way has counted, and all else that its validation changes.

    Keras's recurrent layers draw their masks of dropout where they are not used, too, so that the random states go on.
    """
    metrics = {
        f"metrics/{name}/{index}": array_of(variable)
        for name, metric in objective.metrics
        for index, variable in enumerate(metric.variables)
    }
    counters = {
        f"model/{index}": array_of(variable) for index, variable in enumerate(model.variables) if not variable.trainable
    }
    return metrics | counters | capture_states(model)


def restore_metrics(objective: Objective, arrays: Arrays) -> None:
    """Give metrics the numbers that `capture_counted` returned."""
    for name, metric in objective.metrics:
        for index, variable in enumerate(metric.variables):
            variable.assign(arrays[f"metrics/{name}/{index}"])


def reset_states(model: keras.Model) -> None:
    """Set the states that stateful layers carry from batch to batch back to zero."""
    for state in recurrent_states(model):
        state.assign(np.zeros(state.shape, state.dtype))


@contextmanager
def fresh_states(model: keras.Model) -> Iterator[None]:
    """Set the states that stateful layers carry to zero, and back to what they were afterwards."""
    kept = [(state, array_of(state)) for state in recurrent_states(model)]
    try:
        reset_states(model)
        yield
    finally:
        for state, numbers in kept:
            state.assign(numbers)


def recurrent_states(model: keras.Model) -> list[Any]:
    """Return the states that stateful layers carry from batch to batch, in the order of the layers."""
    states: list[Any] = []
    for layer in model.layers:
        for inner in (getattr(layer, "forward_layer", layer), getattr(layer, "backward_layer", None)):
            if inner is not None and getattr(inner, "stateful", False):
                states += keras.tree.flatten(inner.states or ())
    return states
