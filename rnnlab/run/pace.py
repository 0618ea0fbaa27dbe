"""How fast a machine trains the models of a space, fitted to what a probe measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from rnnlab.plan.pace import Amounts, Pace, Probed

TELLING = 3  # points of which each is foretold by the others
RIDGE = 1e-3  # amounts that nothing tells apart share their seconds
TINY = 1e-9  # seconds
SHORT = 0.1  # of the mean


def fit_pace(probed: Sequence[Probed], *, workers: int, took: float) -> Pace:
    """Return the pace at which points were trained, whose first ones were the first trainings of the workers.

    A batch takes seconds for itself, for the timesteps that each kernel goes through and for its operations; a model
    takes seconds to be compiled for itself and for its recurrent layers. None of them is negative.

    Args:
        probed: at least one.
        workers: that trained at a time.
        took: seconds of all.
    """
    later = [each for each in probed if not each.timing.is_first] or list(probed)
    return replace(_fitted(probed, workers, took), error=_error(probed, later))


def _fitted(probed: Sequence[Probed], workers: int = 1, took: float = 0.0) -> Pace:
    first = [each for each in probed if each.timing.is_first]
    later = [each for each in probed if not each.timing.is_first] or first
    build = _rates([each.work.build for each in later], [each.timing.start for each in later])
    return Pace(
        batch=_rates([each.work.batch for each in probed], [each.timing.batch for each in probed]),
        build=build,
        again=median(each.timing.again for each in probed),
        boot=median(each.timing.ready + _extra(each, build) for each in first) if first else 0.0,
        workers=workers,
        probed=len({each.work.shape for each in probed}),
        error=None,
        took=took,
    )


def _extra(each: Probed, build: Amounts) -> float:
    """Return how many seconds longer a model took to be compiled than others do."""
    return max(0.0, each.timing.start - sum(rate * each.work.build.get(name, 0.0) for name, rate in build.items()))


def _rates(amounts: Sequence[Amounts], seconds: Sequence[float]) -> dict[str, float]:
    """Return the seconds for one of each amount, not negative, with the least differences as shares of the seconds.

    A fit to shares lets a small model count as much as a large one; what took hardly any time counts no more than that.
    """
    from scipy.optimize import nnls  # 33 MiB

    names = sorted({name for each in amounts for name in each})
    table = np.array([[each.get(name, 0.0) for name in names] for each in amounts])
    most = table.max(axis=0)
    wanted = np.array(seconds)
    shares = 1 / np.maximum(wanted, max(SHORT * wanted.mean(), TINY))
    weighted = np.vstack([table / most * shares[:, None], RIDGE * np.eye(len(names)) * shares.mean()])
    found, _ = nnls(weighted, np.append(wanted * shares, np.zeros(len(names))))
    return {name: float(rate) for name, rate in zip(names, found / most, strict=True)}


def _error(probed: Sequence[Probed], later: Sequence[Probed]) -> float | None:
    """Return the median difference between a training and what the others foretell of it, as a share of it."""
    if len(later) < TELLING:
        return None
    shares = []
    for each in later:
        pace, work = _fitted([other for other in probed if other is not each]), each.work
        if pace.knows(work):
            steady = each.timing.batch * work.batches / work.trainings
            took = each.timing.start + steady
            shares.append(abs(pace.first(work) + pace.steady(work) / work.trainings - took) / took)
    return median(shares) if len(shares) >= TELLING else None
