"""Proofs on the built model: padding never changes a result, batch-mates do not matter, the future is not seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from rnnlab.build.inference import build_inference
from rnnlab.build.model import build_model
from rnnlab.build.stepping import check_inference
from rnnlab.datasets import SeriesDataset
from rnnlab.dtypes import COARSEST, compute_dtype, variable_dtype
from rnnlab.errors import InvalidExperimentError
from rnnlab.experiment import Experiment
from rnnlab.layers import Signal
from rnnlab.plan import (
    Ahead,
    LayerPlan,
    Plan,
    check_experiment,
    outputs_per_timestep,
    plan_inference,
    plan_model,
)

TOLERANCES = {"float64": 1e-12, "float32": 1e-5, "float16": 1e-2, "bfloat16": 1e-1}
"""Of the largest output, by the coarsest numbers of the model: other batch sizes and lengths round differently."""
LIVE = 7  # timesteps of the sample that is probed, where their number is open
PADS = (0, 5, 10)  # none, k and 2k
MATES = 5  # samples beside it
BEHIND = (0.0, 5.0, -5.0)  # numbers of timesteps that are masked

Arrays = dict[str, NDArray[Any]]
Question = Literal["padding", "gaps", "batch-mates", "causality", "decoding"]


@dataclass(frozen=True)
class Probe:
    """The answer to one question.

    Attributes:
        question: `padding`: does the number of pads change a result? `gaps`: do the numbers of timesteps that are
            masked? `batch-mates`: do other samples? `causality`: do later timesteps of an input change what is given
            for earlier ones? `decoding`: is a text that is written unit by unit given the probabilities that training
            gives it?
        holds: the results are the same within rounding; None where it was not asked.
        difference: largest difference, relative to the largest output.
        output: the output that differs most.
        input: whose later timesteps were changed.
        note: why it was not asked, or how the plan says that the future is seen.
        allowed: it need not hold: the plan says that it does not, and no task forbids it.
    """

    question: Question
    holds: bool | None
    difference: float = 0.0
    output: str = ""
    input: str | None = None
    note: str = ""
    allowed: bool = False

    @property
    def fails(self) -> bool:
        """Return whether something is wrong."""
        return self.holds is False and not self.allowed


def probe_experiment(path: Path, *, overrides: Sequence[str] = (), causal: Collection[str] = ()) -> tuple[Probe, ...]:
    """Return what the probes find on the model of a file, freshly built with random weights.

    Args:
        path: of the file.
        overrides: `PATH=VALUE` laid over it.
        causal: inputs whose future no output may see, beside the text that the task writes.

    Raises:
        InvalidExperimentError: the file is refused.
    """
    checked = check_experiment(path, overrides=overrides)
    _, experiment, plan = checked.require()
    open_plan = _any_length(experiment, plan, checked.facts)
    written = open_plan.head.reads if open_plan.head and open_plan.head.task == "sequence_to_sequence" else None
    forbidden = {*causal, written} if written else causal
    probes = probe_model(open_plan, seed=experiment.seed, causal=forbidden)
    return (*probes, _decoding(open_plan, written, experiment.seed)) if written else probes


def _decoding(plan: Plan, written: str, seed: int) -> Probe:
    """Return whether writing unit by unit gives the probabilities of training, padding among the samples."""
    keras.backend.clear_session(free_memory=False)
    keras.utils.set_random_seed(seed)
    model = build_model(plan)
    draw = np.random.default_rng(seed)
    samples = [_sample(plan, draw) for _ in range(MATES)]
    batch = {name: np.stack([sample[name] for sample in samples]) for name in plan.inputs}
    for name, values in batch.items():
        if _is_padded(plan, name):  # the first sample is whole, each further one shorter
            for row in range(1, MATES):
                side = slice(None, row) if _side(plan, name) == "pre" else slice(-row, None)
                values[row, side] = 0
    assert plan.head is not None
    inference = build_inference(plan_inference(plan, written), model, from_logits=plan.head.from_logits)
    difference = check_inference(inference, model, batch)
    return Probe("decoding", difference <= tolerance_of(plan), difference, next(iter(plan.outputs)))


def _any_length(experiment: Experiment, plan: Plan, facts: Any) -> Plan:
    """Return the plan of the same model for any number of timesteps, or the plan itself where that is fixed."""
    if isinstance(experiment.dataset, SeriesDataset):  # all its windows have the same
        return plan
    if facts is None:
        return plan
    inputs = {name: replace(fact, timesteps=None) for name, fact in facts.inputs.items()}
    try:
        return plan_model(experiment, replace(facts, inputs=inputs))
    except InvalidExperimentError:  # a layer needs to know the timesteps
        return plan


def probe_model(plan: Plan, *, seed: int = 0, causal: Collection[str] = ()) -> tuple[Probe, ...]:
    """Return what the probes find on a model built from a plan.

    Rounding in half precision hides what is smaller than itself, so a mixed model is also asked in float32.

    Args:
        plan: with unknown timesteps, or with fixed ones: then padding, which makes samples longer, is not asked about.
        seed: of the weights and the samples.
        causal: inputs whose future no output may see.
    """
    found = _probe(plan, seed, causal)
    if not any(layer.dtype.startswith("mixed_") for layer in plan.layers):
        return found
    sharp = _probe(replace(plan, layers=tuple(_unmixed(layer) for layer in plan.layers)), seed, causal)
    return tuple(each if each.fails else exact for each, exact in zip(found, sharp, strict=True))


def _unmixed(layer: LayerPlan) -> LayerPlan:
    return replace(layer, dtype=variable_dtype(layer.dtype))


def _probe(plan: Plan, seed: int, causal: Collection[str]) -> tuple[Probe, ...]:
    keras.backend.clear_session(free_memory=False)  # names are counted anew
    keras.utils.set_random_seed(seed)
    return tuple(_Prober(plan, seed).probes(causal))


def tolerance_of(plan: Plan) -> float:
    """Return how far results may differ by rounding alone, relative to the largest output."""
    return TOLERANCES[min((compute_dtype(layer.dtype) for layer in plan.layers), key=COARSEST.index)]


class _Prober:
    """A built model, and a sample that it is asked about: alone, and in a batch with others and with other futures."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._tolerance = tolerance_of(plan)
        self._model = build_model(plan)
        draw = np.random.default_rng(seed)
        self._sample, *mates = (_with_gaps(plan, _sample(plan, draw), BEHIND[0]) for _ in range(MATES + 1))
        self._futures = [
            (name, cut, self._sample | {name: np.concatenate([values[: cut + 1], mates[0][name][cut + 1 :]])})
            for name, values in self._sample.items()
            if plan.inputs[name].shape[0] != 1 and outputs_per_timestep(plan, name)
            for cut in sorted({0, (len(values) - 1) // 2, len(values) - 2})
        ]
        (self._alone,) = self._answers([self._sample])
        answers = self._answers([self._sample, *mates, *(sample for _, _, sample in self._futures)])
        self._among, self._after = answers[0], answers[MATES + 1 :]

    def probes(self, causal: Collection[str]) -> Iterator[Probe]:
        """Yield the answers."""
        yield self._padding()
        if any(_has_gaps(signal) for signal in self._plan.inputs.values()):
            yield self._gaps()
        yield self._compare("batch-mates", self._alone, [self._among])
        for name in dict.fromkeys(name for name, _, _ in self._futures):
            yield from self._causality(name, forbidden=name in causal)

    def _padding(self) -> Probe:
        padded = [name for name in self._plan.inputs if _is_padded(self._plan, name)]
        if not padded:
            return Probe("padding", None, note="no input is padded")
        if any(self._plan.inputs[name].shape[0] is not None for name in padded):
            return Probe("padding", None, note="the model reads sequences of one length only")
        others = []
        for pads in PADS[1:]:
            (answer,) = self._answers([_padded(self._plan, self._sample, pads)])
            others.append({name: _live(self._plan, output, pads) for name, output in answer.items()})
        return self._compare("padding", self._alone, others)

    def _gaps(self) -> Probe:
        samples = [_with_gaps(self._plan, self._sample, behind) for behind in BEHIND[1:]]
        return self._compare("gaps", self._alone, [answer for each in samples for answer in self._answers([each])])

    def _causality(self, name: str, *, forbidden: bool) -> Iterator[Probe]:
        """Yield whether the timesteps up to the first, the middle and the last but one stay as they are."""
        outputs = outputs_per_timestep(self._plan, name)
        for sees in (False, True):
            now = {output: self._among[output] for output, ahead in outputs.items() if (ahead is not None) is sees}
            if not now:
                continue
            others = [
                {output: np.concatenate([given[output][: cut + 1], now[output][cut + 1 :]]) for output in now}
                for (changed, cut, _), given in zip(self._futures, self._after, strict=True)
                if changed == name
            ]
            note = _through(outputs[next(iter(now))])
            yield replace(
                self._compare("causality", now, others), input=name, note=note, allowed=sees and not forbidden
            )

    def _compare(self, question: Question, base: Arrays, others: list[Arrays]) -> Probe:
        worst, worst_output = 0.0, next(iter(base))
        for other in others:
            for name, one in base.items():
                difference = _difference(one, other[name])
                if difference > worst:
                    worst, worst_output = difference, name
        return Probe(question, worst <= self._tolerance, worst, worst_output)

    def _answers(self, samples: list[Arrays]) -> list[Arrays]:
        """Return what the model gives for each sample of a batch, by output."""
        inputs = {name: np.stack([sample[name] for sample in samples]) for name in self._plan.inputs}
        given = keras.tree.flatten(self._model(inputs, training=False))
        wide = [np.asarray(keras.ops.cast(output, "float64")) for output in given]
        outputs = dict(zip(self._plan.outputs, wide, strict=True))
        return [{name: output[row] for name, output in outputs.items()} for row in range(len(samples))]


def _difference(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return the largest difference, relative to the largest number; infinite where one is no number."""
    if np.isnan(one).any() or np.isnan(other).any():
        return float("inf")
    apart = one != other
    if not apart.any():
        return 0.0
    if not (np.isfinite(one[apart]).all() and np.isfinite(other[apart]).all()):
        return float("inf")
    return float(np.max(np.abs(one[apart] - other[apart])) / max(float(np.max(np.abs(one[np.isfinite(one)]))), 1e-12))


def _through(ahead: Ahead | None) -> str:
    return f"through `{ahead.layer.name}`, which {ahead.reason}" if ahead else ""


def _is_padded(plan: Plan, name: str) -> bool:
    """Return whether zeros may stand in an input: those of text, masked or not, and those of masked numbers."""
    signal = plan.inputs[name]
    ends = signal.mask is not None and signal.mask.side in ("pre", "post")
    return plan.head is not None and (signal.is_ids or ends)


def _sample(plan: Plan, draw: np.random.Generator) -> Arrays:
    """Return one sample without padding: ids from 1 on, or normal numbers."""
    sample: Arrays = {}
    for name, signal in plan.inputs.items():
        shape = tuple(LIVE if size is None else size for size in signal.shape)  # only timesteps are ever unknown
        if signal.vocabulary is not None:
            sample[name] = draw.integers(1, signal.vocabulary, shape).astype(np.int32)
        else:
            sample[name] = draw.normal(size=shape).astype(signal.dtype)
            if signal.mask is not None:
                sample[name][..., -1] = 1.0  # all timesteps are data
    return sample


def _padded(plan: Plan, sample: Arrays, pads: int) -> Arrays:
    sides = {name: _side(plan, name) for name in sample}
    return {
        name: _with_zeros(values, pads, sides[name]) if _is_padded(plan, name) else values
        for name, values in sample.items()
    }


def _with_zeros(values: NDArray[Any], pads: int, side: str) -> NDArray[Any]:
    ends = (pads, 0) if side == "pre" else (0, pads)
    return np.pad(values, (ends, *((0, 0),) * (values.ndim - 1)))


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
