"""Which process a run belongs to, and whether that process still lives."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import psutil

__all__ = ["is_dead", "this_process"]


def this_process() -> str:
    """Return the mark of this process, as JSON: enough to know later, on this host, that it has died."""
    mark = _here() | {"pid": os.getpid(), "started": _started(os.getpid())}
    return json.dumps(mark)


def is_dead(mark: str) -> bool:
    """Return whether the process surely is dead.

    A process of another host, or of another container on this one, counts as alive: it cannot be seen.
    """
    process = _parsed(mark)
    here = _here()
    if process is None or process["host"] != here["host"]:
        return False
    if process["boot_id"] != here["boot_id"]:
        return True
    if process.get("namespace") != here["namespace"]:
        return False
    return bool(_started(process["pid"]) != process["started"])


def _parsed(mark: str) -> dict[str, Any] | None:
    try:
        process = json.loads(mark)
    except ValueError:
        return None
    if isinstance(process, dict) and {"host", "boot_id", "pid", "started"} <= process.keys():
        return process
    return None


def _here() -> dict[str, Any]:
    return {"host": socket.gethostname(), "boot_id": _boot_id(), "namespace": _namespace()}


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return str(round(psutil.boot_time() / 60))


def _namespace() -> str | None:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return None


def _started(pid: int) -> float | None:
    """Return when the process started, None where it is gone or only waits to be reaped.

    On Linux in clock ticks since the boot: psutil's time moves when the clock is set.
    """
    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return None
        if psutil.LINUX:
            after_name = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2]
            return float(after_name.split()[19])
        return float(psutil.Process(pid).create_time())
    except (psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
        return None
