"""The facts of prepared data as the cache keeps them: read without loading the data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rnnlab.datasets import Facts, InputFacts, TargetFacts

MANIFEST = "manifest.json"
FACTS = "facts.json"


def facts_to_data(facts: Facts) -> dict[str, Any]:
    """Return facts as plain data."""
    return asdict(facts)


def facts_from_data(data: dict[str, Any]) -> Facts:
    """Return the facts that `facts_to_data` wrote.

    Raises:
        KeyError, TypeError, ValueError: they are not what it writes.
    """
    targets = {name: _target_from_data(target) for name, target in data["targets"].items()}
    inputs = {name: _input_from_data(values) for name, values in data["inputs"].items()}
    lengths = {name: tuple(percentiles) for name, percentiles in data["lengths"].items()}
    return Facts(inputs, targets, own_test=data["own_test"], train_samples=data["train_samples"], lengths=lengths)


def _input_from_data(data: dict[str, Any]) -> InputFacts:
    return InputFacts(**data | {"features": tuple(data["features"])})


def _target_from_data(data: dict[str, Any]) -> TargetFacts:
    labels = data["labels"]
    return TargetFacts(**data | {"labels": None if labels is None else tuple(labels)})


def read_facts(folder: Path) -> Facts | None:
    """Return the facts an earlier preparation saved; damaged ones count as absent."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        text = (folder / FACTS).read_bytes()
        if manifest["files"][FACTS]["sha256"] != hashlib.sha256(text).hexdigest():
            return None
        return facts_from_data(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
