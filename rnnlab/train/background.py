"""Work that is done beside the training: one thing after the other, and no error lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType


class Background:
    """A thread that does what it is given in that order; on leaving, all of it is done.

    At most one thing waits, so that the training is never far ahead of what is written.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._pending: Future[None] | None = None

    def __enter__(self) -> Background:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what was given; a failure of it is raised, unless something else already is."""
        pending, self._pending = self._pending, None
        try:
            failure = pending.exception() if pending else None
        finally:
            self._thread.shutdown(wait=pending is None or pending.done())  # not where a second Ctrl-C broke in
        if failure is None:
            return
        if error is None:
            raise failure
        error.add_note(f"and {failure}")

    def do(self, work: Callable[[], object]) -> None:
        """Have something done, once what was given before is.

        Raises:
            Exception: what the work before raised.
        """
        self.finish()
        self._pending = self._thread.submit(_without_result, work)

    def finish(self) -> None:
        """Wait until all is done; raise what it raised."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()


def _without_result(work: Callable[[], object]) -> None:
    work()
