"""How fast models are said to train."""

import pytest

pytestmark = pytest.mark.tensorflow  # for MLflow

FLOPS, SAMPLES = 1000.0, 50.0


@pytest.fixture
def store(tmp_path):
    from rnnlab.track.store import Store

    return Store.open(f"sqlite:///{tmp_path / 'mlflow.db'}")


def record(store, experiment, *, metrics, plan="{}", status="FINISHED"):
    from rnnlab.track.record import RunHead

    run_id = store.start(RunHead(experiment=experiment, kind="run", params={}, texts={"plan.json": plan}))
    store.log_metrics(run_id, metrics)
    store.finish(run_id, status)


def test_the_pace_is_the_median_of_the_experiments_own_runs(store):
    from rnnlab.run.pace import pace_of_runs

    record(store, "other", metrics={"flops_per_sample": FLOPS, "samples_per_second": 7.0})
    assert pace_of_runs(store, "mine").flops_per_second == 3 * FLOPS * 7
    for speed in (10.0, SAMPLES, 90.0):
        record(store, "mine", metrics={"flops_per_sample": FLOPS, "samples_per_second": speed})
    pace = pace_of_runs(store, "mine")
    assert (pace.flops_per_second, pace.is_bound) == (3 * FLOPS * SAMPLES, False)
    assert pace.source == "3 earlier runs of mine in the store"


def test_trials_have_their_operations_in_their_plan(store):
    from rnnlab.run.pace import pace_of_runs

    record(store, "mine", metrics={"samples_per_second": SAMPLES}, plan='{"flops_per_sample": 2000}')
    assert pace_of_runs(store, "mine").flops_per_second == 3 * 2000 * SAMPLES


def test_runs_that_failed_or_know_no_operations_tell_nothing(store):
    from rnnlab.run.pace import pace_of_runs

    record(store, "mine", metrics={"flops_per_sample": FLOPS, "samples_per_second": SAMPLES}, status="FAILED")
    record(store, "mine", metrics={"samples_per_second": SAMPLES}, plan='{"flops_per_sample": null}')
    record(store, "mine", metrics={"samples_per_second": SAMPLES}, plan="broken")
    assert pace_of_runs(store, "mine") is None


def test_without_runs_the_machine_is_timed_and_no_store_is_made(tiny, tmp_path):
    from rnnlab.plan import check_experiment
    from rnnlab.run.pace import find_pace

    _, experiment, plan = check_experiment(tiny.file).require()
    pace = find_pace(experiment, plan, str(tmp_path / "nowhere"))
    assert pace.is_bound
    assert pace.flops_per_second > 1e6
    assert not (tmp_path / "nowhere").exists()
