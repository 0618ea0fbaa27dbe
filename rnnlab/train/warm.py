"""Learners that are used again: what is compiled depends on shapes, not on weights, seeds or learning rates."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from rnnlab.build import build_optimizer, fresh_session, scaling
from rnnlab.experiment import Experiment
from rnnlab.plan import Plan
from rnnlab.plugging import plugins_in
from rnnlab.train.learner import Learner, build_learner, build_models, plans_of
from rnnlab.train.state import Arrays, array_of, capture, restore

KEPT = 4  # learners; each holds a model, its optimizer and what TensorFlow compiled of them


class WarmLearners:
    """Builds learners as `build_learner` does, and uses those again whose compiled steps are the same.

    A learner that is used again gets every number of a fresh one: model and optimizer are built, which takes a tenth of
    the time that tracing does, and their weights, slots, random states and learning rate are assigned. So its training
    ends with the bits of a training in a new process.

    Values are: weights, seed, learning rate, batch size (unless states are carried), epochs and all else that the loop
    reads. Part of the compiled steps are: layers with their dropout rates, which Keras holds as plain numbers, the
    optimizer's other arguments, loss, metrics, dtype, threads.
    """

    def __init__(self) -> None:
        self._learners: list[tuple[tuple[Any, ...], Learner]] = []

    def build(
        self, experiment: Experiment, plan: Plan, *, labels: tuple[str, ...] | None = None, initial: Path | None = None
    ) -> Learner:
        """Return a learner with the fresh weights of the experiment's seed: see `build_learner`."""
        key = _compiled_of(experiment, plan, labels)
        known = next((each for each in self._learners if each[0] == key), None)
        if known is None:
            fresh_session()
            keras.utils.set_random_seed(experiment.seed)
            known = (key, build_learner(experiment, plan, labels=labels, initial=initial))
        else:
            self._learners.remove(known)
            _renew(known[1], experiment, plan, initial)
        self._learners = [*self._learners, known][-KEPT:]
        return known[1]

    def forget(self) -> None:
        """Give the memory back."""
        self._learners = []


def _compiled_of(experiment: Experiment, plan: Plan, labels: tuple[str, ...] | None) -> tuple[Any, ...]:
    """Return everything that the compiled steps depend on."""
    answering, trained = (
        each and replace(each, name="", batch_size=0, memory_bytes=None) for each in plans_of(experiment, plan)
    )
    optimizer = experiment.optimizer.model_dump()
    if isinstance(experiment.optimizer.learning_rate, int | float):  # a variable; the numbers of a schedule are none
        optimizer["learning_rate"] = None
    plugins = [(plugin.name, plugin.sha256) for plugin in plugins_in(experiment.model)]
    return answering, trained, optimizer, labels, experiment.runtime, plugins


def _renew(learner: Learner, experiment: Experiment, plan: Plan, initial: Path | None) -> None:
    """Give a learner every number of a fresh one.

    That one is built in a thread of its own, in which Keras counts names anew. `clear_session` would do so too, and
    throw away the kernels of the compiled steps: a second of the next trial.
    """
    gc.collect()
    with ThreadPoolExecutor(1) as pool:
        arrays, answering = pool.submit(_fresh_numbers, experiment, plan, initial).result()
    restore(learner.model, learner.optimizer, arrays)
    for index, variable in enumerate(learner.twin.variables):
        variable.assign(answering[f"{index}"])


def _fresh_numbers(experiment: Experiment, plan: Plan, initial: Path | None) -> tuple[Arrays, Arrays]:
    """Return every number of a fresh learner: what `capture` returns, and the variables of its twin."""
    keras.utils.set_random_seed(experiment.seed)
    model, twin = build_models(experiment, *plans_of(experiment, plan), initial)
    optimizer = scaling(build_optimizer(experiment.optimizer), model)
    optimizer.build(model.trainable_variables)
    return capture(model, optimizer), {f"{index}": array_of(each) for index, each in enumerate(twin.variables)}
