import os
import signal
import threading

import pytest

from rnnlab.train.interrupts import Interrupts


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
def test_a_signal_waits_for_the_end_of_what_is_held(number):
    done, interrupts = [], Interrupts()

    def work():
        with interrupts, interrupts.held():
            _send(number)
            done.append("whole")

    with pytest.raises(KeyboardInterrupt) as caught:
        work()
    assert done == ["whole"]
    assert caught.value.args == (number,)
    assert not interrupts.torn


def test_a_second_signal_does_not_wait_and_what_was_held_is_torn():
    done, interrupts = [], Interrupts()

    def work():
        with interrupts, interrupts.held():
            _send()
            _send(signal.SIGTERM)
            done.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == []
    assert interrupts.torn


def test_a_signal_outside_of_what_is_held_is_heard_at_once():
    with Interrupts() as interrupts:
        with interrupts.held():
            pass
        with pytest.raises(KeyboardInterrupt):
            _send()
    assert not interrupts.torn


class GivenBack:
    """An object while which is given back a signal comes."""

    def __del__(self):
        _send()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_python_dropped_is_raised_at_the_next_block():
    with Interrupts() as interrupts:
        given = GivenBack()
        del given  # what is raised there is printed, and gone
        with pytest.raises(KeyboardInterrupt), interrupts.held():
            raise AssertionError("the training went on")


def test_the_signals_are_given_back(raising):
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) is not raising
    assert signal.getsignal(signal.SIGINT) is raising


def test_a_signal_that_is_ignored_or_kills_stays_as_it_is():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with Interrupts() as interrupts, interrupts.held():
        _send()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert not interrupts.torn


def test_another_thread_changes_nothing(raising):
    found = []

    def work():
        with Interrupts() as interrupts, interrupts.held():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [raising]
