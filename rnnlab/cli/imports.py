"""Importing what a command needs, quickly."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path


@contextmanager
def importing() -> Iterator[None]:
    """Import without looking for garbage: modules leave none, and the search takes a fifth of TensorFlow's import.

    What was imported first is never searched again: 0.3 s each time that all of TensorFlow's objects are gone through.
    Only at first, because garbage that lay about would stay as well.
    """
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
        gc.enable()


def read_ahead() -> None:
    """Ask the system to read TensorFlow's library from the disk (850 MB) while other things are imported.

    It returns at once; where the library is in memory already, or the system cannot do that, nothing happens.
    """
    found = find_spec("tensorflow")  # imports nothing
    if found is None or found.origin is None or not hasattr(os, "posix_fadvise"):
        return
    for path in Path(found.origin).parent.glob("lib*.so*"):
        with suppress(OSError), path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
