"""What is wrong with conditions: on a place that does not vary, on a value that never comes, in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rnnlab.experiment import Experiment
from rnnlab.plan.space.dimensions import show_value
from rnnlab.plan.space.place import Place, same
from rnnlab.plan.space.places import conditioning, demands_of
from rnnlab.source import Document, Finding, Path, did_you_mean
from rnnlab.sweeping import Varied

CODE = "RL321"


def condition_findings(experiment: Experiment, document: Document) -> list[Finding]:
    """Return the conditions on what does not vary, else the circles that conditions run in."""
    assert experiment.sweep is not None
    findings: list[Finding] = []
    named: dict[str, list[str]] = {}
    for dotted, dimension in experiment.sweep.space.items():
        for written in (dimension.when or {}) if isinstance(dimension, Varied) else ():
            other = conditioning(experiment, document, written)
            named.setdefault(dotted, []).append(other or "")
            if other is None:
                findings.append(_unknown(experiment, dotted, written))
    return findings or list(_circles(named))


def _unknown(experiment: Experiment, dotted: str, written: str) -> Finding:
    assert experiment.sweep is not None
    space = experiment.sweep.space
    tied = (name for name, each in space.items() if isinstance(each, Varied) and written in each.tied)
    owner = next(tied, None)
    return Finding(
        CODE,
        f"`{written}` is no place of this space",
        ("sweep", "space", dotted, "when", written),
        help=f"name `{owner}`, to which it is tied"
        if owner
        else did_you_mean(written, [n for n in space if n != dotted]),
        on_key=True,
    )


def _circles(named: dict[str, list[str]]) -> Iterator[Finding]:
    told: set[str] = set()
    for dotted in named:
        walk = _circle(dotted, dotted, named, ())
        if walk and not told & set(walk):
            told |= set(walk)
            yield Finding(
                CODE,
                "conditions run in a circle: " + " needs ".join(f"`{each}`" for each in (*walk, dotted)),
                ("sweep", "space", dotted, "when"),
                help="remove one of them",
                on_key=True,
            )


def _circle(start: str, here: str, named: dict[str, list[str]], above: tuple[str, ...]) -> tuple[str, ...]:
    """Return the way from `start` back to it, empty where there is none."""
    for other in named.get(here, ()):
        if other == start:
            return (*above, here)
        if other not in above and (found := _circle(start, other, named, (*above, here))):
            return found
    return ()


def demand_findings(places: Sequence[Place]) -> list[Finding]:
    """Return the conditions that never hold, or always do."""
    by_name = {place.dotted: place for place in places}
    findings: list[Finding] = []
    for place in places:
        known = [each for each in place.when if each.dotted in by_name]
        found = [told for each in known for told in _values(place, each.written, each.values, by_name[each.dotted])]
        if not found and place.when and demands_of(place, places) is None:
            path = ("sweep", "space", place.dotted, "when")
            found = [Finding(CODE, f"the conditions of `{place.dotted}` never hold together", path, on_key=True)]
        findings += found
    return findings


def _values(place: Place, written: str, values: tuple[Any, ...], other: Place) -> Iterator[Finding]:
    path: Path = ("sweep", "space", place.dotted, "when", written)
    if other.is_continuous:
        help_ = f"give `{other.dotted}` a `step`, or list its values"
        yield Finding(CODE, f"`{written}` hardly ever has exactly one value", path, help=help_, on_key=True)
    elif not values:
        yield Finding(CODE, f"no value of `{written}` is named", path, help="name one, or a list of them")
    else:
        never = [value for value in values if not other.holds(value)]
        for value in never:
            shown = path if len(values) == 1 else (*path, values.index(value))
            yield Finding(CODE, f"`{written}` is never {show_value(value)}", shown, help=_known(other))
        every = other.range is None and all(any(same(each, v) for v in values) for each in other.plain_choices())
        if every and not other.when and not never:
            yield Finding(CODE, f"`{written}` always has one of these values", path, help="remove the condition")


def _known(place: Place) -> str:
    if place.range is None:
        return "known: " + ", ".join(show_value(value) for value in place.plain_choices())
    steps = f" in steps of {place.range.step}" if place.range.step else ""
    return f"it goes from {place.range.low} to {place.range.high}{steps}"
