"""Workers that are started before the supervisor has loaded what it needs itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rnnlab.experiment import Experiment
from rnnlab.sweep.engines import build_executor
from rnnlab.sweep.executor import Executor


@contextmanager
def workers_ahead(experiment: Experiment) -> Iterator[Executor | None]:
    """Give the executor of a file, whose processes load TensorFlow while this one loads Optuna and MLflow.

    None where the file has no sweep, or sweeps elsewhere than on this machine.
    """
    sweep = experiment.sweep
    if sweep is None or sweep.engine.kind != "local":
        yield None
        return
    executor = build_executor(experiment)
    try:
        executor.warm()
        yield executor
    finally:
        executor.close()
