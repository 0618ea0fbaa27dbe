"""How sequences of numbers become one array: scaled, cut and padded, fitted on the training split."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

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

    def encode(self, sequences: Ragged) -> NDArray[np.float32]:
        """Return what the network reads, (N, T, C), or (N, T, C + 1) where the last feature is 1 at data, 0 at padding.

        Raises:
            DatasetError: RL404, the channels are others; RL442, a sequence would need padding that nothing masks.
        """
        self._check(sequences)
        channels = len(self.scales)
        read = np.zeros((len(sequences), self.maxlen, channels + self.flagged), np.float32)
        centre, scale = np.array(self.scales).T
        for row, sequence in zip(read, sequences, strict=True):
            kept = sequence[max(0, len(sequence) - self.maxlen) :]
            if self.padding.truncating == "post":
                kept = sequence[: self.maxlen]
            start = self.maxlen - len(kept) if self.padding.padding == "pre" else 0
            row[start : start + len(kept), :channels] = (kept - centre) / scale
            row[start : start + len(kept), channels:] = 1.0
        return read

    def _check(self, sequences: Ragged) -> None:
        found, wanted = sequences.values.shape[1], len(self.scales)
        if found != wanted:
            raise DatasetError(
                "RL404",
                f"a timestep has {found} number{'s'[: found != 1]}, the training's had {wanted}",
                help="give the channels of the training, in their order",
            )
        short = np.flatnonzero(sequences.lengths < self.maxlen)
        if len(short) and not is_padded(self.length, self.padding):
            index = int(short[0])
            raise DatasetError(
                "RL442",
                f"sample {index} has {sequences.lengths[index]} timesteps, all of the training had {self.length}",
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
