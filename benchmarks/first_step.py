"""One run of a file that tells on stdout when each of its parts is done: the time of day in seconds, `part`."""

from __future__ import annotations

import argparse
import importlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rnnlab.absent import own_process
from rnnlab.cli.imports import importing, read_ahead

if TYPE_CHECKING:
    from rnnlab.train.result import Epoch


def mark(part: str) -> None:
    """Tell that a part is done."""
    print(f"{time.time():.3f}\t{part}", flush=True)


class Marks:
    """A listener that tells of the first step and the last epoch."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.told = False

    def on_begin(self, epochs: int, steps: int, done: tuple[Epoch, ...], step: int) -> None:
        """Tell that the model is built."""
        mark("store opened, data from the cache, model built")

    def on_step(self, epoch: int, step: int, loss: float) -> None:
        """Tell of the first step."""
        if not self.told:
            self.told = True
            mark("first step, traced")

    def on_epoch(self, epoch: Epoch) -> None:
        """Tell of the last epoch."""
        if epoch.epoch == self.epochs:
            mark(f"{self.epochs} epochs with validation")


def main() -> None:
    """Run as `rnnlab run` does, import by import."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--store", required=True)
    parser.add_argument("--epochs", type=int, default=5)
    arguments = parser.parse_args()
    overrides = (f"training.epochs={arguments.epochs}", "training.early_stopping=null")
    own_process()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

    from rnnlab.plan import check_experiment

    check_experiment(arguments.file, overrides=overrides).require()
    mark("file checked")
    read_ahead()
    with importing():
        importlib.import_module("rnnlab.track.store")
        mark("MLflow imported")
        importlib.import_module("rnnlab.build")
        mark("TensorFlow and Keras imported")
        from rnnlab.run.run import run_experiment

        mark("the rest imported")

    run_experiment(arguments.file, overrides=overrides, store=arguments.store, listeners=(Marks(arguments.epochs),))
    mark("scores, figures and model recorded")


if __name__ == "__main__":
    main()
