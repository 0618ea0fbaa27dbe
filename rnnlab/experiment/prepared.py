"""What is known of an experiment's data without loading them: their fingerprint and their facts.

Light on purpose: `check` and `plan` read it. The arrays themselves are made and read by `rnnlab.data`, which
keeps them in the folders named here.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rnnlab.datasets import CatalogDataset, Facts, FilesSplit, InputFacts, TargetFacts, TextTableDataset
from rnnlab.datasets.facts import TargetKind
from rnnlab.experiment.experiment import Experiment
from rnnlab.padding import Padding
from rnnlab.text import Text

FORMAT = 1
MANIFEST = "manifest.json"
FACTS = "facts.json"


def cache_root() -> Path:
    """Return the folder of what rnnlab can make or fetch again: `$RNNLAB_CACHE`, else the platform's own."""
    chosen = os.environ.get("RNNLAB_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_cache_path("rnnlab")


def prepared_folder(fingerprint: str) -> Path:
    """Return the cache's folder for one fingerprint; it exists only once the data are prepared."""
    return cache_root() / "prepared" / fingerprint


def text_of(experiment: Experiment) -> Text:
    """Return the `text` section, or its defaults."""
    return experiment.text or Text()


def padding_of(experiment: Experiment) -> Padding:
    """Return the `padding` section, or its defaults."""
    return experiment.padding or Padding()


def source_paths(dataset: TextTableDataset, folder: Path) -> dict[str, Path]:
    """Return the tables of a dataset: `train`, `validation` and `test`, or `table` where one is divided."""
    if isinstance(dataset.split, FilesSplit):
        names = {"train": dataset.path, "validation": dataset.split.validation, "test": dataset.split.test}
    else:
        names = {"table": dataset.path}
    return {name: folder / path for name, path in names.items()}


def data_fingerprint(experiment: Experiment, folder: Path, target: TargetKind | None) -> str | None:
    """Return the SHA-256 of the data's source and of every key that changes the prepared arrays.

    Args:
        experiment: the validated file.
        folder: of the experiment's file; the dataset's paths are relative to it.
        target: the kind the task needs; the dataset's own where None.

    Returns:
        64 hex digits; None without a dataset, or where one of its files cannot be read.
    """
    dataset = experiment.dataset
    if dataset is None:
        return None
    try:
        source = _source_identity(dataset, folder)
    except OSError:
        return None
    known = _known_target(dataset, target)
    key = {
        "format": FORMAT,
        "source": source,
        "dataset": dataset.model_dump(mode="json", exclude_none=True),
        "text": text_of(experiment).model_dump(mode="json"),
        "padding": padding_of(experiment).model_dump(mode="json"),
        "target": known.kind if known else None,
    }
    canonical = json.dumps(key, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def describe(experiment: Experiment, folder: Path, target: TargetKind | None) -> Facts | None:
    """Return the facts of the data without loading them: all of them where the cache holds a preparation.

    Args:
        experiment: the validated file.
        folder: of the experiment's file; the dataset's paths are relative to it.
        target: the kind the task needs; the dataset's own where None.

    Returns:
        None without a dataset.
    """
    dataset = experiment.dataset
    if dataset is None:
        return None
    fingerprint = data_fingerprint(experiment, folder, target)
    cached = _cached_facts(prepared_folder(fingerprint)) if fingerprint else None
    if cached is not None:
        return cached
    padding = padding_of(experiment)
    known = _known_target(dataset, target)
    facts = InputFacts(
        "ids",
        timesteps=padding.maxlen if isinstance(padding.maxlen, int) else None,
        vocabulary=text_of(experiment).vocabulary,
        padding=padding.padding,
        masked=padding.mask,
    )
    return Facts({name: facts for name in dataset.input_names}, {dataset.target_name: known} if known else {})


def facts_to_data(facts: Facts) -> dict[str, Any]:
    """Return facts as plain data."""
    return asdict(facts)


def facts_from_data(data: dict[str, Any]) -> Facts:
    """Return the facts that `facts_to_data` wrote.

    Raises:
        KeyError, TypeError, ValueError: they are not what it writes.
    """
    targets = {name: _target_from_data(target) for name, target in data["targets"].items()}
    inputs = {name: InputFacts(**values) for name, values in data["inputs"].items()}
    return Facts(inputs, targets, own_test=data["own_test"], train_samples=data["train_samples"])


def _target_from_data(data: dict[str, Any]) -> TargetFacts:
    labels = data["labels"]
    return TargetFacts(data["kind"], data["classes"], None if labels is None else tuple(labels))


def _known_target(dataset: CatalogDataset | TextTableDataset, target: TargetKind | None) -> TargetFacts | None:
    if isinstance(dataset, CatalogDataset):
        known = dataset.entry.targets.get(dataset.target_name)
    else:
        known = dataset.target_facts()
    return known or (TargetFacts(target) if target else None)


def _source_identity(dataset: CatalogDataset | TextTableDataset, folder: Path) -> dict[str, str]:
    if isinstance(dataset, CatalogDataset):
        return {"archive": dataset.entry.source.sha256}
    return {name: file_sha256(path) for name, path in source_paths(dataset, folder).items()}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cached_facts(folder: Path) -> Facts | None:
    """Return the facts an earlier preparation saved; damaged ones count as absent."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        text = (folder / FACTS).read_bytes()
        if manifest["files"][FACTS]["sha256"] != hashlib.sha256(text).hexdigest():
            return None
        return facts_from_data(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError):
        return None
