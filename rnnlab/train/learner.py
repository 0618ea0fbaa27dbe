"""A model with everything that trains and answers with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from rnnlab.build import (
    Objective,
    build_model,
    build_objective,
    build_optimizer,
    copy_layers,
    read_keras,
    scaling,
    use_adam_kernel,
)
from rnnlab.build.plugins import require_plugins
from rnnlab.data import Samples, Vectors
from rnnlab.experiment import Experiment
from rnnlab.plan import Plan, is_bucketed, open_plan, stateful_plan
from rnnlab.train.ahead import ahead
from rnnlab.train.batches import Batch, batches, rows_of_batches
from rnnlab.train.state import fresh_states
from rnnlab.train.step import Steps, compile_steps

EVALUATION_NUMBERS = 2**24  # probabilities that are in memory at once
EVALUATION_BATCH = 256  # samples; larger than usual batches because nothing is kept for a backward pass
WIDE_BATCH, WIDE_NUMBERS = 32, 2**21  # so many samples unless their outputs are too many; more up to a layer's numbers


@dataclass(frozen=True)
class Learner:
    """A model with everything that trains it.

    Attributes:
        model: that is trained.
        twin: that answers and is saved: the same model, or where that one carries states from batch to batch (and so
            reads batches of one size only) one with the same weights that reads any.
        steps: compiled; made by `make_learner`.
    """

    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    objective: Objective
    steps: Steps
    twin: keras.Model

    @property
    def stateful(self) -> bool:
        """Return whether the model carries states from batch to batch."""
        return self.twin is not self.model

    def refresh_twin(self) -> None:
        """Give the twin the weights of the trained model."""
        if self.stateful:
            copy_weights(self.model, self.twin)


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    """Give a model the weights of another with the same paths."""
    by_path = {weight.path: weight for weight in source.weights}
    for weight in target.weights:
        weight.assign(by_path[weight.path])


def give_vectors(learner: Learner, vectors: Mapping[str, Vectors]) -> None:
    """Give embedding layers the pretrained vectors of their words; the other rows stay as they are.

    Args:
        learner: with fresh weights.
        vectors: by the name of the layer.
    """
    for name, found in vectors.items():
        for model in {id(each): each for each in (learner.model, learner.twin)}.values():
            weight = model.get_layer(name).embeddings
            values = np.array(keras.ops.convert_to_numpy(weight))
            values[found.rows] = found.values
            weight.assign(values)


def make_learner(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    objective: Objective,
    *,
    xla: bool = False,
    twin: keras.Model | None = None,
) -> Learner:
    """Return a learner with its steps compiled (at first use)."""
    answering = twin or model
    optimizer = scaling(optimizer, model)
    steps = compile_steps(model, answering, optimizer, objective, xla=xla)
    return Learner(model, optimizer, objective, steps, answering)


def build_learner(
    experiment: Experiment, plan: Plan, *, labels: tuple[str, ...] | None = None, initial: Path | None = None
) -> Learner:
    """Return a learner with fresh weights, or those that it starts from.

    Args:
        experiment: says how it is trained.
        plan: complete, with a head.
        labels: the classes, where the data told them.
        initial: the saved model of the run that `model.initial_weights` names.

    Raises:
        PlanMismatchError: the built model is not the planned one, or the weights to start from are not as their run's
            plan says.
    """
    plan, stateful = plans_of(experiment, plan)
    model, twin = build_models(experiment, plan, stateful, initial)
    assert plan.head is not None
    head = replace(plan.head, labels=labels or plan.head.labels)
    optimizer = build_optimizer(experiment.optimizer)
    if plan.needs_kernels:
        use_adam_kernel(optimizer)
    return make_learner(model, optimizer, build_objective(head), xla=plan.xla, twin=twin)


def plans_of(experiment: Experiment, plan: Plan) -> tuple[Plan, Plan | None]:
    """Return the plan of the model that answers, and of the one that is trained where that one carries states."""
    if is_bucketed(experiment):
        plan = open_plan(experiment, plan)
    return plan, stateful_plan(experiment, plan) if experiment.training.stateful else None


def build_models(
    experiment: Experiment, plan: Plan, stateful: Plan | None, initial: Path | None
) -> tuple[keras.Model, keras.Model]:
    """Return the model that is trained and its twin, with fresh weights or those that they start from."""
    twin = build_model(plan)
    if initial is not None:
        assert experiment.model.starts_from is not None
        require_plugins(initial.parents[1])
        copy_layers(read_keras(initial), twin, experiment.model.starts_from.layers)
    if stateful is None:
        return twin, twin
    model = build_model(stateful)
    copy_weights(twin, model)
    return model, twin


See = Callable[[NDArray[Any], NDArray[np.float32], NDArray[Any]], None]


def evaluate(learner: Learner, samples: Samples, see: See | None = None) -> dict[str, float]:
    """Return loss and metrics of a split.

    Where its rows follow one another and the model carries states, they are carried through the split from zero; those
    of the training are what they were afterwards.

    Args:
        learner: the model.
        samples: of the split.
        see: is given (target, weight, outputs) of every batch in the order of the rows.
    """
    learner.refresh_twin()
    learner.objective.reset()
    carried = learner.stateful and samples.streams is not None
    score = learner.steps.carry if carried else learner.steps.evaluate
    losses, counted = [], 0
    read = _in_order(learner, samples, samples.streams if carried else None)
    with fresh_states(learner.model), ahead(_with_tensors(learner, read)) as found:
        for (_, target, weight), tensors in found:
            loss, outputs = score(*tensors)
            if see is not None:
                see(target, weight, outputs.numpy())
            losses.append(loss)
            counted += int(np.count_nonzero(weight))
    return {"loss": sum(map(float, losses)) / counted} | learner.objective.result()


def use_metrics(learner: Learner, samples: Samples) -> None:
    """Use every metric once: some have no variables before."""
    learner.steps.evaluate(*next(_in_order(learner, samples)))


def answers(learner: Learner, samples: Samples) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return (targets (R,) or (R, K), outputs (R, U) as probabilities or numbers) of every row that counts.

    A row is a sample, or a timestep where each has a target; they stand in the order of the samples.
    """
    learner.refresh_twin()
    targets, outputs, counts = [], [], []
    with ahead(_with_tensors(learner, _in_order(learner, samples))) as read:
        for (_, target, weight), tensors in read:
            counted = weight != 0
            targets.append(target[counted])
            outputs.append(learner.steps.evaluate(*tensors)[1].numpy()[counted])  # traced already
            counts.append(counted.reshape(len(counted), -1).sum(axis=1))
    found = np.concatenate(targets), np.concatenate(outputs)
    if samples.buckets is None:
        return found
    size = _evaluation_batch(learner, samples)
    rows = np.concatenate([rows for rows, _ in rows_of_batches(samples, np.arange(len(samples)), size)])
    order = np.argsort(np.repeat(rows, np.concatenate(counts)), kind="stable")
    return found[0][order], found[1][order]


def _in_order(learner: Learner, samples: Samples, size: int | None = None) -> Iterator[Batch]:
    size = size or _evaluation_batch(learner, samples)
    return batches(samples, learner.objective.head, np.arange(len(samples)), size, None)


def _with_tensors(learner: Learner, given: Iterator[Batch]) -> Iterator[tuple[Batch, Any]]:
    """Yield each batch also as the compiled functions read it."""
    return ((batch, learner.steps.tensors(*batch)) for batch in given)


def _evaluation_batch(learner: Learner, samples: Samples) -> int:
    """Return how many samples are scored at once: fewer where each has many timesteps and classes, or units."""
    timesteps = max(values.shape[1] for values in samples.inputs.values())

    def numbers(shape: Sequence[int | None]) -> int:
        return math.prod(size or timesteps for size in shape[1:])

    widest = max(numbers(each.shape) for layer in learner.twin.layers for each in keras.tree.flatten(layer.output))
    few = max(WIDE_BATCH, WIDE_NUMBERS // max(1, widest))
    return max(1, min(EVALUATION_BATCH, few, EVALUATION_NUMBERS // numbers(learner.twin.output_shape)))
