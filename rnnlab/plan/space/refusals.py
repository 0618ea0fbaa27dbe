"""Choices and ends of a space that the file would be refused with: alone, and beside every kind that varies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rnnlab.plan.space.dimensions import show_value
from rnnlab.plan.space.keys import CHOOSES_KEYS
from rnnlab.plan.space.place import Place, plain, same
from rnnlab.plan.space.places import Demands, demands_of, meeting, together
from rnnlab.plan.space.trials import trial_document
from rnnlab.source import Diagnostic, Document, Finding, Node, Path, Scalar

CheckDocument = Callable[[Document], tuple[Diagnostic, ...]]


def refusals(places: Sequence[Place], document: Document, check: CheckDocument) -> Iterator[Finding]:
    """Yield choices and ends that the file would be refused with: alone, then beside every kind that is not."""
    told: set[Path] = set()

    def problem_of(demands: Demands, place: Place, node: Node) -> Diagnostic | None:
        values = [*meeting(demands, places), *((path, node) for path in place.paths)]
        return _first_error(check(trial_document(document, values)))

    for place in places:
        for node, shown in _ends(place):
            problem = problem_of(demands_of(place, places) or {}, place, node)
            if problem and shown not in told:
                told.add(shown)
                yield _refusal(place, node, shown, problem)
    for kind in places:
        if kind.path[-1] in CHOOSES_KEYS:
            for choice, own in _ends(kind):
                if own not in told:
                    yield from _refusals_beside(kind, choice, places, problem_of, told)


def _refusals_beside(
    kind: Place,
    choice: Node,
    places: Sequence[Place],
    problem_of: Callable[[Demands, Place, Node], Diagnostic | None],
    told: set[Path],
) -> Iterator[Finding]:
    for place in places:
        demands = together(demands_of(place, places), demands_of(kind, places))
        if demands is None or place is kind:
            continue
        beside = together(demands, {kind.dotted: (plain(choice),)})
        for node, shown in _ends(place):
            if beside is None or {shown, _key(place)} & told:
                continue
            problem = problem_of(beside, place, node)
            if problem:
                shown = _key(place) if problem.code == "RL101" else shown
                told.add(shown)
                fitting = [
                    value
                    for value in kind.plain_choices()
                    if (met := together(demands, {kind.dotted: (value,)})) and not problem_of(met, place, node)
                ]
                yield _refusal(place, node, shown, problem, kind=kind, choice=choice, fitting=fitting)


def _key(place: Place) -> Path:
    return ("sweep", "space", place.dotted)


def _ends(place: Place) -> tuple[tuple[Node, Path], ...]:
    """Return (node, path of what to underline) of every choice, or of the ends of a range and its first step."""
    path: Path = ("sweep", "space", place.dotted)
    if place.range is None:
        return tuple((choice, (*place.choices_path, index)) for index, choice in enumerate(place.choices))
    drawn = int if place.is_integer else float
    ends = [(place.range.low, "low"), (place.range.high, "high")]
    if place.range.step is not None and not same(place.range.low, place.range.high):
        ends.append((place.number_at(1), "step"))
    return tuple((Scalar(drawn(value), place.node.span), (*path, key)) for value, key in ends)


def _first_error(diagnostics: tuple[Diagnostic, ...]) -> Diagnostic | None:
    errors = [found for found in diagnostics if found.severity == "error" and found.code != "RL217"]
    return errors[0] if errors else None


def _refusal(
    place: Place,
    node: Node,
    shown: Path,
    problem: Diagnostic,
    *,
    kind: Place | None = None,
    choice: Node | None = None,
    fitting: Sequence[object] = (),
) -> Finding:
    """Return the finding of a refused choice or end; one that all choices share stands under the key."""
    lacks_key = problem.code == "RL101"
    what = f"`{place.path[-1]}`" if shown == _key(place) else show_value(plain(node))
    beside = f" with `{kind.path[-1]}: {plain(choice)}`" if kind and choice else ""
    remedy = "sweep only keys that all the choices have"
    if lacks_key and kind and fitting:
        remedy = f"add `when: {{{kind.dotted}: {_listed(fitting)}}}`, or {remedy}"
    return Finding(
        "RL305" if lacks_key else "RL303",
        f"{what} is refused at `{place.dotted}`{beside}",
        shown,
        on_key=shown == _key(place),
        note=f"{problem.code}: {problem.message}" + (f", {problem.label}" if problem.label else ""),
        help=remedy if lacks_key else _whole(place, node) or problem.help,
    )


def _whole(place: Place, node: Node) -> str | None:
    """Return what makes a range one of whole numbers, where only its fractions are refused."""
    value = plain(node)
    mixed = place.range is not None and isinstance(value, float) and isinstance(place.range.low, int)
    return "a range has whole numbers where `low`, `high` and `step` all are" if mixed else None


def _listed(values: Sequence[object]) -> str:
    return str(values[0]) if len(values) == 1 else f"[{', '.join(map(str, values))}]"
