"""Proofs on the built model: padding never changes a result, and batch-mates do not matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from rnnlab.build.machine import fresh_session
from rnnlab.build.model import build_model
from rnnlab.datasets import SeriesDataset
from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.layers import Signal
from rnnlab.plan import Plan, check_experiment, plan_model

TOLERANCE = 1e-5  # of the largest output: other batch sizes and lengths round differently in float32
LIVE = 7  # timesteps of the sample that is probed
PADS = (0, 5, 10)  # none, k and 2k
MATES = 5  # samples beside it
BEHIND = (0.0, 5.0, -5.0)  # numbers of timesteps that are masked

Arrays = dict[str, NDArray[Any]]
Question = Literal["padding", "gaps", "batch-mates"]


@dataclass(frozen=True)
class Probe:
    """The answer to one question.

    Attributes:
        question: `padding`: does the number of pads change a result? `gaps`: do the numbers of timesteps that are
            masked? `batch-mates`: do other samples?
        holds: the results are the same within rounding.
        difference: largest difference, relative to the largest output.
        output: the output that differs most.
    """

    question: Question
    holds: bool
    difference: float
    output: str


def probe_experiment(path: Path, *, overrides: Sequence[str] = ()) -> tuple[Probe, ...]:
    """Return what the probes find on the model of a file, freshly built with random weights.

    Raises:
        InvalidExperimentError: the file is refused.
        CallError: the model reads sequences of one length only, so that padding cannot vary.
    """
    checked = check_experiment(path, overrides=overrides)
    _, experiment, plan = checked.require()
    return probe_model(_any_length(experiment, plan, checked.facts), seed=experiment.seed)


def _any_length(experiment: Experiment, plan: Plan, facts: Any) -> Plan:
    """Return the plan of the same model for any number of timesteps; windows of series all have one."""
    if isinstance(experiment.dataset, SeriesDataset):
        return plan
    if facts is None:
        if any(signal.shape[0] is not None for signal in plan.inputs.values()):
            raise CallError("the inputs have a fixed number of timesteps; leave `timesteps` out to probe other lengths")
        return plan
    inputs = {name: replace(fact, timesteps=None) for name, fact in facts.inputs.items()}
    return plan_model(experiment, replace(facts, inputs=inputs))


def probe_model(plan: Plan, *, seed: int = 0) -> tuple[Probe, ...]:
    """Return what the probes find on a model built from a plan; unknown timesteps are some."""
    fresh_session()
    keras.utils.set_random_seed(seed)
    model = build_model(plan)
    draw = np.random.default_rng(seed)
    samples = [_sample(plan, draw) for _ in range(MATES + 1)]

    def answers(pads: int, mates: int, behind: float = 0.0) -> list[NDArray[Any]]:
        batch = [_with_gaps(plan, _padded(plan, each, pads), behind) for each in samples[: mates + 1]]
        inputs = {name: np.stack([each[name] for each in batch]) for name in plan.inputs}
        outputs = model(inputs, training=False)
        found = outputs if isinstance(outputs, list | tuple) else [outputs]
        return [_live(plan, np.asarray(output)[0], pads) for output in found]

    names = list(plan.outputs)
    probes = [_compare("batch-mates", names, answers, [(0, 0), (0, MATES)])]
    if any(_is_padded(plan, name) for name in plan.inputs):
        probes.insert(0, _compare("padding", names, answers, [(pads, 0) for pads in PADS]))
    if any(_has_gaps(signal) for signal in plan.inputs.values()):
        probes.insert(0, _compare("gaps", names, answers, [(0, 0, behind) for behind in BEHIND]))
    return tuple(probes)


def _compare(
    question: Question,
    names: list[str],
    answers: Callable[..., list[NDArray[Any]]],
    cases: Sequence[tuple[float, ...]],
) -> Probe:
    base, *others = [answers(*case) for case in cases]
    worst, output = 0.0, names[0]
    for other in others:
        for name, one, two in zip(names, base, other, strict=True):
            difference = float(np.max(np.abs(one - two)) / max(float(np.max(np.abs(one))), 1e-12))
            if difference > worst:
                worst, output = difference, name
    return Probe(question, worst <= TOLERANCE, worst, output)


def _is_padded(plan: Plan, name: str) -> bool:
    """Return whether zeros may stand in an input: those of text, masked or not."""
    return plan.inputs[name].is_ids and plan.head is not None


def _sample(plan: Plan, draw: np.random.Generator) -> Arrays:
    """Return one sample without padding: ids from 1 on, or normal numbers."""
    sample: Arrays = {}
    for name, signal in plan.inputs.items():
        if signal.vocabulary is not None:
            sample[name] = draw.integers(1, signal.vocabulary, signal.shape[0] or LIVE).astype(np.int32)
        else:
            further = [size for size in signal.shape[1:] if size is not None]  # only timesteps are ever unknown
            sample[name] = draw.normal(size=(signal.shape[0] or LIVE, *further)).astype(np.float32)
    return sample


def _padded(plan: Plan, sample: Arrays, pads: int) -> Arrays:
    sides = {name: _side(plan, name) for name in sample}
    return {
        name: np.pad(values, (pads, 0) if sides[name] == "pre" else (0, pads)) if _is_padded(plan, name) else values
        for name, values in sample.items()
    }


def _has_gaps(signal: Signal) -> bool:
    return signal.mask is not None and signal.mask.side == "gaps"


def _with_gaps(plan: Plan, sample: Arrays, behind: float) -> Arrays:
    """Return the sample with every third timestep masked, and a number behind the mask."""
    masked = dict(sample)
    for name, signal in plan.inputs.items():
        if _has_gaps(signal):
            masked[name] = sample[name].copy()
            masked[name][:, -1] = 1.0
            masked[name][::3] = behind
            masked[name][::3, -1] = 0.0
    return masked


def _side(plan: Plan, name: str) -> str:
    mask = plan.inputs[name].mask
    return mask.side if mask else "post"


def _live(plan: Plan, output: NDArray[Any], pads: int) -> NDArray[Any]:
    """Return the timesteps of an output (T, F) that are data; vectors as they are."""
    sides = {_side(plan, name) for name in plan.inputs if _is_padded(plan, name)}
    if output.ndim < 2 or not pads:
        return output
    return output[pads:] if sides == {"pre"} else output[: len(output) - pads]
