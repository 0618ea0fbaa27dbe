"""The sweep's space: its places resolved, and the files of its trials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rnnlab.datasets import padded_inputs
from rnnlab.expect import Expect, is_exact
from rnnlab.experiment import Experiment, apply_values, resolve_path
from rnnlab.experiment.prepared import padding_of, text_of
from rnnlab.plan.plan import Plan
from rnnlab.source import (
    Document,
    Entry,
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
    child,
)
from rnnlab.sweeping import Range


@dataclass(frozen=True)
class Place:
    """One place of the file that the sweep varies.

    Attributes:
        dotted: as written under `sweep.space`; the name of Optuna's parameter.
        path: keys and indices from the root.
        choices: nodes to choose from; empty for a range.
        range: numbers from low to high, None for choices.
    """

    dotted: str
    path: Path
    choices: tuple[Node, ...]
    range: Range | None
    node: Node

    @property
    def is_integer(self) -> bool:
        """Return whether a range holds whole numbers only."""
        given = self.range
        return given is not None and all(
            isinstance(value, int) for value in (given.low, given.high, given.step) if value is not None
        )

    def node_of(self, value: Any) -> Node:
        """Return the node of a value that Optuna suggested: the index of a choice, or a number."""
        return self.choices[value] if self.range is None else Scalar(value, self.node.span)

    def holds(self, value: Any) -> bool:
        """Return whether a plain value is in the space."""
        if self.range is None:
            return any(plain(choice) == value for choice in self.choices)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        low, high, step = self.range.low, self.range.high, self.range.step
        if not low <= value <= high or (self.is_integer and not isinstance(value, int)):
            return False
        return step is None or abs((value - low) / step - round((value - low) / step)) < 1e-9

    def plain(self, value: Any) -> Any:
        """Return the plain value of what `node_of` takes."""
        return plain(self.choices[value]) if self.range is None else value

    def plain_choices(self) -> list[Any]:
        """Return the choices as plain values."""
        return [plain(choice) for choice in self.choices]


def plain(node: Node) -> Any:
    """Return plain dicts, lists and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {entry.key: plain(entry.value) for entry in node.entries}


def places_of(experiment: Experiment, document: Document) -> tuple[Place, ...]:
    """Return the places that a sweep varies.

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
    return tuple(_place(experiment, document, entry) for entry in entries.value.entries)


def _place(experiment: Experiment, document: Document, entry: Entry) -> Place:
    assert experiment.sweep is not None
    dimension = experiment.sweep.space[entry.key]
    choices = entry.value.items if isinstance(entry.value, Sequence) else ()
    return Place(
        dotted=entry.key,
        path=resolve_path(document, entry.key),
        choices=choices,
        range=dimension if isinstance(dimension, Range) else None,
        node=entry.value,
    )


def base_value(experiment: Experiment, document: Document, place: Place) -> Any:
    """Return the plain value that the file has at a place: as written, else the default."""
    node: Node | None = document.root
    for segment in place.path:
        found = child(node, segment) if node is not None else None
        node = found[1] if found else None
    return _default(experiment, place) if node is None else plain(node)


def _default(experiment: Experiment, place: Place) -> Any:
    value: Any = experiment.model_copy(update=_sections_of_data(experiment))
    for segment in place.path:
        value = (
            value[segment]
            if isinstance(segment, int) or isinstance(value, dict)
            else getattr(value, str(segment), None)
        )
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


def trial_document(document: Document, values: list[tuple[Path, Node]]) -> Document:
    """Return the file of one trial: the base with values laid over, no `sweep`, and of `expect` only bounds."""
    kept = []
    for entry in apply_values(document, values).root.entries:
        if entry.key == "expect" and isinstance(entry.value, Mapping):
            bounds = tuple(each for each in entry.value.entries if _stays(each))
            kept.append(Entry(entry.key, entry.key_span, Mapping(bounds, entry.value.span)))
        elif entry.key != "sweep":
            kept.append(entry)
    return Document(Mapping(tuple(kept), document.root.span))


def _stays(entry: Entry) -> bool:
    value = plain(entry.value)
    return (
        entry.key in Expect.model_fields
        and entry.key != "beats"
        and not is_exact(tuple(value) if isinstance(value, list) else value)
    )


def over_budget(experiment: Experiment, plan: Plan) -> Iterator[tuple[str, int]]:
    """Yield (key, planned value) of everything that is over `sweep.budget`."""
    budget = experiment.sweep.budget if experiment.sweep else None
    if budget is None:
        return
    for key, limit, value in (
        ("parameters", budget.parameters, plan.parameters),
        ("memory", budget.memory, plan.memory_bytes),
    ):
        if limit is not None and value is not None and value > limit:
            yield key, value
