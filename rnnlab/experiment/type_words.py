"""A key's type in people's words: `whole number ≥ 1`, not `Annotated[int, Ge(ge=1)]`."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from rnnlab.spec import Choice, PerInput, Spec, keys_of

PLAIN = {bool: "true or false", int: "whole number", float: "number", str: "text", Any: "any value"}
BOUNDS = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))


def type_words(annotation: Any) -> str:
    """Return an annotation in words; that a key may be left out is not said here."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:])
    if origin in (Union, UnionType):
        words = [type_words(each) for each in arguments if each is not NoneType]
        return " or ".join(word for word in dict.fromkeys(words) if word != "whole number" or "number" not in words)
    if origin is Literal:
        *before, last = (f"`{value}`" for value in arguments)
        return f"{', '.join(before)} or {last}" if before else last
    if origin is tuple:
        return f"list of: {type_words(arguments[0])}"
    if origin is dict:
        return f"mapping from name to: {type_words(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return f"mapping with {', '.join(f'`{key}`' for key in keys_of(annotation))}"
    return PLAIN[annotation]


def _annotated(inner: Any, metadata: tuple[Any, ...]) -> str:
    for mark in metadata:
        if isinstance(mark, Choice):
            return f"name, or mapping with `{mark.key}`" if mark.short else f"mapping with `{mark.key}`"
        if isinstance(mark, PerInput):
            return f"{type_words(mark.spec)}, or such a mapping for each input by name"
    bounds = [
        f"{sign} {getattr(mark, key):,}"
        for mark in _constraints(metadata)
        for key, sign in BOUNDS
        if getattr(mark, key, None) is not None
    ]
    return " ".join([type_words(inner), " and ".join(bounds)]).rstrip()


def _constraints(metadata: tuple[Any, ...]) -> list[Any]:
    flat: list[Any] = []
    for mark in metadata:
        flat += mark.metadata if isinstance(mark, FieldInfo) else [mark]
    return flat
