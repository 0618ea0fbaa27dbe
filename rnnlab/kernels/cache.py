"""Where compiled kernels are kept, and whether they can be. Light: imports no numba."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import platformdirs

KERNELS = "kernels"  # the folder of all of them


def kernel_cache() -> Path:
    """Return the folder of the kernels compiled from these files by this numba; numba adds processor and Python.

    Numba looks only at the file that defines a function, not at those that it calls: hence the hash of them all.
    `$NUMBA_CACHE_DIR` is another home for them, `$RNNLAB_CACHE` of all that rnnlab can make again.
    """
    digest = hashlib.sha256(f"{version('numba')} {version('llvmlite')}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return _home() / KERNELS / digest.hexdigest()[:16]


def numba_mark() -> Path:
    """Return the file that is there once numba keeps all kernels on this machine: it has no file of machine code."""
    return kernel_cache() / f"compiled-{sys.implementation.cache_tag}-{platform.node()}"


def kernels_obstacle() -> str | None:
    """Return why there can be no kernels on this machine, or None where there can be."""
    for name in ("numba", "llvmlite"):
        if not _is_found(find_spec, name):
            return f"{name} is not installed"
    home = _home()
    there = next(folder for folder in (home / KERNELS, home, *home.parents) if folder.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        return f"kernels cannot be kept in {home}; set RNNLAB_CACHE to a folder that can be written"
    return None


@cache
def _is_found(find: Callable[[str], Any], name: str) -> bool:
    """Return whether a package is there: looked for once, as a sweep's census plans thousands of models."""
    return find(name) is not None


def _home() -> Path:
    chosen = (
        os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("RNNLAB_CACHE") or platformdirs.user_cache_dir("rnnlab")
    )
    return Path(chosen).expanduser().absolute()
