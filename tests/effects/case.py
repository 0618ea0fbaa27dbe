"""A key, what it matters for, and a file in which it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effect = Literal[
    "data", "words", "training", "record", "verdict", "plan", "machine", "study", "workers", "writing", "refusal",
    "checkpoints",
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One key, on the small experiment of `tests/conftest.py`.

    Attributes:
        effect: `data`: the fingerprint and the prepared arrays; `words`: what is shown and answered of
            sequences of ids; `training`: curves, steps or weights; `record`: the
            params, tags and place of a run; `verdict`: what `check` says; `plan`: the planned model; `machine`: how
            TensorFlow is set up; `study`: what Optuna draws and stops; `workers`: who trains
            a sweep's trials; `writing`: the texts that a model writes;
            `refusal`: whether the data are refused; `checkpoints`: what a training leaves on the disk.
        flip: `PATH=VALUE` of the other value.
        context: `PATH=VALUE` laid over the file before.
    """

    effect: Effect
    flip: str
    context: tuple[str, ...] = ()
