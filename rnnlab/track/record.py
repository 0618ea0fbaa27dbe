"""A run as plain data: what goes into MLflow and what comes back out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["RUNNING", "FINISHED", "FAILED", "KILLED"]


@dataclass(frozen=True)
class Point:
    """One value of a curve.

    Attributes:
        step: the epoch, counted from 1 (0 for values that belong to the whole run).
        timestamp: milliseconds since 1970.
    """

    value: float
    step: int
    timestamp: int


@dataclass(frozen=True)
class Record:
    """A run read back from the store.

    Attributes:
        run_id: MLflow's id.
        name: the run's name in MLflow.
        experiment: name of the MLflow experiment.
        status: as the store has it.
        start: milliseconds since 1970.
        end: milliseconds since 1970, None while it runs.
        config: the resolved file, flattened to dotted paths (parsed from the params).
        metrics: last value by key.
        curves: every value by key, in order of steps.
        tags: all tags.
        artifact_folder: local folder of the artifacts; None where the store is remote.
        parent: run id of the sweep or of the replicates it belongs to.
    """

    run_id: str
    name: str
    experiment: str
    status: Status
    start: int
    end: int | None
    config: dict[str, Any]
    metrics: dict[str, float]
    curves: dict[str, tuple[Point, ...]]
    tags: dict[str, str]
    artifact_folder: str | None = None
    parent: str | None = None

    @property
    def kind(self) -> str:
        """Return `run`, `trial`, `replicate`, `sweep` or `replicates`."""
        return self.tags.get("rnnlab.kind", "run")

    @property
    def is_training(self) -> bool:
        """Return whether a model was trained in it (a sweep's parent trains none)."""
        return self.kind in ("run", "trial", "replicate")

    @property
    def has_model(self) -> bool:
        """Return whether its model was logged."""
        return bool(self.tags.get("rnnlab.model"))


@dataclass(frozen=True)
class RunHead:
    """What is known of a run when it starts.

    Attributes:
        experiment: name of the MLflow experiment.
        kind: `run`, `trial`, `replicate`, `sweep` or `replicates`.
        params: the resolved file, flattened to dotted paths.
        texts: artifacts by path, written at once: the file as written and as resolved, the plan.
        tags: tags beside those that every run has.
        description: the run's note.
        parent: run id.
    """

    experiment: str
    kind: Literal["run", "trial", "replicate", "sweep", "replicates"]
    params: dict[str, Any]
    texts: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    description: str = ""
    parent: str | None = None
    name: str | None = None
