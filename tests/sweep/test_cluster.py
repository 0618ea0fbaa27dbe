"""Sweeps on a Ray cluster of real node processes on this machine."""

import json
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from rnnlab.errors import CallError

pytestmark = [pytest.mark.tensorflow, pytest.mark.ray]

QUICK = {  # how soon a node that was lost is missed
    "health_check_initial_delay_ms": 5000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 5000,
    "health_check_failure_threshold": 4,
}
MEMORY = 100 * 2**20


HIDING = """\
import os
import sys


def refuse(event, arguments):
    if event == "open" and str(arguments[0]).startswith(os.environ["HIDDEN"]):
        raise PermissionError(13, "a node has no such file", arguments[0])


sys.addaudithook(refuse)
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """What a node has of its own: a cache, and no way to the files of the tests or to this rnnlab."""
    folder = Path(tempfile.mkdtemp(prefix="rnnlab-node-"))
    (folder / "sitecustomize.py").write_text(HIDING)
    hidden = str(tmp_path_factory.getbasetemp())
    yield {"PYTHONPATH": str(folder), "RNNLAB_CACHE": str(folder / "cache"), "HIDDEN": hidden}
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster(elsewhere):
    """A head without cores, and two nodes with one each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # on 127.0.0.1
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        yield from _started(elsewhere)


def _started(environment):
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
        found.add_node(num_cpus=1, object_store_memory=MEMORY, env_vars=environment)
    yield found
    found.shutdown()


def engine_of(address, **keys):
    from rnnlab.sweeping import RayEngine

    return RayEngine.model_validate({"address": address} | keys)


def refusal_of(engine):
    """Return how a sweep is refused whose executor has that engine."""
    from rnnlab.sweep.cluster import RayExecutor

    executor = RayExecutor(engine, 4, print)
    try:
        executor.warm()
        while True:
            executor.next_event()
    except CallError as error:
        return str(error)
    finally:
        executor.close()


def test_a_cluster_that_is_not_there_is_told_at_once(monkeypatch):
    begun = time.monotonic()
    assert "cannot reach the Ray cluster `127.0.0.1:1`: " in refusal_of(engine_of("127.0.0.1:1"))
    assert "cannot reach the Ray cluster `nowhere.invalid`: " in refusal_of(engine_of("nowhere.invalid"))
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:2")
    assert "cannot reach the Ray cluster `127.0.0.1:2`: " in refusal_of(engine_of("auto"))
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(("key", "version"), [("ray_version", "2.9.9"), ("python_version", "3.8.1")])
def test_a_cluster_of_other_versions_is_told(cluster, key, version):
    from ray._raylet import GcsClient

    store, name = GcsClient(address=cluster.address), b"CLUSTER_METADATA"
    facts = store.internal_kv_get(name, b"cluster")
    store.internal_kv_put(name, json.dumps(json.loads(facts) | {key: version}).encode(), True, b"cluster")
    try:
        told = refusal_of(engine_of(cluster.address))
    finally:
        store.internal_kv_put(name, facts, True, b"cluster")
    assert "Version mismatch" in told
    assert f"{version} " in told, "that of the cluster"
    assert "This process on" in told


def test_what_a_cluster_cannot_do_is_told(cluster, elsewhere, monkeypatch):
    from rnnlab.sweep import cluster as room

    monkeypatch.setattr(room, "PATIENCE", 0.2)
    said = []
    waiting = room.RayExecutor(engine_of(cluster.address, workers=1, per_trial={"gpus": 0.5}), 4, said.append)
    try:
        waiting.warm()
        assert waiting.next_event(1.5) is None
        assert said == ["waiting for a node with room for a trial: it needs 1 CPU and 0.5 GPUs"]
        none = refusal_of(engine_of(cluster.address, per_trial={"gpus": 0.5}))
        assert "which needs 1 CPU and 0.5 GPUs; the largest has 1 CPU and 0 GPUs" in none
        node = cluster.add_node(num_cpus=2, object_store_memory=MEMORY, env_vars=other_tensorflow(elsewhere))
        other = refusal_of(engine_of(cluster.address, per_trial={"cpus": 2}))
        assert "has tensorflow 0.1 (here 2." in other
        cluster.remove_node(node, allow_graceful=False)
    finally:
        waiting.close()


def other_tensorflow(elsewhere):
    """Return what a node has whose packages say that TensorFlow is another one."""
    folder = Path(elsewhere["PYTHONPATH"])
    facts = folder / "other" / "tensorflow-0.1.dist-info" / "METADATA"
    facts.parent.mkdir(parents=True)
    facts.write_text("Metadata-Version: 2.1\nName: tensorflow\nVersion: 0.1\n")
    return elsewhere | {"PYTHONPATH": f"{folder / 'other'}{os.pathsep}{folder}"}


