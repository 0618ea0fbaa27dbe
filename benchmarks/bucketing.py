"""What `padding: {bucket: true}` saves on lengths like IMDB's: `python benchmarks/bucketing.py`.

The same model is trained on the same table, with one length and with buckets; the seconds are those of the epochs after
the first, which compiles.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from reviews import IMDB, write_reviews

FILE = """\
rnnlab: 1
name: bucketing
dataset: {{kind: text_table, path: reviews.csv}}
padding: {{maxlen: 500, bucket: {bucket}}}
model:
  layers:
    - {{layer: embedding, output_dim: 32}}
    - {{layer: lstm, units: 32}}
    - {{layer: dense, units: 1, activation: sigmoid}}
training: {{batch_size: 128, epochs: {epochs}}}
"""


def main() -> None:
    """Print a row of a Markdown table for one length and for buckets."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=int, default=5000)
    arguments.add_argument("--epochs", type=int, default=4)
    given = arguments.parse_args()
    print("| batches | padding | lengths | seconds per epoch | test accuracy |")
    print("|---|---:|---|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        os.environ["RNNLAB_CACHE"] = f"{name}/cache"
        write_reviews(Path(name) / "reviews.csv", given.samples, lengths=IMDB)
        for bucket in ("false", "true"):
            _train(Path(name), bucket, given.epochs)


def _train(folder: Path, bucket: str, epochs: int) -> None:
    from rnnlab.data import padding_waste
    from rnnlab.run.run import run_experiment

    path = folder / "bucketing.yaml"
    path.write_text(FILE.format(bucket=bucket, epochs=epochs))
    outcome = run_experiment(path, store=str(folder / "store"))
    seconds = statistics.median(epoch.seconds for epoch in outcome.result.history[1:])
    waste = padding_waste(outcome.splits, 128)
    assert waste is not None
    bucketed = bucket == "true"
    lengths = ", ".join(map(str, waste["lengths"]["text"])) if bucketed else "500"
    share = waste["bucketed" if bucketed else "padding"]
    kind = "buckets" if bucketed else "one length"
    print(
        f"| {kind} | {share:.0%} | {lengths} | {seconds:.1f} | {outcome.scores.metrics['accuracy']:.3f} |", flush=True
    )


if __name__ == "__main__":
    main()
