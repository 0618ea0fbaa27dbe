"""What a rule is: a function that looks at sections of a valid kind and yields what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rnnlab.experiment.experiment import Experiment
from rnnlab.source import Finding, Path


@dataclass(frozen=True)
class Rule:
    """A rule and the sections that must be valid for it to run."""

    needs: frozenset[str]
    check: Callable[[Experiment], Iterator[Finding]]


RULES: list[Rule] = []

Check = Callable[[Experiment], Iterator[Finding]]


def rule(*needs: str) -> Callable[[Check], Check]:
    """Return a decorator that adds a rule to `RULES`."""

    def add(check: Check) -> Check:
        RULES.append(Rule(frozenset(needs), check))
        return check

    return add


KINDS = {
    "classes": ("a class", "classification"),
    "number": ("a number", "regression"),
    "sequence": ("a text that is to be written", "sequence_to_sequence"),
    "tags": ("a tag for every token", "tagging"),
    "continuation": ("the next unit of a text", "language_model"),
    "forecast": ("the future of a series", "forecasting"),
}


def per_input(given: Any, section: str) -> Iterator[tuple[Path, Any]]:
    """Yield (place in the file, spec) of `text` or `padding`: one, or one for each input by name."""
    if isinstance(given, dict):
        yield from (((section, name), spec) for name, spec in given.items())
    elif given is not None:
        yield (section,), given
