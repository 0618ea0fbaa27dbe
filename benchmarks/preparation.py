"""How long a table of texts takes to be prepared, and what memory that needs: `python benchmarks/preparation.py`.

Each size is prepared in a process of its own, into a cache that is thrown away; then it is read back with another
`padding.maxlen`, which is what a further trial of a sweep does.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reviews import write_reviews

SIZES = (10_000, 40_000, 166_667)


def main() -> None:
    """Print a row of a Markdown table for each size."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=int, nargs="*", default=SIZES)
    arguments.add_argument("--table", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.table:
        _prepare(given.table)
        return
    print("| samples | words | prepared (s) | words/s | again, another `maxlen` (s) | peak memory (MB) |")
    print("|---:|---:|---:|---:|---:|---:|", flush=True)
    for samples in given.samples:
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "reviews.csv"
            words = write_reviews(table, samples)
            call = [sys.executable, __file__, "--table", table]
            environment = os.environ | {"RNNLAB_CACHE": f"{folder}/cache"}
            found = subprocess.run(call, env=environment, check=True, capture_output=True, text=True)
            seconds, again, peak = map(float, found.stdout.split())
        print(
            f"| {samples:,} | {words:,} | {seconds:.1f} | {words / seconds:,.0f} | {again:.2f} | {peak:.0f} |",
            flush=True,
        )


def _prepare(table: Path) -> None:
    from rnnlab.data import prepare
    from rnnlab.experiment.experiment import Experiment

    seconds = []
    for maxlen in ("p95", 50):
        file = {
            "rnnlab": 1,
            "name": "preparation",
            "dataset": {"kind": "text_table", "path": table.name},
            "padding": {"maxlen": maxlen},
            "model": {"layers": [{"layer": "dense", "units": 1}]},
        }
        started = time.perf_counter()
        prepare(Experiment.model_validate(file), table.parent, target="classes", say=lambda line: None)
        seconds.append(time.perf_counter() - started)
    print(*seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
