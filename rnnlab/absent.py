"""Packages that are kept away from those who import them only because they are installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_own: list[bool] = []


def own_process() -> None:
    """Say that this process runs a command of rnnlab's and nothing else: nobody misses what is `absent` there."""
    _own[:] = [True]


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """In a process of rnnlab's own, let packages that nobody imported yet seem not to be installed."""
    hidden = [name for name in names if name not in sys.modules] if _own else []
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None stands for what cannot be imported
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
