"""Compiling kernels while TensorFlow is imported and data are read. Light: imports no numba.

A process of its own compiles them into a file of machine code (`library`), so that those that train hold neither numba
nor LLVM. Where there can be no such file, numba compiles in the process, and keeps what it made in its own cache.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading

from rnnlab.absent import absent
from rnnlab.kernels.cache import numba_mark
from rnnlab.kernels.library import LibraryError, bind_library, library_obstacle, library_path, write_library

COMPILING = "compiling the kernels, once on this machine: some twenty seconds"
COMPILE = "from rnnlab.kernels.ahead import compile_kernels; compile_kernels()"
_compiling: list[subprocess.Popen[bytes]] = []
_ended: list[int] = []  # exit codes of those that this process started
_loaded: list[bool] = []
_loading = threading.Lock()
_logger = logging.getLogger("rnnlab.kernels")


def kernels_compiled() -> bool:
    """Return whether kernels were compiled on this machine before."""
    return numba_mark().exists() or (library_obstacle() is None and library_path().exists())


def compile_ahead() -> bool:
    """Start compiling in a process of its own, where that was never done on this machine; return whether it was.

    A process, since a thread would hold the interpreter for most of that time.
    """
    if _compiling or kernels_compiled():
        return False
    _start()
    return True


def await_compiled() -> None:
    """Wait for what compiles them, so that several processes find the kernels compiled."""
    _ended.extend(process.wait() for process in _compiling)
    _compiling.clear()


def compile_kernels() -> None:
    """Compile the kernels into the file of machine code; where that cannot be, into numba's cache."""
    try:
        _load_library()
    except LibraryError:
        try:
            _make_library()
        except LibraryError:
            _load_numba()
            numba_mark().touch()


def load_kernels() -> None:
    """Make the kernels ready to be called, once what compiles them is done.

    Raises:
        OSError: what is compiled cannot be kept.
    """
    with _loading:
        if _loaded:
            return
        await_compiled()
        try:
            _load_library()
        except LibraryError as error:
            if not _compiled_elsewhere():
                _logger.info("numba compiles the kernels in this process: %s", error)
                _load_numba()
                if library_obstacle():  # not where it was killed or a disk was full: the next run tries again
                    numba_mark().touch()
        _loaded.append(True)


def _compiled_elsewhere() -> bool:
    """Return whether another process made the file, and the kernels are loaded from it."""
    if library_obstacle() or numba_mark().exists() or _ended:  # the mark is left where it cannot be made
        return False
    library_path().parent.mkdir(parents=True, exist_ok=True)
    _start()
    await_compiled()
    try:
        _load_library()
    except LibraryError:
        return False
    return True


def _start() -> None:
    silent, found = subprocess.DEVNULL, os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    _compiling.append(
        subprocess.Popen([sys.executable, "-P", "-c", COMPILE], env=found, stdin=silent, stdout=silent, stderr=silent)
    )


def _load_library() -> None:
    if obstacle := library_obstacle():
        raise LibraryError(obstacle)
    bind_library()


def _make_library() -> None:
    if obstacle := library_obstacle():
        raise LibraryError(obstacle)
    from rnnlab.kernels.compiled.emit import emit_library  # imports numba
    from rnnlab.kernels.compiled.linker import LinkError

    try:
        write_library(emit_library())
    except LinkError as error:
        raise LibraryError(str(error)) from error


def _load_numba() -> None:
    numba_mark().parent.mkdir(parents=True, exist_ok=True)
    with absent("scipy"):  # numba imports its linear algebra, 30 MiB, only to know whether it is there
        from rnnlab.kernels.compiled.bodies import bind_numba

        bind_numba()
