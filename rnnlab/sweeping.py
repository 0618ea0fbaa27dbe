"""The `sweep` section: which places vary, how trials are chosen, when they are stopped."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from rnnlab.spec import Choice, Positive, PositiveInt, Spec, Tuple

Seed = Annotated[int, Field(ge=0, lt=2**32)]
_AMOUNT = r"(?!0+(?:\.0+)? )[0-9]+(?:\.[0-9]+)?"
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}
_BYTES = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_DURATION = re.compile(rf"({_AMOUNT}) ({'|'.join(_SECONDS)})")
_SIZE = re.compile(rf"({_AMOUNT}) ({'|'.join(_BYTES)})")


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


class PercentilePruner(Spec):
    """Stop a trial whose best value so far is not among the best `percentile` percent at that epoch."""

    kind: Literal["percentile"] = "percentile"
    percentile: Annotated[float, Field(gt=0, lt=100)] = 25.0
    """Percent of the trials that go on: 50 is the median."""
    n_startup_trials: Annotated[int, Field(ge=0)] = 5
    """Trials that finish before any is stopped."""
    n_warmup_steps: Annotated[int, Field(ge=0)] = 0
    """Epochs of a trial before it can be stopped."""


class HyperbandPruner(Spec):
    """Successive halving in brackets that begin to stop trials early or late (Li et al. 2018)."""

    kind: Literal["hyperband"] = "hyperband"
    min_resource: PositiveInt = 1
    """Epochs before the first rung of the strictest bracket."""
    reduction_factor: Annotated[int, Field(ge=2)] = 3
    """One in so many goes on."""


class NoPruner(Spec):
    """Every trial runs to its end."""

    kind: Literal["none"] = "none"


Pruner = Annotated[
    MedianPruner | PercentilePruner | SuccessiveHalvingPruner | HyperbandPruner | NoPruner, Choice("kind", short=True)
]


class Budget(Spec):
    """What a trial may cost; dearer ones are refused by the plan, before TensorFlow."""

    parameters: PositiveInt | None = None
    """Most parameters a trial's model may have."""
    memory: PositiveInt | None = None
    """Most bytes a trial may be planned to use."""


def _check_duration(value: float | str) -> float | str:
    if isinstance(value, str) and not _DURATION.fullmatch(value):
        raise PydanticCustomError(
            "duration", "must be seconds, or such as `10 minutes`, found `{value}`", {"value": value[:40]}
        )
    return value


def _check_size(value: int | str) -> int | str:
    if isinstance(value, str) and not _SIZE.fullmatch(value):
        raise PydanticCustomError("size", "must be bytes, or such as `2 GiB`, found `{value}`", {"value": value[:40]})
    return value


Duration = Annotated[Positive | str, AfterValidator(_check_duration)]
Size = Annotated[PositiveInt | str, AfterValidator(_check_size)]


def seconds_of(duration: float | str) -> float:
    """Return the seconds of a duration: a number, or such as `10 minutes`."""
    found = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    return float(found[1]) * _SECONDS[found[2]] if found else float(duration)


def bytes_of(size: int | str) -> int:
    """Return the bytes of a size: a number, or such as `2 GiB`."""
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    return round(float(found[1]) * _BYTES[found[2]]) if found else int(size)


class PerTrial(Spec):
    """What one trial needs."""

    gpus: Annotated[float, Field(gt=0)] = 1.0
    """GPUs of a trial; 0.25 lets four share one, each taking memory only as it needs it."""


class LocalEngine(Spec):
    """Worker processes on this machine, each of which loads TensorFlow once for many trials."""

    kind: Literal["local"] = "local"
    workers: PositiveInt | Literal["auto"] = "auto"
    """Trials at a time. `auto`: one for each core, or as many as the GPUs hold, but no more than trials. With several,
    and without `runtime.threads`, the cores are shared out evenly; only one worker draws the same trials every time."""
    recycle: PositiveInt = 50
    """Trials after which a worker is replaced by a fresh one."""
    memory_growth: Size = "2 GiB"
    """A worker is replaced, too, when its memory has grown by more than this since its first trial."""
    timeout: Duration | None = None
    """Longest that a trial may train: seconds, or such as `10 minutes`."""
    devices: Literal["auto"] | Annotated[tuple[int | str, ...], Tuple, Field(min_length=1)] = "auto"
    """GPUs to use, by index or id, shared out among the workers; `auto`: all that are found."""
    per_trial: PerTrial = PerTrial.standard()
    """What one trial needs."""


Engine = Annotated[
    LocalEngine, Choice("kind", short=True, implied={key: "local" for key in LocalEngine.model_fields if key != "kind"})
]


class Sweep(Spec):
    """Which places of the file vary, how trials are chosen, when they are stopped."""

    objective: Objective = Objective.standard()
    """What to optimise."""
    trials: PositiveInt = 20
    """Trials in all; trial 0 is the file as written."""
    sampler: Sampler = TPESampler.standard()
    """How points are chosen: `tpe`, `random` or `grid`."""
    pruner: Pruner = MedianPruner.standard()
    """When a trial is stopped early: `median`, `percentile`, `successive_halving`, `hyperband` or `none`."""
    budget: Budget | None = None
    """What a trial may cost."""
    engine: Engine = LocalEngine.standard()
    """Where trials are trained: `local`."""
    max_failures: Annotated[int, Field(ge=0)] | None = None
    """End the sweep when more trials than this diverged, ran out of memory or time, were killed or failed."""
    space: Annotated[dict[str, Dimension], Field(min_length=1)]
    """By dotted path (index or layer name): a list of choices, or `{low, high, step, log}`."""
