"""One optimizer step after the other, none waiting for the numbers of the one before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from rnnlab.errors import OutOfMemoryError
from rnnlab.train.learner import Learner


@dataclass(frozen=True)
class Ready:
    """A batch as the compiled step reads it.

    Attributes:
        tensors: inputs, target, weight.
        rows: that count.
        resets: the states that stateful layers carry are set back before it.
    """

    tensors: tuple[Any, Any, Any]
    rows: int
    resets: bool = False


@dataclass(frozen=True)
class Stepped:
    """What a step gave.

    Attributes:
        loss: the mean over the rows that count.
        norm: of the gradient.
        rows: that counted.
    """

    loss: float
    norm: float
    rows: int


class Runner:
    """Takes steps; what one gave is read when the next is under way, so that a GPU is not waited for between them."""

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        self._open: tuple[Any, Any, int] | None = None

    def step(self, batch: Ready) -> Stepped | None:
        """Take a step; return what the one before gave, None where that is known already."""
        with memory_is_told():
            loss, norm = self._learner.steps.train(*batch.tensors)
        before = self.settle()
        self._open = loss, norm, batch.rows
        return before

    def settle(self) -> Stepped | None:
        """Return what the last step gave, None where that is known already."""
        if self._open is None:
            return None
        (loss, norm, rows), self._open = self._open, None
        with memory_is_told():
            return Stepped(float(loss), float(norm), rows)


@contextmanager
def memory_is_told() -> Iterator[None]:
    """Let what does not fit into memory be told as the batch's fault."""
    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise OutOfMemoryError("the batch does not fit into memory: lower `training.batch_size`") from error
