"""How long a sweep still takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rnnlab.sweep.trial import Trial


def seconds_left(trials: Sequence[Trial], total: int, workers: int, under_way: Iterable[float] = ()) -> float | None:
    """Return about how many seconds the trials take that have not ended; None where there is nothing to go by.

    Args:
        trials: that ended.
        total: of the sweep.
        workers: at a time.
        under_way: how far each trial is that is trained, from 0 to 1.
    """
    seconds = [trial.seconds for trial in trials if trial.seconds]
    left = total - len(trials) - sum(under_way)
    return sum(seconds) / len(seconds) * max(0.0, left) / max(1, workers) if seconds else None
