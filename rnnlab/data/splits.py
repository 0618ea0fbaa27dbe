"""What preparation gives: named arrays per split, with everything needed to prepare new data the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.buckets import Buckets
from rnnlab.data.cautions import Caution
from rnnlab.data.padded import LiveTimesteps, PaddedRows
from rnnlab.data.preparation import Preparation
from rnnlab.data.profile import Profile
from rnnlab.data.vectors import Vectors
from rnnlab.datasets import Facts
from rnnlab.text import PADDING_ID


@dataclass(frozen=True)
class Timeline:
    """The timesteps of a split that windows point into.

    Attributes:
        times: (R,) seconds since 1970 of every timestep, series after series.
        offsets: (S + 1,) where each series begins, and where the last one ends.
        names: of the S series.
    """

    times: NDArray[np.int64]
    offsets: NDArray[np.int64]
    names: tuple[str, ...]

    def series_of(self, timesteps: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which series (N,) timesteps belong to."""
        return np.searchsorted(self.offsets, timesteps, side="right") - 1


def live_timesteps(values: Any) -> NDArray[np.bool_]:
    """Return which timesteps (N, T) of a padded input are data: ids, or the last of the features, that are not 0."""
    told = np.asarray(values)
    return np.asarray((told if told.ndim == 2 else told[..., -1]) != PADDING_ID)


@dataclass(frozen=True)
class Samples:
    """One split. All arrays have N rows.

    Those of series are `SeriesWindows`, those that are padded `PaddedRows`: they look like arrays, and give them at
    `[rows]`.

    Attributes:
        inputs: by name; ids (N, T) int32, padded, or numbers (N, T, …) float32; of a running text its `Windows`.
        targets: by name; class indices int64 (N,) or (N, T), ids to be written int32 (N, T), or numbers float32, (N,)
            or (N, K) of samples, (N, T) or (N, T, K) of timesteps; of series (N, H, K, 3), see `Encoded`.
        weights: (N,) float32 sample weights, or None where all weigh the same.
        masks: by input name, (N, T) bool as `LiveTimesteps`, True where a timestep is data; empty where nothing is
            padded or the padding is not to be masked.
        rows: (N,) int64, row of the source table, counted from 0.
        raw: for each input that is a text, the texts as they stood in the source (for baselines and for
            showing), of sequences that are ids already the ids with blanks between; read from disk one by one.
        streams: B, where rows follow one another: row b continues row b - B; None where each stands for itself.
        timeline: of series, the times of what the windows point into.
        buckets: the lengths that batches are padded to; None where all have T timesteps.
    """

    inputs: dict[str, Any]
    targets: dict[str, Any]
    weights: NDArray[np.float32] | None = None
    masks: dict[str, Any] = field(default_factory=dict)
    rows: NDArray[np.int64] | None = None
    raw: dict[str, Sequence[str]] = field(default_factory=dict)
    streams: int | None = None
    timeline: Timeline | None = None
    buckets: Buckets | None = None

    def __len__(self) -> int:
        """Return N."""
        return len(next(iter(self.inputs.values())))


def masks_of(inputs: Mapping[str, Any], preparation: Preparation) -> dict[str, LiveTimesteps]:
    """Return the masks of the inputs that are padded and to be masked, where any of their rows is shorter than T."""
    padded = {name: rows for name, rows in inputs.items() if isinstance(rows, PaddedRows)}
    masked = {name: rows for name, rows in padded.items() if preparation.is_masked(name)}
    return {name: LiveTimesteps(rows) for name, rows in masked.items() if (rows.lengths < rows.timesteps).any()}


@dataclass(frozen=True)
class Splits:
    """The prepared data.

    Attributes:
        facts: complete: nothing in it is None that the data can tell.
        preparation: how raw data become arrays; packed with the model.
        fingerprint: SHA-256 of the source and of everything that changed it.
        entry: SHA-256 of the same but for how sequences are cut and padded; the cache's key.
        source: what the data are: name, sha256, licence, citation, counts; plain data for the record.
        cautions: what a person should know.
        profile: what the raw data were like.
        vectors: pretrained ones, by the name of their embedding layer.
    """

    train: Samples
    validation: Samples
    test: Samples
    facts: Facts
    preparation: Preparation
    fingerprint: str
    entry: str
    source: dict[str, Any]
    cautions: tuple[Caution, ...] = ()
    profile: Profile = field(default_factory=Profile)
    vectors: Mapping[str, Vectors] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what a person should know, a sentence each."""
        return tuple(caution.text for caution in self.cautions)

    def named(self) -> dict[str, Samples]:
        """Return the splits by name: train, validation, test."""
        return {"train": self.train, "validation": self.validation, "test": self.test}
