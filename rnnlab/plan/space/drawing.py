"""Points of a space drawn at random, without Optuna, and how many there are."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rnnlab.plan.space.place import Place
from rnnlab.plan.space.places import Chosen
from rnnlab.sweeping import Range


def draw_point(places: Sequence[Place], rng: random.Random, *, fixed: Mapping[str, Any] | None = None) -> Chosen:
    """Return a point drawn uniformly (in the logarithm where the range says so), conditions followed.

    Args:
        places: each after those that its conditions name.
        rng: draws.
        fixed: by dotted path, what is not drawn: what `Place.node_of` takes.
    """
    known = fixed or {}
    chosen: Chosen = {}
    values: dict[str, Any] = {}
    for place in places:
        if place.is_asked(values):
            chosen[place.dotted] = known[place.dotted] if place.dotted in known else _draw(place, rng)
            values[place.dotted] = place.plain(chosen[place.dotted])
    return chosen


def _draw(place: Place, rng: random.Random) -> Any:
    if place.range is not None and place.range.log:
        return _draw_logarithm(place.range, rng, whole=place.is_integer)
    if place.count is not None:
        index = rng.randrange(place.count)
        return index if place.range is None else place.number_at(index)
    assert place.range is not None
    return rng.uniform(place.range.low, place.range.high)


def _draw_logarithm(given: Range, rng: random.Random, *, whole: bool) -> int | float:
    half = 0.5 if whole else 0.0  # so that the ends are as likely as the numbers between them, as in Optuna
    value = math.exp(rng.uniform(math.log(given.low - half), math.log(given.high + half)))
    within = min(max(value, given.low), given.high)
    return round(within) if whole else within


def count_points(places: Sequence[Place]) -> int | None:
    """Return how many points a space has, conditions followed; None where they are endless."""
    asked = {condition.dotted for place in places for condition in place.when}

    def count(index: int, values: dict[str, Any]) -> int | None:
        if index == len(places):
            return 1
        place = places[index]
        if not place.is_asked(values):
            return count(index + 1, values)
        if place.count is None:
            return None
        if place.dotted not in asked:
            rest = count(index + 1, values)
            return None if rest is None else place.count * rest
        total = 0
        for value in _every(place):
            rest = count(index + 1, values | {place.dotted: value})
            if rest is None:
                return None
            total += rest
        return total

    return count(0, {})


def _every(place: Place) -> Iterator[Any]:
    for index in range(place.count or 0):
        yield place.plain(index) if place.range is None else place.number_at(index)
