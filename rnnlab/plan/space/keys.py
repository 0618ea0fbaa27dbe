"""Whether the paths of a space end at keys that are there, given what their conditions demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from rnnlab.experiment import Experiment, owner_of
from rnnlab.plan.space.dimensions import paths_in
from rnnlab.plan.space.place import Place
from rnnlab.plan.space.places import demands_of
from rnnlab.source import Finding, Path, did_you_mean
from rnnlab.spec import keys_of

CHOOSES_KEYS = ("layer", "kind", "unit")


def key_findings(experiment: Experiment, place: Place, places: Sequence[Place]) -> Iterator[Finding]:
    """Yield the paths of a place at which its owner has no such key."""
    assert experiment.sweep is not None
    written = list(paths_in(place.dotted, experiment.sweep.space[place.dotted]))
    for data in _meetings(experiment, place, places):
        for path, (dotted, shown, on_key) in zip(place.paths, written, strict=True):
            found = list(missing_key(experiment, data, path, dotted, shown, on_key=on_key))
            yield from found
            if found:
                return


def _meetings(experiment: Experiment, place: Place, places: Sequence[Place]) -> Iterator[dict[str, Any]]:
    """Yield the file as resolved with the demands of a place met; where they leave the kind open, once for each."""
    demands = demands_of(place, places) or {}
    met = [other for other in places if demands.get(other.dotted)]
    kinds = [other.dotted for other in met if other.path[-1] in CHOOSES_KEYS]
    for values in product(*(demands[dotted] for dotted in kinds)):
        data = data_of(experiment)
        chosen = {other.dotted: demands[other.dotted][0] for other in met} | dict(zip(kinds, values, strict=True))
        for other in met:
            for path in other.paths:
                _lay(data, path, chosen[other.dotted])
        yield data


def data_of(experiment: Experiment) -> dict[str, Any]:
    """Return the file as resolved, with every default."""
    return experiment.model_copy(update={"sweep": None}).to_data()


def missing_key(
    experiment: Experiment,
    data: dict[str, Any],
    path: Path,
    dotted: str,
    shown: Path,
    *,
    on_key: bool,
    offset: int = 0,
    code: str = "RL301",
) -> Iterator[Finding]:
    """Yield that a dotted path names a key that is not there.

    Args:
        experiment: with the sweep.
        data: the file as resolved.
        path: that the dotted one stands for.
        dotted: as written.
        shown: where it is written.
        on_key: it is a key there, not a value.
        offset: of the dotted path in what stands there.
        code: of the finding, where no kind varies.
    """
    space = experiment.sweep.space if experiment.sweep else {}
    segments = dotted.split(".")
    for depth, segment in enumerate(segments):
        owner = owner_of(path[: depth + 1], data)
        known = list(keys_of(owner.spec)) if owner.spec else []
        if segment in known or not (known or owner.is_value):
            continue
        start = offset + sum(len(each) + 1 for each in segments[:depth])
        kind_varies = any(".".join([*segments[:depth], key]) in space for key in CHOOSES_KEYS)
        yield Finding(
            "RL305" if kind_varies and code == "RL301" else code,
            f"`{segment}` leads nowhere",
            shown,
            label=f"not a key of {owner.title}" if known else f"`{owner.title}` is a value",
            help=did_you_mean(segment, known) if known else f"end the path at `{owner.title}`",
            on_key=on_key,
            within=(start, start + len(segment)),
        )
        return


def _lay(data: Any, path: Path, value: Any) -> None:
    """Lay a plain value over a path of plain data; what leads nowhere is told elsewhere."""
    head, rest = path[0], path[1:]
    if isinstance(data, dict):
        if rest:
            _lay(data.setdefault(head, {}), rest, value)
        else:
            data[head] = value
    elif isinstance(data, list) and isinstance(head, int) and rest:
        _lay(data[head], rest, value)
