"""When a checkpoint is due, and writing it while the training goes on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from rnnlab.train.background import Background
from rnnlab.train.checkpoint import Checkpoint, save_checkpoint
from rnnlab.train.learner import Learner
from rnnlab.train.state import Arrays, TrainingState, capture
from rnnlab.training import Checkpoint as Every


@dataclass(frozen=True)
class Checkpointing:
    """Where checkpoints go and what they belong to.

    Attributes:
        resume: start from the newest one.
    """

    folder: Path
    fingerprint: str
    resume: bool = False


class Keeper:
    """Copies a training at once and writes it beside the next steps.

    Args:
        checkpointing: None keeps nothing.
        every: how often within an epoch.
        background: where it is written.
    """

    def __init__(self, checkpointing: Checkpointing | None, every: Every, background: Background) -> None:
        self._checkpointing = checkpointing
        self._steps, self._seconds = every.steps, every.seconds
        self._background = background
        self._kept = time.monotonic()
        self._place = 0, 0  # epochs and steps of the last one

    def is_due(self, step: int) -> bool:
        """Return whether to keep the training after a step (counted from 1) of an epoch."""
        if self._checkpointing is None:
            return False
        if self._steps is not None:
            return step % self._steps == 0
        return self._seconds is not None and time.monotonic() - self._kept >= self._seconds

    def keep(self, learner: Learner, state: TrainingState, best: Arrays, counted: Arrays) -> None:
        """Write a checkpoint, unless the weights are spoilt: then the loss of the next step says so.

        Args:
            learner: after the last step of the state.
            state: without a step that is not told yet.
            best: of `capture`, at the best epoch.
            counted: of `capture_counted` within an epoch, else empty.

        Raises:
            CheckpointError: this one, or the one before, cannot be written.
        """
        self._kept = time.monotonic()
        place = state.epoch, state.partial.steps
        if self._checkpointing is None or place == self._place:
            return
        self._place = place
        arrays = capture(learner.model, learner.optimizer)
        if state.partial.steps and not _is_sound(arrays):
            return
        checkpoint = Checkpoint(self._checkpointing.fingerprint, state, arrays | counted, best)
        self._background.do(partial(save_checkpoint, self._checkpointing.folder, checkpoint))


def _is_sound(arrays: Arrays) -> bool:
    """Return whether all weights are finite."""
    weights = (array for key, array in arrays.items() if key.startswith("model/") and array.dtype.kind == "f")
    return all(bool(np.isfinite(array).all()) for array in weights)
