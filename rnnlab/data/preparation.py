"""How raw data become the network's inputs and targets: fitted on the training split, packed with the model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.id_vectorizer import IdVectorizer
from rnnlab.data.labels import encode_classes, encode_numbers
from rnnlab.data.padded import PaddedRows
from rnnlab.data.sequence_encoder import SequenceEncoder
from rnnlab.data.series_encoder import SeriesEncoder
from rnnlab.data.vectorizer import TextVectorizer
from rnnlab.datasets import ConllFormat, ConlluFormat, TaggedFormat, WordTagFormat
from rnnlab.datasets.facts import Facts, InputFacts, TargetFacts
from rnnlab.errors import DatasetError, StoreError
from rnnlab.padding import Padding

VERSION = 2
FILE = "preparation.json"

Array = NDArray[Any]


@dataclass(frozen=True)
class Preparation:
    """Everything that turns raw data into the network's inputs, and values into its targets.

    Attributes:
        target_name: the target's name.
        target: what it is, complete: the labels of classes are known.
        texts: for each input that is a text, how it becomes ids.
        arrays: for each input of numbers, the shape of a sample: (T, F), or more dimensions.
        columns: the source's column that each input was read from, where it has columns.
        ids: for each input of sequences that are ids already, how they become one array.
        sequences: for each input of sequences of numbers, how it becomes an array.
        reads: the `dataset` section as plain data, where files of sequences are read as it says; else empty.
        layout: how files of tagged sentences are written; None for other data.
        series: how series become windows; None for other data.
    """

    target_name: str
    target: TargetFacts
    texts: Mapping[str, TextVectorizer] = field(default_factory=dict)
    arrays: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, IdVectorizer] = field(default_factory=dict)
    sequences: Mapping[str, SequenceEncoder] = field(default_factory=dict)
    reads: Mapping[str, Any] = field(default_factory=dict)
    layout: TaggedFormat | None = None
    series: SeriesEncoder | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the classes in the order of their indices; none for numbers and texts."""
        return self.target.labels or ()

    @property
    def padded(self) -> dict[str, TextVectorizer | IdVectorizer]:
        """Return how each input of ids is made: of texts, and of sequences that are ids already."""
        return {**self.texts, **self.ids}

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return (*self.padded, *self.arrays, *self.sequences, *(self.series.inputs if self.series else ()))

    @property
    def given_inputs(self) -> tuple[str, ...]:
        """Return the inputs that new data must bring: all but what the model writes itself."""
        written = self.target.reads if self.target.kind == "sequence" else None
        return tuple(name for name in self.input_names if name != written)

    @property
    def written(self) -> TextVectorizer:
        """Return how the text that is to be written becomes ids.

        Raises:
            KeyError: the target is none.
        """
        return self.texts[self.target.reads or ""]

    @property
    def facts(self) -> Facts:
        """Return what the plan needs to know of the data."""
        inputs = {name: vectorizer.facts for name, vectorizer in self.padded.items()}
        inputs |= {name: encoder.facts for name, encoder in self.sequences.items()}
        inputs |= {
            name: InputFacts("features", timesteps=shape[0], features=shape[1:]) for name, shape in self.arrays.items()
        }
        return Facts(inputs, {self.target_name: self.target})

    def settled(self, paddings: Mapping[str, tuple[Padding, int]]) -> Preparation:
        """Return the same preparation with sequences that are cut and padded as sections of a file say.

        Args:
            paddings: for each input that is padded the section, and T.
        """
        texts, ids, sequences = dict(self.texts), dict(self.ids), dict(self.sequences)
        for name, padding in paddings.items():
            if name in texts:
                texts[name] = texts[name].settled(*padding)
            elif name in ids:
                ids[name] = ids[name].settled(*padding)
            else:
                sequences[name] = sequences[name].settled(*padding)
        return replace(self, texts=texts, ids=ids, sequences=sequences)

    def encode(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs by name: of texts and sequences `PaddedRows` (N, T, …), numbers (N, T, …) as float32.

        Args:
            raw: for each input, N texts, N sequences (of ids, or of numbers), or an array (N, T, …).

        Raises:
            DatasetError: RL404, RL442: an array or a sequence has another shape than the training's.
        """
        return {name: self._encode_input(name, values) for name, values in raw.items()}

    def _encode_input(self, name: str, values: Any) -> Any:
        if name in self.sequences:
            return self.sequences[name].encode(values)
        return self.padded[name].encode(values) if name in self.padded else _numbers(name, values, self.arrays[name])

    def pad(self, name: str, values: Array, offsets: NDArray[np.int64]) -> PaddedRows:
        """Return an input that is kept flat, or for the target's name the targets, as (N, T).

        Args:
            name: of the input, or of the target.
            values: sequence after sequence.
            offsets: (N + 1,), where each begins.
        """
        if name in self.sequences:
            return self.sequences[name].pad(values, offsets)
        return self.padded[self.target.reads or "" if name == self.target_name else name].pad(values, offsets)

    def is_masked(self, name: str) -> bool:
        """Return whether the padding of an input that is padded is to be masked."""
        return self.sequences[name].flagged if name in self.sequences else self.padded[name].mask

    def encode_targets(self, values: Sequence[str]) -> Array:
        """Return the targets: class indices (N,) as int64, numbers (N,) as float32, or ids to be written (N, T).

        Raises:
            DatasetError: RL409, a label the training did not know; RL410, not a finite number.
        """
        where = f"`{self.target_name}`"
        if self.target.kind == "sequence":
            return self.written.wanted(self.written.encode(values))[:]
        if self.target.kind == "number":
            return encode_numbers(values, where)
        return encode_classes(values, self.labels, where)

    def align_tags(self, tags: Sequence[NDArray[np.int64]]) -> PaddedRows:
        """Return the targets (N, T) of N texts whose units have tags: class indices, 0 where the text is padded."""
        return self.texts[self.target.reads or ""].align(tags, 0, np.int64)

    def to_data(self) -> dict[str, Any]:
        """Return plain data, with the version of their form."""
        return {
            "version": VERSION,
            "target_name": self.target_name,
            "target": asdict(self.target),
            "texts": {name: vectorizer.to_data() for name, vectorizer in self.texts.items()},
            "ids": {name: vectorizer.to_data() for name, vectorizer in self.ids.items()},
            "arrays": {name: list(shape) for name, shape in self.arrays.items()},
            "columns": dict(self.columns),
            "sequences": {name: encoder.to_data() for name, encoder in self.sequences.items()},
            "reads": dict(self.reads),
            "layout": self.layout.model_dump(mode="json") if self.layout else None,
            "series": self.series.to_data() if self.series else None,
        }

    @classmethod
    def from_data(cls, data: Any) -> Preparation:
        """Return the preparation that `to_data` wrote.

        Raises:
            StoreError: the data have another form or are of another version.
        """
        if not isinstance(data, dict) or data.get("version") != VERSION:
            raise StoreError(f"{FILE} is damaged or of another version of rnnlab; prepare or train again")
        try:
            labels = data["target"]["labels"]
            return cls(
                target_name=data["target_name"],
                target=TargetFacts(**data["target"] | {"labels": None if labels is None else tuple(labels)}),
                texts={name: TextVectorizer.from_data(each) for name, each in data["texts"].items()},
                ids={name: IdVectorizer.from_data(each) for name, each in data.get("ids", {}).items()},
                arrays={name: tuple(shape) for name, shape in data["arrays"].items()},
                columns=data["columns"],
                sequences={name: SequenceEncoder.from_data(each) for name, each in data.get("sequences", {}).items()},
                reads=data.get("reads", {}),
                layout=_read_layout(data.get("layout")),
                series=SeriesEncoder.from_data(data["series"]) if data.get("series") else None,
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
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
        except (ValueError, RecursionError) as error:
            raise StoreError(f"{folder / FILE} is damaged: {error}; prepare or train again") from error
        return cls.from_data(data)


def _read_layout(data: dict[str, Any] | None) -> TaggedFormat | None:
    if data is None:
        return None
    layouts: Mapping[str, type[ConllFormat | ConlluFormat | WordTagFormat]] = {
        "conll": ConllFormat,
        "conllu": ConlluFormat,
        "word_tag": WordTagFormat,
    }
    return layouts[data["kind"]].model_validate(data)


def _numbers(name: str, values: Array, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return an array of the training's shape; its timesteps may be others."""
    if values.shape[2:] != shape[1:] or values.ndim != len(shape) + 1:
        raise DatasetError(
            "RL404",
            f"the array `{name}` is {' x '.join(map(str, values.shape))}, the training's was N x "
            f"{' x '.join(map(str, shape))}",
            help="give as many features per timestep as in training",
        )
    if not np.isfinite(values).all():
        raise DatasetError("RL410", f"the array `{name}` holds NaN or infinity", help="fill in or remove it")
    return np.asarray(values, np.float32)
