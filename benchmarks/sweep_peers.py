"""The same trials by `rnnlab sweep`, by KerasTuner and by a plain Optuna loop: one after the other, in this one run.

rnnlab's seeded random search draws the points; the scripts of `benchmarks/sweep_scripts.py` are given them. rnnlab
records every trial in MLflow, and scores and records the best. What a trial costs beside its training is its time, and
the time until the next one begins in that process, without its epochs, each counted as long as its second one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from rnnlab.cli.imports import importing
from rnnlab.data.fetching import fetch
from rnnlab.datasets.entries import CATALOG

if TYPE_CHECKING:
    from rnnlab.plan.census import Census
    from rnnlab.plan.space import Goal
    from rnnlab.sweep.trial import Replicate, Trial
    from rnnlab.train.result import Epoch

HERE = Path(__file__).resolve().parent
FILE = """\
rnnlab: 1
name: sweep-peers
seed: 7
dataset:
  kind: catalog
  name: movie-snippets
  split: {kind: stratified, validation: 0.1, test: 0.1}
text: {unit: word, vocabulary: 10000}
padding: {maxlen: p95}
model:
  layers:
    - {layer: embedding, output_dim: 32}
    - {layer: lstm, units: 32, name: rnn}
    - {layer: dropout, rate: 0.2, name: drop}
    - {layer: dense, units: 1, activation: sigmoid}
training: {batch_size: 128, epochs: EPOCHS}
sweep:
  objective: {metric: val_accuracy}
  trials: TRIALS
  sampler: {kind: random, seed: 7}
  pruner: none
  engine: {workers: WORKERS}
  space:
    model.layers.rnn.layer: [simple_rnn, gru, lstm]
    model.layers.rnn.units: [16, 32, 64]
    model.layers.drop.rate: {low: 0.0, high: 0.5}
