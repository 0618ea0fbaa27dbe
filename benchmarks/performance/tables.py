"""The report: a Markdown page, all numbers as CSV, and a figure."""

from __future__ import annotations

import csv
import math
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path

import numpy as np
from workloads import Workload

PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numba", "numpy")
PEERS = ("torch", "jax", "keras")
PAIRS = (  # rnnlab's variant, what it is compared with
    ("rnnlab", "Keras"),
    ("rnnlab, mask", "Keras, mask"),
    ("rnnlab", "PyTorch"),
    ("rnnlab, buckets", "PyTorch, trimmed"),
    ("rnnlab", "Keras on JAX"),
)


@dataclass(frozen=True)
class Measured:
    """What was measured of one variant of a workload.

    Attributes:
        step: median seconds of a training step; the mean where batches differ in length.
        first: seconds from the start of the process to the end of its first step.
        peak_mib: greatest resident memory of the process.
        epoch: median seconds of an epoch with its validation; NaN where none was timed.
        least: multiply-adds that no exact step of ordinary products can do without.
    """

    work: Workload
    variant: str
    step: float
    first: float
    peak_mib: float
    epoch: float
    least: float

    def line(self) -> str:
        """Return it as a line."""
        epoch = "" if math.isnan(self.epoch) else f"  epoch {self.epoch:.2f} s"
        return (
            f"{self.work.name:16} {self.variant:17} step {1000 * self.step:8.1f} ms  first {self.first:5.1f} s"
            f"  peak {self.peak_mib:5.0f} MiB{epoch}"
        )


Grown = Sequence[tuple[str, int, Measured]]


