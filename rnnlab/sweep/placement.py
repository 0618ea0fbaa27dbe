"""How many workers there are, and what each may use: cores, and GPUs."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rnnlab.errors import CallError
from rnnlab.runtime import Runtime, available_cores
from rnnlab.sweeping import LocalEngine, RayEngine

RAY_PORT = 6379
ANSWER = 5.0  # seconds in which the head of a cluster takes a connection
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


def places_on(nodes: Sequence[Mapping[str, float]], engine: RayEngine) -> int:
    """Return how many trials a cluster holds, or how many the file asks for.

    Args:
        nodes: the resources of each, as Ray names them.
        engine: the section.
    """
    return engine.workers if engine.workers != "auto" else _held_by(nodes, engine)


def _held_by(nodes: Sequence[Mapping[str, float]], engine: RayEngine) -> int:
    share = engine.per_trial
    places = []
    for node in nodes:
        cores, gpus = node.get("CPU", 0.0) / share.cpus, node.get("GPU", 0.0) / share.gpus if share.gpus else math.inf
        places.append(math.floor(min(cores, gpus) + 1e-9))
    return sum(places)


def require_place(nodes: Sequence[Mapping[str, float]], engine: RayEngine) -> None:
    """Check that a node of a cluster can hold a trial, unless a number of workers is asked for, also of new nodes.

    Raises:
        CallError: none can, and so the sweep would wait for ever.
    """
    if engine.workers != "auto" or _held_by(nodes, engine):
        return
    largest = max(((node.get("GPU", 0.0), node.get("CPU", 0.0)) for node in nodes), default=(0.0, 0.0))
    raise CallError(
        f"no node of the Ray cluster holds a trial, which needs {needs_of(engine)}; "
        f"the largest has {_amounts(largest[1], largest[0])}\n"
        "  make `sweep.engine.per_trial` smaller, or give `sweep.engine.workers` a number if nodes are yet to come"
    )


def needs_of(engine: RayEngine) -> str:
    """Return what a trial needs of a node, for people."""
    return _amounts(engine.per_trial.cpus, engine.per_trial.gpus)


def _amounts(cpus: float, gpus: float) -> str:
    return f"{cpus:g} {'CPU' if cpus == 1 else 'CPUs'} and {gpus:g} {'GPU' if gpus == 1 else 'GPUs'}"


def reserved_by(engine: RayEngine) -> dict[str, float]:
    """Return what Ray is to reserve for one trial, by the names that it has for it; more than one GPU are whole."""
    gpus = engine.per_trial.gpus
    return {"num_cpus": engine.per_trial.cpus, "num_gpus": int(gpus) if gpus == int(gpus) else gpus}


def threads_on(engine: RayEngine) -> int:
    """Return the threads of a trial on a cluster whose file says nothing about them."""
    return max(1, int(engine.per_trial.cpus))


def head_of(address: str) -> str:
    """Return the address of a cluster with the port of its head, which is Ray's own where none is given."""
    return address if address in ("auto", "local") or ":" in address else f"{address}:{RAY_PORT}"


def require_answer(address: str) -> None:
    """Check that something listens at the address of a cluster: Ray itself would try for minutes.

    Raises:
        CallError: nothing does.
    """
    given = os.environ.get("RAY_ADDRESS", address) if address == "auto" else address
    host, _, port = head_of(given).rpartition(":")
    if not host:  # Ray knows where its own clusters are
        return
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER).close()
    except (OSError, OverflowError) as error:
        raise CallError(
            f"cannot reach the Ray cluster `{given}`: {error}\n"
            "  give HOST:PORT of its head as `ray start --head` prints it, on a machine that is one of its nodes"
        ) from error
