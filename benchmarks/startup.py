"""How fast the command line starts: medians over fresh processes, interleaved so that noise meets all alike."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from rnnlab.data.fetching import fetch
from rnnlab.datasets.entries import CATALOG

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENT = str(ROOT / "experiments" / "movie_snippets_lstm.yaml")
RNNLAB = [sys.executable, "-m", "rnnlab.cli"]
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import pydantic, yaml": [sys.executable, "-c", "import pydantic, yaml"],
    "rnnlab --help": [*RNNLAB, "--help"],
    "rnnlab check": [*RNNLAB, "check", EXPERIMENT],
    "rnnlab plan": [*RNNLAB, "plan", EXPERIMENT],
}


TENSORFLOW = "import tensorflow and keras alone"
BY_HAND = "benchmarks/hand_written.py"


def seconds_of(command: list[str]) -> float:
    """Return the seconds from start to end of one fresh process."""
    environment = _environment()
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - started


def measure(rounds: int) -> dict[str, list[float]]:
    """Return seconds by command: every round starts each command once, after one round that warms the disk."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, command in COMMANDS.items():
            taken = seconds_of(command)
            if number:
                seconds[name].append(taken)
    return seconds


def table(seconds: dict[str, list[float]]) -> str:
    """Return the medians, and the fastest and slowest, in milliseconds, as a Markdown table."""
    lines = ["| what | median ms | min | max |", "|---|---:|---:|---:|"]
    for name, taken in seconds.items():
        low, middle, high = (1000 * value for value in (min(taken), statistics.median(taken), max(taken)))
        lines.append(f"| `{name}` | {middle:.0f} | {low:.0f} | {high:.0f} |")
    return "\n".join(lines)


def _environment() -> dict[str, str]:
    """Return what the processes see: compiled modules are kept, as for everybody who has not said otherwise."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}


def measure_run(rounds: int, epochs: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return seconds by process, and seconds from the start of `rnnlab run` to the end of each of its parts."""
    table_file = fetch(CATALOG["movie-snippets"], print)
    processes: dict[str, list[float]] = {TENSORFLOW: [], BY_HAND: [], "rnnlab run": []}
    parts: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as store:
        commands = {
            TENSORFLOW: [sys.executable, "-c", "import tensorflow, keras"],
            BY_HAND: [sys.executable, str(ROOT / BY_HAND), str(table_file), "--epochs", str(epochs)],
            "rnnlab run": [*RNNLAB, "run", EXPERIMENT, "--store", store, "--quiet",
                           "--set", f"training.epochs={epochs}", "--set", "training.early_stopping=null"],
            "parts": [sys.executable, str(ROOT / "benchmarks" / "first_step.py"), EXPERIMENT, "--store", store,
                      "--epochs", str(epochs)],
        }  # fmt: skip
        for number in range(rounds + 1):
            for name, command in commands.items():
                started = time.time()
                done = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment())
                if not number:
                    continue
                if name != "parts":
                    processes[name].append(time.time() - started)
                    continue
                for line in done.stdout.splitlines():
                    moment, part = line.split("\t")
                    parts.setdefault(part, []).append(float(moment) - started)
    return processes, parts


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="fresh processes of each command")
    parser.add_argument("--run", action="store_true", help="measure `rnnlab run` and its parts instead: minutes")
    parser.add_argument("--epochs", type=int, default=5, help="of that run")
    arguments = parser.parse_args()
    rounds = arguments.rounds
    if rounds < 1:
        parser.error("--rounds must be 1 or more")
    versions = ", ".join(f"{name} {version(name)}" for name in ("pydantic", "PyYAML", "typer"))
    print(f"Python {platform.python_version()}, {versions}; {os.cpu_count()} cores; {rounds} processes each\n")
    if arguments.run:
        processes, parts = measure_run(rounds, arguments.epochs)
        print(table(processes))
        print("\nWhen each part of a run is done, from the start of its process:\n")
        print(table(parts))
    else:
        print(table(measure(rounds)))


if __name__ == "__main__":
    main()
