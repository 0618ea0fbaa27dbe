"""A trial as plain data: what is asked of a worker and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rnnlab.experiment import Experiment
from rnnlab.train.result import Epoch, TrainingResult

State = Literal["complete", "pruned", "diverged", "out_of_memory", "invalid", "killed", "failed", "duplicate"]
"""How a trial ended. `invalid`: refused by the plan; `killed`: its worker died; `failed`: any other error."""


@dataclass(frozen=True)
class TrialOrder:
    """A training asked of a worker.

    Attributes:
        number: of the trial.
        config: the resolved file of the trial.
        folder: relative paths of the file start here.
        weights: file for the weights that are kept.
        initial: the saved model of the run that `model.initial_weights` names.
        plugins: (spec file, SHA-256) of each plugin that must be loaded.
        checkpoints: folder from which the trial goes on after a worker's death; None keeps none.
    """

    number: int
    config: dict[str, Any]
    folder: str
    weights: str
    initial: str | None = None
    plugins: tuple[tuple[str, str], ...] = ()
    checkpoints: str | None = None


@dataclass(frozen=True)
class TrialReport:
    """How a training ended.

    Attributes:
        state: complete, pruned, or the kind of failure.
        result: None unless complete.
        parameters: of the model.
        message: why it failed.
    """

    state: State
    result: TrainingResult | None = None
    message: str = ""
    threads: int = 0


@dataclass(frozen=True)
class Trial:
    """A trial as the sweep knows it.

    Attributes:
        values: by dotted path, plain.
        value: of the objective at the epoch whose weights are kept; None unless complete.
        run_id: of its MLflow run; None where it never started.
    """

    number: int
    values: dict[str, Any]
    state: State
    value: float | None = None
    parameters: int = 0
    seconds: float = 0.0
    history: tuple[Epoch, ...] = ()
    run_id: str | None = None
    message: str = ""


def with_run(file: dict[str, Any], experiment: Experiment) -> dict[str, Any]:
    """Return the plain data of a trial's file with the whole id of the run that it starts from."""
    if experiment.model.initial_weights is None:
        return file
    resolved = experiment.to_data()["model"]["initial_weights"]
    return file | {"model": file["model"] | {"initial_weights": resolved}}
