"""The `sweep` section: which places vary, how trials are chosen, when they are stopped."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from rnnlab.sizes import Size
from rnnlab.spec import Choice, Positive, PositiveInt, Spec, Tuple

Seed = Annotated[int, Field(ge=0, lt=2**32)]
_AMOUNT = r"(?!0+(?:\.0+)? )[0-9]+(?:\.[0-9]+)?"
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}
_ADDRESS = r"^(auto|local|[A-Za-z0-9._-]+(:[0-9]{1,5})?)$"
_DURATION = re.compile(rf"({_AMOUNT}) ({'|'.join(_SECONDS)})")


class Varied(Spec):
    """What a range and a list of choices have in common."""

    when: Annotated[dict[str, Any], Field(min_length=1)] | None = None
    """The place varies only where other places of the space have these values, each one or a list of them; elsewhere
    it keeps what the file says: `{model.layers.rnn.layer: [gru, lstm]}`."""
    tie: str | Annotated[tuple[str, ...], Tuple, Field(min_length=1)] | None = None
    """Another path, or a list of them, that takes the same value."""

    @property
    def tied(self) -> tuple[str, ...]:
        """Return the paths that take the same value."""
        return (self.tie,) if isinstance(self.tie, str) else self.tie or ()


class Range(Varied):
    """Numbers from `low` to `high`, both included; whole ones where all that is given is whole."""

    low: int | float
    """Smallest value."""
    high: int | float
    """Largest value."""
    step: Annotated[int | float, Field(gt=0)] | None = None
    """Distance between values; not with `log`."""
    log: bool = False
    """Draw the logarithm uniformly."""


class Choices(Varied):
    """One of a list, where a condition or a tie stands beside it."""

    choices: Annotated[tuple[Any, ...], Tuple, Field(min_length=1)]
    """What the place may have."""


def _form(value: Any) -> str:
    """Return which form of a dimension was meant; no name that could be a key."""
    if isinstance(value, list | tuple):
        return "<list>"
    return "<choices>" if isinstance(value, Choices) or (isinstance(value, dict) and "choices" in value) else "<range>"


Dimension = Annotated[
    Annotated[Range, Tag("<range>")]
    | Annotated[Choices, Tag("<choices>")]
    | Annotated[tuple[Any, ...], Tuple, Field(min_length=1), Tag("<list>")],
    Discriminator(_form),
]


class Objective(Spec):
    """What the sweep optimises: the value at the epoch whose weights are kept."""

    metric: str = "val_loss"
    """`val_loss` or a metric of the task with `val_`."""
    direction: Literal["minimize", "maximize"] | None = None
    """Follows from the metric unless given."""


COSTS = ("parameters", "milliseconds")
"""Objectives that no epoch has: weights of the model, and the time of an answer for one sample."""


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


class WilcoxonPruner(Spec):
    """Stop a trial whose replicates so far are worse than those of the best one, seed by seed (Wilcoxon 1945)."""

    kind: Literal["wilcoxon"] = "wilcoxon"
    p_threshold: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Stop where chance alone would be as bad in less than this share of cases; after n replicates that is 1/2ⁿ at
    least."""
    n_startup_steps: Annotated[int, Field(ge=0)] = 2
    """Replicates of a trial before it can be stopped."""


class NoPruner(Spec):
    """Every trial runs to its end."""

    kind: Literal["none"] = "none"


Pruner = Annotated[
    MedianPruner | PercentilePruner | SuccessiveHalvingPruner | HyperbandPruner | WilcoxonPruner | NoPruner,
    Choice("kind", short=True),
]


class Confirm(Spec):
    """The best configurations once more, with seeds that the sweep did not use: it picked the luckiest of many."""

    top: PositiveInt = 3
    """Configurations, the best of the sweep."""
    seeds: Annotated[int, Field(ge=2)] = 5
    """Fresh seeds of each. The best is the one whose mean over them is, and the test split is scored with those."""


class Budget(Spec):
    """What a trial may cost; dearer ones are refused by the plan, before TensorFlow."""

    parameters: PositiveInt | None = None
    """Most parameters a trial's model may have."""
    memory: Size | None = None
    """Most bytes a trial may be planned to use: a number, or `"2 GiB"`."""


def _check_duration(value: float | str) -> float | str:
    if isinstance(value, str) and not _DURATION.fullmatch(value):
        raise PydanticCustomError(
            "duration", "must be seconds, or such as `10 minutes`, found `{value}`", {"value": value[:40]}
        )
    return value


def _check_share(value: float) -> float:
    if value > 1 and value != int(value):
        raise PydanticCustomError("share", "must be a share of one GPU or whole ones, found {value}", {"value": value})
    return value


