"""How long trainings take: what there is to do, as their plans say, by the pace at which a machine does it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import fmean
from typing import Any

from rnnlab.experiment import Experiment
from rnnlab.plan.plan import LayerPlan, Plan
from rnnlab.sweeping import seconds_of

PASSES = 3  # of the layers' products in a step of training: one forward, two backward

Amounts = Mapping[str, float]


def in_words(seconds: float) -> str:
    """Return seconds as people say them."""
    if seconds < 99.5:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


@dataclass(frozen=True)
class Work:
    """What there is to do for a trial, as far as its time depends on it.

    Attributes:
        cells: kind and kernel of each recurrent layer.
        parameters: of the model.
        batch: what a batch of samples takes: its timesteps and operations by kernel, and 1 for itself.
        build: what building and compiling take: the recurrent layers by kernel, and 1 for the model.
        batches: of all epochs and seeds.
        trainings: of the trial: one, or one for each seed.
    """

    cells: tuple[str, ...]
    parameters: int
    batch: Amounts
    build: Amounts
    batches: int
    trainings: int

    @property
    def shape(self) -> tuple[Any, ...]:
        """Return what two trainings have in common of which the second need not be compiled."""
        timesteps = (amount for name, amount in self.batch.items() if name.endswith("timesteps"))
        return self.cells, self.parameters, *timesteps

    @property
    def operations(self) -> float:
        """Return those of a batch."""
        return sum(amount for name, amount in self.batch.items() if name.endswith("operations"))


def work_of(experiment: Experiment, plan: Plan, samples: int | None) -> Work | None:
    """Return what there is to do for a trial; None where lengths or samples are unknown.

    Args:
        experiment: of the trial.
        plan: of its model.
        samples: of the training split.
    """
    if samples is None or plan.flops_per_sample is None:
        return None
    recurrent = [layer for layer in plan.layers if layer.kernel]
    trainings, size = len(experiment.replicate_seeds), experiment.training.batch_size
    batch, build = defaultdict(float, {"batch": 1.0}), defaultdict(float, {"model": 1.0})
    for layer in plan.layers:
        kind = layer.kernel or "other"
        batch[f"{kind} operations"] += PASSES * float(layer.flops or 0) * size
        if layer.kernel:
            batch[f"{kind} timesteps"] += _timesteps(layer)
            build[f"{kind} layers"] += 1 + layer.bidirectional
    return Work(
        cells=tuple(f"{layer.layer} {layer.kernel}" for layer in recurrent),
        parameters=plan.parameters,
        batch={name: amount for name, amount in sorted(batch.items()) if amount},
        build=dict(sorted(build.items())),
        batches=math.ceil(samples / size) * experiment.training.epochs * trainings,
        trainings=trainings,
    )


def _timesteps(layer: LayerPlan) -> float:
    return float(layer.input.shape[0] or 0) * (1 + layer.bidirectional)


@dataclass(frozen=True)
class Timing:
    """What a training took, in seconds, as far as it was done.

    Attributes:
        start: to build and compile a model of new shapes, and to keep it at the end.
        again: the same of one whose shapes were compiled before.
        batch: to train on a batch of samples, with its share of the validation after an epoch.
        ready: of the processor, until the worker could begin with its first training.
        is_first: it was that one.
    """

    start: float
    again: float
    batch: float
    ready: float = 0.0
    is_first: bool = False


@dataclass(frozen=True)
class Probed:
    """A point that was trained for some batches."""

    work: Work
    timing: Timing


@dataclass(frozen=True)
class Pace:
    """How fast a machine trains the models of a space, as a probe measured it.

    Attributes:
        batch: seconds for one of each amount of `Work.batch`, the share of a batch in the validation included.
        build: seconds for one of each amount of `Work.build`.
        again: seconds to begin and end with a model whose shapes were compiled before.
        boot: seconds of a worker's start, and what its first training takes longer than others.
        workers: that train at a time, as they did when they were probed.
        probed: models that were trained for some batches.
        error: the median difference between the time of a training and what the others foretell, as a share of it;
            None where there are too few to tell.
        took: seconds of the probe.
    """

    batch: Amounts
    build: Amounts
    again: float
    boot: float
    workers: int
    probed: int
    error: float | None
    took: float

    def knows(self, work: Work) -> bool:
        """Return whether everything that is to be done was probed."""
        return work.batch.keys() <= self.batch.keys() and work.build.keys() <= self.build.keys()

    def first(self, work: Work) -> float:
        """Return the seconds to build and compile a model of new shapes."""
        return _total(self.build, work.build)

    def steady(self, work: Work) -> float:
        """Return the seconds of all batches of a trial."""
        return work.batches * _total(self.batch, work.batch)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Pace:
        """Return the pace of `dataclasses.asdict`.

        Raises:
            KeyError: something of it is missing.
        """
        return cls(**{field.name: data[field.name] for field in fields(cls)})


def _total(rates: Amounts, amounts: Amounts) -> float:
    return sum(rates[name] * amount for name, amount in amounts.items())


@dataclass(frozen=True)
class Seconds:
    """How long trials are expected to take.

    Attributes:
        trial: the mean of a trial, its seeds one after the other.
        longest: the slowest trial that was drawn.
        sweep: until the last trial is done, from the start of the workers on.
        at_most: early stopping, pruning or a timeout may end trials sooner.
        trials: that were reckoned with.
        told: share of the points that can be trained whose time is known.
        pace: what it is reckoned from.
    """

    trial: float
    longest: float
    sweep: float
    at_most: bool
    trials: int
    told: float
    pace: Pace


def expected_seconds(
    works: Sequence[Work | None], experiment: Experiment, pace: Pace, *, trials: int
) -> Seconds | None:
    """Return how long the trials of a sweep are expected to take; None where no time is known.

    Args:
        works: of points that can be trained, drawn as trials are.
        experiment: of the file.
        pace: of the machine.
        trials: of the sweep.
    """
    sweep, training = experiment.sweep, experiment.training
    assert sweep is not None
    known = [work for work in works if work is not None and pace.knows(work)]
    if not known:
        return None
    seeds, workers = known[0].trainings, pace.workers
    anew = _new_shapes(known, trials * min(seeds, workers) / workers) * workers / (trials * seeds)
    limit = math.inf if sweep.engine.timeout is None else seconds_of(sweep.engine.timeout)
    one = fmean(
        min(limit, anew * pace.first(work) + (1 - anew) * pace.again + pace.steady(work) / seeds) for work in known
    )
    confirmed = sweep.confirm.top * sweep.confirm.seeds if sweep.confirm else 0
    rounds = math.ceil(trials * seeds / workers) + math.ceil(confirmed / workers)

    def slowest(work: Work) -> float:
        starts = [pace.first(work), *(pace.again for _ in range(seeds - 1))]
        return sum(min(limit, start + pace.steady(work) / seeds) for start in starts)

    return Seconds(
        trial=one * seeds,
        longest=max(map(slowest, known)),
        sweep=pace.boot + one * rounds,
        at_most=bool(
            sweep.pruner.kind != "none" or training.early_stopping or training.max_seconds or sweep.engine.timeout
        ),
        trials=trials,
        told=len(known) / len(works),
        pace=pace,
    )


def _new_shapes(works: Sequence[Work], draws: float) -> float:
    """Return how many different shapes are expected among points drawn as these were."""
    shapes = Counter(work.shape for work in works)
    return sum(1.0 - math.pow(1 - count / len(works), draws) for count in shapes.values())
