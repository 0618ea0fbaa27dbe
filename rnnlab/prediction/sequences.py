"""New sequences of numbers for a saved model, read as its dataset was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from rnnlab.data import Preparation
from rnnlab.data.array_files import encode_target_array, read_samples
from rnnlab.data.sequence_tables import read_sequence_table
from rnnlab.data.ts_files import read_ts
from rnnlab.datasets import ArraysDataset, SequenceTableDataset


@dataclass(frozen=True)
class NewSequences:
    """N sequences of a file.

    Attributes:
        inputs: by name.
        targets: as the model is scored by; None where they were not asked for.
        shown: the targets as the file has them.
        names: of the sequences; empty where the file has none.
    """

    inputs: dict[str, Any]
    targets: NDArray[Any] | None = None
    shown: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()


def read_new_sequences(path: Path, preparation: Preparation, *, label: str | None, targets: bool) -> NewSequences:
    """Return the sequences of a file of the kind that the model was trained from: .ts, a table in long form, or .npz.

    Args:
        path: of the file.
        preparation: of the model.
        label: the column of the targets in a table; that of the training unless given.
        targets: read them too.

    Raises:
        DatasetError: RL4xx, the file, or what stands in it, cannot be used.
    """
    kind, (name, *_) = preparation.reads["kind"], preparation.given_inputs
    if kind == "arrays":
        return _of_arrays(path, preparation, label, targets=targets)
    if kind == "sequence_table":
        dataset = SequenceTableDataset.model_validate(preparation.reads)
        wanted = (label or dataset.target) if targets else None
        found, _ = read_sequence_table(dataset, path, target=wanted)
    else:
        found = read_ts(path, targets=targets)
    encoded = preparation.encode_targets(found.values) if targets else None
    return NewSequences({name: found.inputs}, encoded, found.values, found.names)


def _of_arrays(path: Path, preparation: Preparation, label: str | None, *, targets: bool) -> NewSequences:
    dataset = ArraysDataset.model_validate(preparation.reads)
    if label is not None:
        dataset = dataset.model_copy(update={"target": label})
    found = read_samples(dataset, path, targets=targets)
    inputs = {name: found[name] for name in dataset.inputs}
    if not targets:
        return NewSequences(inputs)
    known = dataset.model_copy(update={"labels": preparation.labels or None})
    encoded, labels = encode_target_array(known, found[dataset.target], preparation.target.kind)
    shown = tuple(labels[index] for index in encoded) if labels else tuple(encoded)
    return NewSequences(inputs, encoded, shown)
