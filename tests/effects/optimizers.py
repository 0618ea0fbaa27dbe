"""For every optimizer and schedule a section in which each key matters, and the other values."""

from __future__ import annotations

from typing import Any, get_args

from rnnlab.optimizers import Optimizer, Schedule
from rnnlab.spec import DISCRIMINATORS, choices_of, keys_of

from .flips import SPECS, flipped

OPTIMIZERS = {spec.__name__: kind for kind, spec in choices_of(get_args(Optimizer)[0], "kind").items()}
SCHEDULES = {spec.__name__: kind for kind, spec in choices_of(get_args(Schedule)[0], "kind").items()}
SECTIONS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.5},
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 4, "warmup_target": 0.2, "warmup_steps": 2},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 4},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [2, 4], "values": [0.1, 0.2, 0.3]},
}
"""What is required, or must stand beside a key for it to matter."""
VALUES: dict[str, Any] = {"epsilon": 0.1, "boundaries": [2, 5], "values": [0.1, 0.2, 0.4], "weight_decay": 0.1}
"""Other values that the type does not tell."""


def optimizer_sections(spec: str, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the `optimizer` section with the key at its default, and with another value."""
    given = SECTIONS.get(spec, {})
    other = given | {key: VALUES.get(key) or flipped(spec, key, given.get(key))}
    return _section(spec, given), _section(spec, other)


def _section(spec: str, given: dict[str, Any]) -> dict[str, Any]:
    if spec in OPTIMIZERS:
        return {"kind": OPTIMIZERS[spec]} | given
    return {"kind": "sgd", "learning_rate": {"kind": SCHEDULES[spec]} | given}


def optimizer_keys() -> list[tuple[str, str]]:
    """Return (spec, key) of every optimizer and schedule."""
    return [
        (spec, key) for spec in (*OPTIMIZERS, *SCHEDULES) for key in keys_of(SPECS[spec]) if key not in DISCRIMINATORS
    ]
