import pytest


def placed(engine, runtime=None, trials=20):
    from rnnlab.runtime import Runtime
    from rnnlab.sweep.placement import place_workers
    from rnnlab.sweeping import LocalEngine

    return place_workers(LocalEngine.model_validate(engine), Runtime.model_validate(runtime or {}), trials)


@pytest.fixture
def four_cores(monkeypatch):
    monkeypatch.setattr("rnnlab.sweep.placement.available_cores", lambda: 4)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.usefixtures("four_cores")
@pytest.mark.parametrize(
    ("engine", "runtime", "trials", "workers", "threads"),
    [
        ({}, {}, 20, 4, 1),
        ({}, {}, 3, 3, 1),
        ({"workers": 2}, {}, 20, 2, 2),
        ({"workers": 1}, {}, 20, 1, None),
        ({"workers": 8}, {}, 20, 8, 1),
        ({"workers": 2}, {"threads": 3}, 20, 2, None),
        ({}, {}, 0, 1, None),
    ],
)
def test_cores_are_shared_out_unless_the_file_says_how_many_threads(engine, runtime, trials, workers, threads):
    found = placed(engine, runtime, trials)
    assert (found.workers, found.threads) == (workers, threads)
    assert found.environments == ({},) * workers


@pytest.mark.usefixtures("four_cores")
@pytest.mark.parametrize(
    ("engine", "seen"),
    [
        ({"devices": [0, 1]}, ["0", "1"]),
        ({"devices": [0, 1], "workers": 3}, ["0", "1", "0"]),
        ({"devices": ["GPU-a"], "per_trial": {"gpus": 0.25}}, ["GPU-a"] * 4),
        ({"devices": [0, 1], "per_trial": {"gpus": 0.5}}, ["0", "1", "0", "1"]),
        ({"devices": [0, 1, 2, 3], "per_trial": {"gpus": 2}}, ["0,1", "2,3"]),
    ],
)
def test_each_worker_sees_its_gpus_and_takes_memory_as_it_needs_it(engine, seen):
    environments = placed(engine).environments
    assert [each["CUDA_VISIBLE_DEVICES"] for each in environments] == seen
    assert {each["TF_FORCE_GPU_ALLOW_GROWTH"] for each in environments} == {"true"}


@pytest.mark.usefixtures("four_cores")
def test_gpus_are_those_of_the_environment_unless_the_file_hides_them(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert [each["CUDA_VISIBLE_DEVICES"] for each in placed({}).environments] == ["2", "5"]
    assert placed({}, {"devices": "cpu"}).environments == ({},) * 4
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert placed({}).environments == ({},) * 4


def test_a_trial_that_needs_more_gpus_than_there_are_is_refused():
    from rnnlab.errors import CallError

    with pytest.raises(CallError, match="gpus` is 3, but there are 2 GPUs"):
        placed({"devices": [0, 1], "per_trial": {"gpus": 3}})


@pytest.mark.parametrize(
    ("given", "seconds"), [(90, 90.0), (0.5, 0.5), ("10 minutes", 600.0), ("1.5 hours", 5400.0), ("30 seconds", 30.0)]
)
def test_durations_are_seconds_or_amounts_with_a_unit(given, seconds):
    from rnnlab.sweeping import LocalEngine, seconds_of

    assert seconds_of(LocalEngine.model_validate({"timeout": given}).timeout) == seconds


@pytest.mark.parametrize(("given", "size"), [(1000, 1000), ("2 GiB", 2**31), ("1.5 KiB", 1536)])
def test_sizes_are_bytes_or_amounts_with_a_unit(given, size):
    from rnnlab.sweeping import LocalEngine

    assert LocalEngine.model_validate({"memory_growth": given}).memory_growth == size


@pytest.mark.parametrize(
    "engine", [{"timeout": "10 min"}, {"timeout": 0}, {"timeout": "0 seconds"}, {"memory_growth": "2 GB"}]
)
def test_other_units_and_nothing_are_refused(engine):
    from pydantic import ValidationError

    from rnnlab.sweeping import LocalEngine

    with pytest.raises(ValidationError):
        LocalEngine.model_validate(engine)


def test_a_cluster_holds_what_each_of_its_nodes_holds():
    from rnnlab.sweep.placement import places_on
    from rnnlab.sweeping import RayEngine

    def places(per_trial, *nodes):
        return places_on(nodes, RayEngine(per_trial=per_trial))

    assert places({"cpus": 2}, {"CPU": 3.0}, {"CPU": 3.0}) == 2, "a trial is on one node"
    assert places({"cpus": 0.1}, {"CPU": 1.0}) == 10
    assert places({"gpus": 0.25}, {"CPU": 8.0, "GPU": 1.0}, {"CPU": 8.0}) == 4
    assert places({}) == 0
    assert places_on([], RayEngine(workers=3)) == 3, "asked for, also where no node is there yet"


def test_a_trial_that_no_node_holds_is_refused_unless_nodes_are_asked_for():
    from rnnlab.errors import CallError
    from rnnlab.sweep.placement import require_place
    from rnnlab.sweeping import RayEngine

    nodes = [{"CPU": 4.0}, {"CPU": 2.0, "GPU": 1.0}]
    require_place(nodes, RayEngine(per_trial={"cpus": 2, "gpus": 1}))
    require_place(nodes, RayEngine(per_trial={"cpus": 8}, workers=3))
    with pytest.raises(CallError, match="which needs 3 CPUs and 1 GPU; the largest has 2 CPUs and 1 GPU"):
        require_place(nodes, RayEngine(per_trial={"cpus": 3, "gpus": 1}))
    with pytest.raises(CallError, match="the largest has 0 CPUs and 0 GPUs"):
        require_place([], RayEngine())


def test_a_sweep_on_a_cluster_tells_the_extra_where_ray_is_not_installed(monkeypatch):
    from rnnlab.errors import CallError
    from rnnlab.sweep import engines

    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    with pytest.raises(CallError, match=r"pip install 'rnnlab\[ray\]'"):
        engines.require_installed("ray", "`sweep.engine: ray`")