Duration = Annotated[Positive | str, AfterValidator(_check_duration)]


def seconds_of(duration: float | str) -> float:
    """Return the seconds of a duration: a number, or such as `10 minutes`."""
    found = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    return float(found[1]) * _SECONDS[found[2]] if found else float(duration)


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
    memory_growth: Size = 2 * 2**30
    """A worker is replaced, too, when its memory has grown by more than this since its first trial."""
    timeout: Duration | None = None
    """Longest that a trial may train: seconds, or such as `10 minutes`."""
    devices: Literal["auto"] | Annotated[tuple[int | str, ...], Tuple, Field(min_length=1)] = "auto"
    """GPUs to use, by index or id, shared out among the workers; `auto`: all that are found."""
    per_trial: PerTrial = PerTrial.standard()
    """What one trial needs."""


class RayPerTrial(Spec):
    """What one trial needs of a node."""

    cpus: Positive = 1.0
    """Cores that Ray reserves; the trial is given as many threads, unless `runtime.threads` says otherwise."""
    gpus: Annotated[float, Field(ge=0), AfterValidator(_check_share)] = 0.0
    """GPUs that Ray reserves: a share of one, such as 0.25, or whole ones."""


class RayEngine(Spec):
    """Workers on the nodes of a Ray cluster; needs `rnnlab[ray]`, here and on each node."""

    kind: Literal["ray"] = "ray"
    address: Annotated[str, Field(pattern=_ADDRESS)] = "auto"
    """`auto`: that of RAY_ADDRESS, else the one that this machine belongs to; `HOST:PORT` of a cluster's head; `local`:
    one that is started here."""
    workers: PositiveInt | Literal["auto"] = "auto"
    """Trials at a time. `auto`: as many as the nodes hold at each moment; a number is asked for, also of nodes that
    an autoscaler has yet to start."""
    per_trial: RayPerTrial = RayPerTrial.standard()
    """What one trial needs of a node."""
    recycle: PositiveInt = 50
    """Trials after which a worker is replaced by a fresh one."""
    memory_growth: Size = 2 * 2**30
    """A worker is replaced, too, when its memory has grown by more than this since its first trial."""
    timeout: Duration | None = None
    """Longest that a trial may train: seconds, or such as `10 minutes`."""


Engine = Annotated[
    LocalEngine | RayEngine,
    Choice("kind", short=True, implied={key: "local" for key in LocalEngine.model_fields if key != "kind"}),
]


class Sweep(Spec):
    """Which places of the file vary, how trials are chosen, when they are stopped."""

    objective: Objective = Objective.standard()
    """What to optimise."""
    objectives: Annotated[tuple[Objective, ...], Tuple, Field(min_length=2)] | None = None
    """Instead of `objective`: several at once, the trials that no other one beats in all of them being the front. The
    first is a quantity of validation and says which trial is called the best; further ones may be `parameters` and
    `milliseconds`: of an answer for one sample, measured, and so never twice the same."""
    trials: PositiveInt = 20
    """Trials in all; trial 0 is the file as written."""
    sampler: Sampler = TPESampler.standard()
    """How points are chosen: `tpe`, `random` or `grid`."""
    pruner: Pruner = MedianPruner.standard()
    """When a trial is stopped early: `median`, `percentile`, `successive_halving`, `hyperband`, `wilcoxon` (with
    `seeds`) or `none`."""
    confirm: Confirm | None = None
    """Train the best configurations again, with fresh seeds, and choose among them by what that gives."""
    budget: Budget | None = None
    """What a trial may cost."""
    constraints: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Tuple] = ()
    """What must hold of a trial, which is refused by the plan otherwise: comparisons of paths, numbers, `parameters`,
    `trainable_parameters`, `memory` and `flops_per_sample`, such as `"parameters <= 2 * 1e5"` or `"memory < 1 GiB"`."""
    engine: Engine = LocalEngine.standard()
    """Where trials are trained: `local` or `ray`."""
    max_failures: Annotated[int, Field(ge=0)] | None = None
    """End the sweep when more trials than this diverged, ran out of memory or time, were killed or failed."""
    space: Annotated[dict[str, Dimension], Field(min_length=1)]
    """By dotted path (index or layer name): a list of choices, `{choices: […]}`, or `{low, high, step, log}`; the
    mappings may have `when` and `tie`."""

    @property
    def first(self) -> Objective:
        """Return the objective that says which trial is the best."""
        return self.objectives[0] if self.objectives else self.objective

    @property
    def paths(self) -> tuple[str, ...]:
        """Return every path that varies, tied ones included."""
        tied = (path for each in self.space.values() if isinstance(each, Varied) for path in each.tied)
        return (*self.space, *tied)
