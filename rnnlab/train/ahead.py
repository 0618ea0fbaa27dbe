"""Items that are made in a thread while the ones before them are worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from rnnlab.interrupts import deliver

Item = TypeVar("Item")

DEPTH = 2  # items that wait: one would do if all took the same time


@dataclass(frozen=True)
class _Made(Generic[Item]):
    """An item, or why there is none: the items are over, or making it failed."""

    items: tuple[Item, ...] = ()
    error: BaseException | None = None


@contextmanager
def ahead(items: Iterator[Item], depth: int = DEPTH) -> Iterator[Iterator[Item]]:
    """Give the same items in the same order, each made while those before it are worked on.

    What goes wrong with an item is raised in its place; a signal that waits is heard before each. The thread is gone
    when the block is left, however that is.

    Args:
        items: iterated in a thread of its own, and nowhere else.
        depth: items that may wait.
    """
    wanted: queue.SimpleQueue[bool] = queue.SimpleQueue()
    made: queue.SimpleQueue[_Made[Item]] = queue.SimpleQueue()
    left = threading.Event()

    def make() -> None:
        try:
            while wanted.get() and not left.is_set():
                found = next(((item,) for item in items), ())
                made.put(_Made(found))
                if not found:
                    return
        except BaseException as error:  # raised again where the item is taken
            made.put(_Made(error=error))

    def take() -> Iterator[Item]:
        while True:
            found = made.get()
            deliver()
            if found.error is not None:
                raise found.error
            if not found.items:
                return
            wanted.put(True)
            yield found.items[0]

    for _ in range(depth):
        wanted.put(True)
    thread = threading.Thread(target=make, name="batches-ahead", daemon=True)
    thread.start()
    try:
        yield take()
    finally:
        left.set()
        wanted.put(False)
        thread.join()
