import threading
import time

import pytest

from rnnlab.errors import CheckpointError
from rnnlab.train.background import Background


def _fail():
    raise CheckpointError("the disk is full")


def test_work_is_done_in_order_in_one_other_thread_and_all_of_it_on_leaving():
    done = []
    with Background("test") as background:
        for number in range(20):
            background.do(lambda number=number: (time.sleep(0.001), done.append((number, threading.get_ident()))))
    assert [number for number, _ in done] == list(range(20))
    (thread,) = {thread for _, thread in done}
    assert thread != threading.get_ident()


def test_a_failure_is_raised_when_the_next_work_comes():
    with Background("test") as background:
        background.do(_fail)
        with pytest.raises(CheckpointError, match="full"):
            background.do(lambda: pytest.fail("must not be done"))


def test_a_failure_of_the_last_work_is_raised_on_leaving():
    with pytest.raises(CheckpointError, match="full"), Background("test") as background:
        background.do(_fail)


def test_what_is_raised_already_is_not_replaced_but_noted():
    def work():
        with Background("test") as background:
            background.do(_fail)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        work()
    assert caught.value.__notes__ == ["and the disk is full"]


def test_a_failure_that_was_raised_is_not_raised_again():
    done = []
    with Background("test") as background:
        background.do(_fail)
        with pytest.raises(CheckpointError):
            background.finish()
        background.do(lambda: done.append(1))
    assert done == [1]
