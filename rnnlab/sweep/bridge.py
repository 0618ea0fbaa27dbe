"""What stands on a node of a cluster: it starts the worker process there, and carries messages and files.

It travels to the node by value, so that it needs nothing but Python until it starts the worker. The worker is the
same as on one machine: it ends when its pipe does, that is, when this process dies.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

BACK = "back"  # what the worker writes in there is carried to the supervisor


class Bridge:
    """The worker's side of a conversation; its methods are called from another machine."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="rnnlab-"))
        self.seen: dict[str, tuple[int, int]] = {}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rnnlab.sweep.worker_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=os.environ | {"TF_FORCE_GPU_ALLOW_GROWTH": "true"},
            start_new_session=True,
        )

    def describe(self, distributions: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
        """Return which node it is, the folder for files, and the versions of what is installed there."""
        return {"host": socket.gethostname(), "root": str(self.root), "versions": versions_of(distributions)}

    def lacks(self, paths: list[str]) -> list[str]:
        """Return the files that are not on this node."""
        return [path for path in paths if not os.path.isfile(path)]

    def deliver(self, path: str, data: bytes) -> None:
        """Write a file of the supervisor's under the folder."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        if path.startswith(f"{BACK}/"):
            self.seen[path] = _stamp(target)

    def begin(self, folder: str, line: str) -> None:
        """Give the worker a trial, whose paths start in a folder."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.send(line)

    def send(self, line: str) -> None:
        """Give the worker a message; one that died says so by `receive`."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """Return the worker's next message, with what it has written since the last; `line` is empty once it died."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.endswith("\n"):  # a killed process may leave half of one
            return {"line": "", "code": self.process.wait()}
        names, changed = self.written()
        return {"line": line, "names": names, "files": changed, "memory": self.memory()}

    def written(self) -> tuple[list[str], dict[str, bytes]]:
        """Return the files that the worker has written, and the bytes of those that are new."""
        names, changed = [], {}
        for path in sorted((self.root / BACK).rglob("*")):
            if not path.is_file() or path.suffix == ".tmp":
                continue
            name = path.relative_to(self.root).as_posix()
            with contextlib.suppress(FileNotFoundError):  # an older checkpoint that a newer one replaces
                stamp = _stamp(path)
                if self.seen.get(name) != stamp:
                    changed[name] = path.read_bytes()
                    self.seen[name] = stamp
                names.append(name)
        return names, changed

    def forget(self, name: str) -> None:
        """Delete a folder of a trial that ended."""
        shutil.rmtree(self.root / BACK / name, ignore_errors=True)

    def memory(self) -> int:
        """Return how many bytes the worker takes; 0 where the system does not say."""
        try:
            pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        except OSError:
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """End the worker and everything it started, and leave no files."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)


def versions_of(distributions: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    """Return the versions of Python and of distributions, each known by the first of its names."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for names in distributions:
        found[names[0]] = "none"
        for name in reversed(names):
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                found[names[0]] = importlib.metadata.version(name)
    return found


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size
