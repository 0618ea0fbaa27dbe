"""Load of the machine while a run trains, sampled beside it."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from rnnlab.errors import StoreError

__all__ = ["SystemMetrics", "SystemSample"]

_MIB = 2**20
_SAMPLES_PER_WRITE = 5


@dataclass(frozen=True)
class SystemSample:
    """The load at one moment.

    Attributes:
        values: by the names that MLflow's UI groups as system metrics.
        timestamp: milliseconds since 1970.
    """

    values: dict[str, float]
    timestamp: int


class SystemMetrics:
    """A thread that samples CPU, memory and GPUs until it is stopped.

    Args:
        write: takes several samples at once; raises StoreError.
        interval: seconds between two samples.
    """

    def __init__(self, write: Callable[[Sequence[SystemSample]], None], *, interval: float = 2.0) -> None:
        self._write = write
        self._interval = interval
        self._samples: list[SystemSample] = []
        self._problem: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._sample_until_stopped, name="system-metrics", daemon=True)
        self._thread.start()

    def stop(self) -> str | None:
        """End the sampling, write what is left, and return what went wrong, or None."""
        self._stopping.set()
        self._thread.join()
        return self._problem

    def _sample_until_stopped(self) -> None:
        try:
            process = psutil.Process()
            process.cpu_percent()
            psutil.cpu_percent()
            gpus = _Gpus()
            while not self._stopping.wait(self._interval):
                self._samples.append(SystemSample(_machine(process) | gpus.values(), time.time_ns() // 1_000_000))
                if len(self._samples) >= _SAMPLES_PER_WRITE:
                    self._flush()
            self._flush()
        except (StoreError, psutil.Error, OSError) as error:
            self._problem = f"system metrics stopped early: {error}"

    def _flush(self) -> None:
        if self._samples:
            self._write(self._samples)
            self._samples = []


def _machine(process: psutil.Process) -> dict[str, float]:
    memory = psutil.virtual_memory()
    return {
        "system/cpu_utilization_percentage": psutil.cpu_percent(),
        "system/system_memory_usage_megabytes": memory.used / _MIB,
        "system/system_memory_usage_percentage": memory.percent,
        "system/process_cpu_utilization_percentage": process.cpu_percent(),
        "system/process_memory_usage_megabytes": process.memory_info().rss / _MIB,
    }


class _Gpus:
    """NVIDIA's GPUs, where nvidia-ml-py and a driver are there."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._devices: list[Any] = []
        try:
            nvml = importlib.import_module("pynvml")
        except ImportError:
            return
        try:
            nvml.nvmlInit()
            self._devices = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        except nvml.NVMLError:
            return
        self._nvml = nvml

    def values(self) -> dict[str, float]:
        """Return utilisation and memory of every GPU; one that does not answer is left out."""
        values: dict[str, float] = {}
        for index, device in enumerate(self._devices):
            try:
                memory = self._nvml.nvmlDeviceGetMemoryInfo(device)
                busy = self._nvml.nvmlDeviceGetUtilizationRates(device).gpu
            except self._nvml.NVMLError:
                continue
            values[f"system/gpu_{index}_utilization_percentage"] = float(busy)
            values[f"system/gpu_{index}_memory_usage_megabytes"] = memory.used / _MIB
            values[f"system/gpu_{index}_memory_usage_percentage"] = 100.0 * memory.used / memory.total
        return values
