"""First numbers of variables, drawn again for another seed without building what they belong to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnlab.build.machine import seed_drawing

LARGEST = 10**9
"""Keras draws seeds from 1 to this, with Python's generator, one for each initializer and random state."""
MOST = 10_000
"""Seeds that a model may draw."""


@dataclass(frozen=True, eq=False)
class Initials:
    """How variables got their first numbers.

    Attributes:
        makers: each TensorFlow variable and what gave its number.
        initializers: those with seeds, and which of the drawn seeds each has.
        states: those of random generators, likewise.
        draws: how many seeds are drawn.
    """

    makers: list[tuple[tf.Variable, Any]] = field(default_factory=list)
    initializers: list[tuple[Any, int]] = field(default_factory=list)
    states: list[tuple[tf.Variable, int]] = field(default_factory=list)
    draws: int = 0

    def draw(self, seed: int) -> None:
        """Give all variables the first numbers of a seed, which is set: see `seed_drawing`."""
        seed_drawing(seed)
        seeds = [random.randint(1, LARGEST) for _ in range(self.draws)]
        for initializer, place in self.initializers:
            initializer.seed = seeds[place]
        for variable, made in self.makers:
            variable.assign(made() if callable(made) else made, read_value=False)
        for state, place in self.states:
            state.assign([seeds[place], 0], read_value=False)


@contextmanager
def recorded() -> Iterator[list[tuple[tf.Variable, Any]]]:
    """Record the variables that are made in the block, with what gives their numbers: a value or a function."""
    made: list[tuple[tf.Variable, Any]] = []

    def record(create: Callable[..., tf.Variable], **arguments: Any) -> tf.Variable:
        variable = create(**arguments)
        made.append((variable, arguments["initial_value"]))
        return variable

    with tf.variable_creator_scope(record):
        yield made


def find_initials(
    seed: int,
    made: list[tuple[tf.Variable, Any]],
    models: Iterable[keras.Model],
    variables: Iterable[keras.Variable],
) -> Initials | None:
    """Return how variables got their first numbers, None where that cannot be told.

    Args:
        seed: of the numbers that they have.
        made: recorded since that was set.
        models: which have the variables; nothing was drawn after they were built.
        variables: with the numbers that they were made with.
    """
    places = _drawn_since(seed)
    wanted = {id(variable.value) for variable in variables}
    makers = [(variable, given) for variable, given in made if id(variable) in wanted]
    if places is None or len(makers) != len(wanted):
        return None
    found = Initials(draws=len(places))
    held = [value for model in models for layer in model._flatten_layers() for value in vars(layer).values()]
    closed = [value for _, given in makers for value in _closed_over(given)]
    initializers = {id(each): each for each in (*held, *closed) if isinstance(each, keras.initializers.Initializer)}
    seeds = ((each, getattr(each, "seed", None)) for each in initializers.values())
    found.initializers.extend((each, places[seed]) for each, seed in seeds if isinstance(seed, int) and seed in places)
    for variable, given in makers:
        place = _state_place(variable, places)
        if place is None:
            found.makers.append((variable, given))
        else:
            found.states.append((variable, place))
    return found


def _closed_over(given: Any) -> list[Any]:
    """Return what a function that makes a number remembers; one that was named by a text is nowhere else."""
    return [cell.cell_contents for cell in getattr(given, "__closure__", None) or ()]


def _drawn_since(seed: int) -> dict[int, int] | None:
    """Return the seeds that were drawn since Python's generator was seeded, by number and place."""
    after = random.getstate()
    try:
        random.seed(seed)
        drawn: list[int] = []
        while random.getstate() != after and len(drawn) <= MOST:
            drawn.append(random.randint(1, LARGEST))
    finally:
        random.setstate(after)
    places = {number: place for place, number in enumerate(drawn)}
    return places if len(places) == len(drawn) <= MOST else None


def _state_place(variable: tf.Variable, places: dict[int, int]) -> int | None:
    """Return which seed a random generator has; None for other variables."""
    if variable.dtype.is_floating or tuple(variable.shape) != (2,):
        return None
    first, second = np.array(variable.numpy()).tolist()
    return places.get(first) if second == 0 else None
