"""Ctrl-C and SIGTERM at a moment when the training is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
Handler = Callable[[int, FrameType | None], Any]


class Interrupts:
    """Signals wait for the end of what is held; a second one does not wait.

    What they do then is what they did before. Python drops what is raised while an object is given back (`__del__`,
    weak references): a signal that came at such a moment is raised again at the next block. Outside the main thread,
    which alone hears signals, nothing changes.

    Attributes:
        torn: a second signal broke into what was held, so that it is not whole.
    """

    def __init__(self) -> None:
        self.torn = False
        self._before: dict[int, Handler] = {}
        self._holding = False
        self._waiting: tuple[int, FrameType | None] | None = None
        self._raised: tuple[int, FrameType | None] | None = None

    def __enter__(self) -> Interrupts:
        """Begin to hear signals."""
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                before = signal.getsignal(number)
                if callable(before):  # not where a signal is ignored, or kills
                    self._before[number] = before
                    signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signals back to whoever heard them before."""
        for number, before in self._before.items():
            signal.signal(number, before)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let a signal wait for the end of the block."""
        self._tell(self._raised)
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
        self._tell(self._waiting)

    def _tell(self, heard: tuple[int, FrameType | None] | None) -> None:
        if heard is not None:
            self._before[heard[0]](*heard)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._holding and self._waiting is None:
            self._waiting = number, frame
            return
        self.torn, self._raised = self._holding, (number, frame)
        self._tell(self._raised)
