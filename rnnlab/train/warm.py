"""Learners that are used again: what is compiled depends on shapes, not on weights, seeds or learning rates."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from rnnlab.build import (
    Initials,
    assign_numbers,
    assign_rates,
    build_optimizer,
    find_initials,
    fresh_session,
    recorded,
    scaling,
    seed_drawing,
    without_rates,
)
from rnnlab.experiment import Experiment
from rnnlab.plan import Plan
from rnnlab.plugging import plugins_in
from rnnlab.train.learner import Learner, build_learner, build_models, copy_weights, plans_of
from rnnlab.train.state import Arrays, array_of, capture, reset_states, restore

KEPT = 16  # learners; each holds a model, its optimizer and what TensorFlow compiled of them


@dataclass
class _Kept:
    """A learner that is kept.

    Attributes:
        key: everything that its compiled steps depend on.
        initials: how its variables got their first numbers; None where that cannot be told.
        proven: those were held against a learner that was built anew, with another seed.
    """

    key: tuple[Any, ...]
    learner: Learner
    initials: Initials | None = None
    proven: bool = False

    @property
    def variables(self) -> list[keras.Variable]:
        """Return those of its models and of its optimizer: what is assigned when it is used again."""
        return _variables_of(self.learner)


class WarmLearners:
    """Builds learners as `build_learner` does, and uses those again whose compiled steps are the same.

    A learner that is used again gets every number of a fresh one: the initializers run again with the seeds that they
    would have, slots, random states, rates and learning rate are assigned. So its training ends with the bits of a
    training in a new process. The first time, and always where layers make their numbers in another way, model and
    optimizer are built anew for their numbers.

    Values are: weights, seed, learning rate, weight decay, rates of dropout and noise (but for 0, and those of
    attention and of plugins), batch size (unless states are carried), epochs and all else that the loop reads. Part of
    the compiled steps are: layers, the optimizer's other arguments, loss, metrics, dtype, threads.

    A learner that waits keeps what was compiled, but no numbers: those of its variables that are alike share zeros.

    Args:
        kept: learners, the newest.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._learners: list[_Kept] = []

    def build(
        self, experiment: Experiment, plan: Plan, *, labels: tuple[str, ...] | None = None, initial: Path | None = None
    ) -> Learner:
        """Return a learner with the fresh weights of the experiment's seed: see `build_learner`."""
        key = _compiled_of(experiment, plan, labels)
        known = next((each for each in self._learners if each.key == key), None)
        if self._learners and self._learners[-1] is not known:
            _park(self._learners[-1].variables)
        if known is None:
            fresh_session()
            known = _build(key, experiment, plan, labels, initial)
        else:
            self._learners.remove(known)
            _renew(known, experiment, plan, initial)
        self._learners = [*self._learners, known][-self._kept :]
        return known.learner

    def forget(self) -> None:
        """Give the memory back."""
        self._learners = []


def _compiled_of(experiment: Experiment, plan: Plan, labels: tuple[str, ...] | None) -> tuple[Any, ...]:
    """Return everything that the compiled steps depend on."""
    answering, trained = (
        each and replace(without_rates(each), name="", batch_size=0, memory_bytes=None)
        for each in plans_of(experiment, plan)
    )
    optimizer = experiment.optimizer.model_dump()
    if isinstance(experiment.optimizer.learning_rate, int | float):  # a variable; the numbers of a schedule are none
        optimizer["learning_rate"] = None
    optimizer["weight_decay"] = experiment.optimizer.weight_decay is not None
    plugins = [(plugin.name, plugin.sha256) for plugin in plugins_in(experiment.model)]
    return answering, trained, optimizer, labels, experiment.runtime, plugins


def _build(
    key: tuple[Any, ...], experiment: Experiment, plan: Plan, labels: tuple[str, ...] | None, initial: Path | None
) -> _Kept:
    """Return a new learner, with how its variables got their first numbers."""
    keras.utils.set_random_seed(experiment.seed)
    with recorded() as made:
        learner = build_learner(experiment, plan, labels=labels, initial=initial)
    if initial is not None:  # reading it draws seeds too
        return _Kept(key, learner)
    models = [learner.twin, learner.model]
    return _Kept(key, learner, find_initials(experiment.seed, made, models, _variables_of(learner)))


def _variables_of(learner: Learner) -> list[keras.Variable]:
    return [*learner.twin.variables, *learner.model.variables, *learner.optimizer.variables]


def _park(variables: list[keras.Variable]) -> None:
    """Let variables give their memory up: TensorFlow lets all that are assigned one tensor share it."""
    zeros: dict[tuple[Any, ...], tf.Tensor] = {}
    for variable in variables:
        shape = (*variable.shape, variable.dtype)
        if shape not in zeros:
            zeros[shape] = tf.zeros(variable.shape, variable.dtype)
        variable.assign(zeros[shape])


def _renew(known: _Kept, experiment: Experiment, plan: Plan, initial: Path | None) -> None:
    """Give a learner every number of a fresh one."""
    if plan.plugins:  # they may draw from TensorFlow's own generator
        keras.utils.set_random_seed(experiment.seed)
    learner, (answering, trained) = known.learner, plans_of(experiment, plan)
    assign_rates(answering, learner.twin)
    if trained is not None:
        assign_rates(trained, learner.model)
    fresh = None if known.proven and initial is None else _fresh_numbers(experiment, plan, initial)
    if fresh is not None:
        gc.collect()  # what was built for them
    if known.initials is not None and initial is None:
        _draw(known.initials, learner, experiment)
        if fresh is not None:
            known.proven = _is_same(_numbers_of(learner.model, learner.twin, learner.optimizer), fresh)
            known.initials = known.initials if known.proven else None
    if fresh is not None:
        assign_numbers(learner.optimizer, experiment.optimizer)
        restore(learner.model, learner.optimizer, fresh)
        for index, variable in enumerate(learner.twin.variables):
            variable.assign(fresh[f"twin/{index}"])


def _draw(initials: Initials, learner: Learner, experiment: Experiment) -> None:
    """Give a learner the first numbers of the experiment's seed, as `build_models` would."""
    initials.draw(experiment.seed)
    assign_numbers(learner.optimizer, experiment.optimizer)
    if learner.stateful:
        copy_weights(learner.twin, learner.model)
        reset_states(learner.model)


def _fresh_numbers(experiment: Experiment, plan: Plan, initial: Path | None) -> Arrays:
    """Return every number of a fresh learner.

    That one is built in a thread of its own, in which Keras counts names anew. `clear_session` would do so too, and
    throw away the kernels of the compiled steps: a second of the next trial.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_build_numbers, experiment, plan, initial).result()


def _build_numbers(experiment: Experiment, plan: Plan, initial: Path | None) -> Arrays:
    seed_drawing(experiment.seed)
    model, twin = build_models(experiment, *plans_of(experiment, plan), initial)
    optimizer = scaling(build_optimizer(experiment.optimizer), model)
    optimizer.build(model.trainable_variables)
    return _numbers_of(model, twin, optimizer)


def _numbers_of(model: keras.Model, twin: keras.Model, optimizer: keras.optimizers.Optimizer) -> Arrays:
    """Return what `capture` returns, and the variables of the twin."""
    answering = {f"twin/{index}": array_of(each) for index, each in enumerate(twin.variables)}
    return capture(model, optimizer) | answering


def _is_same(found: Arrays, wanted: Arrays) -> bool:
    """Return whether numbers are the same, bit for bit."""
    return found.keys() == wanted.keys() and all(found[key].tobytes() == wanted[key].tobytes() for key in wanted)
