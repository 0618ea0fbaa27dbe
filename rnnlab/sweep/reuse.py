"""Trainings of the same store that need not be done again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from rnnlab.run.heads import RECORDED_VERSIONS
from rnnlab.runtime import available_cores
from rnnlab.sweep.points import Point
from rnnlab.track.environment import installed_version
from rnnlab.track.record import Record
from rnnlab.track.store import Store

DECIDING = ("tensorflow", "keras", "numpy")  # versions that decide the numbers


@dataclass(frozen=True)
class Found:
    """An earlier training.

    Attributes:
        value: of the objective at the epoch whose weights were kept.
    """

    run_id: str
    name: str
    value: float
    kept_epoch: int


class Earlier:
    """Finds finished runs and complete trials of the same file, data, threads and versions.

    Args:
        store: where they are.
        objective: whose value is wanted.
        besides: id of the sweep itself.
    """

    def __init__(self, store: Store, objective: str, *, besides: str) -> None:
        self._store = store
        self._objective = objective
        versions = {name: installed_version(*RECORDED_VERSIONS[name]) or "unknown" for name in DECIDING}
        self._records: dict[str, list[Record]] = {}
        for record in store.records():
            same = all(record.tags.get(f"rnnlab.version.{name}") == version for name, version in versions.items())
            if same and record.status == "FINISHED" and record.parent != besides and _is_complete(record):
                self._records.setdefault(record.tags.get("rnnlab.fingerprint", ""), []).append(record)

    def find_all(self, points: Sequence[Point]) -> Found | None:
        """Return the newest trainings of the same files, as one with their mean; None where one of them is missing."""
        found = [self.find(point) for point in points]
        known = [each for each in found if each is not None]
        if len(known) < len(found):
            return None
        kept = known[0].kept_epoch if len(known) == 1 else 0
        return replace(known[0], value=fmean(each.value for each in known), kept_epoch=kept)

    def find(self, point: Point) -> Found | None:
        """Return the newest training of the same file, or None."""
        threads = f"{point.experiment.runtime.threads or available_cores()}"
        for record in reversed(self._records.get(point.fingerprint, [])):
            if record.tags.get("rnnlab.threads") != threads or record.tags.get("rnnlab.data") != point.data:
                continue
            kept = int(record.metrics["kept_epoch"])
            curve = self._store.load_curves(record, keys=[self._objective]).curves.get(self._objective, ())
            for each in curve:
                if each.step == kept:
                    return Found(record.run_id, record.name, each.value, kept)
        return None


def _is_complete(record: Record) -> bool:
    """Return whether it was trained to its end."""
    if record.kind == "trial" and record.tags.get("rnnlab.state") != "complete":
        return False
    return record.is_training and "kept_epoch" in record.metrics
