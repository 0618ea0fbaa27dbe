"""When to stop and when to lower the learning rate: Keras's rules over an explicit state.

Source: keras/src/callbacks/early_stopping.py, reduce_lr_on_plateau.py.
"""

from __future__ import annotations

from dataclasses import replace

from rnnlab.tasks import Direction
from rnnlab.train.state import Watch
from rnnlab.training import EarlyStopping, ReduceLROnPlateau


def improves(value: float, best: float | None, direction: Direction, min_delta: float) -> bool:
    """Return whether a value is better than the best by more than min_delta."""
    if best is None:
        return True
    return value > best + min_delta if direction == "maximize" else value < best - min_delta


def watch_early_stopping(
    watch: Watch, spec: EarlyStopping, epoch: int, value: float, direction: Direction
) -> tuple[Watch, bool]:
    """Return (watch after the epoch, whether to stop)."""
    if epoch <= spec.start_from_epoch:
        return watch, False
    if improves(value, watch.best, direction, spec.min_delta):
        return Watch(best=value, best_epoch=epoch), False
    waited = watch.waited + 1
    return replace(watch, waited=waited), waited >= max(1, spec.patience)


def watch_plateau(
    watch: Watch, spec: ReduceLROnPlateau, epoch: int, value: float, direction: Direction
) -> tuple[Watch, bool]:
    """Return (watch after the epoch, whether to lower the learning rate)."""
    cooling = max(0, watch.cooling - 1)
    waited = 0 if watch.cooling else watch.waited
    if improves(value, watch.best, direction, spec.min_delta):
        return Watch(best=value, best_epoch=epoch, cooling=cooling), False
    if cooling:
        return replace(watch, waited=0, cooling=cooling), False
    waited += 1
    if waited >= spec.patience:
        return replace(watch, waited=0, cooling=spec.cooldown), True
    return replace(watch, waited=waited, cooling=0), False
