"""How kernels are compiled."""

from __future__ import annotations

import re
from typing import Any

import numba

from rnnlab.kernels.cache import kernel_cache
from rnnlab.kernels.entries import Kernel

OPTIONS: dict[str, Any] = {"error_model": "numpy", "boundscheck": False}

numba.config.CACHE_DIR = str(kernel_cache())  # read whenever a function is declared that is to be kept


def options(kernel: Kernel) -> dict[str, Any]:
    """Return numba's options for a kernel."""
    return {**OPTIONS, "nogil": not kernel.short, "fastmath": False if kernel.rounded else {"contract", "nsz"}}


def signature(kernel: Kernel) -> str:
    """Return numba's signature of a kernel."""
    types = (re.sub(r"^(\w\d)r(\d)$", r"Array(\1, \2, 'C', True, aligned=True)", each) for each in kernel.types)
    return f"void({', '.join(types)})"
