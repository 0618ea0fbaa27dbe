"""Paces that were probed on this machine, kept among what rnnlab can make again. Light: imports no TensorFlow."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rnnlab.experiment import Experiment, target_kind
from rnnlab.experiment.prepared import cache_root, data_fingerprint
from rnnlab.plan.pace import Pace
from rnnlab.plugging import plugins_in
from rnnlab.runtime import available_cores

NO_MATTER = ("name", "description", "tags", "seed", "seeds", "expect", "tracking")
NO_MATTER_IN_TRAINING = ("epochs", "early_stopping", "reduce_lr_on_plateau", "max_seconds", "checkpoint")
MATTERS_IN_SWEEP = ("space", "budget", "constraints", "engine")
PACKAGES = ("rnnlab", "tensorflow", "keras", "numba")


def pace_file(experiment: Experiment, folder: Path, *, workers: int, threads: int | None) -> Path:
    """Return the file of a pace: another one for all that it depends on.

    That is what the file says of data, model, optimizer, batches and space, the data themselves, plugins, the machine,
    versions, and how many train at a time with how many threads.

    Args:
        experiment: with a sweep.
        folder: of the experiment's file.
        workers: that train at a time.
        threads: of a trial whose file says nothing about them; None: all that there are.
    """
    data = {key: value for key, value in experiment.to_data().items() if key not in NO_MATTER}
    data["training"] = {key: value for key, value in data["training"].items() if key not in NO_MATTER_IN_TRAINING}
    data["sweep"] = {key: data["sweep"].get(key) for key in MATTERS_IN_SWEEP}
    parts = [
        data,
        data_fingerprint(experiment, folder, target_kind(experiment)),
        [plugin.sha256 for plugin in plugins_in(experiment.model)],
        [platform.node(), platform.machine(), _processor(), available_cores(), os.environ.get("CUDA_VISIBLE_DEVICES")],
        {package: _version(package) for package in PACKAGES},
        [workers, threads],
    ]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return cache_root() / "paces" / f"{digest[:32]}.json"


def keep_pace(path: Path, pace: Pace) -> None:
    """Write a pace; where that cannot be, it is not kept."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(asdict(pace)), encoding="utf-8")
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def kept_pace(path: Path) -> Pace | None:
    """Return a pace that was kept; None where there is none, or it cannot be read."""
    try:
        return Pace.from_data(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _processor() -> str:
    """Return the processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
