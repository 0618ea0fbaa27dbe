"""How raw text becomes integers: fitted on the training split."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.padded import PaddedRows, flat, length_percentiles
from rnnlab.data.subwords import fit_subwords, read_tokenizer
from rnnlab.data.units import fold, join_units, split_units
from rnnlab.datasets.facts import InputFacts
from rnnlab.padding import Padding, Side
from rnnlab.text import END_ID, PADDING_ID, START_ID, UNKNOWN_ID, Text, Unit

PADDING_WORD, UNKNOWN_WORD = "", "[UNK]"
START_WORD, END_WORD = "[START]", "[END]"

Ids = NDArray[np.int32]


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
        tokenizer: of sub-words, as JSON.
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
    tokenizer: str | None = None

    @cached_property
    def _subwords(self) -> Callable[[str], list[str]]:
        tokenizer = read_tokenizer(self.tokenizer or "")
        return lambda text: list(tokenizer.encode(text).tokens)

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
        """Return the units of a text, in order.

        Raises:
            DatasetError: RL434, they are sub-words and `tokenizers` is not installed.
        """
        if self.unit == "subword":
            return self._subwords(fold(text, lowercase=self.lowercase))
        return split_units(text, self.unit, lowercase=self.lowercase)

    def encode(self, texts: Sequence[str]) -> PaddedRows:
        """Return ids (N, T), cut and padded; where the text is to be written, the start and then the ids.

        A text without any unit becomes one unknown unit, so that no sample is all padding.
        """
        ids, offsets = array("i"), array("q", [0])
        known = self.ids.get
        for text in texts:
            ids.extend(map(known, self.units(text), repeat(UNKNOWN_ID)))
            if len(ids) == offsets[-1] and not self.written:
                ids.append(UNKNOWN_ID)
            offsets.append(len(ids))
        return self.pad(np.frombuffer(ids, np.int32), np.frombuffer(offsets, np.int64))

    def flat(self, text: str) -> Ids:
        """Return the ids (L,) of a whole text, neither cut nor padded."""
        return np.array(self._ids_of(text), np.int32)

    def pad(self, values: NDArray[Any], offsets: NDArray[np.int64], fill: int = PADDING_ID) -> PaddedRows:
        """Return what belongs to each unit of N texts as (N, T), cut and padded as the texts are.

        Args:
            values: a number for each unit, text after text.
            offsets: (N + 1,), where each text begins.
            fill: what stands at padding.
        """
        first = START_ID if self.written else None
        return PaddedRows(values, offsets, self.maxlen, self.padding, self.truncating, fill, first)

    def align(self, sequences: Sequence[Any], fill: int, dtype: Any) -> PaddedRows:
        """Return what belongs to each unit of N texts, a sequence for each, as `pad` does."""
        return self.pad(*flat(sequences, dtype), fill)

    def wanted(self, read: PaddedRows) -> PaddedRows:
        """Return what is to be written (N, T) where `read` stands before it: the same ids and then the end."""
        return replace(read, first=None, last=END_ID)

    def settled(self, padding: Padding, timesteps: int) -> TextVectorizer:
        """Return the same vectorizer for texts that are cut and padded in another way.

        Args:
            padding: the section of the file.
            timesteps: T.
        """
        return replace(
            self,
            maxlen=timesteps,
            padding=padding.padding,
            truncating=padding.truncating or ("post" if self.written else "pre"),
            mask=padding.mask,
        )

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


def fit_vectorizer(
    texts: Sequence[str], text: Text, padding: Padding, *, given: Sequence[str] | None = None, written: bool = False
) -> TextVectorizer:
    """Return the vectorizer fitted on the training texts.

    Args:
        texts: of the training split only.
        text: the `text` section.
        padding: the `padding` section.
        given: the units of `text.vocabulary_file`.
        written: the text is to be written.

    Raises:
        DatasetError: RL434, sub-words are wanted and `tokenizers` is not installed.
    """
    special = (PADDING_WORD, UNKNOWN_WORD, *((START_WORD, END_WORD) if written else ()))
    limit = text.vocabulary - len(special)
    tokenizer: str | None = None
    if text.unit == "subword":
        tokenizer, known, lengths = _fit_subwords(texts, text, limit)
    else:
        known, lengths = _most_frequent(texts, text, limit)
    return TextVectorizer(
        unit=text.unit,
        lowercase=text.lowercase,
        words=(*special, *(known if given is None else given[:limit])),
        rows=text.vocabulary,
        maxlen=fit_maxlen([length + 1 if written else max(1, length) for length in lengths], padding),
        padding=padding.padding,
        truncating=padding.truncating or ("post" if written else "pre"),
        mask=padding.mask,
        written=written,
        tokenizer=tokenizer,
    )


def _fit_subwords(texts: Sequence[str], text: Text, limit: int) -> tuple[str, Sequence[str], list[int]]:
    """Return (the tokenizer as JSON, its sub-words, the length of each text)."""
    folded = [fold(sample, lowercase=text.lowercase) for sample in texts]
    written, known = fit_subwords(folded, limit=limit, min_frequency=text.min_frequency)
    tokenizer = read_tokenizer(written)
    return written, known, [len(each.tokens) for each in tokenizer.encode_batch(folded)]


def _most_frequent(texts: Sequence[str], text: Text, limit: int) -> tuple[Sequence[str], list[int]]:
    """Return (the most frequent units, the length of each text); ties by alphabet: no order of samples matters."""
    assert text.unit != "subword"
    counts: Counter[str] = Counter()
    lengths = []
    for sample in texts:
        units = split_units(sample, text.unit, lowercase=text.lowercase)
        counts.update(units)
        lengths.append(len(units))
    often = [unit for unit, count in counts.items() if count >= text.min_frequency]
    return sorted(often, key=lambda unit: (-counts[unit], unit))[:limit], lengths


def fit_maxlen(lengths: Sequence[int], padding: Padding) -> int:
    """Return T; for a percentile the smallest length at which that share of the texts is not cut."""
    return padding.timesteps_of(length_percentiles(np.asarray(lengths)))
