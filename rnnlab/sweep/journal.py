"""The journal: the file in which Optuna keeps a study, and the one truth about a sweep's trials."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from rnnlab.errors import StoreError
from rnnlab.plan.space import Place
from rnnlab.sweep.pruning import build_pruner
from rnnlab.sweep.sampling import build_sampler
from rnnlab.sweeping import Sweep
from rnnlab.tasks import Direction

STUDY = "sweep"
"""The name of every study: Hyperband draws a trial's bracket from it, so it must not change from sweep to sweep."""

optuna.logging.set_verbosity(optuna.logging.WARNING)


class HeldLock:
    """No lock: the supervisor holds that of the whole sweep; Optuna's own outlives a killed process by 30 s."""

    def acquire(self) -> bool:
        """Do nothing."""
        return True

    def release(self) -> None:
        """Do nothing."""


def repair_journal(path: Path) -> int:
    """Return how many bytes were cut from the end, where a killed process or a full disk left a torn line."""
    data = path.read_bytes() if path.exists() else b""
    end = data.rfind(b"\n") + 1
    while end and not _is_whole(data[data.rfind(b"\n", 0, end - 1) + 1 : end]):
        end = data.rfind(b"\n", 0, end - 1) + 1
    if end < len(data):
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
    return len(data) - end


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def open_study(
    journal: Path,
    sweep: Sweep,
    places: Sequence[Place],
    direction: Direction,
    epochs: int,
    *,
    others: Sequence[Direction] = (),
) -> optuna.Study:
    """Return the study of a journal, made where there is none.

    Args:
        journal: its file; repaired first. Nobody else writes to it.
        sweep: the section.
        places: that vary.
        direction: of the objective.
        epochs: of a trial that is not stopped.
        others: directions of further objectives.

    Raises:
        StoreError: the journal is damaged before its end.
    """
    journal.parent.mkdir(parents=True, exist_ok=True)
    repair_journal(journal)
    return optuna.create_study(
        study_name=STUDY,
        storage=_storage(journal, lock=HeldLock()),
        directions=[direction, *others],
        sampler=build_sampler(sweep, places),
        pruner=build_pruner(sweep, epochs),
        load_if_exists=True,
    )


def read_study(journal: Path) -> optuna.Study | None:
    """Return the study of a journal that another process may be writing; None where it has not begun.

    Nothing is written, and a torn line at the end is passed over.

    Raises:
        StoreError: the journal is damaged before its end.
    """
    if not journal.exists():
        return None
    storage = _storage(journal, lock=None)
    return optuna.load_study(study_name=STUDY, storage=storage) if storage.get_all_studies() else None


def _storage(journal: Path, *, lock: HeldLock | None) -> JournalStorage:
    try:
        return JournalStorage(JournalFileBackend(str(journal), lock_obj=lock))
    except (ValueError, KeyError) as error:
        raise StoreError(f"the journal {journal} is damaged: {error}") from error
