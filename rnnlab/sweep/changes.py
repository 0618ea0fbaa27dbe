"""What may change in a file before its sweep goes on, and what would make another sweep of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from rnnlab.errors import CallError
from rnnlab.sweep.folder import SweepFacts
from rnnlab.track.flatten import flatten

FREE = (
    "name",
    "description",
    "tags",
    "tracking",
    "extends",
    "training.checkpoint",
    "sweep.trials",
    "sweep.engine",
    "sweep.pruner",
    "sweep.max_failures",
    "sweep.confirm",
)
_BELOW = tuple(f"{free}." for free in FREE)
SHOWN = 5


def changed_keys(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return a line for each key that has another value and must not."""
    first, second = (_plain(config) for config in (before, now))
    keys = [*first, *(key for key in second if key not in first)]
    return [
        f"`{key}` was {_show(first, key)}, now {_show(second, key)}"
        for key in keys
        if first.get(key) != second.get(key) and not key.startswith(_BELOW)
        if key not in FREE
    ]


def require_same(facts: SweepFacts, config: Mapping[str, Any], data: str) -> None:
    """Check that a file is still the one that a sweep began with.

    Raises:
        CallError: with every key that may not change.
    """
    called = f"the sweep {facts.name} ({facts.run_id[:8]})"
    changes = changed_keys(facts.config, config)
    if changes:
        more = f"\n  … and {len(changes) - SHOWN} more" if len(changes) > SHOWN else ""
        lines = "\n  ".join(changes[:SHOWN])
        raise CallError(
            f"{called} cannot go on with this file:\n  {lines}{more}\n"
            "  only names, `trials`, `engine`, `pruner`, `max_failures` and `confirm` may change; "
            "restore the others, or begin a new sweep without --resume"
        )
    if facts.data != data:
        raise CallError(f"{called} cannot go on: the data of `dataset` are others than when it began")


def study_name(experiment: str, config: Mapping[str, Any], data: str) -> str:
    """Return what several machines call the study of a file: the same wherever nothing differs that may not change."""
    kept = {key: value for key, value in _plain(config).items() if key not in FREE and not key.startswith(_BELOW)}
    digest = hashlib.sha256(json.dumps([kept, data], sort_keys=True).encode()).hexdigest()
    return f"{experiment}-{digest[:12]}"


def told_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return a line for each key that has another value and may."""
    first, second = (_plain(config) for config in (before, now))
    keys = [key for key in {**first, **second} if key.startswith("sweep.")]
    return [
        f"`{key}` was {_show(first, key)}, now {_show(second, key)}"
        for key in keys
        if first.get(key) != second.get(key)
    ]


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    return flatten(json.loads(json.dumps(config)))


def _show(values: Mapping[str, Any], key: str) -> str:
    return json.dumps(values[key], ensure_ascii=False) if key in values else "not there"
