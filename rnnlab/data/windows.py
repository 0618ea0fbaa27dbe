"""Windows of a running text: samples that are cut out of one flat array when a batch asks for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.splits import Samples, Splits
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.target import task_of
from rnnlab.tasks import LanguageModel
from rnnlab.text import PADDING_ID

SMALLEST = 1e-37  # a probability; float32 has none below that is exact


@dataclass(frozen=True)
class Windows:
    """N windows of T timesteps as an array (N, T) that is never in memory as a whole.

    Attributes:
        ids: (L,) of the whole text, memory-mapped.
        starts: (N,) place of each window's first unit.
        ends: (N,) place before which it ends; padding stands from there on.
        timesteps: T.
        ahead: 0 for what is read, 1 for what is predicted: the unit behind.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    timesteps: int
    ahead: int = 0

    def __len__(self) -> int:
        """Return N."""
        return len(self.starts)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (N, T)."""
        return len(self.starts), self.timesteps

    @property
    def dtype(self) -> np.dtype[np.int32]:
        """Return the type of the ids."""
        return np.dtype(np.int32)

    def __getitem__(self, rows: Any) -> NDArray[np.int32]:
        """Return the windows of some rows: a slice, or their numbers."""
        places = np.asarray(self.starts[rows])[..., None] + np.arange(self.timesteps)
        inside = places < np.asarray(self.ends[rows])[..., None]
        found = self.ids[np.minimum(places + self.ahead, len(self.ids) - 1)]
        return np.where(inside, found, PADDING_ID).astype(np.int32)

    def laid(self, values_NT: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what belongs to the unit behind each timestep at that unit's place, (L,); NaN where nothing does.

        Args:
            values_NT: of every window; NaN does not count.
        """
        places = self.starts[:, None] + np.arange(self.timesteps) + 1
        found = np.full(len(self.ids), np.nan)
        known = np.isfinite(values_NT)
        found[places[known]] = values_NT[known]
        return found


def cut_windows(splits: Splits, experiment: Experiment) -> Splits:
    """Return a running text's splits as windows.

    Every unit but the first of a split is predicted once. Where training carries states, a split is cut into
    `batch_size` streams, and row b + k·batch_size is window k of stream b, so that each batch continues the one before.
    For validation and test each stream but the first begins with a window that the stream before also has; it is read
    and not scored, so that states are warm at the first unit that counts: the scores are those of one pass over the
    whole text, but for what a state keeps from more than a window ago.

    Args:
        splits: whose inputs are flat ids (L,).
        experiment: says how long windows are, and whether and in how many streams states are carried.
    """
    task, training = task_of(experiment), experiment.training
    if not isinstance(task, LanguageModel):
        return splits
    streams = training.batch_size if training.stateful else None
    name, target = splits.preparation.target.reads or "", splits.preparation.target_name

    def cut(samples: Samples, *, warm: bool) -> Samples:
        ids = samples.inputs[name]
        starts, ends, counts = window_places(len(ids) - 1, task.window, streams, warm=warm)
        windows: Any = Windows(ids, starts, ends, task.window)
        return replace(
            samples,
            inputs={name: windows},
            targets={target: replace(windows, ahead=1)},
            weights=None if counts.all() else counts.astype(np.float32),
            streams=streams,
        )

    return replace(
        splits,
        train=cut(splits.train, warm=False),
        validation=cut(splits.validation, warm=True),
        test=cut(splits.test, warm=True),
    )


def window_places(
    places: int, timesteps: int, streams: int | None, *, warm: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return start and end of each window, and whether it counts.

    Args:
        places: units that are read, each with one behind it to predict.
        timesteps: T.
        streams: B; None cuts one text.
        warm: streams but the first begin with a window that does not count; where the text is long enough.
    """
    parts = streams or 1
    length = -(-(places + (parts - 1) * timesteps) // parts) if warm else -(-places // parts)
    early = warm and length > timesteps
    if not early:
        length = -(-places // parts)
    begins_B = np.minimum(np.arange(parts) * (length - timesteps * early), places)
    ends_B = np.minimum(begins_B + length, places)
    steps = np.arange(-(-length // timesteps))
    starts_KB = begins_B + steps[:, None] * timesteps
    counts_KB = np.broadcast_to(~np.bool_(early) | (steps[:, None] > 0) | (np.arange(parts) == 0), starts_KB.shape)
    return starts_KB.ravel(), np.broadcast_to(ends_B, starts_KB.shape).ravel(), counts_KB.ravel()
