"""What is kept away from those who import it only because it is there: whole packages, or parts until they are used."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_own: list[bool] = []
_running = threading.RLock()


def own_process() -> None:
    """Say that this process runs a command of rnnlab's and nothing else: nobody misses what is `absent` there."""
    _own[:] = [True]


def shared_process() -> None:
    """Say that code of others runs here as well, such as a plugin's: what is imported from now on is all there."""
    _own.clear()


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """In a process of rnnlab's own, let packages that nobody imported yet seem not to be installed."""
    hidden = [name for name in names if name not in sys.modules] if _own else []
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None stands for what cannot be imported
    try:
        yield
    finally:
        for name in hidden:
            if sys.modules.get(name, name) is None:
                del sys.modules[name]


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """In a process of rnnlab's own, let modules that are imported run only when something of them is used."""
    finders = [_Deferring(names)] if _own else []
    sys.meta_path[:0] = finders
    try:
        yield
    finally:
        for finder in finders:
            sys.meta_path.remove(finder)


class _Late(ModuleType):
    """A module that runs when something is asked of it that importing does not set: not its file, nor its path."""

    def __getattr__(self, name: str) -> Any:
        with _running:
            loader = self.__dict__.pop("_late", None)
            if loader is not None:
                try:
                    loader.exec_module(self)
                except BaseException:
                    self.__dict__["_late"] = loader  # whoever asks next hears of it, too
                    raise
        return super().__getattribute__(name)


class _Deferring:
    """Finds modules where they are found anyway, and has them run late.

    Modules of `importlib.util.LazyLoader` run as soon as their file is asked for, which TensorFlow asks of all modules
    before it compiles a function.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return where one of the modules is; None of all others."""
        spec = PathFinder.find_spec(name, path, target) if name in self.names else None
        if spec is not None and spec.loader is not None:
            spec.loader_state, spec.loader = spec.loader, self  # type: ignore[assignment]  # importlib.abc takes 9 ms
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python to make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module to run later, by the loader that it would have had."""
        assert module.__spec__ is not None
        loader, module.__spec__.loader_state = module.__spec__.loader_state, None
        module.__spec__.loader = module.__loader__ = loader
        module.__dict__["_late"] = loader
        module.__class__ = _Late
