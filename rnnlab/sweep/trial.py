"""A trial as plain data: what is asked of a worker and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from rnnlab.experiment import Experiment
from rnnlab.plan.pace import Timing
from rnnlab.run.intervals import Interval, interval_of
from rnnlab.tasks import Direction
from rnnlab.train.result import Epoch, Stop, TrainingResult

State = Literal[
    "complete", "pruned", "diverged", "out_of_memory", "invalid", "killed", "timeout", "failed", "duplicate"
]
"""How a trial ended. `invalid`: refused by the plan; `killed`: its worker died three times; `timeout`: it trained
longer than `engine.timeout`; `duplicate`: the same training was done before; `failed`: any other error."""
FAILURES: tuple[State, ...] = ("diverged", "out_of_memory", "killed", "timeout", "failed")
REPEATED = -1  # number of what a grid comes by again: it counts for nothing


@dataclass(frozen=True)
class TrialOrder:
    """A training asked of a worker.

    Attributes:
        number: by which the executor and its events name the training.
        config: the resolved file of the training.
        folder: relative paths of the file start here.
        weights: file for the weights that are kept.
        initial: the saved model of the run that `model.initial_weights` names.
        plugins: (spec file, SHA-256) of each plugin that must be loaded.
        checkpoints: folder from which the trial goes on after a worker's death; None keeps none.
        timed: whether its answers are timed, too.
        probed: it is trained for some batches only, and they are timed.
    """

    number: int
    config: dict[str, Any]
    folder: str
    weights: str
    initial: str | None = None
    plugins: tuple[tuple[str, str], ...] = ()
    checkpoints: str | None = None
    timed: bool = False
    probed: bool = False


@dataclass(frozen=True)
class TrialReport:
    """How a training ended.

    Attributes:
        state: complete, pruned, or the kind of failure.
        result: None unless complete or pruned.
        message: why it failed.
        threads: that it was trained with.
        milliseconds: of an answer for one sample, where that was asked for.
        timing: where it was probed.
    """

    state: State
    result: TrainingResult | None = None
    message: str = ""
    threads: int = 0
    milliseconds: float | None = None
    timing: Timing | None = None


@dataclass(frozen=True)
class Replicate:
    """One training of a configuration with a seed of its own, as the sweep knows it, and as its journal keeps it.

    Attributes:
        value: of the objective at the epoch whose weights are kept; None unless complete.
        seconds, history, run_id, message, threads, kept_epoch, stopped_by, objectives: as of a trial.
    """

    seed: int
    state: State
    value: float | None = None
    seconds: float = 0.0
    history: tuple[Epoch, ...] = ()
    run_id: str | None = None
    message: str = ""
    threads: int = 0
    kept_epoch: int = 0
    stopped_by: Stop | None = None
    objectives: tuple[float, ...] = ()

    @property
    def result(self) -> TrainingResult:
        """Return what its training gave; only for a complete one."""
        return TrainingResult(self.history, self.kept_epoch, self.stopped_by or "epochs")

    @property
    def trained(self) -> int:
        """Return how many epochs were trained."""
        return len(self.history)

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Replicate:
        """Return the replicate of `to_data`; keys of a later release are passed over."""
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        history = tuple(Epoch(**epoch) for epoch in data["history"])
        return cls(**known | {"history": history, "objectives": tuple(data.get("objectives", ()))})


@dataclass(frozen=True)
class Trial:
    """A trial as the sweep knows it, and as its journal keeps it.

    Attributes:
        values: by dotted path, plain.
        value: of the objective at the epoch whose weights are kept, the mean over its replicates; None unless
            complete, or the same as one.
        seconds: that it trained, in all processes.
        history: its epochs; where it has replicates, the mean of each over those that came so far.
        run_id: of its MLflow run; None where it never started.
        message: why it failed, or whose value it has.
        fingerprint: of its resolved file.
        threads: that it was trained with; 0 where it was not.
        epochs: that it would have trained for if nothing had stopped it.
        kept_epoch: the epoch whose weights are kept, counted from 1; 0 unless complete.
        stopped_by: why its training ended.
        replicates: one for each seed, where the file has `seeds`; those that never began are not there.
        objectives: values of all objectives, where there are several; the first is `value`.
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
    fingerprint: str = ""
    threads: int = 0
    epochs: int = 0
    kept_epoch: int = 0
    stopped_by: Stop | None = None
    replicates: tuple[Replicate, ...] = ()
    objectives: tuple[float, ...] = ()

    @property
    def result(self) -> TrainingResult:
        """Return what its training gave; only for a complete one without replicates."""
        return TrainingResult(self.history, self.kept_epoch, self.stopped_by or "epochs")

    @property
    def trained(self) -> int:
        """Return how many epochs were trained for it."""
        return sum(each.trained for each in self.replicates) if self.replicates else len(self.history)

    def parts(self, seed: int) -> tuple[Replicate, ...]:
        """Return its trainings: its replicates, or the only one, which had that seed."""
        names = [field.name for field in fields(Replicate) if field.name != "seed"]
        return self.replicates or (Replicate(seed=seed, **{name: getattr(self, name) for name in names}),)

    def part(self, replicate: Replicate) -> Trial:
        """Return one of its trainings as a trial by itself."""
        kept = {field.name: getattr(replicate, field.name) for field in fields(Replicate) if field.name != "seed"}
        return replace(self, replicates=(), **kept)

    @property
    def interval(self) -> Interval | None:
        """Return mean and 95 % interval of the objective over the replicates; None without any, or without a value."""
        values = [each.value for each in self.replicates if each.value is not None]
        return interval_of(values) if values and self.value is not None else None

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Trial:
        """Return the trial of `to_data`; keys of a later release are passed over."""
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        history = tuple(Epoch(**epoch) for epoch in data["history"])
        replicates = tuple(Replicate.from_data(each) for each in data.get("replicates", ()))
        objectives = tuple(data.get("objectives", ()))
        return cls(**known | {"history": history, "replicates": replicates, "objectives": objectives})


def by_value(trials: Sequence[Trial], direction: Direction) -> list[Trial]:
    """Return the trials that have a value, the best first."""
    sign = 1 if direction == "minimize" else -1
    valued = [(sign * trial.value, trial.number, trial) for trial in trials if trial.value is not None]
    return [trial for *_, trial in sorted(valued, key=lambda each: each[:2])]


def best_of(trials: Sequence[Trial], direction: Direction) -> Trial | None:
    """Return the trial with the best value, the first of equals; None where none has one."""
    return next(iter(by_value(trials, direction)), None)


def with_run(file: dict[str, Any], experiment: Experiment) -> dict[str, Any]:
    """Return the plain data of a trial's file with the whole id of the run that it starts from."""
    if experiment.model.initial_weights is None:
        return file
    resolved = experiment.to_data()["model"]["initial_weights"]
    return file | {"model": file["model"] | {"initial_weights": resolved}}


def with_seeds(file: dict[str, Any], seeds: Sequence[int]) -> dict[str, Any]:
    """Return the plain data of a file that trains consecutive seeds."""
    return file | {"seed": seeds[0], "seeds": len(seeds)}
