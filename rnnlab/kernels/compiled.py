"""Where compiled kernels are kept, and how they are compiled."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numba
import platformdirs

COMPILE: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "fastmath": {"contract", "nsz"},
    "error_model": "numpy",
    "boundscheck": False,
}


def kernel_cache() -> Path:
    """Return the folder of the kernels compiled from these files by this numba; numba adds processor and Python.

    Numba looks only at the file that defines a function, not at those that it calls: hence the hash of them all.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    given = os.environ.get("RNNLAB_CACHE")
    root = Path(given) if given else Path(platformdirs.user_cache_dir("rnnlab"))
    return root / "kernels" / digest.hexdigest()[:16]


def use_cache() -> None:
    """Make numba keep what it compiles from now on in rnnlab's cache."""
    numba.config.CACHE_DIR = str(kernel_cache())
