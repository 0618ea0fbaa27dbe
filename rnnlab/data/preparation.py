"""How raw text becomes the network's inputs: fitted on the training split, packed with the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.labels import encode_classes, encode_numbers
from rnnlab.data.units import Unit, split_units
from rnnlab.datasets.facts import InputFacts, TargetFacts, TargetKind
from rnnlab.errors import StoreError
from rnnlab.padding import Side
from rnnlab.text import PADDING_ID, UNKNOWN_ID

VERSION = 1
FILE = "preparation.json"
PADDING_WORD, UNKNOWN_WORD = "", "[UNK]"


@dataclass(frozen=True)
class Preparation:
    """Everything that turns raw text into the network's inputs, and values into its targets.

    Attributes:
        unit: what one integer stands for.
        lowercase: case is folded first.
        words: the units by id; id 0 is padding (""), id 1 any unknown unit ("[UNK]").
        rows: V, rows of the embedding; `words` may be fewer.
        maxlen: T, timesteps of every sample.
        padding: the side where zeros are added.
        truncating: the side where long sequences are cut.
        mask: the padding is to be masked.
        target_kind: `classes` or `number`.
        labels: the classes in the order of their indices; empty for numbers.
        target_name: the target's name.
        input_name: the input's name.
    """

    unit: Unit
    lowercase: bool
    words: tuple[str, ...]
    rows: int
    maxlen: int
    padding: Side
    truncating: Side
    mask: bool
    target_kind: TargetKind
    labels: tuple[str, ...]
    target_name: str
    input_name: str = "text"

    @cached_property
    def ids(self) -> dict[str, int]:
        """Return the id of every known unit."""
        return {word: position for position, word in enumerate(self.words) if position > UNKNOWN_ID}

    @property
    def input_facts(self) -> InputFacts:
        """Return what the plan needs to know of the input."""
        return InputFacts("ids", self.maxlen, vocabulary=self.rows, padding=self.padding, masked=self.mask)

    @property
    def target_facts(self) -> TargetFacts:
        """Return what the plan needs to know of the target."""
        if self.target_kind == "number":
            return TargetFacts("number")
        return TargetFacts("classes", len(self.labels), self.labels)

    def units(self, text: str) -> list[str]:
        """Return the units of a text, in order."""
        return split_units(text, self.unit, lowercase=self.lowercase)

    def encode(self, texts: Sequence[str]) -> dict[str, NDArray[np.int32]]:
        """Return the input by name: ids (N, T), cut and padded.

        A text without any unit becomes one unknown unit, so that no sample is all padding.
        """
        ids_NT = np.full((len(texts), self.maxlen), PADDING_ID, np.int32)
        for row, text in zip(ids_NT, texts, strict=True):
            ids = [self.ids.get(unit, UNKNOWN_ID) for unit in self.units(text)] or [UNKNOWN_ID]
            kept = ids[-self.maxlen :] if self.truncating == "pre" else ids[: self.maxlen]
            start = self.maxlen - len(kept) if self.padding == "pre" else 0
            row[start : start + len(kept)] = kept
        return {self.input_name: ids_NT}

    def encode_labels(self, values: Sequence[str]) -> NDArray[np.int64] | NDArray[np.float32]:
        """Return the targets (N,): class indices as int64, or numbers as float32.

        Raises:
            DatasetError: RL409, a label the training did not know; RL410, not a finite number.
        """
        where = f"`{self.target_name}`"
        if self.target_kind == "number":
            return encode_numbers(values, where)
        return encode_classes(values, self.labels, where)

    def to_data(self) -> dict[str, Any]:
        """Return plain data, with the version of their form."""
        return {"version": VERSION} | asdict(self) | {"words": list(self.words), "labels": list(self.labels)}

    @classmethod
    def from_data(cls, data: Any) -> Preparation:
        """Return the preparation that `to_data` wrote.

        Raises:
            StoreError: the data have another form or are of another version.
        """
        if not isinstance(data, dict) or data.get("version") != VERSION:
            raise StoreError(f"{FILE} is damaged or of another version of rnnlab; prepare or train again")
        fields = {key: value for key, value in data.items() if key != "version"}
        try:
            return cls(**fields | {"words": tuple(fields["words"]), "labels": tuple(fields["labels"])})
        except (KeyError, TypeError) as error:
            raise StoreError(f"{FILE} is damaged: {error}; prepare or train again") from error

    def save(self, folder: Path) -> Path:
        """Return the path of the file written into a folder: `preparation.json`."""
        path = folder / FILE
        path.write_text(json.dumps(self.to_data(), ensure_ascii=False), encoding="utf-8")
        return path

    @classmethod
    def load(cls, folder: Path) -> Preparation:
        """Return the preparation saved in a folder.

        Raises:
            StoreError: the file is missing, damaged or of another version.
        """
        try:
            data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        except OSError as error:
            raise StoreError(f"cannot read {folder / FILE}: {error.strerror}") from error
        except ValueError as error:
            raise StoreError(f"{folder / FILE} is damaged: {error}; prepare or train again") from error
        return cls.from_data(data)
