"""The best trial as a file that runs alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rnnlab.run.heads import resolved_yaml


def best_yaml(config: dict[str, Any], threads: int, *, sweep: str, trial: int) -> str:
    """Return the resolved file of the best trial, with the threads that its bits depend on."""
    runtime = dict(config.get("runtime", {})) | {"threads": threads}
    head = f"# The best trial ({trial}) of the sweep {sweep[:8]}; `rnnlab run` trains it again, alone.\n"
    return head + resolved_yaml(config | {"runtime": runtime})


def write_best(text: str, source: str, say: Callable[[str], None]) -> Path | None:
    """Return the path of the best file, beside the experiment, so that its relative paths stay right.

    Where that folder cannot be written, it is told, and the copy in the store is the only one.
    """
    path = Path(source).with_suffix(".best.yaml")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        say(f"cannot write {path}: {error.strerror}; the best file is the artifact best.yaml of the sweep's run")
        return None
    return path
