"""Sweeps on a Ray cluster of real node processes on this machine."""

import os
from pathlib import Path

import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.ray]

SWEEP = """\
sweep:
  trials: 4
  sampler: {kind: random, seed: 2}
  pruner: none
  engine: {kind: ray, address: ADDRESS}
  space:
    optimizer.learning_rate: {low: 1e-3, high: 0.1, log: true}
runtime: {kernel: keras}
"""
QUICK = {  # how soon a node that was lost is missed
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 1000,
    "health_check_failure_threshold": 2,
}
MEMORY = 100 * 2**20


@pytest.fixture
def cluster(monkeypatch):
    """A head without cores, and two nodes with one each."""
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # on 127.0.0.1
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from ray.cluster_utils import Cluster

    found = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 0,
            "include_dashboard": False,
            "object_store_memory": MEMORY,
            "_system_config": QUICK,
        },
    )
    for _ in range(2):
        found.add_node(num_cpus=1, object_store_memory=MEMORY)
    yield found
    found.shutdown()


class NodeLoss:
    """A listener that kills a node while both train."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.training = set()

    def on_sweep(self, trials, goals):
        pass

    def on_resumed(self, trials, refused):
        pass

    def on_trial(self, number, values, parameters):
        pass

    def on_trial_begin(self, number, worker, seed):
        pass

    def on_replicate_end(self, number, replicate):
        pass

    def on_trial_epoch(self, number, epoch, epochs):
        self.training.add(number)
        if len(self.training) == 2 and len(self.cluster.worker_nodes) == 2:
            self.cluster.remove_node(next(iter(self.cluster.worker_nodes)), allow_graceful=False)

    def on_trial_end(self, trial):
        self.training.discard(trial.number)


def test_a_sweep_outlives_the_loss_of_a_node(tiny, cluster, records):
    from rnnlab import run_sweep

    tiny.extend(SWEEP.replace("ADDRESS", cluster.address))
    said = []
    outcome = run_sweep(
        tiny.file,
        overrides=["training.epochs=200", "training.batch_size=16"],
        store=tiny.store,
        listeners=[NodeLoss(cluster)],
        say=said.append,
    )
    assert [trial.state for trial in outcome.trials] == ["complete"] * 4
    assert [len(trial.history) for trial in outcome.trials] == [200] * 4
    retried = [line for line in said if line.endswith("; trying again")]
    assert len(retried) == 1, said
    assert "was lost" in retried[0]
    assert outcome.scores["test"]
    runs = [record for record in records(tiny) if record.kind == "trial"]
    assert [record.status for record in runs] == ["FINISHED"] * 4
    for record in runs:
        assert [point.step for point in record.curves["val_loss"]] == list(range(1, 201))
    folder = Path(tiny.store) / "sweeps" / outcome.run_id
    assert [path.name for path in (folder / "weights").iterdir()] == [f"{outcome.best.number}.weights.h5"]
    assert os.listdir(folder / "checkpoints") == []
