"""The file of machine code: where it is, whether it can be trusted, and the kernels in it. Light: imports no numba.

The file is a shared library with a SHA-256 of itself behind it. It is written under another name and renamed when it is
whole, so that several processes may make it at once.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import sys
from pathlib import Path

from rnnlab.kernels.cache import kernel_cache
from rnnlab.kernels.entries import KERNELS

DIGEST = 32  # bytes
OTHERS = 0o022  # may write: group and everybody
COMPILED_FOR = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX")  # numba's variables that change code
PROCESSORS = "/proc/cpuinfo"
PROCESSOR = ("vendor_id", "cpu family", "model", "stepping", "flags")


class LibraryError(Exception):
    """There is no file of machine code that can be loaded here."""


def library_path() -> Path:
    """Return the file with the kernels for this processor, Python and user: a network folder serves several."""
    told = [
        sys.implementation.cache_tag or "",
        f"{os.geteuid()}",
        *(os.environ.get(name, "") for name in COMPILED_FOR),
        *_processor(),
    ]
    digest = hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
    return kernel_cache() / f"kernels-{digest}.so"


def library_obstacle() -> str | None:
    """Return why kernels cannot be loaded from a file on this machine, or None where they can be."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64") or sys.maxsize < 2**32:
        return f"no machine code for {sys.platform} on {platform.machine()}"
    if sys.implementation.name != "cpython" or sys.abiflags:  # free threads and debugging change Python's objects
        return f"no machine code for {sys.implementation.name}{sys.abiflags}"
    if not os.access(PROCESSORS, os.R_OK):
        return f"{PROCESSORS} does not tell the processor"
    return None


def bind_library() -> None:
    """Let the kernels run from the file.

    Raises:
        LibraryError: there is none, or none that is whole and this user's own.
    """
    path = library_path()
    _check(path)
    _bind(_open(path))


def write_library(code: bytes) -> None:
    """Keep a shared library for the processes to come, if it can be loaded here.

    Raises:
        LibraryError: it cannot be loaded.
        OSError: it cannot be written.
    """
    path = library_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(f".{platform.node()}-{os.getpid()}.tmp")
    try:
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "wb") as file:
            file.write(code + hashlib.sha256(code).digest())
        _open(written)
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def _check(path: Path) -> None:
    """Refuse a file that others may have written, or that is not as it was written."""
    try:
        with path.open("rb") as file:
            found, content = os.fstat(file.fileno()), file.read()
    except OSError as error:
        raise LibraryError(f"cannot read {path}: {error.strerror}") from error
    if found.st_uid not in (0, os.geteuid()) or found.st_mode & OTHERS:
        raise LibraryError(f"{path} belongs to somebody else, or others may write it")
    if hashlib.sha256(content[:-DIGEST]).digest() != content[-DIGEST:]:
        raise LibraryError(f"{path} is damaged")


def _open(path: Path) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise LibraryError(f"cannot load {path}: {error}") from error


def _bind(library: ctypes.CDLL) -> None:
    import numpy as np  # nobody needs it to plan

    ctypes.c_void_p.in_dll(library, "array_type").value = id(np.ndarray)
    door = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object)  # keeps Python's lock: the kernels themselves give it up
    for kernel in KERNELS:
        kernel.bind(door((kernel.name, library)))


def _processor() -> list[str]:
    """Return what the system tells of the first processor."""
    found = []
    with open(PROCESSORS, encoding="utf-8") as file:
        for line in file:
            if not line.strip():
                break
            if line.partition("\t")[0].strip() in PROCESSOR:
                found.append(line.strip())
    return found
