"""Where trials are trained: the interface that the local processes have, and that another home can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from rnnlab.sweep.trial import Trial, TrialOrder, TrialReport
from rnnlab.train.result import Epoch


@dataclass(frozen=True)
class Event:
    """Something that happened to a trial.

    Attributes:
        kind: `began`: a worker has it; `epoch`: one is done, and the trial waits for `answer`; `ended`: it did, with a
            report; `died`: its worker did, and the trial may be started again.
        number: of the trial.
        worker: that began with it, as people tell them apart.
    """

    kind: Literal["began", "epoch", "ended", "died"]
    number: int
    epoch: Epoch | None = None
    report: TrialReport | None = None
    message: str = ""
    worker: str = ""


class Executor(Protocol):
    """Trains several trials at a time somewhere.

    Attributes:
        threads: of a trial whose file says nothing about them; None: all that there are.
    """

    threads: int | None

    @property
    def capacity(self) -> int:
        """Return how many; a cluster may grow and shrink."""

    def warm(self) -> None:
        """Begin to get ready, without waiting for it."""

    def start(self, order: TrialOrder) -> None:
        """Have a trial trained; its number is its handle. At most `capacity` may be under way."""

    def next_event(self, timeout: float | None = None) -> Event | None:
        """Return what happened next; None where nothing did for so many seconds."""

    def answer(self, number: int, stop: bool) -> None:
        """Say whether a trial that told of an epoch is to stop."""

    def kill(self, number: int) -> None:
        """End a trial at once; no event follows."""

    def record_best(self, order: TrialOrder, run_id: str, store: str, trial: Trial) -> dict[str, Any]:
        """Return the test scores of the best trial, after writing its model and figures into its run.

        Raises:
            RnnlabError: it could not be recorded.
        """

    def close(self) -> None:
        """Give everything back; trials that are under way are ended."""
