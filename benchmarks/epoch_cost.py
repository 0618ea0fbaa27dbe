"""What an epoch costs beside its steps, by part: medians over the epochs of one run of movie_snippets_lstm."""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow

from rnnlab import run_experiment
from rnnlab.build import Objective
from rnnlab.cli.progress import TrainingProgress
from rnnlab.track.store import Store
from rnnlab.train import checkpoint, fit, keeping
from rnnlab.train.background import Background
from rnnlab.train.listener import Listener
from rnnlab.train.result import Epoch
from rnnlab.train.running import Runner

FILE = Path(__file__).resolve().parents[1] / "experiments" / "movie_snippets_lstm.yaml"
SMALL = ("training.early_stopping.patience=1000", "expect={}")
PARTS: dict[str, tuple[Any, str]] = {
    "validation": (fit, "evaluate"),
    "metrics set back": (Objective, "reset"),
    "metrics read": (Objective, "result"),
    "learning rate read": (fit, "_learning_rate"),
    "counted numbers copied": (fit, "capture_counted"),
    "best weights, stopping, plateau": (fit._Loop, "watch"),
    "checkpoint copied": (keeping, "capture"),
    "waiting for what is written beside": (Background, "finish"),
}
BESIDE: dict[str, tuple[Any, str]] = {
    "checkpoint written": (keeping, "save_checkpoint"),
    "- arrays written and hashed": (checkpoint, "_write"),
    "epoch written into MLflow": (Store, "log_epoch"),
}
STEPS: dict[str, tuple[Any, str]] = {
    "compiled step and the loss of the one before": (Runner, "step"),
    "told: listeners, progress bar": (fit._Loop, "hear"),
    "batch made (beside the step)": (fit._Loop, "ready"),
}

Taken = dict[str, list[tuple[int, float]]]


class Clock:
    """A listener, the last one, that knows the epoch and how long the loop needs for one."""

    def __init__(self) -> None:
        self.epoch = 1
        self.taken: Taken = defaultdict(list)
        self._begun = 0.0

    def on_begin(self, epochs: int, steps: int, done: tuple[Epoch, ...], step: int) -> None:
        """Begin."""
        self._begun = time.perf_counter()

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Do nothing."""

    def on_epoch(self, epoch: Epoch) -> None:
        """Note how long the epoch took in all."""
        now = time.perf_counter()
        self.taken["epoch"].append((self.epoch, now - self._begun))
        self._begun, self.epoch = now, epoch.epoch + 1

    def time(self, name: str, owner: Any, attribute: str) -> None:
        """Have every call of a function timed."""
        timed: Callable[..., Any] = getattr(owner, attribute)

        def call(*given: Any, **named: Any) -> Any:
            started, epoch = time.perf_counter(), self.epoch
            try:
                return timed(*given, **named)
            finally:
                self.taken[name].append((epoch, time.perf_counter() - started))

        setattr(owner, attribute, call)


def per_epoch(taken: list[tuple[int, float]], epochs: int) -> float:
    """Return the median over the epochs, but for the first two, of the milliseconds that the calls of each took."""
    sums = dict.fromkeys(range(3, epochs + 1), 0.0)
    for epoch, seconds in taken:
        if epoch in sums:
            sums[epoch] += 1000 * seconds
    return statistics.median(sums.values())


def measure(epochs: int, overrides: tuple[str, ...]) -> Clock:
    """Return what was timed in one run."""
    clock = Clock()
    for name, (owner, attribute) in (PARTS | BESIDE | STEPS).items():
        clock.time(name, owner, attribute)
    with tempfile.TemporaryDirectory(prefix="rnnlab-epochs-") as store, TrainingProgress() as progress:
        clock.time("progress line printed", progress, "on_epoch")
        listeners: tuple[Listener, ...] = (progress, clock)
        changes = [*SMALL, f"training.epochs={epochs}", *overrides]
        run_experiment(FILE, overrides=changes, store=store, listeners=listeners)
    return clock


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--set", action="append", default=[], help="as of `rnnlab run`")
    arguments = parser.parse_args()
    clock = measure(arguments.epochs, tuple(arguments.set))
    found = {name: per_epoch(taken, arguments.epochs) for name, taken in clock.taken.items()}
    steps = sum(1 for epoch, _ in clock.taken["batch made (beside the step)"] if epoch == 3)
    whole, inside = found.pop("epoch"), found["compiled step and the loss of the one before"]
    parts = [*PARTS, "progress line printed"]
    fixed = sum(found[name] for name in parts if name != "validation")
    print(f"{platform.machine()}, TensorFlow {tensorflow.__version__}, Keras {keras.__version__}, {steps} steps\n")
    print("| part | ms an epoch |\n|---|---:|")
    print(f"| epoch | {whole:.1f} |\n| compiled steps | {inside:.1f} |")
    for name in parts:
        print(f"| {name} | {found[name]:.2f} |")
    print(f"| **fixed: all of these but steps and validation** | **{fixed:.1f}** |")
    rest = whole - inside - fixed - found["validation"] - found["told: listeners, progress bar"]
    print(f"| the rest: waiting for batches, Python between the steps | {rest:.1f} |")
    for name in [*BESIDE, *list(STEPS)[1:]]:
        print(f"| {name}{' (beside)' if name in BESIDE else ''} | {found[name]:.2f} |")


if __name__ == "__main__":
    main()
