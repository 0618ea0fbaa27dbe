"""Compiling kernels while TensorFlow is imported and data are read. Light: imports no numba."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

from rnnlab.absent import absent
from rnnlab.kernels.cache import compiled_mark, kernels_compiled

COMPILING = "compiling the kernels, once on this machine: some twenty seconds"
COMPILE = "from rnnlab.kernels.ahead import load_kernels; load_kernels()"
_compiling: list[subprocess.Popen[bytes]] = []


def compile_ahead() -> bool:
    """Start compiling in a process of its own, where that was never done on this machine; return whether it was.

    A process, since a thread would hold the interpreter for most of that time.
    """
    if _compiling or kernels_compiled():
        return False
    silent = subprocess.DEVNULL
    _compiling.append(
        subprocess.Popen([sys.executable, "-P", "-c", COMPILE], stdin=silent, stdout=silent, stderr=silent)
    )
    return True


def await_compiled() -> None:
    """Wait for what compiles them, so that several processes find the kernels compiled."""
    for process in _compiling:
        process.wait()
    _compiling.clear()


def load_kernels() -> None:
    """Import the kernels, once what compiles them is done; what it could not compile is compiled here."""
    await_compiled()
    with absent("scipy"):  # numba imports its linear algebra, 30 MiB, only to know whether it is there
        for name in ("sequence", "adam"):
            import_module(f"rnnlab.kernels.{name}")
    compiled_mark().parent.mkdir(parents=True, exist_ok=True)
    compiled_mark().touch()
