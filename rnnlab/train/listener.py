"""Who hears of a training's progress, and may stop it."""

from __future__ import annotations

from typing import Protocol

from rnnlab.train.result import Epoch, Stop


class Listener(Protocol):
    """Hears every step and epoch."""

    def on_begin(self, epochs: int, steps: int, done: tuple[Epoch, ...], step: int) -> None:
        """Hear that training begins.

        Args:
            epochs: in all.
            steps: in each.
            done: the epochs that an earlier process had done.
            step: how many steps of the next epoch it had done, too.
        """

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Hear that a step (counted from 1) of an epoch (counted from 1) is done."""

    def on_epoch(self, epoch: Epoch) -> Stop | None:
        """Hear that an epoch is done; return why training must stop, or None."""


class Quiet:
    """Hears everything and does nothing: listeners are made from it."""

    def on_begin(self, epochs: int, steps: int, done: tuple[Epoch, ...], step: int) -> None:
        """Do nothing."""

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Do nothing."""

    def on_epoch(self, epoch: Epoch) -> Stop | None:
        """Go on."""
        return None
