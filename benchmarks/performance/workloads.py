"""The models that are timed, their data, and the least work that each step must do."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LENGTHS = 178, 0.763  # median and spread of the logarithm: the lengths of IMDB's reviews
GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}


@dataclass(frozen=True)
class Workload:
    """A model and its data.

    Attributes:
        vocabulary: rows of the embedding; 0 where the inputs are numbers.
        features: of the embedding, or of the inputs.
        layers: (cell, units) of the stack.
        outputs: of the head: 1 is binary, else classes; of inputs that are numbers, numbers.
        sequences: the head answers at every timestep.
        padded: the lengths are IMDB's, padded in front with 0.
        masks: padding is also masked in variants of their own.
        epochs: whole epochs are timed, too.
        parts: (validation, test) of the samples.
        real: an experiment whose own data are used; nothing is generated then.
    """

    name: str
    timesteps: int
    batch: int
    vocabulary: int
    features: int
    layers: tuple[tuple[str, int], ...]
    outputs: int
    samples: int
    sequences: bool = False
    padded: bool = False
    bias: bool = True
    masks: bool = False
    epochs: bool = False
    dropout: float = 0.0
    parts: tuple[float, float] = (0.15, 0.05)
    real: str = ""

    @property
    def products(self) -> float:
        """Return the multiply-adds of the matrix products of a training step: forward once, backward twice."""
        rows = self.batch * self.timesteps
        return self._products(rows, rows, exact=False)

    def least(self, path: Path) -> float:
        """Return the multiply-adds that no exact step of ordinary products can do without.

        They are those of live timesteps but for the products of the first states, which are zeros, with each row of
        the embedding that a batch reads projected once.

        Args:
            path: of the data.
        """
        if not self.vocabulary:
            return self._products(self.batch * self.timesteps, self.batch * self.timesteps, exact=True)
        with np.load(path) as data:
            whole = data["ids"][: data["ids"].shape[0] // self.batch * self.batch]
        batches = whole.reshape(-1, self.batch * self.timesteps)[:50]
        live = (batches != 0) if self.padded or self.real else np.ones_like(batches, bool)
        read = [np.unique(ids[here]).size for ids, here in zip(batches, live, strict=True)]
        return self._products(float(live.sum(axis=1).mean()), float(np.mean(read)), exact=True)

    def _products(self, rows: float, read: float, *, exact: bool) -> float:
        """Return the multiply-adds of a step: of `rows` timesteps, `read` of them times the first input weights.

        `exact` leaves out the products of states that are zeros, and the gradient of the data.
        """
        total, features = 0.0, self.features
        for place, (cell, units) in enumerate(self.layers):
            asked = 3 if place or self.vocabulary or not exact else 2  # nobody asks for the gradient of the data
            begun = self.batch if exact else 0  # the first states are zeros
            total += GATES[cell] * units * (asked * features * (rows if place else read) + 3 * units * (rows - begun))
            features = units
        return total + 3 * (rows if self.sequences else self.batch) * features * self.outputs

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @staticmethod
    def from_data(data: dict[str, Any]) -> Workload:
        """Return the workload of plain data."""
        layers = tuple((cell, units) for cell, units in data["layers"])
        return Workload(**data | {"layers": layers, "parts": tuple(data["parts"])})


def _reviews(name: str, layers: tuple[tuple[str, int], ...], samples: int, **others: Any) -> Workload:
    return Workload(name, 500, 128, 10_000, 32, layers, 1, samples, padded=True, masks=True, **others)


WORKLOADS = {
    each.name: each
    for each in (
        _reviews("W1", (("simple_rnn", 32),), 10_000, epochs=True),
        _reviews("W2", (("lstm", 32),), 10_000, epochs=True),
        Workload("W3", 100, 64, 1000, 64, (("lstm", 128),), 10, 6400),
        Workload("W4", 100, 64, 1000, 64, (("gru", 256), ("simple_rnn", 128)), 10, 6400),
        _reviews("W5", (("simple_rnn", 32),) * 4, 6400),
        Workload("W6", 5, 32, 0, 10, (("lstm", 1000),), 2, 3200, sequences=True, bias=False),
        Workload("W7", 100, 64, 96, 64, (("gru", 512),), 96, 3200, sequences=True),
        Workload("movie-snippets", 41, 128, 10_000, 32, (("lstm", 32),), 1, 10_662, masks=True, epochs=True,
                 dropout=0.2, parts=(0.1, 0.1), real="movie_snippets_lstm"),
    )
}  # fmt: skip
GROWING = Workload("growth", 100, 64, 1000, 64, (("lstm", 64),), 10, 6400)


def growth() -> Iterator[tuple[str, int, Workload]]:
    """Yield (what grows, its size, workload)."""
    for timesteps in (50, 100, 200, 400):
        yield "T", timesteps, replace(GROWING, name=f"growth-T{timesteps}", timesteps=timesteps)
    for batch in (16, 64, 256):
        yield "batch", batch, replace(GROWING, name=f"growth-batch{batch}", batch=batch)
    for units in (32, 64, 128, 256):
        yield "units", units, replace(GROWING, name=f"growth-units{units}", layers=(("lstm", units),))


Split = tuple[NDArray[Any], NDArray[Any]]


def write_data(work: Workload, path: Path) -> None:
    """Write ids or numbers, and targets, of all samples: `ids` or `x`, and `label`."""
    draw = np.random.default_rng(1)
    shape = (work.samples, work.timesteps)
    if not work.vocabulary:
        np.savez(path, x=draw.normal(size=(*shape, work.features)).astype(np.float32),
                 label=draw.normal(size=(*shape, work.outputs)).astype(np.float32))  # fmt: skip
        return
    ids = 1 + (draw.pareto(1.0, shape) * 20 % (work.vocabulary - 1)).astype(np.int32)
    if work.padded:
        lengths = np.clip(np.exp(draw.normal(math.log(LENGTHS[0]), LENGTHS[1], work.samples)), 10, work.timesteps)
        ids[np.arange(work.timesteps) < work.timesteps - lengths[:, None]] = 0
    np.savez(path, ids=ids, label=draw.integers(0, max(2, work.outputs), shape if work.sequences else shape[:1]))


def read_data(work: Workload, path: Path) -> tuple[Split, Split]:
    """Return (inputs, targets) to train on, and of the validation."""
    with np.load(path) as data:
        inputs, targets = data["ids" if work.vocabulary else "x"], data["label"]
    train, validation = sizes(work)
    return (inputs[:train], targets[:train]), (inputs[train : train + validation], targets[train : train + validation])


def sizes(work: Workload) -> tuple[int, int]:
    """Return how many samples are trained on, and how many are the validation."""
    validation, test = (round(part * work.samples) for part in work.parts)
    return work.samples - validation - test, validation
