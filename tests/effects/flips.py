"""Every key of every spec that can stand in the file, and another value for it."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic_core import PydanticUndefined

from rnnlab.experiment.explain import specs
from rnnlab.initializers import Regularizer
from rnnlab.spec import DISCRIMINATORS, Spec, keys_of

SPECS = {spec.__name__: spec for spec in specs()}


def all_keys() -> list[tuple[str, str]]:
    """Return (name of the spec, key) of everything that can stand in the file."""
    return [(name, key) for name, spec in SPECS.items() for key in keys_of(spec) if key not in DISCRIMINATORS]


def is_section(spec: str, key: str) -> bool:
    """Return whether the key only holds further specs, whose own keys have effects of their own."""
    return _holds_spec(keys_of(SPECS[spec])[key].annotation)


def _holds_spec(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return annotation is not Regularizer
    return any(_holds_spec(inner) for inner in get_args(annotation))


def flipped(spec: str, key: str, now: Any = None) -> Any:
    """Return a valid value of a key that is not `now`, or, where that is None, not its default."""
    field = keys_of(SPECS[spec])[key]
    default = None if field.default is PydanticUndefined else field.default
    return _other(field.annotation, default if now is None else now)


def _other(annotation: Any, now: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return next(choice for choice in arguments if choice != now)
    if annotation is bool:
        return not now
    if annotation is int:
        return (now or 1) + 1
    if annotation is float:
        return now / 2 if now else 0.25
    if annotation is Regularizer:
        return {"l2": 0.5}
    if hasattr(annotation, "__metadata__"):
        return _other(arguments[0], now)
    if arguments:
        return _other(next(each for each in arguments if each is not type(None)), now)
    raise AssertionError(f"say what another value of {annotation} is")
