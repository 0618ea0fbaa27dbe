"""Prepared data on disk: plain arrays, memory-mapped, each with its size and SHA-256 in a manifest.

An entry appears under its name at once and whole, or not at all. One that is damaged counts as absent.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from filelock import AcquireReturnProxy, FileLock, Timeout

from rnnlab.data.cautions import Caution
from rnnlab.data.gathered import SeriesWindows
from rnnlab.data.padded import PaddedRows
from rnnlab.data.preparation import Preparation
from rnnlab.data.profile import Profile
from rnnlab.data.splits import Samples, Splits, Timeline, masks_of
from rnnlab.data.texts import Texts, save_texts
from rnnlab.data.vectors import Vectors
from rnnlab.errors import CallError, StoreError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.kept_facts import FACTS, MANIFEST, facts_from_data, facts_to_data
from rnnlab.experiment.prepared import (
    Fingerprints,
    file_sha256,
    prepared_folder,
    settled_facts,
    settled_paddings,
)

SOURCE = "source.json"
VECTORS, VECTOR_ROWS = "vectors-", "vector-rows-"
PATIENCE_SECONDS = 1.0


@contextmanager
def replace_whole(folder: Path, what: str, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the right to make a folder of the cache, waiting for another process that is making it.

    Raises:
        CallError: the cache cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _acquire(FileLock(folder.parent / f"{folder.name}.lock"), what, say):
            for left_over in folder.parent.glob(f"{folder.name}.*.part"):  # of a process that died
                shutil.rmtree(left_over)
            yield
    except OSError as error:
        raise CallError(
            f"cannot write the cache {folder.parent}: {error.strerror or error}; set RNNLAB_CACHE to a folder with room"
        ) from error


def _acquire(lock: FileLock, what: str, say: Callable[[str], None]) -> AcquireReturnProxy[Any]:
    try:
        return lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout:
        say(f"waiting for another process that is working on {what}")
        return lock.acquire()


def write_entry(folder: Path, write: Callable[[Path], None]) -> None:
    """Fill a temporary folder, add its manifest, and give it its name in one step. Needs `replace_whole`."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.", suffix=".part") as temporary:
        part = Path(temporary) / "entry"
        part.mkdir()
        write(part)
        files = {
            path.name: {"bytes": path.stat().st_size, "sha256": file_sha256(path)} for path in sorted(part.iterdir())
        }
        (part / MANIFEST).write_text(json.dumps({"files": files}, indent=1), encoding="utf-8")
        if folder.exists():
            folder.rename(Path(temporary) / "damaged")
        part.rename(folder)