"""


class Timeline:
    """A listener that notes what the scripts note."""

    def __init__(self) -> None:
        self.trials: dict[int, dict[str, Any]] = {}

    def on_census(self, census: Census) -> None:
        """Hear what the space holds."""

    def on_sweep(self, trials: int, goals: Sequence[Goal]) -> None:
        """Hear that the sweep begins."""

    def on_resumed(self, trials: Sequence[Trial], refused: int) -> None:
        """Hear that it goes on."""

    def on_trial(self, number: int, values: dict[str, Any], parameters: int) -> None:
        """Note a trial."""
        named = {path.rpartition(".")[2]: value for path, value in values.items()}
        self.trials[number] = {"values": named, "epochs": []}

    def on_trial_begin(self, number: int, worker: str, seed: int | None) -> None:
        """Note when it begins, and where."""
        self.trials[number] |= {"start": time.time(), "worker": worker}

    def on_replicate_end(self, number: int, replicate: Replicate) -> None:
        """Hear that one of several trainings of a trial ended."""

    def on_trial_epoch(self, number: int, epoch: Epoch, epochs: int) -> None:
        """Note an epoch."""
        self.trials[number]["epochs"].append(time.time())

    def on_trial_end(self, trial: Trial) -> None:
        """Note its end, and the memory of the supervisor and its workers."""
        tree = [psutil.Process(), *psutil.Process().children(recursive=True)]
        memory = sum(each.memory_info().rss for each in tree)
        self.trials[trial.number] |= {"end": time.time(), "memory": memory, "value": trial.value}


@dataclass(frozen=True)
class Measured:
    """A sweep, measured.

    Attributes:
        seconds: from the start of its process to the end.
        trials: in the order of their numbers.
        disk: bytes of what it left.
        others: share of the cores that other programs used.
        processor: seconds of processor time, of all its processes.
    """

    name: str
    seconds: float
    trials: tuple[dict[str, Any], ...]
    disk: int
    others: float
    processor: float

    @property
    def between(self) -> float:
        """Return the seconds from the first trial's start to the last one's end."""
        return float(max(each["end"] for each in self.trials) - min(each["start"] for each in self.trials))

    @property
    def fixed(self) -> tuple[list[float], list[float]]:
        """Return the fixed costs of trials whose cell and units their process saw first, and of the others."""
        cold: list[float] = []
        warm: list[float] = []
        for worker in {each["worker"] for each in self.trials}:
            own = sorted((each for each in self.trials if each["worker"] == worker), key=lambda each: each["start"])
            seen = set()
            for each, after in zip(own, [*own[1:], None], strict=True):
                epochs = each["epochs"]
                until = after["start"] if after else each["end"]
                cost = until - each["start"] - len(epochs) * (epochs[1] - epochs[0])
                graph = (each["values"]["layer"], each["values"]["units"])
                (warm if graph in seen else cold).append(cost)
                seen.add(graph)
        return cold, warm

    def row(self) -> str:
        """Return its line of the table."""
        cold, warm = self.fixed
        epoch = statistics.median(each["epochs"][1] - each["epochs"][0] for each in self.trials)
        ordered = sorted(self.trials, key=lambda each: each["end"])
        quarter = ordered[len(ordered) // 4]["memory"] / 2**20
        last = ordered[-1]["memory"] / 2**20
        count = len(self.trials)
        return (
            f"| {self.name} | {60 * count / self.seconds:.1f} | {60 * count / self.between:.1f} | "
            f"{epoch:.2f} | {_median(cold)} | {_median(warm)} | {last:,.0f} | "
            f"{(last - quarter) / (count - count // 4 - 1):+.1f} | {self.disk / 2**20:.1f} | "
            f"{self.processor / count:.2f} | {self.others:.0%} |"
        )


HEAD = """\
| | trials a minute | from first to last | s an epoch | fixed s, cold | fixed s, warm | MiB at the end | MiB a trial | \
MiB on disk | processor s a trial | others' load |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default=sys.executable, help="a Python that has keras-tuner and tensorboard")
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--workers", type=int, nargs="*", default=[2], help="of rnnlab; several are measured in turn")
    parser.add_argument("--without", nargs="*", default=[], choices=["optuna", "keras_tuner"])
    parser.add_argument("--sweep", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.sweep:
        run_rnnlab(given.sweep)
        return
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder, table = Path(name), fetch(CATALOG["movie-snippets"], print)
        for workers in given.workers:
            found.append(measure_rnnlab(folder / f"workers-{workers}", workers, given.trials, given.epochs))
            print(found[-1].row(), flush=True)
        points = folder / "points.json"
        points.write_text(json.dumps([each["values"] for each in found[0].trials]), encoding="utf-8")
        for peer in ("optuna", "keras_tuner"):
            if peer not in given.without:
                found.append(measure_peer(folder / peer, peer, given.peers, table, points, given.epochs))
                print(found[-1].row(), flush=True)
    print_table(found)


def measure_rnnlab(folder: Path, workers: int, trials: int, epochs: int) -> Measured:
    """Return the sweep of rnnlab."""
    folder.mkdir()
    text = FILE.replace("EPOCHS", f"{epochs}").replace("TRIALS", f"{trials}").replace("WORKERS", f"{workers}")
    (folder / "peers.yaml").write_text(text, encoding="utf-8")
    call = [sys.executable, str(Path(__file__).resolve()), "--sweep", str(folder)]
    return measure(f"rnnlab, {workers} worker" + "s" * (workers > 1), folder, call)


def run_rnnlab(folder: Path) -> None:
    """Sweep, and write the timeline."""
    from rnnlab.plan import check_experiment
    from rnnlab.sweep.ahead import workers_ahead

    file, timeline = folder / "peers.yaml", Timeline()
    _, experiment, _ = check_experiment(file).require()
    with workers_ahead(experiment) as executor:  # as `rnnlab sweep` does
        with importing():
            from rnnlab.sweep import run_sweep

        run_sweep(file, store=str(folder / "mlruns"), executor=executor, listeners=[timeline], say=print)
    trials = [timeline.trials[number] for number in sorted(timeline.trials)]
    (folder / "timeline.json").write_text(json.dumps(trials), encoding="utf-8")


def measure_peer(folder: Path, peer: str, python: str, table: Path, points: Path, epochs: int) -> Measured:
    """Return the sweep of a script."""
    folder.mkdir()
    call = [python, str(HERE / "sweep_scripts.py"), peer, str(table), str(points), str(folder / "timeline.json")]
    return measure(peer, folder, [*call, "--epochs", f"{epochs}"])


def measure(name: str, folder: Path, call: Sequence[str]) -> Measured:
    """Return what a process did that leaves `timeline.json` in its folder."""
    environment = os.environ | {"PYTHONPATH": str(HERE.parent), "TF_CPP_MIN_LOG_LEVEL": "3"}
    busy, own, started = _busy(), _own(), time.time()
    with (folder / "output.txt").open("w") as output:
        done = subprocess.run(call, check=False, cwd=folder, env=environment, stdout=output, stderr=output)
    seconds = time.time() - started
    if done.returncode:
        sys.exit(f"{name} failed:\n" + (folder / "output.txt").read_text("utf-8")[-3000:])
    processor = _own() - own
    others = max(0.0, _busy() - busy - processor) / seconds / (os.cpu_count() or 1)
    disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name not in OURS)
    trials = json.loads((folder / "timeline.json").read_text("utf-8"))
    return Measured(name, seconds, tuple(trials), disk, others, processor)


OURS = ("timeline.json", "output.txt", "peers.yaml")


def print_table(found: Sequence[Measured]) -> None:
    """Print the table, and the ratios of trials a minute."""
    print("", HEAD, *(each.row() for each in found), "", sep="\n")
    ours = [each for each in found if each.name.startswith("rnnlab")]
    peers = [each for each in found if each not in ours]
    best = min(ours, key=lambda each: each.seconds)
    if peers:
        better = min(peers, key=lambda each: each.seconds)
        print(f"{best.name} is {better.seconds / best.seconds:.2f} times as fast as {better.name}, the better script")
    if len(ours) > 1:
        print(f"{ours[-1].name} beside {ours[0].name}: {ours[0].seconds / ours[-1].seconds:.2f} times, ", end="")
        print(f"from first trial to last {ours[0].between / ours[-1].between:.2f} times")


def _median(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f}" if seconds else ""


def _busy() -> float:
    """Return the seconds of processor time that anything used since the machine started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def _own() -> float:
    """Return the seconds of processor time of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
