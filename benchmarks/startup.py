"""How fast the command line starts: medians over fresh processes, interleaved so that noise meets all alike."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

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


def seconds_of(command: list[str]) -> float:
    """Return the seconds from start to end of one fresh process."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
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
    lines = ["| process | median ms | min | max |", "|---|---:|---:|---:|"]
    for name, taken in seconds.items():
        low, middle, high = (1000 * value for value in (min(taken), statistics.median(taken), max(taken)))
        lines.append(f"| `{name}` | {middle:.0f} | {low:.0f} | {high:.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="fresh processes of each command")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds must be 1 or more")
    versions = ", ".join(f"{name} {version(name)}" for name in ("pydantic", "PyYAML", "typer"))
    print(f"Python {platform.python_version()}, {versions}; {os.cpu_count()} cores; {rounds} processes each\n")
    print(table(measure(rounds)))


if __name__ == "__main__":
    main()