def is_whole(folder: Path) -> bool:
    """Return whether an entry has files, each with the size and the SHA-256 of its manifest."""
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        return bool(files) and all(
            (folder / name).stat().st_size == wanted["bytes"] and file_sha256(folder / name) == wanted["sha256"]
            for name, wanted in files.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def save_splits(splits: Splits, folder: Path) -> None:
    """Write prepared data into an empty folder."""
    splits.preparation.save(folder)
    (folder / FACTS).write_text(json.dumps(facts_to_data(splits.facts)), encoding="utf-8")
    cautions = [{"kind": caution.kind, "text": caution.text} for caution in splits.cautions]
    about = {"source": splits.source, "cautions": cautions, "profile": splits.profile.to_data()}
    (folder / SOURCE).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    for name, samples in splits.named().items():
        _save_samples(samples, folder, name)
    for name, vectors in splits.vectors.items():
        np.save(folder / f"{VECTORS}{name}.npy", vectors.values, allow_pickle=False)
        np.save(folder / f"{VECTOR_ROWS}{name}.npy", vectors.rows, allow_pickle=False)


def load_splits(prints: Fingerprints, experiment: Experiment) -> Splits | None:
    """Return prepared data, memory-mapped, cut and padded as a file says; None where they are absent or damaged."""
    folder = prepared_folder(prints.entry)
    if not is_whole(folder):
        return None
    try:
        facts = facts_from_data(json.loads((folder / FACTS).read_bytes()))
        preparation = Preparation.load(folder).settled(settled_paddings(facts, experiment))
        about = json.loads((folder / SOURCE).read_bytes())
        train, validation, test = (_load_samples(folder, name, preparation) for name in ("train", "validation", "test"))
        return Splits(
            train,
            validation,
            test,
            settled_facts(facts, experiment),
            preparation,
            prints.data,
            prints.entry,
            about["source"],
            tuple(Caution(**each) for each in about["cautions"]),
            Profile.from_data(about["profile"]),
            _load_vectors(folder),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, StoreError):
        return None


def _save_samples(samples: Samples, folder: Path, split: str) -> None:
    arrays: dict[str, Any] = {
        **{f"input-{name}": array for name, array in samples.inputs.items()},
        **{f"target-{name}": array for name, array in samples.targets.items() if not _is_written(array)},
    }
    if samples.rows is not None:
        arrays["rows"] = samples.rows
    if samples.timeline is not None:
        arrays |= {"times": samples.timeline.times, "offsets": samples.timeline.offsets}
    for key, array in arrays.items():
        _save_array(array, folder / f"{split}-{_file_name(key)}.npy")
    for name, texts in samples.raw.items():
        save_texts(texts, folder / f"{split}-raw-{name}.txt", folder / f"{split}-offsets-{name}.npy")


def _load_samples(folder: Path, split: str, preparation: Preparation) -> Samples:
    def array(key: str) -> Any:
        return _load_array(folder / f"{split}-{_file_name(key)}.npy")

    names, series = preparation.input_names, preparation.series
    if preparation.target.kind == "continuation":  # one flat row of ids, of which windows are cut later
        return Samples({name: array(f"input-{name}") for name in names}, {})
    inputs = {name: _padded(array(f"input-{name}"), name, preparation) for name in names}
    target = preparation.target_name
    if preparation.target.kind == "sequence":
        targets = {target: preparation.written.wanted(inputs[preparation.target.reads or ""])}
    else:
        targets = {target: _padded(array(f"target-{target}"), target, preparation)}
    return Samples(
        inputs=inputs,
        targets=targets,
        masks=masks_of(inputs, preparation),
        rows=None if series else array("rows"),
        raw={
            name: Texts(folder / f"{split}-raw-{name}.txt", folder / f"{split}-offsets-{name}.npy")
            for name in preparation.padded
        },
        timeline=Timeline(array("times"), array("offsets"), tuple(series.seasonal_errors)) if series else None,
    )


def _is_written(target: Any) -> bool:
    """Return whether a target stands among the inputs: the ids that are read are those that are written before them."""
    return isinstance(target, PaddedRows) and target.last is not None


def _padded(kept: Any, name: str, preparation: Preparation) -> Any:
    """Return an array as it was kept; one that was kept flat as padded rows."""
    return preparation.pad(name, kept.values, kept.offsets) if isinstance(kept, PaddedRows) else kept


def _load_vectors(folder: Path) -> dict[str, Vectors]:
    names = [path.stem.removeprefix(VECTORS) for path in sorted(folder.glob(f"{VECTORS}*.npy"))]
    return {
        name: Vectors(*(np.load(folder / f"{part}{name}.npy", mmap_mode="r") for part in (VECTOR_ROWS, VECTORS)))
        for name in names
    }


def _save_array(array: Any, path: Path) -> None:
    if isinstance(array, PaddedRows):
        np.save(_offsets(path), array.offsets, allow_pickle=False)
        array = array.values
    if isinstance(array, SeriesWindows):
        np.save(_places(path), np.append(array.timesteps, array.starts), allow_pickle=False)
        array = array.values
    np.save(path, array, allow_pickle=False)


def _load_array(path: Path) -> Any:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if _offsets(path).exists():
        return PaddedRows(array, np.load(_offsets(path), mmap_mode="r", allow_pickle=False), timesteps=0)
    if not _places(path).exists():
        return array
    places = np.load(_places(path), mmap_mode="r", allow_pickle=False)
    return SeriesWindows(array, places[1:], int(places[0]))


def _places(path: Path) -> Path:
    """Return the file that says how many timesteps windows have, and where each starts."""
    return path.with_suffix(".places.npy")


def _offsets(path: Path) -> Path:
    """Return the file that says where each sequence of a flat array begins."""
    return path.with_suffix(".offsets.npy")


def _file_name(key: str) -> str:
    """Return a key as part of a file's name: a column may have any name, even one with a slash."""
    return quote(key, safe=" ")
