"""A campaign of kill -9 at random moments: a run that is resumed after each must end as one that was never killed.

Weights are compared byte by byte, and every curve but those of time value by value, with each epoch once.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from rnnlab.track.record import Record
from rnnlab.track.store import Store

ROOT = Path(__file__).resolve().parents[1]
TIMES = ("epoch_seconds", "samples_per_second", "seconds", "system/")
EXPERIMENTS = {
    "dropout": """\
rnnlab: 1
name: dropout
seed: 3
dataset: {kind: generated, name: temporal-order, samples: 300, timesteps: 20}
model:
  layers:
    - {layer: lstm, units: 16, dropout: 0.2, recurrent_dropout: 0.2}
    - {layer: dropout, rate: 0.2}
    - {layer: dense, units: 4, activation: softmax}
task: {kind: classification, metrics: [accuracy, top_5_accuracy]}
training:
  batch_size: 16
  epochs: 16
  checkpoint: {every: 5 steps}
  early_stopping: {patience: 12}
  reduce_lr_on_plateau: {patience: 2, factor: 0.5, min_delta: 0.01, cooldown: 1}
""",
    "stateful": """\
rnnlab: 1
name: stateful
seed: 4
dataset: {kind: generated, name: adding-problem, samples: 200, timesteps: 40}
model:
  layers:
    - {layer: gru, units: 16, recurrent_dropout: 0.1, return_sequences: true}
    - {layer: lstm, units: 8}
    - {layer: dense, units: 1}
task: {kind: regression, metrics: [mean_absolute_error, r2_score]}
training:
  {batch_size: 20, epochs: 8, stateful: true, window: 8, reset: never, shuffle: false, checkpoint: {every: 7 steps}}
""",
    "buckets": """\
rnnlab: 1
name: buckets
seed: 5
dataset: {kind: generated, name: tagged-sentences, samples: 400}
text: {unit: token, vocabulary: 200, lowercase: false}
padding: {maxlen: longest, bucket: true}
task: {kind: tagging}
model:
  layers:
    - {layer: embedding, output_dim: 16}
    - {layer: gru, units: 16, bidirectional: true, dropout: 0.1}
    - {layer: dense, units: 7, activation: softmax}
training:
  {batch_size: 16, epochs: 14, early_stopping: {monitor: val_accuracy, patience: 9}, checkpoint: {every: 0.002 minutes}}
""",
    "replicates": """\
rnnlab: 1
name: replicates
seed: 6
seeds: 2
dataset: {kind: generated, name: temporal-order, samples: 300, timesteps: 20}
model:
  layers:
    - {layer: simple_rnn, units: 16, recurrent_dropout: 0.1}
    - {layer: dense, units: 4, activation: softmax}
