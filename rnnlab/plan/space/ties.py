"""What is wrong with ties, and with dimensions that set one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rnnlab.experiment import Experiment
from rnnlab.plan.space.dimensions import paths_in, show_value
from rnnlab.plan.space.place import Place, same
from rnnlab.plan.space.places import base_values, file_value
from rnnlab.source import Document, Finding, Path


def overlap_findings(experiment: Experiment, places: Sequence[Place]) -> list[Finding]:
    """Return the paths that name a place which another path of the space names, or lie within it."""
    assert experiment.sweep is not None
    names: list[tuple[Path, str]] = []
    findings: list[Finding] = []
    for dotted, dimension in experiment.sweep.space.items():
        place = next(each for each in places if each.dotted == dotted)
        for path, (written, shown, on_key) in zip(place.paths, paths_in(dotted, dimension), strict=True):
            other = next(((known, name) for known, name in names if _overlap(path, known)), None)
            names.append((path, written))
            if other is not None:
                findings.append(_overlapping(path, written, *other, shown, on_key=on_key))
    return findings


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _overlapping(path: Path, written: str, known: Path, name: str, shown: Path, *, on_key: bool) -> Finding:
    inner, outer = (written, name) if len(path) > len(known) else (name, written)
    if len(path) == len(known):
        message = f"`{written}` stands twice" if written == name else f"`{written}` is the place that `{name}` names"
    else:
        message = f"`{inner}` lies within `{outer}`, which varies as a whole"
    return Finding("RL320", message, shown, help="keep one of the two", on_key=on_key)


def tie_findings(experiment: Experiment, document: Document, places: Sequence[Place]) -> Iterator[Finding]:
    """Yield the ties of places at which the file has different values."""
    assert experiment.sweep is not None
    base = base_values(experiment, document, places)
    for place in places:
        if place.dotted not in base:
            continue
        written = list(paths_in(place.dotted, experiment.sweep.space[place.dotted]))
        for path, (dotted, shown, _) in zip(place.tied, written[1:], strict=True):
            value = file_value(experiment, document, path)
            if not same(value, base[place.dotted]):
                yield _untied(place.dotted, base[place.dotted], dotted, value, shown)


def _untied(one: str, value: Any, other: str, tied: Any, shown: Path) -> Finding:
    kinds = _kind(value), _kind(tied)
    if tied is not None and kinds[0] != kinds[1]:
        message = f"`{one}` is {kinds[0]} and `{other}` {kinds[1]}"
        return Finding("RL322", f"{message}: they cannot be tied", shown, help="tie places that take the same values")
    message = f"the file has {show_value(value)} at `{one}` and {show_value(tied)} at `{other}`, which are tied"
    help_ = "write one value at both"
    return Finding("RL322", message, shown, note="trial 0 is the file as written", help=help_)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"
