"""What is wrong with one dimension of a space by itself: its paths, its ends, what the file has there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rnnlab.experiment import Experiment, PathError, resolve_path
from rnnlab.plan.space.place import Place, plain
from rnnlab.plan.space.places import base_values
from rnnlab.source import Document, Finding, Path
from rnnlab.sweeping import Range, Varied

FIXED = ("rnnlab", "name", "description", "tags", "extends", "expect", "tracking", "sweep")


def show_value(value: Any) -> str:
    """Return a plain value as a message shows it."""
    return "nothing" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def paths_in(dotted: str, dimension: object) -> Iterator[tuple[str, Path, bool]]:
    """Yield (dotted path, its place in the file, it stands in a key) of a dimension and what is tied to it."""
    place: Path = ("sweep", "space", dotted)
    yield dotted, place, True
    if isinstance(dimension, Varied):
        for index, tied in enumerate(dimension.tied):
            yield tied, (*place, "tie") if isinstance(dimension.tie, str) else (*place, "tie", index), False


def path_findings(document: Document, dotted: str, dimension: object) -> Iterator[Finding]:
    """Yield the paths of a dimension that cannot vary or lead nowhere."""
    for path, place, on_key in paths_in(dotted, dimension):
        section = path.split(".")[0]
        if section in (*FIXED, "seed", "seeds"):
            yield _fixed(section, place, on_key=on_key)
            continue
        try:
            resolve_path(document, path)
        except PathError as error:
            within = (error.start, error.start + len(error.segment))
            message = f"`{error.segment}` leads nowhere"
            yield Finding("RL301", message, place, help=error.help, on_key=on_key, within=within)


def _fixed(section: str, place: Path, *, on_key: bool) -> Finding:
    message, help_ = f"`{section}` cannot vary between trials", "remove it from the space"
    if section in ("seed", "seeds"):
        message, help_ = "seeds are replicates, not hyperparameters", "use `seeds: N` at the root"
    return Finding("RL302", message, place, help=help_, on_key=on_key, within=(0, len(section)))


def range_findings(dimension: object, sampler: str, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with the numbers of a range."""
    if not isinstance(dimension, Range):
        return
    if dimension.low > dimension.high:
        yield Finding(
            "RL304",
            f"`low` {dimension.low} is above `high` {dimension.high}",
            (*path, "low"),
            help="swap them",
        )
    elif dimension.step is not None and not dimension.log:
        yield from _uneven(dimension, dimension.step, path)
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


def _uneven(dimension: Range, step: float, path: Path) -> Iterator[Finding]:
    """Yield that the steps miss the upper end, which would never be tried."""
    low, high, exact = (Decimal(str(number)) for number in (dimension.low, dimension.high, step))
    if (high - low) % exact:  # as Optuna looks at it
        steps = (high - low) / exact
        below = float(low + int(steps) * exact)
        reached = int(below) if below.is_integer() and isinstance(dimension.high, int) else below
        yield Finding(
            "RL304",
            f"steps of {step} from {dimension.low} miss `high` {dimension.high}",
            (*path, "step"),
            help=f"use `high: {reached}`, or another step",
        )


def repeated_choices(place: Place) -> Iterator[Finding]:
    """Yield the choices that stand twice."""
    seen: list[tuple[type, Any]] = []
    for index, choice in enumerate(place.choices):
        value = plain(choice)
        if (type(value), value) in seen:
            message = f"the choice {show_value(value)} stands twice"
            yield Finding("RL303", message, (*place.choices_path, index), help="remove it")
        seen.append((type(value), value))


def base_findings(experiment: Experiment, document: Document, places: Sequence[Place]) -> list[Finding]:
    """Return the places where the file itself is outside the space."""
    base = base_values(experiment, document, places)
    return [
        Finding(
            "RL306",
            f"the file has {show_value(base[place.dotted])} at `{place.dotted}`, which is outside this space",
            ("sweep", "space", place.dotted),
            note="trial 0 is the file as written",
            help="add that value to the space, or change it in the file",
        )
        for place in places
        if place.dotted in base and not place.holds(base[place.dotted])
    ]
