"""How fast models train here: what earlier runs took, or what no run can be faster than."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from statistics import median

import numpy as np

from rnnlab.errors import StoreError
from rnnlab.experiment import Experiment
from rnnlab.plan import Plan
from rnnlab.plan.census import Pace, take_census
from rnnlab.plan.points import PASSES
from rnnlab.source import Document
from rnnlab.track.record import Record
from rnnlab.track.store import Store
from rnnlab.track.uri import database_path, resolve_uri

NEWEST = 20  # runs that are looked at
FEW = 1000  # points of the short census
PRODUCTS = 200  # timed matrix products


def find_pace(experiment: Experiment, plan: Plan, store: str | None, *, folder: Path | None = None) -> Pace:
    """Return how fast models train: the median of earlier runs in the store, else what matrix products allow.

    Args:
        experiment: whose own runs come before those of others.
        plan: of the file as written; its largest weights are those that are multiplied.
        store: as in `run_experiment`; it is not made where there is none.
        folder: where the default store is; the current folder unless given.

    Raises:
        StoreError: the store cannot be read.
    """
    uri = resolve_uri(store, experiment.tracking.uri, environment=os.environ, folder=folder or Path.cwd())
    database = database_path(uri)
    recorded = None
    if database is None or database.exists():
        recorded = pace_of_runs(Store.open(uri), experiment.name)
    return recorded or pace_of_products(plan)


def short_census(experiment: Experiment, document: Document, folder: Path, plan: Plan, store: Store) -> str:
    """Return what a space holds in one sentence, from a thousand points: for before trial 0 of a sweep."""
    pace = pace_of_runs(store, experiment.name) or pace_of_products(plan)
    return take_census(experiment, document, folder, points=FEW, pace=pace).in_short()


def pace_of_runs(store: Store, experiment: str) -> Pace | None:
    """Return the median pace of the newest finished runs, those of the experiment first; None where there are none."""
    timed = [each for each in store.records() if each.status == "FINISHED" and each.metrics.get("samples_per_second")]
    own = [each for each in timed if each.experiment == experiment]
    newest = (own or timed)[-NEWEST:]
    rates = [PASSES * flops * each.metrics["samples_per_second"] for each in newest if (flops := _flops(store, each))]
    if not rates:
        return None
    whose = f"of {experiment}" if own else "of other experiments"
    return Pace(median(rates), f"{len(rates)} earlier run{'s' if len(rates) > 1 else ''} {whose} in the store")


def _flops(store: Store, record: Record) -> float | None:
    """Return the operations of a sample as the run has them; trials only in their plan."""
    if "flops_per_sample" in record.metrics:
        return record.metrics["flops_per_sample"]
    try:
        flops = json.loads(store.read_text(record, "plan.json"))["flops_per_sample"]
    except (StoreError, ValueError, KeyError, TypeError):
        return None
    return flops if isinstance(flops, int | float) else None


def pace_of_products(plan: Plan) -> Pace:
    """Return how fast this machine multiplies by the largest weights of a plan, which no training exceeds."""
    shapes = (weight.shape for layer in plan.layers if layer.flops for weight in layer.weights)
    rows, columns = max((shape for shape in shapes if len(shape) == 2), key=np.prod, default=(64, 64))
    left, right = np.ones((plan.batch_size, rows), np.float32), np.ones((rows, columns), np.float32)
    best = min(_seconds(left, right) for _ in range(PRODUCTS))  # the others may have waited for a core
    return Pace(2.0 * plan.batch_size * rows * columns / best, "matrix products timed here", is_bound=True)


def _seconds(left: np.ndarray, right: np.ndarray) -> float:
    started = time.perf_counter()
    left @ right
    return time.perf_counter() - started
