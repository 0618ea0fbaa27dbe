"""The threads that kernels run on: our own, since two Python threads must not enter numba's `parallel=True` at once.

They wait at one queue for as long as the process lives: to offer a part costs microseconds, a tenth of what a future of
`concurrent.futures` does, and they take the parts of several callers at once, as of both directions of a layer.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue

_threads: list[threading.Thread] = []
_starting = threading.Lock()
_offers: SimpleQueue[_Parts] = SimpleQueue()


class _Parts:
    """The parts of a piece of work but the first, each of which is begun once.

    Attributes:
        ended: an item for each part that another thread than the caller's has computed: None, or what it raised.
    """

    def __init__(self, work: Callable[[int], None], shards: int) -> None:
        self._work = work
        self._waiting = deque(range(1, shards))
        self.ended: SimpleQueue[BaseException | None] = SimpleQueue()

    def begin(self) -> int | None:
        """Return a part that nobody else computes; None where there is none left."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def compute(self) -> None:
        """Compute what nobody has begun."""
        while (shard := self.begin()) is not None:
            try:
                self._work(shard)
            except BaseException as error:  # raised where the caller waits
                self.ended.put(error)
            else:
                self.ended.put(None)

    def forget(self) -> None:
        """Keep nothing of the work, which is done: an offer waits until a thread has a core for it."""
        del self._work


def run_shards(work: Callable[[int], None], shards: int, threads: int | None = None) -> None:
    """Call `work` with 0, 1, …, each in a thread of its own; the kernels that it calls give up the GIL.

    What no thread has begun when this one is done is done here too: on a busy machine a thread may wait for a core. The
    parts are the same whoever computes them, so that results repeat. What a part raises is raised here, once no other
    thread computes any more.

    Args:
        work: computes a part.
        shards: parts.
        threads: at most so many at once; as many as there are parts, unless told.
    """
    others = min(shards, shards if threads is None else threads) - 1
    if others < 1:
        for shard in range(shards):
            work(shard)
        return
    parts, own = _Parts(work, shards), 0
    _start(others)
    for _ in range(others):
        _offers.put(parts)
    try:
        work(0)
        while (mine := parts.begin()) is not None:
            own += 1
            work(mine)
    finally:
        while parts.begin() is not None:
            own += 1
        failures = [failure for _ in range(shards - 1 - own) if (failure := parts.ended.get()) is not None]
        parts.forget()
    if failures:
        raise failures[0]


def run_tasks(tasks: Sequence[Callable[[], None]], threads: int) -> None:
    """Call all tasks, which do not wait for one another, in at most so many threads: each takes the next one left."""
    run_shards(lambda place: tasks[place](), len(tasks), threads)


def _start(count: int) -> None:
    """Let there be so many threads."""
    if len(_threads) >= count:
        return
    with _starting:
        while len(_threads) < count:
            thread = threading.Thread(target=_serve, args=(_offers,), name="rnnlab-kernel", daemon=True)
            thread.start()
            _threads.append(thread)


def _serve(offers: SimpleQueue[_Parts]) -> None:
    while True:
        offers.get().compute()


def _forget() -> None:
    """Begin anew in a process that was forked: it has no threads, and locks may stand as they were."""
    global _starting, _offers
    _threads.clear()
    _starting, _offers = threading.Lock(), SimpleQueue()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def split(count: int, shards: int, shard: int) -> tuple[int, int]:
    """Return the part of `count` things that is a shard's: from, to."""
    return count * shard // shards, count * (shard + 1) // shards
