"""What Optuna is asked for, and what it calls the values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import optuna

from rnnlab.plan.space import Place
from rnnlab.sweeping import Range

Scalar = str | int | float | bool | None


def label_of(value: Any) -> Scalar:
    """Return what Optuna calls a choice: scalars themselves, lists and mappings as JSON."""
    return value if isinstance(value, Scalar) else json.dumps(value)


def labels_of(place: Place) -> list[Scalar]:
    """Return Optuna's names of the choices of a place."""
    return [label_of(choice) for choice in place.plain_choices()]


def suggest(trial: optuna.Trial, places: Sequence[Place]) -> dict[str, Any]:
    """Return a value for every place, by dotted path: what `Place.node_of` takes."""
    return {place.dotted: _suggest(trial, place) for place in places}


def _suggest(trial: optuna.Trial, place: Place) -> Any:
    if place.range is None:
        labels = labels_of(place)
        return labels.index(trial.suggest_categorical(place.dotted, labels))
    return _suggest_number(trial, place, place.range)


def _suggest_number(trial: optuna.Trial, place: Place, given: Range) -> int | float:
    if place.is_integer:
        step = int(given.step or 1)
        return int(trial.suggest_int(place.dotted, int(given.low), int(given.high), step=step, log=given.log))
    return float(trial.suggest_float(place.dotted, given.low, given.high, step=given.step, log=given.log))
