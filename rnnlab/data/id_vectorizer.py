"""How sequences that are ids already become one array, and words where these are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.padded import PaddedRows, flat
from rnnlab.data.units import split_units
from rnnlab.data.vectorizer import UNKNOWN_WORD, fit_maxlen
from rnnlab.datasets.facts import InputFacts
from rnnlab.errors import DatasetError
from rnnlab.padding import Padding, Side
from rnnlab.text import PADDING_ID

Ids = NDArray[np.int32]
START_MARK = "[START]"


@dataclass(frozen=True)
class IdVectorizer:
    """Everything that turns sequences of ids into an array, and ids into words.

    Attributes:
        rows: V, rows of the embedding: ids are below.
        maxlen: T, timesteps of every sample.
        padding: the side where zeros are added.
        truncating: the side where long sequences are cut.
        mask: the padding is to be masked.
        start_char: the id before every text; None for none.
        oov_char: the id of words that are not known; None leaves them out of texts and refuses such ids.
        words: by id, "" where there is none; empty where no words are known.
    """

    rows: int
    maxlen: int
    padding: Side
    truncating: Side
    mask: bool
    start_char: int | None = None
    oov_char: int | None = None
    words: tuple[str, ...] = ()

    @property
    def facts(self) -> InputFacts:
        """Return what the plan needs to know of the input."""
        return InputFacts("ids", self.maxlen, vocabulary=self.rows, padding=self.padding, masked=self.mask)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Return the id of every known word."""
        return {word: position for position, word in enumerate(self.words) if word}

    def encode(self, sequences: Sequence[Sequence[int] | Ids]) -> PaddedRows:
        """Return ids (N, T), cut and padded."""
        return self.pad(*flat(sequences, np.int32))

    def pad(self, values: NDArray[Any], offsets: NDArray[np.int64]) -> PaddedRows:
        """Return ids (N, T) of sequences that stand one after the other, each at its offset, cut and padded."""
        return PaddedRows(values, offsets, self.maxlen, self.padding, self.truncating, PADDING_ID)

    def settled(self, padding: Padding, timesteps: int) -> IdVectorizer:
        """Return the same vectorizer for sequences that are cut and padded in another way.

        Args:
            padding: the section of the file.
            timesteps: T.
        """
        truncating = padding.truncating or "pre"
        return replace(self, maxlen=timesteps, padding=padding.padding, truncating=truncating, mask=padding.mask)

    def ids_of(self, text: str) -> list[int]:
        """Return the ids of a raw text, as the training's were made.

        Raises:
            DatasetError: RL433, no words are known.
        """
        if not self.words:
            raise DatasetError(
                "RL433",
                "the model reads ids, and was trained without the words they stand for",
                help="give lists of ids (jsonl, parquet, npz), or train with `dataset.word_index`",
            )
        found = [self.ids.get(word, self.oov_char) for word in split_units(text, "word", lowercase=True)]
        start = [] if self.start_char is None else [self.start_char]
        return [*start, *(number for number in found if number is not None)]

    def decode(self, ids: Sequence[int] | Ids) -> str:
        """Return ids as words, as far as these are known."""
        return " ".join(self._word(int(number)) for number in ids)

    def _word(self, number: int) -> str:
        if number == self.start_char:
            return START_MARK
        if number == self.oov_char:
            return UNKNOWN_WORD
        return (self.words[number] if number < len(self.words) else "") or str(number)

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self) | {"words": list(self.words)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> IdVectorizer:
        """Return what `to_data` wrote.

        Raises:
            KeyError, TypeError: the data have another form.
        """
        return cls(**data | {"words": tuple(data["words"])})


def fit_id_vectorizer(
    lengths: NDArray[np.int64],
    padding: Padding,
    *,
    rows: int,
    start_char: int | None,
    oov_char: int | None,
    words: tuple[str, ...],
) -> IdVectorizer:
    """Return the vectorizer fitted on the lengths of the training sequences."""
    return IdVectorizer(
        rows=rows,
        maxlen=fit_maxlen(lengths.tolist(), padding),
        padding=padding.padding,
        truncating=padding.truncating or "pre",
        mask=padding.mask,
        start_char=start_char,
        oov_char=oov_char,
        words=words,
    )
