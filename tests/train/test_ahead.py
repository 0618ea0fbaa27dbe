import threading
import time
from contextlib import nullcontext

import pytest

from rnnlab.train.ahead import ahead


def _threads():
    return [thread for thread in threading.enumerate() if thread.name == "batches-ahead"]


def test_the_items_are_the_same_in_the_same_order():
    with ahead(iter(range(200))) as found:
        assert list(found) == list(range(200))
    assert _threads() == []


def test_items_are_made_in_another_thread_while_one_is_worked_on_but_no_more_than_may_wait():
    made = []

    def make():
        for number in range(50):
            made.append((number, threading.current_thread()))
            yield number

    with ahead(make(), depth=3) as found:
        assert next(found) == 0
        deadline = time.monotonic() + 5
        while len(made) < 4 and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.02)
        assert [number for number, _ in made] == [0, 1, 2, 3]
        assert threading.current_thread() not in [thread for _, thread in made]


def test_an_error_is_raised_in_the_place_of_its_item():
    def make():
        yield 1
        yield 2
        raise ValueError("the third")

    taken = []

    def work():
        with ahead(make()) as found:
            for item in found:
                taken.append(item)

    with pytest.raises(ValueError, match="the third"):
        work()
    assert taken == [1, 2]
    assert _threads() == []


@pytest.mark.parametrize("leave", [KeyboardInterrupt, ValueError, None])
def test_no_thread_is_left_behind_when_the_block_is_left_early(leave):
    def endless():
        while True:
            yield 0

    def work():
        with ahead(endless()) as found:
            for number, _ in enumerate(found):
                if number == 5 and leave:
                    raise leave
                if number == 5:
                    return

    with pytest.raises(leave) if leave else nullcontext():
        work()
    assert _threads() == []