WHOLE = """\
seeds: 2
sweep:
  trials: 3
  sampler: {kind: grid, seed: 1}
  pruner: {kind: median, n_startup_trials: 1, n_warmup_steps: 1}
  confirm: {top: 1, seeds: 2}
  engine: {kind: ray}
  space:
    optimizer.learning_rate: [0.02, 30.0, 40.0]
runtime: {kernel: keras}
"""
EPOCHS = 100
FILES = (
    "model.layers.rnn={layer: rnn, cells: [{cell: blend, units: 4}], name: rnn}",
    "model.layers.0.weights_file=vectors.txt",
    "text.vocabulary_file=lists/words.txt",
    "optimizer.learning_rate=0.02",
    f"training.epochs={EPOCHS}",
    "training.batch_size=16",
)


@pytest.fixture
def blend(tiny):
    """A plugin, and the files that the experiment names beside its data."""
    from rnnlab import load_plugin
    from rnnlab.plugging import unload_plugins
    from tests.plugging.writing import write_plugin

    words = sorted({word for line in tiny.table.read_text().split("\n") for word in line.split(",")[0].split()})
    (tiny.folder / "lists").mkdir()
    (tiny.folder / "lists" / "words.txt").write_text("\n".join(words[:45]))
    (tiny.folder / "vectors.txt").write_text(
        "\n".join(f"{word} 0.1 0.2 0.3 0.{place + 1}" for place, word in enumerate(words))
    )
    load_plugin(write_plugin(tiny.folder / "plugins"))
    yield
    unload_plugins()


class NodeLoss:
    """A listener that kills a node once each has a training."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.begun = set()

    def on_census(self, census):
        pass

    def on_sweep(self, trials, goals):
        pass

    def on_resumed(self, trials, refused):
        pass

    def on_trial(self, number, values, parameters):
        pass

    def on_trial_begin(self, number, worker, seed):
        self.begun.add(worker)

    def on_replicate_end(self, number, replicate):
        pass

    def on_trial_epoch(self, number, epoch, epochs):
        if len(self.begun) == 2 and len(self.cluster.worker_nodes) == 2:
            self.cluster.remove_node(next(iter(self.cluster.worker_nodes)), allow_graceful=False)

    def on_trial_end(self, trial):
        pass


@pytest.mark.usefixtures("blend")
def test_a_sweep_of_plugins_files_seeds_and_confirmation_outlives_the_loss_of_a_node(
    tiny, cluster, monkeypatch, records
):
    from rnnlab import run_experiment, run_sweep

    first = run_experiment(tiny.file, overrides=[*FILES, "training.epochs=3"], store=tiny.store)
    tiny.extend(WHOLE)
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)  # another cluster may be on this machine, too
    said = []
    outcome = run_sweep(
        tiny.file,
        overrides=[*FILES, f"model.initial_weights={{run: {first.run_id}, layers: [rnn, head]}}"],
        store=tiny.store,
        listeners=[NodeLoss(cluster)],
        say=said.append,
    )
    assert {trial.message for trial in outcome.trials} == {""}, said
    states = [trial.state for trial in outcome.trials]
    assert (states[0], states[2]) == ("complete", "pruned"), "trial 1 may begin before trial 0 ends"
    assert [part.state for part in outcome.trials[0].replicates] == ["complete"] * 2
    (confirmed,) = outcome.confirmed
    assert [(part.seed, part.state) for part in confirmed.replicates] == [(9, "complete"), (10, "complete")]
    assert outcome.scores["test"]
    assert any("was lost" in line for line in said if line.endswith("; trying again")), said
    begins = [found.history[0].metrics["loss"] for found in (outcome.trials[0], first.result)]
    assert begins[0] < begins[1], "it begins with weights that were trained"
    runs = [record for record in records(tiny) if record.kind == "replicate" and "kept_epoch" in record.metrics]
    assert len(runs) >= 4
    for record in runs:
        assert [point.step for point in record.curves["val_loss"]] == list(range(1, EPOCHS + 1))
    assert {record.status for record in records(tiny)} == {"FINISHED"}
    folder = Path(tiny.store) / "sweeps" / outcome.run_id
    kept = {f"{confirmed.trial.number}-confirm-{seed}.weights.h5" for seed in (9, 10)}
    assert {path.name for path in (folder / "weights").iterdir()} == kept
    assert not (folder / "checkpoints").exists()
