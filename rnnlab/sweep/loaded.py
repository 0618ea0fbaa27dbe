"""Prepared data that stay loaded between the trials of a worker."""

from __future__ import annotations

import json
from pathlib import Path

from rnnlab.data import Splits, prepare
from rnnlab.experiment import Experiment, target_kind, task_of

NOT_PREPARED = ("name", "description", "tags", "seed", "seeds", "optimizer", "expect", "tracking", "runtime", "sweep")
KEPT = 4  # memory-mapped, so that they cost little


class LoadedSplits:
    """Loads the data of an experiment, once for all trials whose files prepare them alike."""

    def __init__(self) -> None:
        self._loaded: dict[str, Splits] = {}

    def of(self, experiment: Experiment, folder: Path) -> Splits:
        """Return the data of an experiment.

        Args:
            experiment: of a trial; its data were prepared before.
            folder: of the experiment's file.
        """
        key = prepared_from(experiment, folder)
        splits = self._loaded.pop(key, None)
        if splits is None:
            splits = prepare(experiment, folder, target=target_kind(experiment), say=_silent)
        self._loaded[key] = splits
        while len(self._loaded) > KEPT:
            self._loaded.pop(next(iter(self._loaded)))
        return splits


def prepared_from(experiment: Experiment, folder: Path) -> str:
    """Return all of the file that its preparation may read; more than it does, so that nothing is missed."""
    data = {key: value for key, value in experiment.to_data().items() if key not in NOT_PREPARED}
    if not any(getattr(layer, "weights_file", None) for layer in experiment.model.layers):
        del data["model"]  # else vectors are read for its embeddings
    return json.dumps([data, repr(task_of(experiment)), target_kind(experiment), f"{folder}"], sort_keys=True)


def _silent(line: str) -> None:
    """Say nothing: the supervisor tells the person."""
