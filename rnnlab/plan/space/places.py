"""The sweep's space: its places resolved, those that vary in a trial, and what the file itself has there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from rnnlab.datasets import padded_inputs
from rnnlab.experiment import Experiment, PathError, resolve_path
from rnnlab.experiment.prepared import padding_of, text_of
from rnnlab.plan.space.place import Condition, Place, plain, same
from rnnlab.source import Document, Entry, Mapping, Node, Path, child
from rnnlab.source import Sequence as Items
from rnnlab.sweeping import Range, Varied

Chosen = dict[str, Any]
"""By dotted path, for the places that vary in a trial: what `Place.node_of` takes."""


def places_of(experiment: Experiment, document: Document, *, but: Collection[str] = ()) -> tuple[Place, ...]:
    """Return the places that a sweep varies, each after those that its conditions name.

    Args:
        experiment: with a sweep.
        document: its file.
        but: places to leave out, by dotted path.

    Raises:
        PathError: a path leads nowhere.
    """
    assert experiment.sweep is not None
    space = document.root.get("sweep")
    assert space is not None
    assert isinstance(space.value, Mapping)
    entries = space.value.get("space")
    assert entries is not None
    assert isinstance(entries.value, Mapping)
    return _in_order([_place(experiment, document, entry) for entry in entries.value.entries if entry.key not in but])


def _place(experiment: Experiment, document: Document, entry: Entry) -> Place:
    assert experiment.sweep is not None
    dimension = experiment.sweep.space[entry.key]
    path: Path = ("sweep", "space", entry.key)
    listed = entry.value
    if isinstance(listed, Mapping) and (inner := listed.get("choices")):
        listed, path = inner.value, (*path, "choices")
    varied = dimension if isinstance(dimension, Varied) else Varied()
    return Place(
        dotted=entry.key,
        path=resolve_path(document, entry.key),
        choices=listed.items if isinstance(listed, Items) else (),
        range=dimension if isinstance(dimension, Range) else None,
        node=entry.value,
        when=tuple(_condition(experiment, document, *each) for each in (varied.when or {}).items()),
        tied=tuple(resolve_path(document, tied) for tied in varied.tied),
        choices_path=path,
    )


def _condition(experiment: Experiment, document: Document, written: str, value: Any) -> Condition:
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    return Condition(conditioning(experiment, document, written) or written, written, values)


def conditioning(experiment: Experiment, document: Document, written: str) -> str | None:
    """Return the place of the space that a condition names, by its own words or others for the same place."""
    assert experiment.sweep is not None
    if written in experiment.sweep.space:
        return written
    try:
        path = resolve_path(document, written)
        return next((dotted for dotted in experiment.sweep.space if resolve_path(document, dotted) == path), None)
    except PathError:
        return None


def _in_order(places: list[Place]) -> tuple[Place, ...]:
    """Return the places with those that conditions name first, else in the order of the file."""
    ordered: dict[str, Place] = {}
    while len(ordered) < len(places):
        left = [place for place in places if place.dotted not in ordered]
        names = {place.dotted for place in left}
        ready = [place for place in left if not names & {condition.dotted for condition in place.when}]
        ordered |= {place.dotted: place for place in ready[:1] or left}  # a circle is told by the check
    return tuple(ordered.values())


def nodes_of(places: Sequence[Place], chosen: Chosen) -> list[tuple[Path, Node]]:
    """Return what is laid over the file: the node of every place that varies, at each path that it is tied to."""
    return [
        (path, place.node_of(chosen[place.dotted]))
        for place in places
        if place.dotted in chosen
        for path in place.paths
    ]


def values_of(places: Sequence[Place], chosen: Chosen) -> dict[str, Any]:
    """Return the plain values of the places that vary, by dotted path."""
    return {place.dotted: place.plain(chosen[place.dotted]) for place in places if place.dotted in chosen}


def base_values(experiment: Experiment, document: Document, places: Sequence[Place]) -> dict[str, Any]:
    """Return trial 0: the plain values that the file has at the places that vary in it."""
    values: dict[str, Any] = {}
    for place in places:
        if place.is_asked(values):
            values[place.dotted] = base_value(experiment, document, place)
    return values


def base_value(experiment: Experiment, document: Document, place: Place) -> Any:
    """Return the plain value that the file has at a place: as written, else the default."""
    return file_value(experiment, document, place.path)


def file_value(experiment: Experiment, document: Document, path: Path) -> Any:
    """Return the plain value that the file has at a path: as written, else the default."""
    node: Node | None = document.root
    for segment in path:
        found = child(node, segment) if node is not None else None
        node = found[1] if found else None
    return value_at(experiment, path) if node is None else plain(node)


def value_at(experiment: Experiment, path: Path) -> Any:
    """Return the plain value that holds at a path, defaults included; None where there is no such key."""
    value: Any = experiment.model_copy(update=_sections_of_data(experiment))
    for segment in path:
        if isinstance(segment, int):
            value = value[segment] if isinstance(value, tuple) and segment < len(value) else None
        else:
            value = value.get(segment) if isinstance(value, dict) else getattr(value, segment, None)
        if value is None:
            return None
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _sections_of_data(experiment: Experiment) -> dict[str, Any]:
    """Return `text` and `padding` as they hold where they are left out."""
    dataset = experiment.dataset
    if dataset is None:
        return {}
    sections = {
        "text": (experiment.text, text_of, dataset.text_inputs),
        "padding": (experiment.padding, padding_of, padded_inputs(dataset)),
    }
    return {
        key: {name: find(experiment, name) for name in names} if isinstance(given, dict) else find(experiment, names[0])
        for key, (given, find, names) in sections.items()
        if names
    }


Demands = dict[str, tuple[Any, ...]]
"""By dotted path: plain values of which the place must have one."""


def demands_of(place: Place, places: Sequence[Place]) -> Demands | None:
    """Return what must hold for a place to vary, conditions of conditions included; None where it never does."""
    by_name = {each.dotted: each for each in places}
    demands: Demands | None = {}
    for condition in _conditions(place, by_name):
        allowed = tuple(value for value in condition.values if by_name[condition.dotted].holds(value))
        demands = together(demands, {condition.dotted: allowed})
    return demands


def _conditions(place: Place, by_name: dict[str, Place]) -> Iterator[Condition]:
    seen: set[str] = set()
    open_ = [place]
    while open_:
        for condition in open_.pop().when:
            if condition.dotted not in by_name:
                continue  # told by the check
            yield condition
            if condition.dotted not in seen:
                seen.add(condition.dotted)
                open_.append(by_name[condition.dotted])


def together(one: Demands | None, other: Demands | None) -> Demands | None:
    """Return what must hold for both; None where that cannot be."""
    if one is None or other is None:
        return None
    both = dict(one)
    for dotted, values in other.items():
        both[dotted] = tuple(value for value in values if dotted not in one or any(same(value, v) for v in one[dotted]))
        if not both[dotted]:
            return None
    return both


def meeting(demands: Demands, places: Sequence[Place]) -> Chosen:
    """Return of every place of which something is demanded the first value that meets it."""
    return {place.dotted: place.chosen_like(demands[place.dotted][0]) for place in places if place.dotted in demands}
