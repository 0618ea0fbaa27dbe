"""Which spec owns a place of the file: for unknown keys, for sweeps and for explanations."""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from rnnlab.experiment.experiment import Experiment
from rnnlab.source import Path
from rnnlab.spec import Choice, PerInput, Spec, keys_of


@dataclass(frozen=True)
class Owner:
    """The spec that a key belongs to.

    Attributes:
        spec: None where the place is not known.
        title: what a person calls it: `gru`, `training`, `the file`.
        is_value: it is a plain value, which has no keys at all.
    """

    spec: type[Spec] | None
    title: str
    is_value: bool = False


def owner_of(path: Path, data: Any) -> Owner:
    """Return the owner of the last segment of a path in plain data."""
    annotation: Any = Experiment
    title = "the file"
    for segment in path[:-1]:
        annotation = _step(annotation, segment, data)
        data = _inside(data, segment)
        annotation = _narrow(annotation, data)
        title = _title(annotation, segment, title)
    spec = annotation if _is_spec(annotation) else None
    return Owner(
        spec,
        title,
        is_value=annotation is not None and spec is None and get_origin(annotation) not in (tuple, dict),
    )


def _title(annotation: Any, segment: str | int, above: str) -> str:
    if _is_spec(annotation):
        for key in ("layer", "kind"):
            if key in keys_of(annotation) and isinstance(keys_of(annotation)[key].default, str):
                return str(keys_of(annotation)[key].default)
    return str(segment) if isinstance(segment, str) else above


def _inside(data: Any, segment: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(segment)
    if isinstance(data, list) and isinstance(segment, int) and segment < len(data):
        return data[segment]
    return None


def _is_spec(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Spec)


def _step(annotation: Any, segment: str | int, data: Any) -> Any:
    """Return the annotation one segment down."""
    if _is_spec(annotation):
        field = keys_of(annotation).get(str(segment))
        if field is None:
            return None
        return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple and arguments:
        return arguments[0]
    if get_origin(annotation) is dict:
        return arguments[1]
    return None


def _narrow(annotation: Any, data: Any) -> Any:
    """Return the branch of a union that the data are meant for, None where it cannot be told."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        for mark in metadata:
            if isinstance(mark, Choice):
                name = mark.name_in(data)
                return mark.members(inner).get(name) if isinstance(name, str) else None
            if isinstance(mark, PerInput):
                return dict[str, mark.spec] if mark.by_name(data) else mark.spec  # type: ignore[name-defined]
        return _narrow(inner, data)
    if get_origin(annotation) in (Union, UnionType):
        branches = (_narrow(branch, data) for branch in get_args(annotation) if branch is not type(None))
        return max(
            (branch for branch in branches if _holds(branch, data)), key=lambda each: _shared(each, data), default=None
        )
    return annotation


def _shared(annotation: Any, data: Any) -> int:
    """Return how many keys of a spec the data have, which tells of two specs the one that was meant."""
    return len(keys_of(annotation).keys() & data.keys()) if _is_spec(annotation) and isinstance(data, dict) else 0


def _holds(annotation: Any, data: Any) -> bool:
    if isinstance(data, dict):
        return _is_spec(annotation) or get_origin(annotation) is dict
    if isinstance(data, list):
        return get_origin(annotation) is tuple
    return annotation is not None and not _is_spec(annotation)
