"""The variants of a workload, each a process that waits for its turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workloads import Workload

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Variant:
    """One way of training a workload.

    Attributes:
        name: in tables.
        script: of the process.
        arguments: beside workload and data.
        peer: it needs packages that rnnlab does not: it runs under `--peers PYTHON`.
        backend: of Keras.
        varied: batches are as long as their longest sample, so that a step is the mean of many.
    """

    name: str
    script: str
    arguments: dict[str, Any]
    peer: bool = False
    backend: str = "tensorflow"
    varied: bool = False


def _keras(name: str, *, mask: bool = False, jax: bool = False) -> Variant:
    return Variant(name, "keras_peer.py", {"mask": mask}, peer=jax, backend="jax" if jax else "tensorflow")


def _rnnlab(name: str, *, mask: bool = False, bucket: bool = False, kernel: str = "auto") -> Variant:
    return Variant(name, "rnnlab_peer.py", {"mask": mask, "bucket": bucket, "kernel": kernel}, varied=bucket)


def _torch(name: str, *, trim: bool = False) -> Variant:
    return Variant(name, "torch_peer.py", {"trim": trim}, peer=True, varied=trim)


def variants_of(work: Workload) -> list[Variant]:
    """Return the variants of a workload."""
    found = [_keras("Keras"), _rnnlab("rnnlab"), _torch("PyTorch"), _keras("Keras on JAX", jax=True)]
    if work.masks:
        found += [_keras("Keras, mask", mask=True), _rnnlab("rnnlab, mask", mask=True)]
    if work.padded and work.masks:
        found += [_torch("PyTorch, trimmed", trim=True), _rnnlab("rnnlab, buckets", mask=True, bucket=True)]
    return found


class Process:
    """A variant that is under way."""

    def __init__(self, variant: Variant, work: Workload, data: Path, python: str) -> None:
        self.name, self.varied = variant.name, variant.varied
        given = json.dumps({"workload": work.to_data(), "data": str(data), **variant.arguments})
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "KERAS_BACKEND": variant.backend,
            "RNNLAB_CACHE": str(data.with_name("cache")),
        }
        self._log = data.with_name(f"{work.name}-{variant.name}.log").open("w+")
        self._since = time.perf_counter()
        self._process = subprocess.Popen(
            [python, str(HERE / variant.script), given], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log, text=True, env=environment, cwd=data.parent,
        )  # fmt: skip

    def first_step(self) -> float:
        """Return the seconds from the start of the process to the end of its first training step."""
        self._answer()
        return time.perf_counter() - self._since

    def run(self, unit: str, count: int) -> list[float]:
        """Return the seconds of so many steps or epochs."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([unit, count]) + "\n")
        self._process.stdin.flush()
        seconds: list[float] = self._answer()["seconds"]
        return seconds[-count:]

    def peak_mib(self) -> float:
        """Return the greatest resident memory so far, after one step more."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(["steps", 1]) + "\n")
        self._process.stdin.flush()
        return float(self._answer()["peak_mib"])

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._log.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            sys.exit(f"{self.name} ended before its time:\n{self._log.read()[-3000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer
