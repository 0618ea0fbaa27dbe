"""A campaign of kill -9 on a sweep at random moments: a worker, the supervisor, or both; gone on with until it is done.

Then nothing may be lost, doubled or left RUNNING, in Optuna's journal or in MLflow. With one worker the trials must be
those of a sweep that was never killed, and the best the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from rnnlab.sweep.journal import read_study
from rnnlab.sweep.status import SweepStatus, sweep_status
from rnnlab.track.record import Record
from rnnlab.track.store import Store
from rnnlab.train.result import Epoch

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ("worker", "supervisor", "both")
EXPERIMENT = """\
rnnlab: 1
name: kills
seed: 3
dataset: {{kind: generated, name: temporal-order, samples: 400, timesteps: 20}}
model:
  layers:
    - {{layer: lstm, units: 8, dropout: 0.1, name: rnn}}
    - {{layer: dense, units: 4, activation: softmax}}
optimizer: {{kind: adam, learning_rate: 0.01}}
training: {{batch_size: 16, epochs: 8}}
runtime: {{threads: 1}}
sweep:
  trials: {trials}
  sampler: {{kind: tpe, seed: 5, n_startup_trials: 6}}
  pruner: {{kind: median, n_startup_trials: 3, n_warmup_steps: 1}}
  engine: {{workers: {workers}}}
  space:
    optimizer.learning_rate: {{low: 1e-4, high: 0.1, log: true}}
"""


@dataclass
class Campaign:
    """What was killed, and what was found wrong.

    Attributes:
        kills: by target.
        resumed: how many times the sweep was gone on with.
        orphans: workers that outlived their supervisor by more than some seconds.
        wrong: findings.
    """

    kills: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    orphans: int = 0
    wrong: list[str] = field(default_factory=list)


def start(file: Path, store: Path, *options: str) -> subprocess.Popen[bytes]:
    """Return a new process that sweeps."""
    command = [sys.executable, "-m", "rnnlab.cli", "sweep", str(file), "--store", str(store), *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (store.parent / f"{store.name}.log").open("ab") as log:
        return subprocess.Popen(command, cwd=store.parent, env=environment, stdout=log, stderr=log)


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the worker processes of a supervisor."""
    try:
        children = psutil.Process(process.pid).children()
        return [child for child in children if "rnnlab.sweep.worker_process" in child.cmdline()]
    except psutil.NoSuchProcess:
        return []


def journal_of(store: Path) -> Path | None:
    """Return the journal of the only sweep, None where it has not begun."""
    return next(iter(store.glob("sweeps/*/study.journal")), None)


def await_progress(process: subprocess.Popen[bytes], store: Path) -> None:
    """Wait until the journal grows, or the process ends."""
    before = size_of(store)
    while process.poll() is None and size_of(store) == before:
        time.sleep(0.02)


def size_of(store: Path) -> int:
    """Return the bytes of the journal."""
    journal = journal_of(store)
    return journal.stat().st_size if journal else 0


def kill(process: subprocess.Popen[bytes], target: str, draw: random.Random, campaign: Campaign) -> None:
    """Kill a worker, the supervisor, or both."""
    workers = workers_of(process)
    victims = [*draw.sample(workers, min(1, len(workers)))] if target != "supervisor" else []
    for victim in victims:
        kill_process(victim)
    if target != "worker":
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(workers, timeout=30)
        campaign.orphans += len(alive)
    campaign.kills[target] += 1


def kill_process(victim: psutil.Process) -> None:
    """Kill a process that may have ended already."""
    try:
        victim.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return


def broken_sweep(file: Path, store: Path, kills: int, draw: random.Random) -> Campaign:
    """Return what happened while a sweep was killed again and again, and gone on with to its end."""
    campaign = Campaign()
    process = start(file, store)
    for _ in range(kills):
        await_progress(process, store)
        time.sleep(draw.uniform(0, 1.2))
        if process.poll() is not None:
            break
        kill(process, draw.choice(TARGETS), draw, campaign)
        if process.poll() is not None:
            options = ("--resume",) if journal_of(store) else ()
            process = start(file, store, *options)
            campaign.resumed += 1
    if process.wait() != 0:
        log = Path(f"{store}.log").read_text(encoding="utf-8")
        campaign.wrong.append(f"the last process ended with {process.returncode}: {log[-1500:]}")
    return campaign


def findings(store: Path, trials: int) -> list[str]:
    """Return what is lost, doubled or left RUNNING."""
    status = sweep_status("LAST", store=str(store))
    found = []
    if status.facts.status != "finished":
        found.append(f"the sweep is {status.facts.status}")
    numbers = [trial.number for trial in status.trials]
    if numbers != list(range(trials)):
        found.append(f"trials {numbers}, wanted {trials}")
    journal = journal_of(store)
    study = read_study(journal) if journal else None
    open_trials = [each.number for each in study.get_trials() if not each.state.is_finished()] if study else []
    found += [f"Optuna's trial {number} is RUNNING" for number in open_trials]
    found += [f"trial {each.number} is {each.state}" for each in status.trials if each.state in ("failed", "invalid")]
    return [*found, *_runs(status, store), *_doubles(store)]


def _runs(status: SweepStatus, store: Path) -> list[str]:
    """Return what MLflow has otherwise than the journal."""
    records = Store.open(f"sqlite:///{store / 'mlflow.db'}").records()
    found = [f"the run {each.name} is RUNNING" for each in records if each.status == "RUNNING"]
    runs: dict[str, list[Record]] = {}
    for record in records:
        if record.parent == status.facts.run_id:
            runs.setdefault(record.tags["rnnlab.trial"], []).append(record)
    for trial in status.trials:
        mine = runs.pop(f"{trial.number}", [])
        if trial.state != "duplicate" and len(mine) != 1:
            found.append(f"trial {trial.number} has {len(mine)} runs")
        found += [f"trial {trial.number} is {trial.state}" for each in mine if each.tags["rnnlab.state"] != trial.state]
    return found + [f"a run of no trial: {number}" for number in runs]


def _doubles(store: Path) -> list[str]:
    query = """
        select run_uuid, key, step from metrics where key = 'val_loss'
        group by run_uuid, key, step having count(*) > 1
    """
    with closing(sqlite3.connect(store / "mlflow.db")) as database:
        return [f"twice: {key} of {run[:8]} at epoch {step}" for run, key, step in database.execute(query)]


def differences(whole: Path, broken: Path) -> list[str]:
    """Return what the trials of two sweeps do not have in common, but for trials whose workers died too often."""
    first, second = (sweep_status("LAST", store=str(store)) for store in (whole, broken))
    if any(trial.state == "killed" for trial in second.trials):
        return []  # the sampler learned less from then on
    found = []
    for one, other in zip(first.trials, second.trials, strict=False):
        mine, theirs = ((each.values, each.state, each.value, _curve(each.history)) for each in (one, other))
        if mine != theirs:
            found.append(f"trial {one.number}: {mine} unbroken, {theirs} broken")
    best = [status.best.number if status.best else None for status in (first, second)]
    return found + ([f"best: {best[0]} unbroken, {best[1]} broken"] if best[0] != best[1] else [])


def _curve(history: tuple[Epoch, ...]) -> list[float]:
    return [epoch.metrics["val_loss"] for epoch in history]


def main() -> None:
    """Kill, go on, look, print; exit 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rnnlab-sweep-kills-") as folder:
        file = Path(folder) / "kills.yaml"
        text = EXPERIMENT.format(trials=arguments.trials, workers=arguments.workers)
        file.write_text(text, encoding="utf-8")
        whole, broken = Path(folder) / "whole", Path(folder) / "broken"
        if arguments.workers == 1 and start(file, whole).wait() != 0:
            raise SystemExit(f"the unbroken sweep failed: {Path(f'{whole}.log').read_text(encoding='utf-8')[-2000:]}")
        campaign = broken_sweep(file, broken, arguments.kills, random.Random(arguments.seed))
        wrong = campaign.wrong or findings(broken, arguments.trials)
        if arguments.workers == 1 and not wrong:
            wrong = differences(whole, broken)
        status = sweep_status("LAST", store=str(broken))
    summary = {
        "kills": dict(campaign.kills),
        "resumed": campaign.resumed,
        "workers": arguments.workers,
        "states": status.states,
        "orphans": campaign.orphans,
        "wrong": wrong,
    }
    print(json.dumps(summary, indent=2))
    sys.exit(bool(wrong or campaign.orphans))


if __name__ == "__main__":
    main()
