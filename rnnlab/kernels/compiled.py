"""How kernels are compiled: once on a machine, when they are first imported, each for one signature."""

from __future__ import annotations

from typing import Any

import numba

from rnnlab.kernels.cache import kernel_cache

COMPILE: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "fastmath": {"contract", "nsz"},
    "error_model": "numpy",
    "boundscheck": False,
}
SHORT: dict[str, Any] = {**COMPILE, "nogil": False}
"""For what takes microseconds: another thread that got Python's lock meanwhile would keep it for longer."""
FLOATS = "Array(f4, {}, 'C', True, aligned=True)"  # read-only or not, of so many dimensions

numba.config.CACHE_DIR = str(kernel_cache())  # read whenever a function is declared that is to be kept
