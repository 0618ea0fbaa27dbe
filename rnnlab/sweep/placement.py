"""How many workers there are, and what each may use: cores, and GPUs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rnnlab.errors import CallError
from rnnlab.runtime import Runtime, available_cores
from rnnlab.sweeping import LocalEngine

NVIDIA = Path("/proc/driver/nvidia/gpus")


@dataclass(frozen=True)
class Placement:
    """What the workers of a sweep may use.

    Attributes:
        workers: at a time.
        threads: of a trial whose file says nothing about them; None: all cores.
        environments: what is set for each worker.
    """

    workers: int = 1
    threads: int | None = None
    environments: tuple[Mapping[str, str], ...] = field(default=({},))


def place_workers(engine: LocalEngine, runtime: Runtime, trials: int) -> Placement:
    """Return what the workers of a sweep may use.

    Args:
        engine: the section.
        runtime: of the file.
        trials: that are still to do.

    Raises:
        CallError: there are not enough GPUs for one trial.
    """
    cores = available_cores()
    gpus = () if runtime.devices == "cpu" else found_gpus(engine)
    slots = gpu_slots(gpus, engine.per_trial.gpus) if gpus else ()
    most = len(slots) or cores
    wanted = most if engine.workers == "auto" else engine.workers
    workers = max(1, min(wanted, trials))
    threads = max(1, cores // workers) if workers > 1 and runtime.threads is None else None
    return Placement(workers, threads, tuple(environment_of(slots, index) for index in range(workers)))


def environment_of(slots: tuple[str, ...], index: int) -> dict[str, str]:
    """Return what is set for a worker: the GPUs it sees, of which it takes only the memory that it needs.

    Args:
        slots: of `gpu_slots`; with more workers than slots they are gone through again.
        index: of the worker.
    """
    if not slots:
        return {}
    return {"CUDA_VISIBLE_DEVICES": slots[index % len(slots)], "TF_FORCE_GPU_ALLOW_GROWTH": "true"}


def gpu_slots(gpus: tuple[str, ...], per_trial: float) -> tuple[str, ...]:
    """Return the GPUs of each trial that can be trained at the same time, as CUDA_VISIBLE_DEVICES takes them.

    Raises:
        CallError: there are not enough for one.
    """
    if per_trial <= 1:
        return tuple(gpu for _ in range(math.floor(1 / per_trial + 1e-9)) for gpu in gpus)
    each = math.ceil(per_trial)
    if each > len(gpus):
        raise CallError(f"`sweep.engine.per_trial.gpus` is {per_trial:g}, but there are {len(gpus)} GPUs")
    return tuple(",".join(gpus[start : start + each]) for start in range(0, len(gpus) - each + 1, each))


def found_gpus(engine: LocalEngine) -> tuple[str, ...]:
    """Return the GPUs that may be used: those of the file, else those of the environment, else all."""
    if engine.devices != "auto":
        return tuple(f"{device}" for device in engine.devices)
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return tuple(each for each in visible.split(",") if each.strip() and each.strip() != "-1")
    return tuple(f"{index}" for index, _ in enumerate(NVIDIA.glob("*"))) if NVIDIA.is_dir() else ()
