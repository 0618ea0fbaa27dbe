"""A sweep as it goes: a live table on a terminal, one line per trial into a pipe."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from rich.live import Live

from rnnlab.cli.census import census_lines
from rnnlab.cli.console import SafeConsole
from rnnlab.cli.sweep_extras import told_objectives
from rnnlab.cli.sweep_view import Snapshot, UnderWay, draw, shown
from rnnlab.plan.census import Census
from rnnlab.plan.space import Goal
from rnnlab.sweep.names import short_names
from rnnlab.sweep.trial import Replicate, Trial
from rnnlab.train.result import Epoch

AROUND = 7  # lines of a terminal that are not rows of the table


@dataclass
class _Going:
    """A trial under way.

    Attributes:
        workers: that train it, by the seed of the replicate; by None where it has no replicates.
        began: on the clock of `time.monotonic`; None before a worker has it.
    """

    values: dict[str, Any]
    curve: list[float] = field(default_factory=list)
    epochs: int = 0
    workers: dict[int | None, str] = field(default_factory=dict)
    began: float | None = None


class SweepTable:
    """A listener that shows a sweep."""

    def __init__(self, console: SafeConsole | None = None) -> None:
        self.console = console or SafeConsole(stderr=True, highlight=False)
        self.trials: list[Trial] = []
        self.going: dict[int, _Going] = {}
        self.workers: set[str] = set()
        self.refused = 0
        self.total = 0
        self.goals: tuple[Goal, ...] = ()
        self.live = Live(console=self.console, transient=True, refresh_per_second=4, get_renderable=self._live)

    def __enter__(self) -> SweepTable:
        """Show the table."""
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the finished table on the screen."""
        self.live.stop()
        if self.console.is_terminal and self.trials:
            self.console.print(draw(self.snapshot(), width=self.console.width))

    def say(self, line: str) -> None:
        """Print a sentence above the table."""
        self.console.print(line, markup=False, soft_wrap=not self.console.is_terminal)

    @property
    def objective(self) -> str:
        """Return the metric that says which trial is the best."""
        return self.goals[0].metric

    def on_census(self, census: Census) -> None:
        """Print what the space holds."""
        for line in census_lines(census):
            self.say(line)

    def on_sweep(self, trials: int, goals: Sequence[Goal]) -> None:
        """Hear that the sweep begins."""
        self.total, self.goals = trials, tuple(goals)

    def on_resumed(self, trials: Sequence[Trial], refused: int) -> None:
        """Take in what an earlier process did."""
        self.trials, self.refused = list(trials), refused

    def on_trial(self, number: int, values: dict[str, Any], parameters: int) -> None:
        """Show the trial as waiting for its worker."""
        self.going[number] = _Going(values)

    def on_trial_begin(self, number: int, worker: str, seed: int | None) -> None:
        """Show the trial as running."""
        going = self.going[number]
        self.workers.add(worker)
        going.workers[seed] = worker
        going.began = time.monotonic() if going.began is None else going.began

    def on_replicate_end(self, number: int, replicate: Replicate) -> None:
        """Show what is left of the trial."""
        self.going[number].workers.pop(replicate.seed, None)

    def on_trial_epoch(self, number: int, epoch: Epoch, epochs: int) -> None:
        """Move its sparkline."""
        going = self.going[number]
        going.epochs = epochs
        if epoch.epoch > len(going.curve):  # a retry repeats some
            going.curve.append(epoch.metrics[self.objective])

    def on_trial_end(self, trial: Trial) -> None:
        """Show how the trial ended."""
        self.going.pop(trial.number, None)
        if trial.state == "invalid":
            self.refused += 1
            return
        self.trials.append(trial)
        if not self.console.is_terminal:
            self.console.print(self._line(trial), markup=False, soft_wrap=True)

    def snapshot(self) -> Snapshot:
        """Return the sweep as it is now."""
        now = time.monotonic()
        running = (
            UnderWay(
                number,
                each.values,
                tuple(each.curve),
                each.epochs,
                tuple(each.workers.values()),
                None if each.began is None else now - each.began,
                tuple(seed for seed in each.workers if seed is not None),
            )
            for number, each in sorted(self.going.items())
        )
        return Snapshot(
            self.goals,
            tuple(self.trials),
            tuple(running),
            self.refused,
            self.total,
            len(self.workers),
        )

    def _live(self) -> Any:
        if not self.total:
            return ""
        return draw(self.snapshot(), width=self.console.width, rows=max(4, self.console.height - AROUND))

    def _line(self, trial: Trial) -> str:
        names = short_names(list(trial.values))
        values = "  ".join(f"{names[path]} {shown(value)}" for path, value in trial.values.items())
        value = "" if trial.value is None else f"  {told_objectives(trial, self.goals)}"
        message = f"  {trial.message}" if trial.message else ""
        place = f"trial {trial.number} ({len(self.trials)} of {self.total})"
        return f"{place}  {values}  {trial.state}{value}  {trial.seconds:.1f} s{message}"
