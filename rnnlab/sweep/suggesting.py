"""What Optuna is asked for, and what it calls the values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import optuna

from rnnlab.experiment import Experiment
from rnnlab.plan.space import Chosen, Place, base_values, same
from rnnlab.source import Document
from rnnlab.sweeping import Range

Scalar = str | int | float | bool | None


def label_of(value: Any) -> Scalar:
    """Return what Optuna calls a choice: scalars themselves, lists and mappings as JSON."""
    return value if isinstance(value, Scalar) else json.dumps(value)


def labels_of(place: Place) -> list[Scalar]:
    """Return Optuna's names of the choices of a place: all as JSON where some would be one to Python, as 1 and true."""
    choices = place.plain_choices()
    labels = [label_of(choice) for choice in choices]
    return labels if len(set(labels)) == len(labels) else [json.dumps(choice) for choice in choices]


def base_labels(experiment: Experiment, document: Document, places: Sequence[Place]) -> dict[str, Scalar]:
    """Return trial 0 as Optuna enqueues it: the places that vary in it."""
    by_path = {place.dotted: place for place in places}
    values = base_values(experiment, document, places)
    return {dotted: _label_in(by_path[dotted], value) for dotted, value in values.items()}


def _label_in(place: Place, value: Any) -> Scalar:
    """Return Optuna's name of a value of the space; mappings are one whatever the order of their keys."""
    if place.range is not None:
        return label_of(value)
    return next(
        label for label, choice in zip(labels_of(place), place.plain_choices(), strict=True) if same(choice, value)
    )


def suggest(trial: optuna.Trial, places: Sequence[Place]) -> Chosen:
    """Return a value for every place whose conditions hold, by dotted path: what `Place.node_of` takes."""
    chosen: Chosen = {}
    values: dict[str, Any] = {}
    for place in places:
        if place.is_asked(values):
            chosen[place.dotted] = _suggest(trial, place)
            values[place.dotted] = place.plain(chosen[place.dotted])
    return chosen


def _suggest(trial: optuna.Trial, place: Place) -> Any:
    if place.range is None:
        labels = labels_of(place)
        return labels.index(trial.suggest_categorical(place.dotted, labels))
    return _suggest_number(trial, place, place.range)


def _suggest_number(trial: optuna.Trial, place: Place, given: Range) -> int | float:
    if place.is_integer:
        step = int(given.step or 1)
        return int(trial.suggest_int(place.dotted, int(given.low), int(given.high), step=step, log=given.log))
    drawn = float(trial.suggest_float(place.dotted, given.low, given.high, step=given.step, log=given.log))
    return drawn if given.step is None else place.number_at(round((drawn - given.low) / given.step))
