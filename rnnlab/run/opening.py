"""A file on its way to training: checked, its store open, its data prepared. TensorFlow is not needed for that."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rnnlab.data import Splits, prepare
from rnnlab.data.cautions import Caution
from rnnlab.data.first_rows import first_rows
from rnnlab.datasets import TimeSplit
from rnnlab.errors import CallError
from rnnlab.experiment import Experiment, target_kind
from rnnlab.kernels import COMPILING, compile_ahead
from rnnlab.plan import Plan, check_experiment
from rnnlab.run.completing import complete_plan
from rnnlab.run.initial import InitialRun, InitialRuns, with_whole_id
from rnnlab.source import Document
from rnnlab.track.store import Store
from rnnlab.track.uri import database_path, resolve_uri

Say = Callable[[str], None]


@dataclass(frozen=True)
class Road:
    """A file on its way: everything before the first run is made of it."""

    document: Document
    experiment: Experiment
    plan: Plan
    splits: Splits
    folder: Path
    store: Store
    working_folder: Path
    say: Say = field(repr=False)
    initial_runs: InitialRuns = field(repr=False)
    initial: InitialRun | None = None
    smoke: bool = False

    def checkpoints(self, run_id: str) -> Path:
        """Return the folder of a run's checkpoints: beside the local store, else in `mlruns` of the working folder."""
        return home_of(self.store, self.working_folder) / "checkpoints" / run_id


def home_of(store: Store, working_folder: Path) -> Path:
    """Return the folder for files beside a store: its own where it is local, else `mlruns` of the working folder."""
    database = database_path(store.uri)
    return database.parent if database else working_folder / "mlruns"


def open_road(
    path: Path,
    *,
    overrides: Sequence[str] = (),
    store: str | None = None,
    working_folder: Path | None = None,
    smoke: Path | None = None,
    say: Say = lambda line: None,
) -> Road:
    """Return a file with its data prepared and its store open; nothing is trained yet.

    Args:
        path: the file.
        overrides: `path=value`, as `--set`.
        store: see `run_experiment`.
        working_folder: where the default store is; the current folder unless given.
        smoke: record into this folder instead, keep one batch of each split, and train one epoch.
        say: takes sentences for the person.

    Raises:
        InvalidExperimentError: the file is refused.
        StoreError: the store cannot be used: said before the data are touched.
        RunNotFoundError: nor is the run there whose weights it starts from.
        DatasetError: the data cannot be used.
    """
    checked = check_experiment(path, overrides=(*overrides, *(["training.epochs=1"] if smoke else [])))
    document, experiment, planned = checked.require()
    if experiment.dataset is None:
        raise CallError("the file describes an architecture only: add a `dataset:` to train it")
    if planned.needs_kernels and compile_ahead():
        say(COMPILING)
    here = working_folder or Path.cwd()
    uri = resolve_uri(store, experiment.tracking.uri, environment=os.environ, folder=here)
    opened = Store.open(resolve_uri(str(smoke), None, environment=os.environ, folder=here) if smoke else uri)
    for run_id in opened.close_stale():
        say(f"closed run {run_id[:8]}: its process died")
    asked = Store.open(uri) if smoke and experiment.model.starts_from else opened
    initial_runs = InitialRuns(asked, home_of(opened, here) / "downloads")
    initial = initial_runs.find(experiment)
    experiment = with_whole_id(experiment, initial)
    splits = prepare(experiment, checked.folder, target=target_kind(experiment), say=say)
    plan = complete_plan(experiment, splits)
    if initial is not None:
        initial.require_fit(experiment, document, plan)
        other_words = initial.warnings(experiment, plan, splits.preparation)
        cautions = tuple(Caution("other_words", text) for text in other_words)
        splits = replace(splits, cautions=(*splits.cautions, *cautions))
    if smoke:
        splits = smoke_splits(splits, experiment.training.batch_size)
    return Road(
        document=document,
        experiment=experiment,
        plan=plan,
        splits=splits,
        folder=checked.folder,
        store=opened,
        working_folder=here,
        say=say,
        initial_runs=initial_runs,
        initial=initial,
        smoke=smoke is not None,
    )


def is_replicated(experiment: Experiment) -> bool:
    """Return whether a file is trained several times."""
    split = experiment.dataset.split if experiment.dataset else None
    return experiment.seeds is not None or (isinstance(split, TimeSplit) and split.folds > 1)


def smoke_splits(splits: Splits, batch_size: int) -> Splits:
    """Return one batch of each split."""
    return replace(
        splits,
        train=first_rows(splits.train, batch_size),
        validation=first_rows(splits.validation, batch_size),
        test=first_rows(splits.test, batch_size),
    )
