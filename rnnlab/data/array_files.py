"""The arrays of an .npz file, read without pickle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.provenance import files_source
from rnnlab.data.ragged import Ragged, joined_numbers
from rnnlab.data.raw import Corpus
from rnnlab.datasets import ArraysDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.datasets.npz import DAMAGED, read_headers
from rnnlab.datasets.split import group_column
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import source_paths
from rnnlab.source import did_you_mean

Array = NDArray[Any]


def read_arrays(dataset: ArraysDataset, folder: Path, target: TargetKind, say: Callable[[str], None]) -> Corpus:
    """Return the samples of a file of arrays.

    Raises:
        DatasetError: RL401, RL402, RL404, RL406, RL409, RL410: the file, or what stands in it, cannot be used.
    """
    paths, group = source_paths(dataset, folder), group_column(dataset.split)
    inputs: dict[str, Any] = {}
    parts = []
    groups: list[str] = []
    for path in paths.values():
        say(f"reading {path.name}")
        parts.append(read_samples(dataset, path, targets=True))
        groups += _groups(path, group, len(parts[-1][dataset.target])) if group else ()
    sizes = [count_samples(path.name, part) for path, part in zip(paths.values(), parts, strict=True)]
    _check_shapes([path.name for path in paths.values()], parts)
    for name in dataset.inputs:
        given = [part[name] for part in parts]
        if dataset.sequence_inputs:
            inputs[name] = joined_numbers([sequence for ragged in given for sequence in ragged], given[0].length)
        else:
            inputs[name] = np.concatenate(given)
    targets, labels = encode_target_array(dataset, np.concatenate([part[dataset.target] for part in parts]), target)
    return Corpus(
        inputs=inputs,
        targets=targets,
        labels=labels,
        rows=np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        source=files_source(dataset.kind, dataset.target, paths),
        groups=tuple(groups) if group else None,
        sizes=(sizes[0], sizes[1], sizes[2]) if len(sizes) > 1 else None,
    )


def _check_shapes(files: Sequence[str], parts: Sequence[Mapping[str, Any]]) -> None:
    """Refuse files whose samples cannot stand one after the other."""
    for file, part in zip(files, parts, strict=True):
        for name, array in part.items():
            found, wanted = _shape(array), _shape(parts[0][name])
            if found != wanted:
                raise DatasetError(
                    "RL404",
                    f"the array `{name}` of {file} is {found}, that of {files[0]} {wanted}",
                    help="give the samples of all files one shape",
                )


def _shape(array: Array | Ragged) -> str:
    further = (array.length or "T", array.values.shape[1]) if isinstance(array, Ragged) else array.shape[1:]
    return " x ".join(map(str, ("N", *further)))


def read_samples(dataset: ArraysDataset, path: Path, *, targets: bool) -> dict[str, Any]:
    """Return the inputs of a file, numbers (N, T, …) or sequences of their own lengths, and its targets as they are.

    Args:
        dataset: says what the arrays are.
        path: of the file.
        targets: read them too.

    Raises:
        DatasetError: RL401, RL402, RL404, RL410, RL445: the file, or what stands in it, cannot be used.
    """
    places = [name for name in (dataset.lengths, dataset.offsets) if name]
    wanted = [dataset.target] if targets else []
    arrays = load_arrays(path, (*dataset.inputs, *places, *wanted))
    found: dict[str, Any] = {}
    for name in dataset.inputs:
        found[name] = (
            _sequences(dataset, path.name, name, arrays)
            if dataset.sequence_inputs
            else finite(f"the array `{name}` of {path.name}", arrays[name])
        )
    return found | {name: arrays[name] for name in wanted}


def _sequences(dataset: ArraysDataset, file: str, name: str, arrays: dict[str, Array]) -> Ragged:
    array, what = arrays[name], f"the array `{name}` of {file}"
    if array.ndim != (2 if dataset.offsets else 3):
        shape, wanted = " x ".join(map(str, array.shape)), "(R, F)" if dataset.offsets else "(N, T, F)"
        raise DatasetError("RL404", f"{what} is {shape}, not {wanted}", help="see `rnnlab explain arrays`")
    if dataset.offsets:
        offsets = _places(file, dataset.offsets, arrays[dataset.offsets])
        whole = len(offsets) > 1 and offsets[0] == 0 and offsets[-1] == len(array)
        if not whole or (np.diff(offsets) < 1).any():
            message = f"`{dataset.offsets}` of {file} does not rise from 0 to {len(array)}, the timesteps of `{name}`"
            raise DatasetError(
                "RL445", message, help="sample i reaches from offsets[i] to offsets[i + 1]; none is empty"
            )
        return Ragged(finite(what, array), offsets)
    if not dataset.lengths:
        return joined_numbers(list(finite(what, array)), array.shape[1])
    lengths = _places(file, dataset.lengths, arrays[dataset.lengths])
    wrong = np.flatnonzero((lengths < 1) | (lengths > array.shape[1]))
    if len(lengths) != len(array) or len(wrong):
        found = f"{len(lengths)} lengths" if len(lengths) != len(array) else f"the length {lengths[wrong[0]]}"
        message = f"`{dataset.lengths}` of {file} has {found}, and `{name}` is {' x '.join(map(str, array.shape))}"
        raise DatasetError("RL445", message, help=f"give each sample a length from 1 to {array.shape[1]}")
    kept = np.arange(array.shape[1]) < lengths[:, None]
    values = finite(what, np.where(kept[..., None], array, 0))[kept]
    return Ragged(values, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def _places(file: str, name: str, array: Array) -> NDArray[np.int64]:
    if array.ndim != 1 or array.dtype.kind not in "iu":
        message = f"`{name}` of {file} holds {array.dtype} {array.shape}, not whole numbers"
        raise DatasetError("RL445", message, help="write one number for each sample, as int64")
    return array.astype(np.int64)


def _groups(path: Path, name: str, samples: int) -> list[str]:
    array = load_arrays(path, (name,))[name]
    if array.shape != (samples,) or array.dtype.kind not in "iub":
        shape = " x ".join(map(str, array.shape))
        raise DatasetError(
            "RL404",
            f"the array `{name}` holds {array.dtype}, {shape}, not a group for each sample",
            help=f"name the groups of the {samples} samples by as many whole numbers",
        )
    return list(map(str, array.tolist()))


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


def count_samples(name: str, arrays: Mapping[str, Any]) -> int:
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


def finite(what: str, array: Array) -> NDArray[np.float32]:
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
            f"{what} holds NaN, infinity or what float32 cannot hold, first in row {row} (counted from 0)",
            help="fill in, scale or remove it",
        )
    return numbers


def encode_target_array(dataset: ArraysDataset, array: Array, target: TargetKind) -> tuple[Array, tuple[str, ...]]:
    """Return targets as numbers or class indices, and the classes, none for numbers.

    Raises:
        DatasetError: RL409, RL410, they are no such targets.
    """
    if target == "number":
        alone = array.ndim > (2 if dataset.per == "timestep" else 1) and array.shape[-1] == 1
        return finite(f"the target `{dataset.target}`", array[..., 0] if alone else array), ()
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
