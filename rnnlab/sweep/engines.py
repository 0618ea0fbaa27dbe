"""The executor that `sweep.engine` asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec

from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.sweep.executor import Executor
from rnnlab.sweep.local import LocalExecutor
from rnnlab.sweep.placement import place_workers


def build_executor(experiment: Experiment, say: Callable[[str], None] = lambda line: None) -> Executor:
    """Return where the trainings of a sweep's trials are done.

    Args:
        experiment: with a sweep.
        say: takes sentences for the person.

    Raises:
        CallError: the engine's package is not installed, its cluster cannot be reached, or there are too few GPUs.
    """
    assert experiment.sweep is not None
    engine, trainings = experiment.sweep.engine, experiment.sweep.trials * len(experiment.replicate_seeds)
    if engine.kind == "local":
        return LocalExecutor(place_workers(engine, experiment.runtime, trainings), engine)
    require_installed("ray", "`sweep.engine: ray`")
    if engine.address == "local":
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # how Ray is told to stay on 127.0.0.1
    from rnnlab.sweep.cluster import RayExecutor

    return RayExecutor(engine, trainings, say)


def require_installed(package: str, wanted: str, *, extra: str | None = None) -> None:
    """Check that a package of an extra is there.

    Raises:
        CallError: it is not.
    """
    if find_spec(package) is None:
        raise CallError(f"{wanted} needs the package `{package}`: pip install 'rnnlab[{extra or package}]'")
