"""How fast rnnlab trains, beside the scripts that people would write: `make bench`, or `python benchmarks/performance`.

Every variant is a process of its own; all of a workload live side by side and take turns, some steps each, so that
what else the machine does meets them all. Medians, and ratios within this one run. PyTorch and JAX are timed where the
Python given by `--peers` has them.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from floor import gemm_peak
from tables import Measured, write_report
from variants import ROOT, Process, Variant, variants_of
from workloads import WORKLOADS, Workload, growth, write_data

HERE = Path(__file__).resolve().parent
ROUNDS, STEPS, EPOCHS = 5, 15, 3
MANY = 150  # steps of a round where batches differ in length
WARM, WARM_SECONDS = 10, 4.0
"""Before anything is timed, every variant trains so many times ten steps, or for so long: TensorFlow hands each
operation of a function to another thread until it has measured, some ninety calls long, that it is a cheap one.

Source: `KernelStats` in tensorflow/core/common_runtime/executor.cc, 2.21."""


def main() -> None:
    """Measure, print as it goes, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", nargs="*", help="all unless given")
    parser.add_argument("--peers", help="a Python that has torch, or jax and keras")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-growth", action="store_true")
    parser.add_argument(
        "--output", type=Path, help="folder for performance.md, .csv and .png; printed only unless given"
    )
    given = parser.parse_args()
    chosen = [WORKLOADS[name] for name in given.workloads or WORKLOADS]
    found, peak = [], 0.0
    with tempfile.TemporaryDirectory() as name:
        for work in chosen:
            peak = max(peak, gemm_peak())
            found += measure(work, Path(name), given.peers, given.rounds)
        grown = [] if given.no_growth else measure_growth(Path(name), given.peers, given.rounds)
    print(f"matrix products: {peak / 1e9:.0f} GFLOP/s on all cores")
    if given.output:
        write_report(given.output, found, grown, peak, given.peers)


def measure(work: Workload, folder: Path, peers: str | None, rounds: int) -> list[Measured]:
    """Return what was measured of each variant of a workload."""
    data = folder / f"{work.name}.npz"
    work = _provide(work, data)
    variants = [each for each in variants_of(work) if _has(each, peers)]
    processes, first = _start(work, data, variants, peers)
    steps: dict[str, list[float]] = {each.name: [] for each in processes}
    epochs: dict[str, list[float]] = {each.name: [] for each in processes}
    for process in processes:
        _warm_up(process)
    for _ in range(rounds):
        for process in processes:
            count = MANY if process.varied else STEPS
            taken = process.run("steps", 1 + count)
            steps[process.name] += taken[1:]  # the first one was begun while others had their turn
    for _ in range(EPOCHS if work.epochs else 0):
        for process in processes:
            epochs[process.name] += process.run("epochs", 1)
    found = []
    for process in processes:
        peak = process.peak_mib()
        process.end()
        whole = statistics.median(epochs[process.name]) if work.epochs else math.nan
        step = (statistics.fmean if process.varied else statistics.median)(steps[process.name])
        found.append(Measured(work, process.name, step, first[process.name], peak, whole, work.least(data)))
        print(found[-1].line(), flush=True)
    return found


def _provide(work: Workload, data: Path) -> Workload:
    """Write the data of a workload; return it as its data are."""
    if not work.real:
        write_data(work, data)
        if work.sequences and work.vocabulary:
            _write_text(work, data.with_suffix(".txt"))
        return work
    call = [sys.executable, str(HERE / "real_data.py"), work.real, str(data)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RNNLAB_CACHE": str(data.with_name("cache"))}
    found = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    samples, timesteps = map(int, found.stdout.split()[-2:])
    return replace(work, samples=samples, timesteps=timesteps)


def _write_text(work: Workload, path: Path) -> None:
    """Write a running text as long as the windows of all samples together."""
    letters = np.array([chr(code) for code in range(0x4E00, 0x4E00 + work.vocabulary - 2)])
    drawn = np.random.default_rng(1).integers(0, len(letters), work.samples * work.timesteps)
    path.write_text("".join(letters[drawn]), encoding="utf-8")


def _start(
    work: Workload, data: Path, variants: Sequence[Variant], peers: str | None
) -> tuple[list[Process], dict[str, float]]:
    """Return the processes, each after its first step, and the seconds that it needed; one starts after the other."""
    processes, first = [], {}
    for variant in variants:
        python = peers if variant.peer and peers else sys.executable
        warm = Process(variant, work, data, python)  # what it reads from the disk is in memory, and its data prepared
        warm.first_step()
        warm.end()
        process = Process(variant, work, data, python)
        first[variant.name] = process.first_step()
        processes.append(process)
    return processes, first


def _warm_up(process: Process) -> None:
    """Let a variant train until its steps take as long as they will."""
    spent = 0.0
    for _ in range(WARM):
        spent += sum(process.run("steps", 10))
        if spent > WARM_SECONDS:
            return


def _has(variant: Variant, peers: str | None) -> bool:
    """Return whether a variant can run here."""
    if not variant.peer:
        return True
    package = "torch" if variant.script == "torch_peer.py" else "jax, keras"
    call = [peers or sys.executable, "-c", f"import {package}"]
    environment = os.environ | {"KERAS_BACKEND": variant.backend}
    return not subprocess.run(call, capture_output=True, check=False, env=environment).returncode


def measure_growth(folder: Path, peers: str | None, rounds: int) -> list[tuple[str, int, Measured]]:
    """Return (what grows, its size, what was measured)."""
    found = []
    for axis, size, work in growth():
        found += [(axis, size, each) for each in measure(work, folder, peers, max(2, rounds // 2))]
    return found


if __name__ == "__main__":
    main()
