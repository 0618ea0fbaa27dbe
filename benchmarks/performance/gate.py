"""How a training is timed from outside: it stops after each step or epoch until it is told to go on.

Variants live side by side, each in a process of its own, and take turns; who waits uses no processor.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, NoReturn


class Gate:
    """Counts and times the steps or epochs that the other process asked for."""

    def __init__(self) -> None:
        self._sizes: list[float] = []
        self._asked, self._unit = 1, "steps"
        self._inside = False  # an epoch that has begun
        self._answer = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # what libraries print is no answer
        self._since = time.perf_counter()

    def step(self) -> None:
        """Hear that a training step is over."""
        self._inside = True
        if self._unit == "steps":
            self._count()

    def epoch(self) -> None:
        """Hear that an epoch is over, its validation too; between epochs nothing is timed as a step."""
        self._inside = False
        if self._unit == "epochs":
            self._count()
        self._since = time.perf_counter()

    def _count(self) -> None:
        self._sizes.append(time.perf_counter() - self._since)
        if len(self._sizes) >= self._asked:
            self._wait()
        self._since = time.perf_counter()

    def _wait(self) -> None:
        json.dump({"seconds": self._sizes, "peak_mib": peak_mib()}, self._answer)
        print(file=self._answer, flush=True)
        self._sizes = []
        line = sys.stdin.readline()
        if not line:
            _leave()
        self._unit, self._asked = json.loads(line)
        if self._unit == "epochs" and self._inside:
            self._asked += 1  # the one that is under way does not count


def peak_mib() -> float:
    """Return the greatest resident memory of this process so far."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


def _leave() -> NoReturn:
    os._exit(0)


def asked() -> dict[str, Any]:
    """Return what this process is to train, from its command line."""
    found: dict[str, Any] = json.loads(sys.argv[1])
    return found
