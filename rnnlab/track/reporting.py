"""What a library raises becomes one line that says what could not be done, without passwords."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from rnnlab.errors import StoreError
from rnnlab.track.params import shorten
from rnnlab.track.uri import mask_password

__all__ = ["reported", "store_error"]

_logger = logging.getLogger("rnnlab.track")
_REASON_LENGTH = 400
_LOCKED_TRIES = 4


class _Addressed(Protocol):
    uri: str


P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=_Addressed)


def reported(
    doing: str, errors: tuple[type[Exception], ...]
) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """Return a decorator for methods: what is in `errors` becomes a StoreError.

    A database that another process keeps locked is waited for: MLflow itself gives up after 20 s. So each
    decorated method must be safe to call again: it is one transaction or writes the same rows.
    """

    def decorate(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        def call(store: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            for left in reversed(range(_LOCKED_TRIES)):
                try:
                    return method(store, *args, **kwargs)
                except errors as error:
                    if not left or "database is locked" not in str(error):
                        raise store_error(f"cannot {doing} in {store.uri}", error) from error
                    _logger.warning("another process keeps %s locked; waiting", mask_password(store.uri))
            raise AssertionError("the last try returns or raises")

        functools.update_wrapper(call, method)
        return call

    return decorate


def store_error(doing: str, error: Exception) -> StoreError:
    """Return the StoreError for what a library raised: its first line, passwords masked."""
    lines = str(error).splitlines()
    reason = lines[0] if lines else type(error).__name__
    return StoreError(mask_password(f"{doing}: {shorten(reason, _REASON_LENGTH)}"))