def write_report(folder: Path, found: Sequence[Measured], grown: Grown, peak: float, peers: str | None) -> None:
    """Write performance.md, performance.csv and performance.png."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(folder / "performance.csv", [*found, *(each for _, _, each in grown)])
    _draw(folder / "performance.png", found, grown)
    timed = [each for each in found if not math.isnan(each.epoch)]
    epochs = (
        "## An epoch with its validation",
        *_table(timed, lambda each: each.epoch, "{:.2f}"),
        "Seconds; rnnlab's hold the checkpoint and what is recorded in MLflow.",
    )
    parts = [
        "# How fast: measured",
        f"`{' '.join(['python', 'benchmarks/performance', *_arguments()])}`; every variant in a process of its own,"
        " taking turns; medians, but means of several hundred steps where batches are trimmed to their longest sample."
        " Ratios are what to look at: above 1, rnnlab is faster.",
        _about(peak, peers),
        "![Ratios and growth](performance.png)",
        "## A training step",
        *_table(found, lambda each: each.step, "{:.1f}", 1000, floors=peak),
        "Milliseconds after a hundred steps of each, or as many as four seconds suffice for, then rnnlab's ratio to"
        " each. That favours rnnlab, whose operations TensorFlow calls once a step and takes for costly until it has"
        " seen some ninety calls. The floor is the multiply-adds of the workload's matrix products, forward once and"
        " backward twice, over all timesteps, at the speed of the products above. The least leaves out what is 0 or not"
        " asked for (padding, the first states, the gradient of the data) and multiplies each row of the embedding that"
        " a batch reads once: no step does less by ordinary products (Strassen's would). Keras's time over the least,"
        " the last column, is what a step would reach that did nothing else, at that speed throughout.",
        *(epochs if timed else ()),
        "## To the first step",
        *_table(found, lambda each: each.first, "{:.1f}"),
        "Seconds from the start of the process, of a second one: data are prepared, and libraries in memory.",
        "## Peak memory",
        *_table(found, lambda each: each.peak_mib, "{:.0f}"),
        "MiB resident, mapped pages of the data included.",
        *(["## Growth", *_growth(grown)] if grown else []),
    ]
    (folder / "performance.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _arguments() -> list[str]:
    """Return the arguments of this process without its paths."""
    return ["PYTHON" if before == "--peers" else each for before, each in pairwise(sys.argv)]


def _about(peak: float, peers: str | None) -> str:
    cores = len(os.sched_getaffinity(0))
    told = [f"{name} {version(name)}" for name in PACKAGES if _installed(name)]
    asked = (
        "from importlib.metadata import version, distributions as d;"
        f" print(*(f'{{n}} {{version(n)}}' for n in {PEERS!r} if any(x.name == n for x in d())), sep=', ')"
    )
    if peers:
        others = subprocess.run([peers, "-c", asked], capture_output=True, text=True, check=True).stdout.strip()
        told.append(f"beside {others}")
    return (
        f"{cores} cores of {platform.machine()}, Python {platform.python_version()}, {', '.join(told)};"
        f" matrix products {peak / 1e9:.0f} GFLOP/s."
    )


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _table(
    found: Sequence[Measured],
    number: Callable[[Measured], float],
    form: str,
    scale: float = 1.0,
    floors: float | None = None,
) -> Iterable[str]:
    """Yield a Markdown table: a row for each workload, a column for each variant, then the ratios."""
    names = list(dict.fromkeys(each.variant for each in found))
    pairs = [(ours, other) for ours, other in PAIRS if ours in names and other in names]
    heads = [*(["floor", "least"] if floors else []), *names, *(f"{ours} / {other}" for ours, other in pairs)]
    heads += ["at most / Keras"] if floors else []
    rows = ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for work, least in {each.work.name: (each.work, each.least) for each in found}.values():
        numbers = {each.variant: number(each) for each in found if each.work.name == work.name}
        cells = [form.format(2000 * each / floors) for each in (work.products, least)] if floors else []
        cells += [form.format(scale * numbers[name]) if name in numbers else "" for name in names]
        cells += [
            f"**{numbers[other] / numbers[ours]:.2f}x**" if ours in numbers and other in numbers else ""
            for ours, other in pairs
        ]
        cells += [f"{numbers['Keras'] * floors / (2 * least):.1f}x"] if floors else []
        rows.append(f"| {work.name}: {describe(work)} | " + " | ".join(cells) + " |")
    yield "\n".join(rows)


def describe(work: Workload) -> str:
    """Return a workload in a few words."""
    layers = "→".join(
        f"{cell.upper() if cell in ('lstm', 'gru') else 'SimpleRNN'} {units}" for cell, units in work.layers
    )
    return f"{layers}, {work.batch} x {work.timesteps}"


def _growth(grown: Grown) -> Iterable[str]:
    """Yield the slopes of the logarithm of a step's time over that of what grows."""
    names = list(dict.fromkeys(each.variant for _, _, each in grown))
    rows = ["| | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for axis in dict.fromkeys(axis for axis, _, _ in grown):
        cells = []
        for name in names:
            points = [(size, each.step) for found, size, each in grown if found == axis and each.variant == name]
            cells.append(f"{np.polyfit(*np.log(np.array(points).T), 1)[0]:.2f}")
        sizes = [size for found, size, each in grown if found == axis and each.variant == names[0]]
        rows.append(f"| {axis}, {sizes[0]} to {sizes[-1]} | " + " | ".join(cells) + " |")
    yield "\n".join(rows)
    yield "Slopes of log(step) over log(size): 1 is linear, below 1 the fixed cost of a step still shows."


def _write_csv(path: Path, found: Sequence[Measured]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["workload", "variant", "step_ms", "first_step_s", "peak_mib", "epoch_s"])
        for each in found:
            epoch = "" if math.isnan(each.epoch) else f"{each.epoch:.3f}"
            numbers = (f"{1000 * each.step:.3f}", f"{each.first:.2f}", f"{each.peak_mib:.0f}", epoch)
            rows.writerow([each.work.name, each.variant, *numbers])


def _draw(path: Path, found: Sequence[Measured], grown: Grown) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5), constrained_layout=True)
    works = list(dict.fromkeys(each.work.name for each in found))
    steps = {(each.work.name, each.variant): each.step for each in found}
    pairs = [pair for pair in PAIRS if any((work, pair[1]) in steps for work in works)]
    for place, (ours, other) in enumerate(pairs):
        ratios = [steps.get((work, other), math.nan) / steps.get((work, ours), math.nan) for work in works]
        left.bar(np.arange(len(works)) + 0.8 * place / len(pairs), ratios, 0.8 / len(pairs), label=f"{ours} / {other}")
    left.axhline(1, color="black", linewidth=0.8)
    left.set(title="How many times faster a training step is", yscale="log")
    left.set_xticks(np.arange(len(works)) + 0.4, works, rotation=20)
    left.legend(fontsize=8)
    for axis, marker in zip(dict.fromkeys(axis for axis, _, _ in grown), "os^d", strict=False):
        for variant, color in (("rnnlab", "C0"), ("Keras", "C1"), ("PyTorch", "C2")):
            points = [(size, 1000 * each.step) for one, size, each in grown if one == axis and each.variant == variant]
            if points:
                right.plot(*zip(*points, strict=True), marker=marker, color=color, label=f"{variant}, {axis}")
    right.set(title="A step as one size grows (ms)", xscale="log", yscale="log")
    if grown:
        right.legend(fontsize=7)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
