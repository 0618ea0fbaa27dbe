"""Everything a training is, at the end of an epoch: what a checkpoint holds and what resuming needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

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
class TrainingState:
    """A training between two epochs.

    Attributes:
        epoch: epochs that are done.
        step: optimizer steps that are done.
        seconds: of training so far, over all processes.
        history: one entry per epoch.
        early_stopping: its watch.
        plateau: the watch of reduce_lr_on_plateau.
        stopped_by: set when the training is over.
    """

    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    history: tuple[Epoch, ...] = ()
    early_stopping: Watch = field(default_factory=Watch)
    plateau: Watch = field(default_factory=Watch)
    stopped_by: Stop | None = None

    def after(self, epoch: Epoch, steps: int) -> TrainingState:
        """Return the state with one more epoch done."""
        return replace(
            self,
            epoch=epoch.epoch,
            step=self.step + steps,
            seconds=self.seconds + epoch.seconds,
            history=(*self.history, epoch),
        )

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "seconds": self.seconds,
            "history": [vars(epoch) for epoch in self.history],
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
            early_stopping=Watch(**data["early_stopping"]),
            plateau=Watch(**data["plateau"]),
            stopped_by=data["stopped_by"],
        )


def array_of(variable: Any) -> NDArray[Any]:
    """Return a copy of a Keras variable's numbers (its own `__array__` is not of NumPy 2 and warns)."""
    return np.array(variable.value.numpy())


def capture(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Arrays:
    """Return every number that training changes.

    `model.variables` holds the random state of dropout; the states of recurrent layers are not among them.
    """
    arrays = {f"model/{index}": array_of(variable) for index, variable in enumerate(model.variables)}
    arrays |= {f"optimizer/{index}": array_of(variable) for index, variable in enumerate(optimizer.variables)}
    return arrays | {f"states/{index}": array_of(state) for index, state in enumerate(recurrent_states(model))}


def restore(model: keras.Model, optimizer: keras.optimizers.Optimizer, arrays: Arrays) -> None:
    """Assign what `capture` returned."""
    for prefix, variables in (
        ("model", model.variables),
        ("optimizer", optimizer.variables),
        ("states", recurrent_states(model)),
    ):
        for index, variable in enumerate(variables):
            variable.assign(arrays[f"{prefix}/{index}"])


def reset_states(model: keras.Model) -> None:
    """Set the states that stateful layers carry from batch to batch back to zero."""
    for state in recurrent_states(model):
        state.assign(np.zeros(state.shape, state.dtype))


@contextmanager
def fresh_states(model: keras.Model) -> Iterator[None]:
    """Set the states that stateful layers carry to zero, and back to what they were afterwards."""
    kept = [(state, array_of(state)) for state in recurrent_states(model)]
    reset_states(model)
    try:
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
