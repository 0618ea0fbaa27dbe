"""Proofs on the built model: padding never changes a result, and batch-mates do not matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from rnnlab.build.machine import fresh_session
from rnnlab.build.model import build_model
from rnnlab.dtypes import COARSEST, compute_dtype, variable_dtype
from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.plan import LayerPlan, Plan, check_experiment, plan_model

TOLERANCES = {"float64": 1e-12, "float32": 1e-5, "float16": 1e-2, "bfloat16": 1e-1}
"""Of the largest output, by the coarsest numbers of the model: other batch sizes and lengths round differently."""
LIVE = 7  # timesteps of the sample that is probed
PADS = (0, 5, 10)  # none, k and 2k
MATES = 5  # samples beside it

Arrays = dict[str, NDArray[Any]]
Question = Literal["padding", "batch-mates"]


@dataclass(frozen=True)
class Probe:
    """The answer to one question.

    Attributes:
        question: `padding`: does the number of pads change a result? `batch-mates`: do other samples?
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
    """Return the plan of the same model for any number of timesteps."""
    if facts is None:
        if any(signal.shape[0] is not None for signal in plan.inputs.values()):
            raise CallError("the inputs have a fixed number of timesteps; leave `timesteps` out to probe other lengths")
        return plan
    inputs = {name: replace(fact, timesteps=None) for name, fact in facts.inputs.items()}
    return plan_model(experiment, replace(facts, inputs=inputs))


def probe_model(plan: Plan, *, seed: int = 0) -> tuple[Probe, ...]:
    """Return what the probes find on a model built from a plan with unknown timesteps.

    Rounding in half precision hides what is smaller than itself, so a mixed model is also asked in float32.
    """
    found = _probe(plan, seed)
    if not any(layer.dtype.startswith("mixed_") for layer in plan.layers):
        return found
    sharp = _probe(replace(plan, layers=tuple(_unmixed(layer) for layer in plan.layers)), seed)
    return tuple(each if not each.holds else exact for each, exact in zip(found, sharp, strict=True))


def _unmixed(layer: LayerPlan) -> LayerPlan:
    return replace(layer, dtype=variable_dtype(layer.dtype))


def _probe(plan: Plan, seed: int) -> tuple[Probe, ...]:
    fresh_session()
    keras.utils.set_random_seed(seed)
    model = build_model(plan)
    draw = np.random.default_rng(seed)
    samples = [_sample(plan, draw) for _ in range(MATES + 1)]

    def answers(pads: int, mates: int) -> list[NDArray[Any]]:
        batch = [_padded(plan, each, pads) for each in samples[: mates + 1]]
        inputs = {name: np.stack([each[name] for each in batch]) for name in plan.inputs}
        outputs = model(inputs, training=False)
        found = outputs if isinstance(outputs, list | tuple) else [outputs]
        wide = [np.asarray(keras.ops.cast(output, "float64")) for output in found]
        return [_live(plan, output[0], pads) for output in wide]

    compare = partial(_compare, list(plan.outputs), answers, tolerance_of(plan))
    probes = [compare("batch-mates", [(0, 0), (0, MATES)])]
    if any(_is_padded(plan, name) for name in plan.inputs):
        probes.insert(0, compare("padding", [(pads, 0) for pads in PADS]))
    return tuple(probes)


def tolerance_of(plan: Plan) -> float:
    """Return how far results may differ by rounding alone, relative to the largest output."""
    return TOLERANCES[min((compute_dtype(layer.dtype) for layer in plan.layers), key=COARSEST.index)]


def _compare(
    names: list[str],
    answers: Callable[[int, int], list[NDArray[Any]]],
    tolerance: float,
    question: Question,
    cases: list[tuple[int, int]],
) -> Probe:
    base, *others = [answers(pads, mates) for pads, mates in cases]
    worst, output = 0.0, names[0]
    for other in others:
        for name, one, two in zip(names, base, other, strict=True):
            ratio = np.max(np.abs(one - two)) / max(float(np.max(np.abs(one))), 1e-12)
            difference = float(np.nan_to_num(ratio, nan=np.inf))
            if difference > worst:
                worst, output = difference, name
    return Probe(question, worst <= tolerance, worst, output)


def _is_padded(plan: Plan, name: str) -> bool:
    """Return whether zeros may stand in an input: those of text, masked or not."""
    return plan.inputs[name].is_ids and plan.head is not None


def _sample(plan: Plan, draw: np.random.Generator) -> Arrays:
    """Return one sample without padding: ids from 1 on, or normal numbers."""
    sample: Arrays = {}
    for name, signal in plan.inputs.items():
        if signal.vocabulary is not None:
            sample[name] = draw.integers(1, signal.vocabulary, LIVE).astype(np.int32)
        else:
            further = [size for size in signal.shape[1:] if size is not None]  # only timesteps are ever unknown
            sample[name] = draw.normal(size=(LIVE, *further)).astype(signal.dtype)
    return sample


def _padded(plan: Plan, sample: Arrays, pads: int) -> Arrays:
    sides = {name: _side(plan, name) for name in sample}
    return {
        name: np.pad(values, (pads, 0) if sides[name] == "pre" else (0, pads)) if _is_padded(plan, name) else values
        for name, values in sample.items()
    }


def _side(plan: Plan, name: str) -> str:
    mask = plan.inputs[name].mask
    return mask.side if mask else "post"


def _live(plan: Plan, output: NDArray[Any], pads: int) -> NDArray[Any]:
    """Return the timesteps of an output (T, F) that are data; vectors as they are."""
    sides = {_side(plan, name) for name in plan.inputs if _is_padded(plan, name)}
    if output.ndim < 2 or not pads:
        return output
    return output[pads:] if sides == {"pre"} else output[: len(output) - pads]
