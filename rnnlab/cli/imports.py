"""Importing what a command needs, quickly."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
