"""The `sweep` section: which places vary, how trials are chosen, when they are stopped."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from rnnlab.spec import Choice, PositiveInt, Spec, Tuple

Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Range(Spec):
    """Numbers from `low` to `high`, both included."""

    low: int | float
    """Smallest value."""
    high: int | float
    """Largest value."""
    step: Annotated[int | float, Field(gt=0)] | None = None
    """Distance between values; not with `log`."""
    log: bool = False
    """Draw the logarithm uniformly."""


Dimension = Range | Annotated[tuple[Any, ...], Tuple, Field(min_length=1)]


class Objective(Spec):
    """What the sweep optimises: the value at the epoch whose weights are kept."""

    metric: str = "val_loss"
    """`val_loss` or a metric of the task with `val_`."""
    direction: Literal["minimize", "maximize"] | None = None
    """Follows from the metric unless given."""


class TPESampler(Spec):
    """Tree-structured Parzen estimator (Bergstra et al. 2011)."""

    kind: Literal["tpe"] = "tpe"
    seed: Seed = 0
    """Seed of the draws."""
    n_startup_trials: PositiveInt = 10
    """Random trials before the model is used."""


class RandomSampler(Spec):
    """Uniform draws."""

    kind: Literal["random"] = "random"
    seed: Seed = 0
    """Seed of the draws."""


class GridSampler(Spec):
    """Every combination once; ranges need a `step`."""

    kind: Literal["grid"] = "grid"
    seed: Seed = 0
    """Seed of the order."""


Sampler = Annotated[TPESampler | RandomSampler | GridSampler, Choice("kind", short=True)]


class MedianPruner(Spec):
    """Stop a trial whose best value so far is worse than the median of the others at that epoch."""

    kind: Literal["median"] = "median"
    n_startup_trials: Annotated[int, Field(ge=0)] = 5
    """Trials that finish before any is stopped."""
    n_warmup_steps: Annotated[int, Field(ge=0)] = 0
    """Epochs of a trial before it can be stopped."""


class SuccessiveHalvingPruner(Spec):
    """Keep the best fraction at each rung (Li et al. 2020)."""

    kind: Literal["successive_halving"] = "successive_halving"
    min_resource: PositiveInt = 1
    """Epochs before the first rung."""
    reduction_factor: Annotated[int, Field(ge=2)] = 4
    """One in so many goes on."""


class NoPruner(Spec):
    """Every trial runs to its end."""

    kind: Literal["none"] = "none"


Pruner = Annotated[MedianPruner | SuccessiveHalvingPruner | NoPruner, Choice("kind", short=True)]


class Budget(Spec):
    """What a trial may cost; dearer ones are refused by the plan, before TensorFlow."""

    parameters: PositiveInt | None = None
    """Most parameters a trial's model may have."""
    memory: PositiveInt | None = None
    """Most bytes a trial may be planned to use."""


class Sweep(Spec):
    """Which places of the file vary, how trials are chosen, when they are stopped."""

    objective: Objective = Objective.standard()
    """What to optimise."""
    trials: PositiveInt = 20
    """Trials in all; trial 0 is the file as written."""
    sampler: Sampler = TPESampler.standard()
    """How points are chosen: `tpe`, `random` or `grid`."""
    pruner: Pruner = MedianPruner.standard()
    """When a trial is stopped early: `median`, `successive_halving` or `none`."""
    budget: Budget | None = None
    """What a trial may cost."""
    space: Annotated[dict[str, Dimension], Field(min_length=1)]
    """By dotted path (index or layer name): a list of choices, or `{low, high, step, log}`."""
