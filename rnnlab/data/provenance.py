"""Where data come from, as plain data for the record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnlab.datasets import CatalogDataset
from rnnlab.experiment.prepared import file_sha256


def files_source(kind: str, target: str, paths: Mapping[str, Path]) -> dict[str, Any]:
    """Return what is recorded of files.

    Args:
        kind: of the dataset.
        target: its name.
        paths: by the name of the split, or `table`.
    """
    return {
        "kind": kind,
        "name": next(iter(paths.values())).name,
        "target": target,
        "sha256": {name: file_sha256(path) for name, path in paths.items()},
    }


def catalog_source(dataset: CatalogDataset) -> dict[str, Any]:
    """Return what is recorded of a catalog dataset."""
    entry = dataset.entry
    return {
        "kind": dataset.kind,
        "name": entry.name,
        "target": dataset.target_name,
        "sha256": entry.source.sha256,
        "licence": entry.licence,
        "citation": entry.citation,
    }
