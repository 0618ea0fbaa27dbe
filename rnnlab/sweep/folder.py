"""The folder of a sweep, beside the store: its journal, the weights and checkpoints of its trials, and what it is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rnnlab.errors import CallError, StoreError
from rnnlab.plan.space import Goal
from rnnlab.tasks import Direction, direction_of
from rnnlab.track.process import is_dead


@dataclass(frozen=True)
class SweepFacts:
    """What a sweep is, as its folder keeps it.

    Attributes:
        run_id: of its parent run; the name of the folder, too.
        name: of that run.
        experiment: the file's `name`.
        file: absolute path of the experiment's file.
        config: the resolved file.
        data: fingerprint of the prepared data.
        trials: in all.
        workers: at a time.
        started: seconds since 1970.
        process: mark of the supervisor; empty once that has left it.
        concluded: all trials are done, and the best is recorded.
        storage: address of the database that has the study; empty where the folder's journal has it.
        study: its name there.
        overrides: that were laid over the file, as `--set` takes them.
        plugins: absolute paths of the spec files that were loaded, as `--plugin` takes them.
        store: where it is recorded, absolute, without passwords.
        reuse: values of other trainings are taken.
    """

    run_id: str
    name: str
    experiment: str
    file: str
    config: dict[str, Any]
    data: str
    objective: str
    direction: Direction
    trials: int
    workers: int
    started: float
    process: str
    concluded: bool = False
    storage: str = ""
    study: str = ""
    overrides: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    store: str = ""
    reuse: bool = False

    @property
    def goals(self) -> tuple[Goal, ...]:
        """Return the objectives; the first says which trial is called the best."""
        several = self.config["sweep"].get("objectives") or [{"metric": self.objective}]
        return tuple(Goal(each["metric"], direction_of(each["metric"])) for each in several)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the seeds of a trial's replicates; none where it has no replicates."""
        count = self.config.get("seeds")
        return tuple(range(self.config["seed"], self.config["seed"] + count)) if count else ()

    @property
    def status(self) -> str:
        """Return `finished`, `interrupted` or `running`."""
        if self.concluded:
            return "finished"
        return "interrupted" if not self.process or is_dead(self.process) else "running"


@dataclass(frozen=True)
class SweepFolder:
    """Where a sweep keeps what it needs to go on."""

    path: Path

    @property
    def journal(self) -> Path:
        """Return the file of the study."""
        return self.path / "study.journal"

    @property
    def weights(self) -> Path:
        """Return the folder of the trials' weights."""
        return self.path / "weights"

    def weights_of(self, training: str) -> Path:
        """Return the file of the weights of a training: that of a trial has the trial's number for a name."""
        return self.weights / f"{training}.weights.h5"

    @property
    def checkpoints(self) -> Path:
        """Return the folder of the checkpoints of all trainings."""
        return self.path / "checkpoints"

    def checkpoints_of(self, training: str) -> Path:
        """Return the folder of a training's checkpoints."""
        return self.checkpoints / training

    def write(self, facts: SweepFacts) -> None:
        """Write what the sweep is, whole or not at all.

        Raises:
            StoreError: the folder cannot be written.
        """
        part = self.path / "sweep.json.part"
        try:
            self.weights.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as file:
                json.dump(asdict(facts), file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path / "sweep.json")
        except OSError as error:
            raise StoreError(f"cannot write {self.path}: {error.strerror}") from error

    def read(self) -> SweepFacts | None:
        """Return what the sweep is; None where that was never written, or by a release that knew other facts."""
        try:
            data = json.loads((self.path / "sweep.json").read_text(encoding="utf-8"))
            known = {field.name: data[field.name] for field in fields(SweepFacts) if field.name in data}
            given = {key: tuple(known.get(key, ())) for key in ("overrides", "plugins")}
            return SweepFacts(**known | given)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only process that writes to the sweep.

        Raises:
            CallError: another one does.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=1)
        except Timeout as error:
            name = self.path.name[:8]
            raise CallError(f"the sweep {name} still runs in another process; `--status {name}` shows it") from error
        try:
            yield
        finally:
            lock.release()

    def keep_weights(self, trainings: set[str]) -> None:
        """Delete the weights of all other trainings."""
        kept = {self.weights_of(training) for training in trainings}
        for path in self.weights.glob("*.weights.h5"):
            if path not in kept:
                path.unlink(missing_ok=True)


def sweeps_in(home: Path) -> list[tuple[SweepFolder, SweepFacts]]:
    """Return the sweeps beside a store, oldest first."""
    folders = [SweepFolder(path) for path in (home / "sweeps").glob("*") if path.is_dir()]
    found = [(folder, facts) for folder in folders if (facts := folder.read()) is not None]
    return sorted(found, key=lambda each: each[1].started)
