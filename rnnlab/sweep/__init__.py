"""Sweeps: a space of places of the file, Optuna to choose, executors to train.

The names are found at first use: a worker loads nothing that only the supervisor needs, which is Optuna and MLflow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnlab.sweep.listener import SweepListener as SweepListener
    from rnnlab.sweep.sweep import SweepOutcome as SweepOutcome
    from rnnlab.sweep.sweep import run_sweep as run_sweep

_HOMES = {
    "SweepListener": "rnnlab.sweep.listener",
    "SweepOutcome": "rnnlab.sweep.sweep",
    "run_sweep": "rnnlab.sweep.sweep",
}


def __getattr__(name: str) -> Any:
    """Return a name of this room, imported now."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `rnnlab.sweep` has no attribute `{name}`")
