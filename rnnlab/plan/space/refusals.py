"""Choices and ends of a space that the file would be refused with: alone, and beside every kind that varies."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rnnlab.plan.space.dimensions import show_value
from rnnlab.plan.space.drawing import draw_point
from rnnlab.plan.space.keys import CHOOSES_KEYS
from rnnlab.plan.space.place import Place, same
from rnnlab.plan.space.places import Chosen, Demands, demands_of, meeting, nodes_of, together
from rnnlab.plan.space.trials import trial_document
from rnnlab.source import Diagnostic, Document, Finding, Path

CheckDocument = Callable[[Document], tuple[Diagnostic, ...]]
TRIES = 24  # points among which a value must be fine once that is refused beside the file's own


@dataclass(frozen=True)
class _Space:
    """Asks of values of a space whether trials with them are refused."""

    places: Sequence[Place]
    document: Document
    check: CheckDocument

    def problem_of(self, demands: Demands, place: Place, value: Any) -> Diagnostic | None:
        """Return why a value is refused wherever the demands are met; None where one trial with it would be fine.

        It is tried with all else as the file has it, then with all else drawn: `nesterov` needs a `momentum`, which
        may vary, too.
        """
        fixed = meeting(demands, self.places) | {place.dotted: value}
        problem = self._first_error(fixed)
        if problem is None:
            return None
        rng = random.Random(0)
        drawn = (draw_point(self.places, rng, fixed=fixed) for _ in range(TRIES))
        return problem if all(self._first_error(chosen) for chosen in drawn) else None

    def _first_error(self, chosen: Chosen) -> Diagnostic | None:
        found = self.check(trial_document(self.document, nodes_of(self.places, chosen)))
        return next((each for each in found if each.severity == "error" and each.code != "RL217"), None)


def refusals(places: Sequence[Place], document: Document, check: CheckDocument) -> Iterator[Finding]:
    """Yield choices and ends that the file would be refused with: alone, then beside every kind that is not."""
    told: set[Path] = set()
    space = _Space(places, document, check)
    for place in places:
        for value, shown in _ends(place):
            problem = space.problem_of(demands_of(place, places) or {}, place, value)
            if problem and shown not in told:
                told.add(shown)
                yield _refusal(place, value, shown, problem)
    for kind in places:
        if kind.path[-1] in CHOOSES_KEYS:
            for choice, own in _ends(kind):
                if own not in told:
                    yield from _refusals_beside(kind, kind.plain(choice), space, told)


def _refusals_beside(kind: Place, choice: Any, space: _Space, told: set[Path]) -> Iterator[Finding]:
    for place in space.places:
        demands = together(demands_of(place, space.places), demands_of(kind, space.places))
        if demands is None or place is kind:
            continue
        beside = together(demands, {kind.dotted: (choice,)})
        for value, shown in _ends(place):
            if beside is None or {shown, _key(place)} & told:
                continue
            problem = space.problem_of(beside, place, value)
            if problem:
                shown = _key(place) if problem.code == "RL101" else shown
                told.add(shown)
                fitting = [
                    other
                    for other in kind.plain_choices()
                    if (met := together(demands, {kind.dotted: (other,)})) and not space.problem_of(met, place, value)
                ]
                yield _refusal(place, value, shown, problem, kind=kind, choice=choice, fitting=fitting)


def _key(place: Place) -> Path:
    return ("sweep", "space", place.dotted)


def _ends(place: Place) -> tuple[tuple[Any, Path], ...]:
    """Return (what `Place.node_of` takes, path of what to underline) of every choice, or of the ends and first step."""
    path: Path = ("sweep", "space", place.dotted)
    if place.range is None:
        return tuple((index, (*place.choices_path, index)) for index in range(len(place.choices)))
    drawn = int if place.is_integer else float
    ends = [(place.range.low, "low"), (place.range.high, "high")]
    if place.range.step is not None and not same(place.range.low, place.range.high):
        ends.append((place.number_at(1), "step"))
    return tuple((drawn(value), (*path, key)) for value, key in ends)


def _refusal(
    place: Place,
    value: Any,
    shown: Path,
    problem: Diagnostic,
    *,
    kind: Place | None = None,
    choice: Any = None,
    fitting: Sequence[Any] = (),
) -> Finding:
    """Return the finding of a refused choice or end; one that all choices share stands under the key."""
    lacks_key = problem.code == "RL101"
    what = f"`{place.path[-1]}`" if shown == _key(place) else show_value(place.plain(value))
    beside = f" with `{kind.path[-1]}: {choice}`" if kind else ""
    remedy = "sweep only keys that all the choices have"
    if lacks_key and kind and fitting:
        remedy = f"add `when: {{{kind.dotted}: {_listed(fitting)}}}`, or {remedy}"
    return Finding(
        "RL305" if lacks_key else "RL303",
        f"{what} is refused at `{place.dotted}`{beside}",
        shown,
        on_key=shown == _key(place),
        note=f"{problem.code}: {problem.message}" + (f", {problem.label}" if problem.label else ""),
        help=remedy if lacks_key else _whole(place, place.plain(value)) or problem.help,
    )


def _whole(place: Place, value: Any) -> str | None:
    """Return what makes a range one of whole numbers, where only its fractions are refused."""
    mixed = place.range is not None and isinstance(value, float) and isinstance(place.range.low, int)
    return "a range has whole numbers where `low`, `high` and `step` all are" if mixed else None


def _listed(values: Sequence[Any]) -> str:
    return str(values[0]) if len(values) == 1 else f"[{', '.join(map(str, values))}]"
