import os
import signal
import threading

import pytest

from rnnlab.interrupts import deliver, held


@pytest.fixture(autouse=True)
def raising():
    """Both signals raise KeyboardInterrupt, as on the command line."""

    def interrupt(number, frame):
        raise KeyboardInterrupt(number)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    yield interrupt
    for number, handler in before.items():
        signal.signal(number, handler)


def _send(number=signal.SIGINT):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_what_is_held(number, raising):
    done = []

    def work():
        with held():
            _send(number)
            done.append("whole")

    with pytest.raises(KeyboardInterrupt) as caught:
        work()
    assert done == ["whole"]
    assert caught.value.args == (number,)
    assert signal.getsignal(number) is raising


def test_a_signal_waits_for_the_next_moment_at_which_nothing_is_under_way():
    done = []

    def work():
        for batch in range(3):
            deliver()
            if batch == 1:
                _send()
            done.append(batch)

    with held() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            work()
        assert not interrupts.torn
    assert done == [0, 1]


def test_what_is_held_within_something_held_is_part_of_it():
    done = []

    @held()
    def inner():
        _send()

    def outer():
        with held():
            inner()
            done.append("whole")
            deliver()
            done.append("never")

    with pytest.raises(KeyboardInterrupt):
        outer()
    assert done == ["whole"]


def test_a_second_signal_does_not_wait_and_what_was_held_is_torn():
    done, blocks = [], []

    def work():
        with held() as interrupts:
            blocks.append(interrupts)
            _send()
            _send(signal.SIGTERM)
            done.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == []
    assert blocks[0].torn


def test_a_second_signal_while_the_first_is_done_tears_nothing():
    with held() as interrupts:
        _send()
        with pytest.raises(KeyboardInterrupt):
            deliver()
        with pytest.raises(KeyboardInterrupt):
            _send()
        assert not interrupts.torn


class GivenBack:
    """An object while which is given back two signals come."""

    def __del__(self):
        _send()
        _send()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_python_dropped_is_raised_at_the_next_moment():
    with held() as interrupts:
        given = GivenBack()
        del given  # what is raised there is printed, and gone
        with pytest.raises(KeyboardInterrupt):
            deliver()
        assert not interrupts.torn


def test_a_signal_whose_handler_raises_nothing_is_told_once():
    heard = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    with held():
        _send()
        assert heard == []
        deliver()
        deliver()
    assert heard == [signal.SIGINT]


def test_what_fails_is_told_and_not_the_signal_that_waited(raising):
    @held()
    def work():
        _send()
        raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        work()
    assert signal.getsignal(signal.SIGINT) is raising
    deliver()


def test_a_signal_that_is_ignored_or_kills_stays_as_it_is():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with held():
        _send()
        deliver()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_another_thread_changes_nothing(raising):
    found = []

    def work():
        with held():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [raising]


def test_what_waits_is_not_done_in_another_thread():
    with held():
        _send()
        thread = threading.Thread(target=deliver)
        thread.start()
        thread.join()
        with pytest.raises(KeyboardInterrupt):
            deliver()
