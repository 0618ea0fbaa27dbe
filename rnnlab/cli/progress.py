"""Progress: a live bar with ETA on a terminal, one plain line per epoch into a pipe."""

from __future__ import annotations

from types import TracebackType

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from rnnlab.cli.console import SafeConsole
from rnnlab.train.result import Epoch

HIDDEN = ("learning_rate", "gradient_norm")


def epoch_line(epoch: Epoch, epochs: int) -> str:
    """Return one line for an epoch."""
    numbers = "  ".join(f"{name} {value:.4f}" for name, value in epoch.metrics.items() if name not in HIDDEN)
    return f"epoch {epoch.epoch}/{epochs}  {numbers}  {epoch.seconds:.1f} s"


class TrainingProgress:
    """A listener that shows how far a training is."""

    def __init__(self, console: SafeConsole | None = None, *, quiet: bool = False) -> None:
        self.console = console or SafeConsole(stderr=True, highlight=False, quiet=quiet)
        self.epochs = 0
        self.steps = 0
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("steps"),
            TimeElapsedColumn(),
            TextColumn("eta"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        self.task = self.bar.add_task("training", total=None)

    def __enter__(self) -> TrainingProgress:
        """Show the bar."""
        if self.console.is_terminal:
            self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self.bar.stop()

    def say(self, line: str) -> None:
        """Print a sentence above the bar."""
        self.console.print(line, markup=False)

    def on_begin(self, epochs: int, steps: int, done: tuple[Epoch, ...]) -> None:
        """Set the bar's length."""
        self.epochs, self.steps = epochs, steps
        self.bar.reset(self.task, total=epochs * steps, completed=len(done) * steps)

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Move the bar."""
        self.bar.update(
            self.task,
            completed=(epoch - 1) * self.steps + step,
            description=f"epoch {epoch}/{self.epochs}  loss {loss:.4f}",
        )

    def on_epoch(self, epoch: Epoch) -> None:
        """Print the epoch's line."""
        self.console.print(epoch_line(epoch, self.epochs), markup=False, soft_wrap=True)
