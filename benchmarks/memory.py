"""What memory a training on prepared data needs, at several sizes of the data: `python benchmarks/memory.py`.

A first run prepares the data and fits the baselines; the second, of which this tells, finds both in the cache. Mapped
pages of the prepared arrays count as resident memory as long as nobody else needs it, so that the high-water mark
(VmHWM) grows with the data up to what the machine has to spare; what the process itself holds is RssAnon, looked at
every 50 ms.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reviews import write_reviews

SIZES = (10_000, 40_000, 160_000)
PAUSE = 0.05
FILE = """\
rnnlab: 1
name: memory
dataset: {{kind: text_table, path: reviews.csv}}
padding: {{bucket: {bucket}}}
model:
  layers:
    - {{layer: embedding, output_dim: 8}}
    - {{layer: gru, units: 8}}
    - {{layer: dense, units: 1, activation: sigmoid}}
training: {{batch_size: 128, epochs: 1}}
"""


def main() -> None:
    """Print a row of a Markdown table for each size."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=int, nargs="*", default=SIZES)
    arguments.add_argument("--bucket", action="store_true")
    given = arguments.parse_args()
    print("| samples | words | prepared (MB) | first run: RssAnon, VmHWM (MB) | RssAnon | VmHWM | seconds |")
    print("|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for samples in given.samples:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            words = write_reviews(folder / "reviews.csv", samples)
            (folder / "memory.yaml").write_text(FILE.format(bucket=str(given.bucket).lower()))
            first, (anonymous, high, seconds) = _measure_run(folder), _measure_run(folder)
            size = sum(path.stat().st_size for path in (folder / "cache" / "prepared").rglob("train-input-*"))
        row = f"| {samples:,} | {words:,} | {size / 2**20:.1f} | {first[0]:.0f}, {first[1]:.0f} "
        print(row + f"| {anonymous:.0f} | {high:.0f} | {seconds:.0f} |", flush=True)


def _measure_run(folder: Path) -> tuple[float, float, float]:
    """Return (highest RssAnon, VmHWM, seconds) of a run, memory in MB."""
    environment = os.environ | {"RNNLAB_CACHE": str(folder / "cache")}
    started = time.perf_counter()
    call = [sys.executable, "-m", "rnnlab.cli", "run", "memory.yaml"]
    process = subprocess.Popen(call, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    anonymous, high = 0.0, 0.0
    while process.poll() is None:
        found = _memory(process.pid)
        anonymous, high = max(anonymous, found.get("RssAnon", 0.0)), max(high, found.get("VmHWM", 0.0))
        time.sleep(PAUSE)
    if process.returncode not in (0, 1):
        raise SystemExit(f"the run ended with {process.returncode}")
    return anonymous, high, time.perf_counter() - started


def _memory(pid: int) -> dict[str, float]:
    """Return what Linux tells of a process's memory, in MB; nothing where it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(":") for line in lines if line.endswith(" kB"))
    return {name: int(value.split()[0]) / 1024 for name, value in pairs}


if __name__ == "__main__":
    main()
