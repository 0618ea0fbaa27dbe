"""Parts of work among threads: each is computed once, by whoever is free."""

import os
import threading
import time
import weakref
from queue import SimpleQueue

import pytest

from rnnlab.kernels import pool
from rnnlab.kernels.pool import run_shards, run_tasks, split


@pytest.mark.parametrize("shards", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("threads", [None, 1, 2, 4])
def test_each_part_is_computed_once(shards, threads):
    found = []
    run_shards(found.append, shards, threads)
    assert sorted(found) == list(range(shards))


def test_another_number_of_threads_is_served_by_the_same_pool():
    for threads in (2, 5, 1, 3):
        parts = [0] * 20
        run_shards(lambda shard, parts=parts: parts.__setitem__(shard, shard + 1), 20, threads)
        assert parts == list(range(1, 21))


def test_two_parts_are_computed_at_once():
    meeting = threading.Barrier(2, timeout=20)
    run_shards(lambda shard: meeting.wait(), 2)


def test_what_a_part_raises_reaches_the_caller_once_all_are_done():
    done = []

    def work(shard):
        if shard == 2:
            raise ValueError("the second")
        time.sleep(0.01)
        done.append(shard)

    with pytest.raises(ValueError, match="the second"):
        run_shards(work, 3)
    begun = set(done)
    time.sleep(0.03)
    assert set(done) == begun
    run_shards(done.append, 3)


def test_what_the_first_part_raises_is_raised_when_nobody_computes_any_more():
    at_work = threading.Event()

    def work(shard):
        if shard == 0:
            raise KeyError("the first")
        at_work.set()
        time.sleep(0.02)
        at_work.clear()

    with pytest.raises(KeyError, match="the first"):
        run_shards(work, 2)
    assert not at_work.is_set()


def test_parts_that_no_thread_is_free_for_are_computed_by_the_caller():
    free, caller, found = threading.Event(), threading.get_ident(), []
    blocking = [threading.Thread(target=run_shards, args=(lambda shard: free.wait(20), 2)) for _ in range(4)]
    for thread in blocking:
        thread.start()
    run_shards(lambda shard: found.append((shard, threading.get_ident())), 2)
    free.set()
    for thread in blocking:
        thread.join(20)
        assert not thread.is_alive()
    assert [shard for shard, _ in found] == [0, 1]
    assert (0, caller) in found


def test_a_part_may_have_parts():
    found = []
    run_shards(lambda outer: run_shards(lambda inner: found.append((outer, inner)), 3), 3)
    assert sorted(found) == [(outer, inner) for outer in range(3) for inner in range(3)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own():
    run_shards(lambda shard: None, 2)
    child = os.fork()
    if child == 0:
        meeting = threading.Barrier(2, timeout=20)
        try:
            run_shards(lambda shard: meeting.wait(), 2)
        except threading.BrokenBarrierError:
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_tasks_are_all_done():
    found = []
    run_tasks([lambda place=place: found.append(place) for place in range(5)], 2)
    assert sorted(found) == list(range(5))


def test_parts_of_things_follow_one_another():
    assert [split(10, 3, shard) for shard in range(3)] == [(0, 3), (3, 6), (6, 10)]


def test_nothing_is_kept_of_work_that_was_done_before_another_thread_came(monkeypatch):
    monkeypatch.setattr(pool, "_offers", SimpleQueue())
    monkeypatch.setattr(pool, "_start", lambda count: None)  # it never comes
    done = []

    def work(shard):
        done.append(shard)

    kept = weakref.ref(work)
    run_shards(work, 3)
    del work
    assert sorted(done) == [0, 1, 2]
    assert kept() is None
    pool._offers.get().compute()
