"""The arrays of an .npz file, read without pickle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.raw import Corpus
from rnnlab.datasets import ArraysDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.datasets.npz import DAMAGED, read_headers
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import file_sha256, source_paths
from rnnlab.source import did_you_mean

Array = NDArray[Any]


def read_arrays(dataset: ArraysDataset, folder: Path, target: TargetKind, say: Callable[[str], None]) -> Corpus:
    """Return the samples of a file of arrays.

    Raises:
        DatasetError: RL401, RL402, RL404, RL406, RL409, RL410: the file, or what stands in it, cannot be used.
    """
    paths = source_paths(dataset, folder)
    parts = []
    for path in paths.values():
        say(f"reading {path.name}")
        parts.append(load_arrays(path, (*dataset.inputs, dataset.target)))
    sizes = [count_samples(path.name, part) for path, part in zip(paths.values(), parts, strict=True)]
    _check_shapes([path.name for path in paths.values()], parts)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    inputs = {name: finite(name, joined[name]) for name in dataset.inputs}
    targets, labels = _targets(dataset, joined[dataset.target], target)
    return Corpus(
        inputs=inputs,
        targets=targets,
        labels=labels,
        rows=np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        source={
            "kind": dataset.kind,
            "name": next(iter(paths.values())).name,
            "target": dataset.target,
            "sha256": {name: file_sha256(path) for name, path in paths.items()},
        },
        sizes=(sizes[0], sizes[1], sizes[2]) if len(sizes) > 1 else None,
    )


def _check_shapes(files: Sequence[str], parts: Sequence[Mapping[str, Array]]) -> None:
    """Refuse files whose arrays cannot stand one after the other."""
    for file, part in zip(files, parts, strict=True):
        for name, array in part.items():
            first = parts[0][name].shape[1:]
            if array.shape[1:] != first:
                found, wanted = (" x ".join(map(str, ("N", *shape))) for shape in (array.shape[1:], first))
                raise DatasetError(
                    "RL404",
                    f"the array `{name}` of {file} is {found}, that of {files[0]} {wanted}",
                    help="give the samples of all files one shape",
                )


def load_arrays(path: Path, names: Sequence[str]) -> dict[str, Array]:
    """Return the named arrays of an .npz file.

    Raises:
        DatasetError: RL401, RL402, RL404: it cannot be read, or an array is missing or holds objects.
    """
    headers = read_headers(path)
    for name in names:
        if name not in headers:
            raise DatasetError("RL402", f"{path.name} has no array `{name}`", help=did_you_mean(name, headers))
        if headers[name].type == "other":
            raise DatasetError(
                "RL404",
                f"the array `{name}` of {path.name} does not hold plain numbers",
                help="save it with a numeric dtype; objects would need pickle, which is never read",
            )
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in names}
    except (OSError, *DAMAGED) as error:
        raise DatasetError("RL404", f"{path.name} is not a whole .npz file: {error}") from error


def count_samples(name: str, arrays: Mapping[str, Array]) -> int:
    """Return N.

    Raises:
        DatasetError: RL406, the arrays have different N.
    """
    counts = {key: len(array) for key, array in arrays.items()}
    if len(set(counts.values())) > 1:
        found = ", ".join(f"`{key}` {count}" for key, count in counts.items())
        raise DatasetError(
            "RL406",
            f"the arrays of {name} have different numbers of samples: {found}",
            help="give every array one row for each sample",
        )
    return next(iter(counts.values()))


def finite(name: str, array: Array) -> NDArray[np.float32]:
    """Return numbers as float32.

    Raises:
        DatasetError: RL410, one is NaN or infinite.
    """
    with np.errstate(over="ignore"):  # what float32 cannot hold is told below
        numbers = np.asarray(array, np.float32)
    if not np.isfinite(numbers).all():
        row = int(np.argwhere(~np.isfinite(numbers))[0][0])
        raise DatasetError(
            "RL410",
            f"the array `{name}` holds NaN, infinity or what float32 cannot hold, first in sample {row}",
            help="fill in, scale or remove it",
        )
    return numbers


def _targets(dataset: ArraysDataset, array: Array, target: TargetKind) -> tuple[Array, tuple[str, ...]]:
    if target == "number":
        alone = array.ndim > (2 if dataset.per == "timestep" else 1) and array.shape[-1] == 1
        return finite(dataset.target, array[..., 0] if alone else array), ()
    return class_targets(dataset.target, array, dataset.labels)


def class_targets(name: str, array: Array, labels: tuple[str, ...] | None) -> tuple[Array, tuple[str, ...]]:
    """Return (class indices, the classes) of an array of whole numbers.

    Args:
        name: of the array.
        array: of any shape.
        labels: the classes; their numbers unless given.

    Raises:
        DatasetError: RL409, it holds something else, or a class that is not among the labels.
    """
    if array.dtype.kind not in "iub":
        raise DatasetError(
            "RL409",
            f"the target `{name}` holds {array.dtype}, not class indices",
            help="use whole numbers, or `task: {kind: regression}`",
        )
    if array.dtype == np.uint64:
        array = np.minimum(array, np.iinfo(np.int64).max)
    classes = array.astype(np.int64)
    if classes.min() < 0:
        raise DatasetError(
            "RL409", f"the target `{name}` holds the class {classes.min()}", help="classes are counted from 0"
        )
    if labels is None and classes.max() >= max(2, classes.size):
        raise DatasetError(
            "RL409",
            f"the target `{name}` holds {classes.max()}: more classes than there are targets",
            help="class indices are counted from 0; for numbers use `task: {kind: regression}`",
        )
    known = labels or tuple(str(index) for index in range(int(classes.max()) + 1))
    if classes.max() >= len(known):
        raise DatasetError(
            "RL409",
            f"the target `{name}` holds the class {classes.max()}, and there are {len(known)} labels",
            help="classes are counted from 0",
        )
    return classes, known
