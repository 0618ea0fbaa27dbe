"""The threads that kernels run on: our own, since two Python threads must not enter numba's `parallel=True` at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_pools: dict[int, ThreadPoolExecutor] = {}
_making = threading.Lock()


def run_shards(work: Callable[[int], None], shards: int) -> None:
    """Call `work` with 0, 1, …, each in a thread of its own; the kernels that it calls give up the GIL.

    What no thread has begun when this one is done is done here too: on a busy machine a thread may wait for a core. The
    parts are the same whoever computes them, so that results repeat.
    """
    if shards == 1:
        work(0)
        return
    others = [_pool(shards).submit(work, shard) for shard in range(1, shards)]
    work(0)
    for shard, other in enumerate(others, 1):
        if other.cancel():
            work(shard)
        else:
            other.result()


def _pool(threads: int) -> ThreadPoolExecutor:
    with _making:
        if threads not in _pools:
            _pools[threads] = ThreadPoolExecutor(threads, thread_name_prefix="rnnlab-kernel")
        return _pools[threads]


def split(count: int, shards: int, shard: int) -> tuple[int, int]:
    """Return the part of `count` things that is a shard's: from, to."""
    return count * shard // shards, count * (shard + 1) // shards