training: {batch_size: 16, epochs: 8}
""",
}


@dataclass(frozen=True)
class Ended:
    """What the campaign over one experiment came to.

    Attributes:
        kills: that hit a process.
        half_written: of those, how many came while a checkpoint was being written.
        within: how many of the resumed processes began within an epoch.
        differences: what is not as in the unbroken run.
    """

    kills: int
    half_written: int
    within: int
    differences: tuple[str, ...]


def start(file: Path, store: Path, *options: str) -> subprocess.Popen[bytes]:
    """Return a new process that trains."""
    command = [sys.executable, "-m", "rnnlab.cli", "run", str(file), "--store", str(store), *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (store.parent / f"{store.name}.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def checkpoints(store: Path) -> dict[Path, float]:
    """Return when each checkpoint was written."""
    found = {}
    for folder, _, names in os.walk(store):  # leaves out what is gone meanwhile
        for path in (Path(folder, name) for name in names if name.endswith(".ckpt")):
            with suppress(FileNotFoundError):  # the training went on
                found[path] = path.stat().st_mtime
    return found


def kill_once(process: subprocess.Popen[bytes], store: Path, delay: float) -> int:
    """Kill a process some seconds after it began to train; return its exit code, 0 where it had ended before."""
    before = checkpoints(store)
    while process.poll() is None and checkpoints(store) == before:
        time.sleep(0.02)
    time.sleep(delay)
    process.kill()
    return process.wait()


def campaign(name: str, kills: int, folder: Path, draw: random.Random) -> Ended:
    """Train one experiment unbroken, then with kills."""
    file = folder / f"{name}.yaml"
    file.write_text(EXPERIMENTS[name], encoding="utf-8")
    whole, broken = folder / f"{name}-whole", folder / f"{name}-broken"
    started = time.monotonic()
    if start(file, whole).wait() != 0:
        raise SystemExit(f"{name}: the unbroken run failed")
    print(f"{name}: unbroken in {time.monotonic() - started:.0f} s", flush=True)
    hits = half = within = 0
    code = -9
    options: tuple[str, ...] = ()
    for _ in range(kills):
        process, delay = start(file, broken, *options), draw.uniform(0, 1.5)
        code = kill_once(process, broken, delay)
        if code != -9:
            break
        hits += 1
        half += any(broken.rglob("*.tmp"))
        within += any("+" in path.stem for path in sorted(checkpoints(broken))[-1:])
        options = ("--resume",)
    if code == -9:
        code = start(file, broken, *options).wait()
    if code not in (0, 2):  # 2: nothing to resume, as the last kill came when all was done
        raise SystemExit(f"{name}: resuming failed: {Path(f'{broken}.log').read_text(encoding='utf-8')[-2000:]}")
    return Ended(hits, half, within, tuple(differences(whole, broken)))


def differences(whole: Path, broken: Path) -> list[str]:
    """Return what the runs of two stores do not have in common, but for their times."""
    found = []
    first, second = (finished(store) for store in (whole, broken))
    if len(first) != len(second):
        return [f"{len(first)} runs unbroken, {len(second)} broken"]
    for one, other in zip(first, second, strict=True):
        if weights(whole, one) != weights(broken, other):
            found.append(f"weights of {one.name} differ")
        keys = {key for key in {*one.metrics, *other.metrics} if not key.startswith(TIMES)}
        for key in sorted(keys):
            mine, theirs = ([(point.step, point.value) for point in run.curves.get(key, ())] for run in (one, other))
            if mine != theirs:
                found.append(f"{key}: {mine} unbroken, {theirs} broken")
    return found + [f"twice: {key} at step {step}" for key, step in doubles(broken)]


def doubles(store: Path) -> list[tuple[str, int]]:
    """Return (metric, step) of every point that a finished run has more than once."""
    query = """
        select key, step from metrics join runs using (run_uuid) where status = 'FINISHED' and key not like 'system/%'
        group by run_uuid, key, step having count(*) > 1
    """
    with closing(sqlite3.connect(store / "mlflow.db")) as database:
        return list(database.execute(query))


def finished(store: Path) -> list[Record]:
    """Return the finished runs that have a model, with their curves."""
    opened = Store.open(f"sqlite:///{store / 'mlflow.db'}")
    return [opened.load_curves(each) for each in opened.records() if each.status == "FINISHED" and each.has_model]


def weights(store: Path, record: Record) -> dict[str, bytes]:
    """Return the bytes of every array of a saved model."""
    opened = Store.open(f"sqlite:///{store / 'mlflow.db'}")
    model = opened.model_folder(record, store / "download") / "data" / "model.keras"
    arrays: dict[str, bytes] = {}

    def take(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()].tobytes()

    with zipfile.ZipFile(model) as packed, h5py.File(io.BytesIO(packed.read("model.weights.h5"))) as file:
        file.visititems(take)
    return arrays


def main() -> None:
    """Kill, resume, compare, print; exit 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=5, help="of each experiment")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--only", choices=EXPERIMENTS, help="one experiment")
    arguments = parser.parse_args()
    draw, bad = random.Random(arguments.seed), False
    lines = ["| experiment | kills | within an epoch | half a checkpoint left | result |", "|---|---:|---:|---:|---|"]
    with tempfile.TemporaryDirectory(prefix="rnnlab-kills-") as folder:
        for name in [arguments.only] if arguments.only else EXPERIMENTS:
            ended = campaign(name, arguments.kills, Path(folder), draw)
            bad = bad or bool(ended.differences)
            result = "; ".join(ended.differences) or "same bytes, same curves, no point twice"
            lines.append(f"| {name} | {ended.kills} | {ended.within} | {ended.half_written} | {result} |")
            print(lines[-1], flush=True)
    print("\n".join(lines))
    sys.exit(bad)


if __name__ == "__main__":
    main()
