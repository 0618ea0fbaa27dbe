"""Workers that are started before the supervisor has loaded what it needs itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rnnlab.experiment import Experiment
from rnnlab.sweep.executor import Executor
from rnnlab.sweep.local import LocalExecutor
from rnnlab.sweep.placement import place_workers


@contextmanager
def workers_ahead(experiment: Experiment) -> Iterator[Executor | None]:
    """Give the executor of a file, whose processes load TensorFlow while this one loads Optuna and MLflow.

    None where the file has no sweep, or sweeps elsewhere than on this machine.
    """
    sweep = experiment.sweep
    if sweep is None or sweep.engine.kind != "local":
        yield None
        return
    trainings = sweep.trials * len(experiment.replicate_seeds)
    executor = LocalExecutor(place_workers(sweep.engine, experiment.runtime, trainings), sweep.engine)
    try:
        executor.warm()
        yield executor
    finally:
        executor.close()
