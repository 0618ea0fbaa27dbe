"""What is wrong with a sweep: its objective, budget, and every path, type and end of its space."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rnnlab.experiment import Experiment, PathError, owner_of, quantities, resolve_path
from rnnlab.plan.plan import Plan
from rnnlab.plan.space import Place, base_value, over_budget, places_of, plain, trial_document
from rnnlab.source import Diagnostic, Document, Finding, Node, Path, Scalar, did_you_mean, listing
from rnnlab.spec import keys_of
from rnnlab.sweeping import Range
from rnnlab.tasks import direction_of

FIXED = ("rnnlab", "name", "description", "tags", "extends", "expect", "tracking", "sweep")
CHOOSES_KEYS = ("layer", "kind", "unit")
CheckDocument = Callable[[Document], tuple[Diagnostic, ...]]


def space_findings(experiment: Experiment, document: Document, plan: Plan, check: CheckDocument) -> list[Finding]:
    """Return what is wrong with the `sweep` section of an otherwise valid file."""
    findings = [*_objective(experiment), *_budget(experiment, plan)]
    sweep = experiment.sweep
    assert sweep is not None
    for dotted in sweep.space:
        path: Path = ("sweep", "space", dotted)
        findings += _fixed(dotted, path) or _leads_nowhere(experiment, document, dotted, path)
        findings += _range(sweep.space[dotted], sweep.sampler.kind, path)
    if findings:
        return findings
    places = list(places_of(experiment, document))
    findings += _twice(places)
    for place in places:
        findings += [*_base(experiment, document, place), *_repeated(place)]
    return findings or list(_refusals(places, document, check))


def _fixed(dotted: str, path: Path) -> list[Finding]:
    section = dotted.split(".")[0]
    if section not in (*FIXED, "seed", "seeds"):
        return []
    message, help_ = f"`{section}` cannot vary between trials", "remove it from the space"
    if section in ("seed", "seeds"):
        message, help_ = "seeds are replicates, not hyperparameters", "use `seeds: N` at the root"
    return [Finding("RL302", message, path, help=help_, on_key=True, within=(0, len(section)))]


def _leads_nowhere(experiment: Experiment, document: Document, dotted: str, place: Path) -> list[Finding]:
    """Return what is wrong with a path: an index or name that is not there, or a key that its owner lacks."""
    try:
        path = resolve_path(document, dotted)
    except PathError as error:
        within = (error.start, error.start + len(error.segment))
        return [
            Finding(
                "RL301",
                f"`{error.segment}` leads nowhere",
                place,
                help=error.help,
                on_key=True,
                within=within,
            )
        ]
    assert experiment.sweep is not None
    data = experiment.model_copy(update={"sweep": None}).to_data()
    segments = dotted.split(".")
    for depth, segment in enumerate(segments):
        owner = owner_of(path[: depth + 1], data)
        known = list(keys_of(owner.spec)) if owner.spec else []
        if segment in known or not (known or owner.is_value):
            continue
        start = sum(len(each) + 1 for each in segments[:depth])
        kind_varies = any(".".join([*segments[:depth], key]) in experiment.sweep.space for key in CHOOSES_KEYS)
        return [
            Finding(
                "RL305" if kind_varies else "RL301",
                f"`{segment}` leads nowhere",
                place,
                label=f"not a key of {owner.title}" if known else f"`{owner.title}` is a value",
                help=did_you_mean(segment, known) if known else f"end the path at `{owner.title}`",
                on_key=True,
                within=(start, start + len(segment)),
            )
        ]
    return []


def _repeated(place: Place) -> Iterator[Finding]:
    seen: list[tuple[type, Any]] = []
    for index, choice in enumerate(place.choices):
        value = plain(choice)
        if (type(value), value) in seen:
            path = ("sweep", "space", place.dotted, index)
            yield Finding("RL303", f"the choice {_show(value)} stands twice", path, help="remove it")
        seen.append((type(value), value))


def _range(dimension: object, sampler: str, path: Path) -> Iterator[Finding]:
    if not isinstance(dimension, Range):
        return
    if dimension.low > dimension.high:
        yield Finding(
            "RL304",
            f"`low` {dimension.low} is above `high` {dimension.high}",
            (*path, "low"),
            help="swap them",
        )
    if dimension.log and dimension.low <= 0:
        yield Finding("RL304", f"with `log` the range must start above 0, found {dimension.low}", (*path, "low"))
    if dimension.log and dimension.step is not None:
        yield Finding("RL304", "`step` and `log` exclude each other", (*path, "step"), help="remove one", on_key=True)
    whole = all(isinstance(value, int) for value in (dimension.low, dimension.high))
    if sampler == "grid" and dimension.step is None and (dimension.log or not whole):
        yield Finding(
            "RL308",
            "a grid needs a `step` in every range",
            path,
            help="add `step`, or list the values",
            on_key=True,
        )


def _objective(experiment: Experiment) -> Iterator[Finding]:
    assert experiment.sweep is not None
    if experiment.dataset is None:
        yield Finding("RL310", "a sweep needs a dataset to train on", ("sweep",), help="add a `dataset:`", on_key=True)
        return
    objective = experiment.sweep.objective
    known = [name for name in quantities(experiment) if name.startswith("val_")]
    path: Path = ("sweep", "objective", "metric")
    if objective.metric not in known:
        note = "a sweep must not look at the test split" if objective.metric.startswith("test_") else None
        yield Finding(
            "RL307",
            f"`{objective.metric}` is no objective here",
            path,
            help=f"known: {listing(known)}",
            note=note,
        )
    elif objective.direction and objective.direction != direction_of(objective.metric):
        yield Finding(
            "RL307",
            f"`{objective.metric}` is better the other way",
            ("sweep", "objective", "direction"),
            help=f"use `{direction_of(objective.metric)}`, or leave it out",
        )


def _budget(experiment: Experiment, plan: Plan) -> Iterator[Finding]:
    assert experiment.sweep is not None
    for key, value in over_budget(experiment, plan):
        unit = "parameters" if key == "parameters" else "bytes"
        yield Finding(
            "RL309",
            f"the file as written is over the budget: it has {value:,} {unit}",
            ("sweep", "budget", key),
            note="trial 0 is the file as written",
            help="raise the budget, or make the model smaller",
        )


def _twice(places: list[Place]) -> Iterator[Finding]:
    names: dict[Path, str] = {}
    for place in places:
        other = names.setdefault(place.path, place.dotted)
        if other != place.dotted:
            yield Finding(
                "RL303",
                f"`{place.dotted}` is the place that `{other}` names",
                ("sweep", "space", place.dotted),
                help="keep one of the two",
                on_key=True,
            )


def _base(experiment: Experiment, document: Document, place: Place) -> Iterator[Finding]:
    value = base_value(experiment, document, place)
    if not place.holds(value):
        yield Finding(
            "RL306",
            f"the file has {_show(value)} at `{place.dotted}`, which is outside this space",
            ("sweep", "space", place.dotted),
            note="trial 0 is the file as written",
            help="add that value to the space, or change it in the file",
        )


def _show(value: Any) -> str:
    return "nothing" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _ends(place: Place) -> tuple[tuple[Node, Path], ...]:
    """Return (node, path of what to underline) of every choice, or of both ends of a range."""
    path: Path = ("sweep", "space", place.dotted)
    if place.range is None:
        return tuple((choice, (*path, index)) for index, choice in enumerate(place.choices))
    return (
        (Scalar(place.range.low, place.node.span), (*path, "low")),
        (Scalar(place.range.high, place.node.span), (*path, "high")),
    )


def _refusals(places: list[Place], document: Document, check: CheckDocument) -> Iterator[Finding]:
    """Yield choices and ends that the file would be refused with: alone, then beside every kind that is not."""
    told: set[Path] = set()
    for place in places:
        for node, shown in _ends(place):
            problem = _first_error(check(trial_document(document, [(place.path, node)])))
            if problem and shown not in told:
                told.add(shown)
                yield _refusal(place, node, shown, None, problem)
    kinds = [place for place in places if place.path[-1] in CHOOSES_KEYS]
    for kind in kinds:
        for choice, own in _ends(kind):
            if own not in told:
                yield from _refusals_beside(kind, choice, places, document, check, told)


def _refusals_beside(
    kind: Place, choice: Node, places: list[Place], document: Document, check: CheckDocument, told: set[Path]
) -> Iterator[Finding]:
    for place in places:
        for node, shown in _ends(place):
            if place.path == kind.path or {shown, shown[:3]} & told:
                continue
            problem = _first_error(check(trial_document(document, [(kind.path, choice), (place.path, node)])))
            if problem:
                shown = shown[:3] if problem.code == "RL101" else shown
                told.add(shown)
                yield _refusal(place, node, shown, f"{kind.path[-1]}: {plain(choice)}", problem)


def _first_error(diagnostics: tuple[Diagnostic, ...]) -> Diagnostic | None:
    errors = [found for found in diagnostics if found.severity == "error" and found.code != "RL217"]
    return errors[0] if errors else None


def _refusal(place: Place, node: Node, shown: Path, beside: str | None, problem: Diagnostic) -> Finding:
    """Return the finding of a refused choice or end; one that all choices share stands under the key."""
    lacks_key = problem.code == "RL101"
    what = _show(plain(node)) if len(shown) > 3 else f"`{place.path[-1]}`"
    return Finding(
        "RL305" if lacks_key else "RL303",
        f"{what} is refused at `{place.dotted}`" + (f" with `{beside}`" if beside else ""),
        shown,
        on_key=len(shown) == 3,
        note=f"{problem.code}: {problem.message}" + (f", {problem.label}" if problem.label else ""),
        help="sweep only keys that all the choices have" if lacks_key else problem.help,
    )
