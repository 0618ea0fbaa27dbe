"""How good forecasts are: what a run reports of its test split, in real units."""

from __future__ import annotations

import numpy as np

from rnnlab.build import forecast
from rnnlab.data import Samples, Splits
from rnnlab.data.forecasts import errors_by_step, score_forecasts, true_values
from rnnlab.data.gathered import SeriesWindows
from rnnlab.data.mistakes import forecast_mistakes
from rnnlab.run.scores import WORST, Scores
from rnnlab.track.examples import Examples
from rnnlab.train.learner import EVALUATION_BATCH, Learner

SHOWN = 6  # windows that are drawn


def score_forecast_split(learner: Learner, splits: Splits, samples: Samples, metrics: dict[str, float]) -> Scores:
    """Return how far the forecasts of a split are from what came.

    Args:
        learner: trained.
        splits: tell how numbers become real units.
        samples: the split.
        metrics: of the training's loss, to which these are added.
    """
    plan, preparation = learner.objective.head.forecast, splits.preparation
    assert plan is not None
    assert preparation.series is not None
    learner.refresh_twin()
    name = preparation.target_name
    found = forecast(learner.steps.predict, plan, preparation.series, samples, batch=EVALUATION_BATCH)
    scores = score_forecasts(found, samples, name, preparation.series, plan)
    primary = "mase" if plan.targets > 1 and "mase" in scores else "mean_absolute_error"
    rows = np.unique(np.linspace(0, len(samples) - 1, SHOWN).astype(int))
    examples = Examples(
        names=preparation.series.dataset.target,
        past=true_values(_before(samples.targets[name], min(plan.horizon, preparation.series.dataset.lookback))[rows]),
        wanted=true_values(samples.targets[name][rows]),
        found=found[rows],
        middle=plan.middle,
        errors=errors_by_step(found[..., plan.middle], true_values(samples.targets[name][:])),
    )
    mistakes = forecast_mistakes(found[..., plan.middle], samples, preparation.series.dataset, WORST)
    values = {"loss": metrics["loss"]} | scores
    return Scores(values, primary, scores[primary], None, {}, forecasts=examples, mistakes=mistakes)


def _before(targets: SeriesWindows, timesteps: int) -> SeriesWindows:
    """Return the windows that end where these begin."""
    return SeriesWindows(targets.values, targets.starts - timesteps, timesteps)
