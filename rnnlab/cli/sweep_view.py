"""A sweep at a moment, as the live table and `--status` show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from rnnlab.cli.sweep_extras import UNBEATEN, narrow_value_of, told_objectives
from rnnlab.plan.space import Goal
from rnnlab.source import visible
from rnnlab.sweep.names import short_names
from rnnlab.sweep.ranking import best_in, front_of
from rnnlab.sweep.remaining import seconds_left
from rnnlab.sweep.trial import FAILURES, Trial

SPARKS = "▁▂▃▄▅▆▇█"
CURVE = 8  # characters of a sparkline
FIXED = 40  # characters of a line but for the objective and the places
WIDEST = 14  # characters of a place's column, or the objective's
SHORTEST = 9  # characters of a state for which there is always room


@dataclass(frozen=True)
class UnderWay:
    """A trial that is trained.

    Attributes:
        values: by dotted path.
        curve: of the objective, by epoch.
        epochs: that it trains for if nothing stops it.
        workers: that train it; empty while none has begun.
        seconds: since it began; None where it has not.
        seeds: of the replicates that they train, where it has replicates.
    """

    number: int
    values: dict[str, Any]
    curve: tuple[float, ...]
    epochs: int
    workers: tuple[str, ...] = ()
    seconds: float | None = None
    seeds: tuple[int, ...] = ()

    @property
    def state(self) -> str:
        """Return who trains it, and which replicates."""
        if not self.workers:
            return "waiting"
        return _counted("worker", self.workers) + (f" {_counted('seed', self.seeds)}" if self.seeds else "")


@dataclass(frozen=True)
class Snapshot:
    """A sweep at a moment.

    Attributes:
        goals: the objectives, the first one first.
        trials: that ended, refused points not counted.
        running: by number.
        refused: points that the plan refused.
        total: trials in all.
        workers: at a time.
    """

    goals: tuple[Goal, ...]
    trials: tuple[Trial, ...]
    running: tuple[UnderWay, ...]
    refused: int
    total: int
    workers: int

    @property
    def objective(self) -> str:
        """Return the metric that says which trial is the best."""
        return self.goals[0].metric

    @cached_property
    def best(self) -> Trial | None:
        """Return the best trial so far."""
        return best_in(self.trials, self.goals)

    @cached_property
    def front(self) -> tuple[Trial, ...]:
        """Return the trials that none beats so far; none where there is one objective."""
        return tuple(front_of(self.trials, self.goals)) if len(self.goals) > 1 else ()

    @property
    def seconds_left(self) -> float | None:
        """Return how long the sweep still takes, about."""
        done = [min(1.0, len(each.curve) / max(1, each.epochs)) for each in self.running]
        return seconds_left(self.trials, self.total, self.workers, done)


def sparkline(values: Sequence[float], width: int = CURVE) -> str:
    """Return a character per value, low to high; of more than `width` values the last of each of so many parts."""
    if not values:
        return ""
    if len(values) > width:
        values = [values[(index + 1) * len(values) // width - 1] for index in range(width)]
    low, high = min(values), max(values)
    if high == low:
        return SPARKS[3] * len(values)
    return "".join(SPARKS[round((value - low) / (high - low) * (len(SPARKS) - 1))] for value in values)


def draw(snapshot: Snapshot, *, width: int, rows: int | None = None) -> RenderableType:
    """Return counts, the best so far and a table of the trials.

    Args:
        snapshot: of the sweep.
        width: characters of a line.
        rows: of the table; the oldest trials that ended are left out first. None: as many as there are.
    """
    lines = [Text(progress(snapshot))]
    if snapshot.trials:
        lines.append(Text(counts(snapshot)))
    best = snapshot.best
    if best is not None:
        names = short_names(list(best.values))
        values = "  ".join(f"{names[path]} {shown(value)}" for path, value in best.values.items())
        told = told_objectives(best, snapshot.goals)
        lines.append(Text(f"best: trial {best.number}  {told}  {values}", style="bold"))
    if snapshot.front:
        members = ", ".join(f"{trial.number}" for trial in snapshot.front)
        lines.append(Text(f"front: {UNBEATEN.format(len(snapshot.front))}: {members}"))
    return Group(*lines, _table(snapshot, width, rows))


def progress(snapshot: Snapshot) -> str:
    """Return how many trials ended and are trained, and how long the others take."""
    text = f"{len(snapshot.trials)} of {snapshot.total} trials"
    text += f" · {len(snapshot.running)} running" if snapshot.running else ""
    left = snapshot.seconds_left
    return text + (f" · {duration(left)} left" if left and len(snapshot.trials) < snapshot.total else "")


def counts(snapshot: Snapshot) -> str:
    """Return how many trials ended in each way, and how many points were refused."""
    states = Counter(trial.state for trial in snapshot.trials)
    parts = [f"{states[state]} {state}" for state in ("complete", "pruned", "duplicate") if states[state]]
    failed = [f"{states[state]} {state.replace('_', ' ')}" for state in FAILURES if states[state]]
    parts += [f"failed: {', '.join(failed)}"] if failed else []
    parts += [f"{snapshot.refused} points refused by the plan"] if snapshot.refused else []
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def shown(value: Any) -> str:
    """Return a value as a cell takes it."""
    return f"{value:.3g}" if isinstance(value, float) else visible(str(value))


def _table(snapshot: Snapshot, width: int, rows: int | None) -> RenderableType:
    ended = sorted(snapshot.trials, key=lambda trial: trial.number)
    left_out = 0 if rows is None else max(0, len(ended) + len(snapshot.running) - rows)
    every = [*(trial.values for trial in ended), *(each.values for each in snapshot.running)]
    worths = [narrow_value_of(trial) for trial in ended[left_out:]]
    states = [each.state for each in snapshot.running]
    taken = min(WIDEST, max(len(text) for text in (snapshot.objective, *worths)))
    taken += max(0, *(len(state) - SHORTEST for state in ("", *states)))
    paths, hidden = _fitting(every, width - FIXED - taken)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("trial", justify="right", no_wrap=True)
    for name in paths.values():
        table.add_column(name, justify="right", no_wrap=True, max_width=WIDEST, overflow="ellipsis")
    table.add_column(snapshot.objective, justify="right", no_wrap=True, max_width=WIDEST, overflow="ellipsis")
    columns: tuple[tuple[str, JustifyMethod], ...] = (
        ("curve", "left"), ("epoch", "right"), ("state", "left"), ("s", "right"),
    )  # fmt: skip
    for heading, justify in columns:
        table.add_column(heading, justify=justify, no_wrap=True)
    for trial in ended[left_out:]:
        _add_ended(table, trial, paths, snapshot)
    for each in snapshot.running:
        last = f"{each.curve[-1]:.4f}" if each.curve else ""
        epochs = f"{len(each.curve)}/{each.epochs}" if each.epochs else ""
        cells = [last, sparkline(each.curve), epochs, each.state]
        spent = "" if each.seconds is None else f"{each.seconds:.1f}"
        table.add_row(f"{each.number}", *_cells(each.values, paths), *cells, spent, style="cyan")
    notes = [f"{left_out} older trials are not shown"] if left_out else []
    notes += [f"no room for {', '.join(hidden)}"] if hidden else []
    return Group(table, Text("; ".join(notes), style="dim")) if notes else table


def _add_ended(table: Table, trial: Trial, paths: dict[str, str], snapshot: Snapshot) -> None:
    is_best = snapshot.best is trial
    curve = sparkline([epoch.metrics[snapshot.objective] for epoch in trial.history])
    epochs = f"{trial.trained}/{trial.epochs}" if trial.epochs else ""
    state = "memory" if trial.state == "out_of_memory" else trial.state
    style = "bold green" if is_best else "red" if trial.state in FAILURES else None
    style = style or (None if trial.state == "complete" else "dim")
    spent = f"{trial.seconds:.1f}" if trial.seconds else ""
    number = f"{'★ ' * is_best}{trial.number}"
    cells = [narrow_value_of(trial), curve, epochs, state, spent]
    table.add_row(number, *_cells(trial.values, paths), *cells, style=style)


def _fitting(every: Sequence[dict[str, Any]], room: int) -> tuple[dict[str, str], list[str]]:
    """Return the places for which there is room, by path with their short names, and the names of the others.

    Those with the same value in all trials come last.
    """
    names = short_names(list(dict.fromkeys(path for values in every for path in values)))
    left, fitting = room, {}
    vary = {path: len({shown(values.get(path)) for values in every}) > 1 for path in names}
    for path in sorted(names, key=lambda each: not vary[each]):
        cells = [len(names[path]), *(len(shown(values[path])) for values in every if path in values)]
        taken = min(WIDEST, max(cells)) + 2
        if taken <= left:
            fitting[path] = names[path]
            left -= taken
    ordered = {path: name for path, name in names.items() if path in fitting}
    return ordered, [name for path, name in names.items() if path not in fitting]


def _counted(name: str, items: Sequence[object]) -> str:
    return f"{name}{'s' * (len(items) > 1)} {','.join(map(str, items))}"


def _cells(values: dict[str, Any], paths: dict[str, str]) -> list[str]:
    return [shown(values[path]) if path in values else "" for path in paths]
