"""One place of the file that a sweep varies: what it may have, when, and which other places go with it."""

from __future__ import annotations

from collections.abc import Mapping as Values
from dataclasses import dataclass
from typing import Any

from rnnlab.source import Node, Path, Scalar, Sequence
from rnnlab.sweeping import Range


@dataclass(frozen=True)
class Condition:
    """A place varies only where another one has one of some values.

    Attributes:
        dotted: of the other place, as written under `sweep.space`.
        written: as the condition writes it.
        values: plain.
    """

    dotted: str
    written: str
    values: tuple[Any, ...]

    def holds(self, values: Values[str, Any]) -> bool:
        """Return whether it holds; never where the other place does not vary itself.

        Args:
            values: plain, of the places that vary in a trial.
        """
        return self.dotted in values and any(same(values[self.dotted], each) for each in self.values)


@dataclass(frozen=True)
class Place:
    """One place of the file that the sweep varies.

    Attributes:
        dotted: as written under `sweep.space`; the name of Optuna's parameter.
        path: keys and indices from the root.
        choices: nodes to choose from; empty for a range.
        range: numbers from low to high, None for choices.
        when: all of these must hold, or the place keeps what the file says.
        tied: paths that take the same value.
        choices_path: where the choices stand in the file.
    """

    dotted: str
    path: Path
    choices: tuple[Node, ...]
    range: Range | None
    node: Node
    when: tuple[Condition, ...] = ()
    tied: tuple[Path, ...] = ()
    choices_path: Path = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the place's path and those that are tied to it."""
        return (self.path, *self.tied)

    @property
    def is_integer(self) -> bool:
        """Return whether a range holds whole numbers only."""
        given = self.range
        return given is not None and all(
            isinstance(value, int) for value in (given.low, given.high, given.step) if value is not None
        )

    @property
    def is_continuous(self) -> bool:
        """Return whether it holds endlessly many numbers."""
        return self.range is not None and self.range.step is None and not self.is_integer

    @property
    def count(self) -> int | None:
        """Return how many values it may have; None where they are endless."""
        if self.range is None:
            return len(self.choices)
        if self.is_continuous:
            return None
        return int((self.range.high - self.range.low) / (self.range.step or 1) + 1e-9) + 1

    def number_at(self, index: int) -> int | float:
        """Return a number of a range that is not continuous, counted from `low`."""
        assert self.range is not None
        value = self.range.low + index * (self.range.step or 1)
        return int(value) if self.is_integer else float(f"{value:.12g}")  # 0.6, not 0.6000000000000001

    def is_asked(self, values: Values[str, Any]) -> bool:
        """Return whether the place varies in a trial whose other places have these plain values."""
        return all(condition.holds(values) for condition in self.when)

    def node_of(self, value: Any) -> Node:
        """Return the node of a value that was drawn: the index of a choice, or a number."""
        return self.choices[value] if self.range is None else Scalar(value, self.node.span)

    def holds(self, value: Any) -> bool:
        """Return whether a plain value is in the space."""
        if self.range is None:
            return any(same(plain(choice), value) for choice in self.choices)
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

    def chosen_like(self, value: Any) -> Any:
        """Return what `node_of` takes for a plain value that is in the space."""
        if self.range is not None:
            return value
        return next(index for index, choice in enumerate(self.plain_choices()) if same(choice, value))


def plain(node: Node) -> Any:
    """Return plain dicts, lists and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {entry.key: plain(entry.value) for entry in node.entries}


def same(one: Any, other: Any) -> bool:
    """Return whether two plain values are one: 1 is 1.0, and not true."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
