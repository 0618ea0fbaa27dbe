"""How raw text becomes integers: fitted on the training split."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.units import join_units, split_units
from rnnlab.datasets.facts import InputFacts
from rnnlab.padding import Padding, Side
from rnnlab.text import END_ID, PADDING_ID, START_ID, UNKNOWN_ID, Text, Unit

PADDING_WORD, UNKNOWN_WORD = "", "[UNK]"
START_WORD, END_WORD = "[START]", "[END]"

Ids = NDArray[np.int32]
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class TextVectorizer:
    """Everything that turns raw text into ids, and ids into text.

    Attributes:
        unit: what one integer stands for.
        lowercase: case is folded first.
        words: the units by id; id 0 is padding (""), id 1 any unknown unit ("[UNK]").
        rows: V, rows of the embedding; `words` may be fewer.
        maxlen: T, timesteps of every sample.
        padding: the side where zeros are added.
        truncating: the side where long sequences are cut.
        mask: the padding is to be masked.
        written: the text is to be written, so ids 2 and 3 are its start and its end, and one of the T timesteps is for
            them.
    """

    unit: Unit
    lowercase: bool
    words: tuple[str, ...]
    rows: int
    maxlen: int
    padding: Side
    truncating: Side
    mask: bool
    written: bool = False

    @cached_property
    def ids(self) -> dict[str, int]:
        """Return the id of every known unit."""
        return {word: position for position, word in enumerate(self.words) if position >= self.first_id}

    @property
    def first_id(self) -> int:
        """Return the id of the most frequent unit: those below mean something else."""
        return END_ID + 1 if self.written else UNKNOWN_ID + 1

    @property
    def facts(self) -> InputFacts:
        """Return what the plan needs to know of the input."""
        return InputFacts("ids", self.maxlen, vocabulary=self.rows, padding=self.padding, masked=self.mask)

    def units(self, text: str) -> list[str]:
        """Return the units of a text, in order."""
        return split_units(text, self.unit, lowercase=self.lowercase)

    def encode(self, texts: Sequence[str]) -> Ids:
        """Return ids (N, T), cut and padded.

        A text without any unit becomes one unknown unit, so that no sample is all padding.
        """
        return self.align([self._ids_of(text) or [UNKNOWN_ID] for text in texts], PADDING_ID, np.int32)

    def flat(self, text: str) -> Ids:
        """Return the ids (L,) of a whole text, neither cut nor padded."""
        return np.array(self._ids_of(text), np.int32)

    def align(self, sequences: Sequence[Any], fill: int, dtype: type[Number]) -> NDArray[Number]:
        """Return what belongs to each unit of N texts as (N, T), cut and padded as the texts are.

        Args:
            sequences: a number for each unit.
            fill: what stands at padding.
            dtype: of the array.
        """
        found = np.full((len(sequences), self.maxlen), fill, dtype)
        for row, sequence in zip(found, sequences, strict=True):
            kept = self.cut(sequence, self.maxlen)
            start = self.maxlen - len(kept) if self.padding == "pre" else 0
            row[start : start + len(kept)] = kept
        return found

    def encode_written(self, texts: Sequence[str]) -> tuple[Ids, Ids]:
        """Return what is read and what is to be written at each timestep, both (N, T).

        The first is the start and then the units, the second the same units and then the end; both have padding behind.
        """
        read_NT = np.full((len(texts), self.maxlen), PADDING_ID, np.int32)
        wanted_NT = read_NT.copy()
        for read, wanted, text in zip(read_NT, wanted_NT, texts, strict=True):
            kept = self.cut(self._ids_of(text), self.maxlen - 1)
            read[: len(kept) + 1] = [START_ID, *kept]
            wanted[: len(kept) + 1] = [*kept, END_ID]
        return read_NT, wanted_NT

    def decode(self, ids: Sequence[int]) -> list[str]:
        """Return the units of ids, up to the end; an id without a unit is unknown."""
        units = []
        for number in ids:
            if number in (PADDING_ID, END_ID):
                break
            units.append(self.words[number] if self.first_id <= number < len(self.words) else UNKNOWN_WORD)
        return units

    def join(self, units: Sequence[str]) -> str:
        """Return units as a text."""
        return join_units(units, self.unit)

    def _ids_of(self, text: str) -> list[int]:
        return [self.ids.get(unit, UNKNOWN_ID) for unit in self.units(text)]

    def cut(self, units: Sequence[Any], limit: int) -> Sequence[Any]:
        """Return the units that are kept of a long text."""
        return units[max(0, len(units) - limit) :] if self.truncating == "pre" else units[:limit]

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self) | {"words": list(self.words)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> TextVectorizer:
        """Return what `to_data` wrote.

        Raises:
            KeyError, TypeError: the data have another form.
        """
        return cls(**data | {"words": tuple(data["words"])})


def fit_vectorizer(texts: Sequence[str], text: Text, padding: Padding, *, written: bool = False) -> TextVectorizer:
    """Return the vectorizer fitted on the training texts.

    Args:
        texts: of the training split only.
        text: the `text` section.
        padding: the `padding` section.
        written: the text is to be written.
    """
    counts: Counter[str] = Counter()
    lengths = []
    for sample in texts:
        units = split_units(sample, text.unit, lowercase=text.lowercase)
        counts.update(units)
        lengths.append(len(units) + 1 if written else max(1, len(units)))
    special = (PADDING_WORD, UNKNOWN_WORD, *((START_WORD, END_WORD) if written else ()))
    return TextVectorizer(
        unit=text.unit,
        lowercase=text.lowercase,
        words=(*special, *_most_frequent(counts, text.vocabulary - len(special))),
        rows=text.vocabulary,
        maxlen=fit_maxlen(lengths, padding),
        padding=padding.padding,
        truncating=padding.truncating or ("post" if written else "pre"),
        mask=padding.mask,
        written=written,
    )


def _most_frequent(counts: Counter[str], limit: int) -> list[str]:
    """Return the most frequent units, ties by alphabet: the order of the samples changes nothing."""
    return sorted(counts, key=lambda unit: (-counts[unit], unit))[:limit]


def fit_maxlen(lengths: Sequence[int], padding: Padding) -> int:
    """Return T; for a percentile the smallest length at which that share is not cut."""
    if isinstance(padding.maxlen, int):
        return padding.maxlen
    percentile = padding.percentile
    if percentile is None:
        return max(lengths)
    return sorted(lengths)[math.ceil(percentile * len(lengths) / 100) - 1]
