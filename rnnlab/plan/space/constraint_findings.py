"""What is wrong with constraints: words that are none, names that lead nowhere, and a file that breaks them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rnnlab.experiment import Experiment, PathError, resolve_path
from rnnlab.plan.plan import Plan
from rnnlab.plan.space.constraints import Constraint, ConstraintError, Quantity, parse_constraint
from rnnlab.plan.space.dimensions import show_value
from rnnlab.plan.space.keys import data_of, missing_key
from rnnlab.plan.space.limits import PLANNED, limits_of
from rnnlab.plan.space.place import Place
from rnnlab.plan.space.places import file_value
from rnnlab.source import Document, Finding, Path, did_you_mean

CODE = "RL323"


def constraint_findings(
    experiment: Experiment, document: Document, plan: Plan, places: Sequence[Place]
) -> list[Finding]:
    """Return what is wrong with the constraints of a sweep, else those that the file itself breaks."""
    assert experiment.sweep is not None
    findings: list[Finding] = []
    for index, text in enumerate(experiment.sweep.constraints):
        path: Path = ("sweep", "constraints", index)
        try:
            constraint = parse_constraint(text)
        except ConstraintError as error:
            within = (error.start, error.end)
            findings.append(Finding(CODE, f"this is no constraint: {error}", path, help=error.help, within=within))
            continue
        findings += _names(constraint, experiment, document, places, path)
    return findings or list(_broken(experiment, document, plan))


def _names(
    constraint: Constraint, experiment: Experiment, document: Document, places: Sequence[Place], shown: Path
) -> Iterator[Finding]:
    for quantity in constraint.quantities:
        if quantity.name not in PLANNED:
            yield from _name(quantity, experiment, document, places, shown)


def _name(
    quantity: Quantity, experiment: Experiment, document: Document, places: Sequence[Place], shown: Path
) -> Iterator[Finding]:
    name, start = quantity.name, quantity.start
    within = (start, start + len(name))
    if "." not in name:
        yield Finding(CODE, f"unknown name `{name}`", shown, help=did_you_mean(name, PLANNED), within=within)
        return
    try:
        path = resolve_path(document, name)
    except PathError as error:
        start += error.start
        message, within = f"`{error.segment}` leads nowhere", (start, start + len(error.segment))
        yield Finding(CODE, message, shown, help=error.help, within=within)
        return
    swept = next((place for place in places if path in place.paths), None)
    if swept is None:
        lost = list(
            missing_key(experiment, data_of(experiment), path, name, shown, on_key=False, offset=start, code=CODE)
        )
        yield from lost
        value = file_value(experiment, document, path)
        if not lost and not _is_number(value):
            yield Finding(CODE, f"`{name}` is no number: the file has {show_value(value)}", shown, within=within)
    elif swept.range is None and not any(_is_number(value) for value in swept.plain_choices()):
        help_ = "conditions compare texts: `when`"
        yield Finding(CODE, f"no choice of `{name}` is a number", shown, help=help_, within=within)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _broken(experiment: Experiment, document: Document, plan: Plan) -> Iterator[Finding]:
    assert experiment.sweep is not None
    for constraint, sides in limits_of(experiment, document).missed(experiment, plan):
        yield Finding(
            "RL324",
            f"the file as written breaks this constraint: {sides}",
            ("sweep", "constraints", experiment.sweep.constraints.index(constraint.text)),
            note="trial 0 is the file as written",
            help="change the file, or the constraint",
        )
