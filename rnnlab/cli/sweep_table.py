"""A sweep as it goes: a live table on a terminal, one line per trial into a pipe."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

from rich.live import Live
from rich.table import Table

from rnnlab.cli.console import SafeConsole
from rnnlab.source import visible
from rnnlab.sweep.trial import Trial
from rnnlab.train.result import Epoch

SHOWN = 20  # newest trials in the live table
SPARKS = "▁▂▃▄▅▆▇█"


def sparkline(values: list[float]) -> str:
    """Return one character per value, low to high."""
    if not values:
        return ""
    low, high = min(values), max(values)
    if high == low:
        return SPARKS[3] * len(values)
    return "".join(SPARKS[round((value - low) / (high - low) * (len(SPARKS) - 1))] for value in values)


class SweepTable:
    """A listener that shows a sweep."""

    def __init__(self, console: SafeConsole | None = None) -> None:
        self.console = console or SafeConsole(stderr=True, highlight=False)
        self.live = Live(console=self.console, transient=True, refresh_per_second=4)
        self.trials: list[Trial] = []
        self.running: dict[int, tuple[dict[str, Any], int]] = {}
        self.curves: dict[int, list[float]] = {}
        self.total = 0
        self.objective = ""
        self.direction = ""
        self.started = time.monotonic()

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
            self.console.print(self._table(len(self.trials)))

    def say(self, line: str) -> None:
        """Print a sentence above the table."""
        self.console.print(line, markup=False)

    def on_sweep(self, trials: int, objective: str, direction: str) -> None:
        """Hear that the sweep begins."""
        self.total, self.objective, self.direction = trials, objective, direction
        self.started = time.monotonic()

    def on_trial(self, number: int, values: dict[str, Any], parameters: int) -> None:
        """Show the trial as running."""
        self.running[number], self.curves[number] = (values, parameters), []
        self._refresh()

    def on_trial_epoch(self, number: int, epoch: Epoch, epochs: int) -> None:
        """Move its sparkline."""
        curve = self.curves.setdefault(number, [])
        if epoch.epoch > len(curve):  # a retry repeats some
            curve.append(epoch.metrics[self.objective])
        self._refresh()

    def on_trial_end(self, trial: Trial) -> None:
        """Show how the trial ended."""
        self.running.pop(trial.number, None)
        if trial.state == "invalid":
            return
        self.trials.append(trial)
        if not self.console.is_terminal:
            self.console.print(self._line(trial), markup=False, soft_wrap=True)
        self._refresh()

    def _line(self, trial: Trial) -> str:
        values = "  ".join(f"{path.rpartition('.')[2]} {_show(value)}" for path, value in trial.values.items())
        value = "" if trial.value is None else f"  {self.objective} {trial.value:.4f}"
        message = f"  {trial.message}" if trial.message else ""
        place = f"trial {trial.number} ({trial.number + 1} of {self.total})"
        return f"{place}  {values}  {trial.state}{value}  {trial.seconds:.1f} s{message}"

    def _refresh(self) -> None:
        if self.console.is_terminal:
            self.live.update(self._table(SHOWN))

    def _table(self, shown: int) -> Table:
        done = len(self.trials)
        elapsed = time.monotonic() - self.started
        eta = f", about {elapsed / done * (self.total - done):.0f} s left" if 0 < done < self.total else ""
        table = Table(title=f"{done} of {self.total} trials{eta}", title_justify="left")
        shown_values = [trial.values for trial in self.trials] + [values for values, _ in self.running.values()]
        paths = list(dict.fromkeys(path for values in shown_values for path in values))
        for heading in (
            "trial",
            *(path.rpartition(".")[2] for path in paths),
            "parameters",
            "curve",
            self.objective,
            "state",
            "s",
        ):
            table.add_column(heading, justify="left" if heading in ("state", "curve") else "right")
        best = self._best()
        for trial in sorted(self.trials, key=lambda each: each.number)[-shown:]:
            curve = sparkline([epoch.metrics[self.objective] for epoch in trial.history])
            value = "" if trial.value is None else f"{trial.value:.4f}"
            cells = [
                str(trial.number),
                *_cells(trial.values, paths),
                f"{trial.parameters:,}",
                curve,
                value,
            ]
            style = "bold" if trial is best else "dim" if trial.state != "complete" else None
            table.add_row(*cells, trial.state + (" ★" if trial is best else ""), f"{trial.seconds:.1f}", style=style)
        for number, (values, parameters) in sorted(self.running.items()):
            points = self.curves[number]
            last = f"{points[-1]:.4f}" if points else ""
            cells = [f"{number}", *_cells(values, paths), f"{parameters:,}", sparkline(points), last]
            table.add_row(*cells, "running", "")
        return table

    def _best(self) -> Trial | None:
        complete = [trial for trial in self.trials if trial.value is not None]
        sign = 1 if self.direction == "minimize" else -1
        return min(complete, key=lambda trial: sign * (trial.value or 0.0), default=None)


def _cells(values: dict[str, Any], paths: list[str]) -> list[str]:
    return [_show(values[path]) if path in values else "" for path in paths]


def _show(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else visible(str(value))
