"""What a trial costs in a new learner and in one that is used again, and whether memory grows: one process."""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from rnnlab.data import prepare
from rnnlab.experiment import target_kind
from rnnlab.plan import check_experiment, plan_model
from rnnlab.run.road import train_once
from rnnlab.train.warm import WarmLearners

if TYPE_CHECKING:
    from rnnlab.data import Splits
    from rnnlab.experiment import Experiment

FILE = """\
rnnlab: 1
name: trials
dataset: {kind: text_table, path: trials.csv, split: {kind: stratified, validation: 0.2, test: 0.2}}
text: {vocabulary: 50}
padding: {maxlen: 8}
model:
  layers:
    - {layer: embedding, output_dim: 16}
    - {layer: KIND, units: 16, name: rnn, dropout: 0.1, recurrent_dropout: 0.1}
    - {layer: dropout, rate: 0.2, name: drop}
    - {layer: dense, units: 1, activation: sigmoid}
optimizer: {kind: adamw, learning_rate: 0.01, weight_decay: 0.01}
training: {batch_size: 32, epochs: 2}
"""


def open_trial(path: Path, number: int) -> tuple[Experiment, Splits]:
    """Return a trial that differs from all others in seed, rates, learning rate, weight decay and batch size."""
    rate = 0.05 + number % 40 / 100
    overrides = (
        f"seed={number}",
        f"model.layers.rnn.dropout={rate}",
        f"model.layers.rnn.recurrent_dropout={rate / 2}",
        f"model.layers.drop.rate={rate}",
        f"optimizer.learning_rate={rate / 10}",
        f"optimizer.weight_decay={rate / 10}",
        f"training.batch_size={16 + number % 3 * 16}",
    )
    checked = check_experiment(path, overrides=overrides)
    _, experiment, _ = checked.require()
    return experiment, prepare(experiment, checked.folder, target=target_kind(experiment), say=lambda line: None)


def timed(work: Callable[[], object]) -> float:
    """Return the processor time of some work, in milliseconds."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def main() -> None:
    """Train trial after trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--kind", default="lstm", help="of the recurrent layer")
    arguments = parser.parse_args()
    warm, spent, fixed, memory = WarmLearners(), [], [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trials.yaml"
        path.write_text(FILE.replace("KIND", arguments.kind), encoding="utf-8")
        rows = (f"{'good' if n % 2 else 'bad'} film {n % 7} {n},{'pos' if n % 2 else 'neg'}" for n in range(160))
        (Path(folder) / "trials.csv").write_text("\n".join(["text,label", *rows, ""]), encoding="utf-8")
        for number in range(arguments.trials + 1):
            experiment, splits = open_trial(path, number)
            plan = plan_model(experiment, splits.facts)
            if number == 0:
                gc.collect()
                gc.freeze()  # as the worker of a sweep does
            labels = splits.preparation.labels
            fixed.append(timed(lambda: warm.build(experiment, plan, labels=labels)))  # noqa: B023
            spent.append(timed(lambda: train_once(experiment, plan, splits, warm=warm)))  # noqa: B023
            memory.append(psutil.Process(os.getpid()).memory_info().rss / 2**20)
    print(f"processor time, ms   learner, new {fixed[0]:.0f}; used again, median {statistics.median(fixed[1:]):.1f}")
    print(f"processor time, ms   trial of two epochs, new {fixed[0] + spent[0]:.0f}; used again, median", end=" ")
    print(f"{statistics.median(spent[1:]):.1f}, first {spent[1]:.1f}, last {spent[-1]:.1f}")
    print(f"memory, MiB          after trial 1: {memory[0]:.0f}", end="")
    print("".join(f", {n}: {memory[n]:.0f}" for n in range(10, len(memory), 10)))


if __name__ == "__main__":
    main()
