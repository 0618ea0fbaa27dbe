"""From outputs to forecasts: a horizon at once, or one timestep after the other, each fed back as the newest past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.gathered import SeriesWindows
from rnnlab.data.series_encoder import CENTRE, SCALE, SeriesEncoder
from rnnlab.data.splits import Samples
from rnnlab.datasets.series import PAST
from rnnlab.interrupts import deliver
from rnnlab.plan import ForecastPlan

Numbers = NDArray[Any]
Answer = Callable[[dict[str, Numbers]], Any]
"""From the inputs of a batch to what the model gives (B, U)."""


def forecast(
    answer: Answer, plan: ForecastPlan, encoder: SeriesEncoder, samples: Samples, *, batch: int
) -> NDArray[np.float64]:
    """Return the forecasts (N, H, K, Q) of windows in real units.

    Args:
        answer: of the model.
        plan: how its outputs are a forecast.
        encoder: knows which features are known ahead.
        samples: the windows; of the targets only scale and centre are read, of what follows a window only what is known
            ahead.
        batch: windows that are answered at once.
    """
    (targets,) = samples.targets.values()
    parts = []
    for start in range(0, len(samples), batch):
        deliver()
        rows = np.arange(start, min(start + batch, len(samples)))
        if plan.steps == plan.horizon:
            scaled_BHKQ = _shaped(answer({name: windows[rows] for name, windows in samples.inputs.items()}), plan)
        else:
            scaled_BHKQ = _feed_back(answer, plan, encoder, samples.inputs[PAST], rows)
        units = targets[rows].astype(np.float64)
        parts.append(scaled_BHKQ * units[..., SCALE, None] + units[..., CENTRE, None])
    return np.concatenate(parts)


def _shaped(outputs: Any, plan: ForecastPlan) -> Numbers:
    return np.asarray(outputs).reshape(-1, plan.steps, plan.targets, plan.answers)


def _feed_back(
    answer: Answer, plan: ForecastPlan, encoder: SeriesEncoder, windows: SeriesWindows, rows: NDArray[np.int64]
) -> Numbers:
    """Return (B, H, K, 1), each timestep forecast from the past and the forecasts before it."""
    past = windows[rows]
    steps = []
    for step in range(plan.horizon):
        deliver()
        found = _shaped(answer({PAST: past}), plan)
        steps.append(found)
        newest = np.ones_like(past[:, -1])  # also the flag of what is observed
        newest[:, : plan.targets] = found[:, 0, :, 0]
        newest[:, encoder.known] = windows.after(rows, step)[:, encoder.known]
        past = np.concatenate([past[:, 1:], newest[:, None]], axis=1)
    return np.concatenate(steps, axis=1)
