"""Ctrl-C and SIGTERM at moments when nothing is under way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
Handler = Callable[[int, FrameType | None], Any]

_holding: list[Interrupts] = []  # the outermost block's; signals are the process's


class Interrupts:
    """What came of the signals in a block of `held`.

    Attributes:
        torn: a second signal broke in between two calls of `deliver`, so what was under way is not whole.
    """

    def __init__(self) -> None:
        self.torn = False
        self._before: dict[int, Handler] = {}
        self._first: tuple[int, FrameType | None] | None = None
        self._told = False

    def begin(self) -> None:
        """Begin to hear signals."""
        for number in SIGNALS:
            before = signal.getsignal(number)
            if callable(before):  # not where a signal is ignored, or kills
                self._before[number] = before
                signal.signal(number, self._hear)

    def end(self) -> None:
        """Give the signals back to whoever heard them before."""
        for number, before in self._before.items():
            signal.signal(number, before)

    def deliver(self) -> None:
        """Do what a signal that waits does."""
        if self._first is None or self._told:
            return
        self.torn, self._told = False, True
        number, frame = self._first
        self._before[number](number, frame)
        self._first, self._told = None, False  # it raised nothing

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._first is None:
            self._first = number, frame
            return
        self.torn = not self._told
        self._before[number](number, frame)


@contextmanager
def held() -> Iterator[Interrupts]:
    """Let a signal wait for the next `deliver`, or for the end of the block; a second one does not wait.

    TensorFlow's C++ calls Python back, and may crash where a signal raises there. What a signal does then is what it
    did before. A block within another is part of that one. Outside the main thread, which alone hears signals, nothing
    changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Interrupts()
        return
    if _holding:
        yield _holding[0]
        return
    interrupts = Interrupts()
    try:
        _holding.append(interrupts)
        interrupts.begin()
        yield interrupts
    finally:
        _holding.clear()
        interrupts.end()
    interrupts.deliver()


def deliver() -> None:
    """Do what a signal that waits does: for places between two batches, where nothing is under way."""
    if _holding and threading.current_thread() is threading.main_thread():
        _holding[0].deliver()
