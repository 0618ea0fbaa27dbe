"""Where compiled kernels are kept. Light: imports no numba."""

from __future__ import annotations

import hashlib
import os
from importlib.metadata import version
from pathlib import Path

import platformdirs


def kernel_cache() -> Path:
    """Return the folder of the kernels compiled from these files by this numba; numba adds processor and Python.

    Numba looks only at the file that defines a function, not at those that it calls: hence the hash of them all.
    `$NUMBA_CACHE_DIR` is another home for them, `$RNNLAB_CACHE` of all that rnnlab can make again.
    """
    digest = hashlib.sha256(version("numba").encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    home = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("RNNLAB_CACHE") or platformdirs.user_cache_dir("rnnlab")
    return Path(home) / "kernels" / digest.hexdigest()[:16]


def kernels_compiled() -> bool:
    """Return whether kernels were compiled on this machine before."""
    return any(kernel_cache().rglob("*.nbi"))
