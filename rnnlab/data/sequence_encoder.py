"""How sequences of numbers become one array: scaled, cut and padded, fitted on the training split."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.padded import PaddedRows
from rnnlab.data.ragged import Ragged
from rnnlab.data.scaling import ALL, fit_scales
from rnnlab.data.vectorizer import fit_maxlen
from rnnlab.datasets.facts import InputFacts
from rnnlab.datasets.scaler import MinMaxScaler, NoScaler, RobustScaler, StandardScaler
from rnnlab.datasets.sequences import ScalerName
from rnnlab.errors import DatasetError
from rnnlab.experiment.sequence_facts import is_padded, sequence_facts
from rnnlab.padding import Padding

SCALERS: dict[ScalerName, StandardScaler | MinMaxScaler | RobustScaler | NoScaler] = {
    "standard": StandardScaler(per="all"),
    "minmax": MinMaxScaler(per="all"),
    "robust": RobustScaler(per="all"),
    "none": NoScaler(),
}


@dataclass(frozen=True)
class SequenceEncoder:
    """Everything that turns sequences into an array (N, T, F).

    Attributes:
        scales: (centre, scale) of each channel.
        length: timesteps of every sequence of the training; None where they differ.
        maxlen: T, timesteps of every sample.
        padding: the section of the file.
    """

    scales: tuple[tuple[float, float], ...]
    length: int | None
    maxlen: int
    padding: Padding

    @property
    def flagged(self) -> bool:
        """Return whether the last feature tells data from padding."""
        return self.padding.mask and is_padded(self.length, self.padding)

    @property
    def facts(self) -> InputFacts:
        """Return what the plan needs to know of the input."""
        return replace(sequence_facts(len(self.scales), self.length, self.padding), timesteps=self.maxlen)

    def encode(self, sequences: Ragged) -> PaddedRows:
        """Return what the network reads, (N, T, C), or (N, T, C + 1) where the last feature is 1 at data, 0 at padding.

        Raises:
            DatasetError: RL404, the channels are others; RL442, a sequence would need padding that nothing masks.
        """
        found = self.whole(sequences)
        self.check_lengths(sequences.lengths)
        return found

    def whole(self, sequences: Ragged) -> PaddedRows:
        """Return the same of sequences whose lengths are looked at later.

        Raises:
            DatasetError: RL404, the channels are others.
        """
        found, wanted = sequences.values.shape[1], len(self.scales)
        if found != wanted:
            raise DatasetError(
                "RL404",
                f"a timestep has {found} number{'s'[: found != 1]}, the training's had {wanted}",
                help="give the channels of the training, in their order",
            )
        centre, scale = np.array(self.scales).T
        return self.pad(((sequences.values - centre) / scale).astype(np.float32), sequences.offsets)

    def pad(self, values: NDArray[np.float32], offsets: NDArray[np.int64]) -> PaddedRows:
        """Return what the network reads of scaled sequences that stand one after the other, each at its offset."""
        cut = self.padding.truncating or "pre"
        return PaddedRows(values, offsets, self.maxlen, self.padding.padding, cut, flagged=self.flagged)

    def settled(self, padding: Padding, timesteps: int) -> SequenceEncoder:
        """Return the same encoder for sequences that are cut and padded in another way.

        Args:
            padding: the section of the file.
            timesteps: T.
        """
        return replace(self, maxlen=timesteps, padding=padding)

    def check_lengths(self, lengths: NDArray[np.int64]) -> None:
        """Refuse sequences that would need padding where the training's needed none.

        Raises:
            DatasetError: RL442, with the first of them.
        """
        short = np.flatnonzero(lengths < self.maxlen)
        if len(short) and not is_padded(self.length, self.padding):
            index = int(short[0])
            raise DatasetError(
                "RL442",
                f"sample {index} has {lengths[index]} timesteps, all of the training had {self.length}",
                help=f"give sequences of {self.maxlen} timesteps, or train with `padding: {{maxlen: …}}` above them",
            )

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self) | {"scales": [list(scale) for scale in self.scales], "padding": self.padding.model_dump()}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> SequenceEncoder:
        """Return what `to_data` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data have another form.
        """
        scales = tuple((float(centre), float(scale)) for centre, scale in data["scales"])
        return cls(**data | {"scales": scales, "padding": Padding.model_validate(data["padding"])})


def fit_sequences(train: Ragged, scaler: ScalerName, padding: Padding) -> SequenceEncoder:
    """Return the encoder fitted on the training sequences.

    Args:
        train: of the training split only.
        scaler: of the file.
        padding: the `padding` section.
    """
    scales = fit_scales(SCALERS[scaler], {ALL: train.values.astype(np.float64)})[ALL]
    return SequenceEncoder(
        scales=tuple((float(centre), float(scale)) for centre, scale in scales),
        length=train.length,
        maxlen=fit_maxlen(train.lengths.tolist(), padding),
        padding=padding,
    )
