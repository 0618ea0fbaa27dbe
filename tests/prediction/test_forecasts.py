"""Series from the file to forecasts of new tables."""

import json

import numpy as np
import pandas as pd
import pytest
from mistakes import check_own_test
from weather import START, temperature, write_weather

from rnnlab.errors import CallError, DatasetError

pytestmark = pytest.mark.tensorflow

FILE = """\
rnnlab: 1
name: weather
seed: 3
dataset:
  kind: series
  path: weather.csv
  id: station
  target: [temp]
  future: [holiday]
  calendar: [hour]
  frequency: 1h
  gaps: mask
  lookback: 8
  horizon: 4
  season: 4
  split: {kind: time, validation: 0.2, test: 0.2}
task: {kind: forecasting, quantiles: [0.1, 0.5, 0.9]}
model:
  layers:
    - {layer: gru, units: 8, from: past, name: read}
    - {layer: flatten, from: future}
    - {layer: concatenate, from: [read, flatten]}
    - {layer: dense, units: 12, name: head}
optimizer: {kind: adam, learning_rate: 0.02}
training: {batch_size: 32, epochs: 3}
"""
RECURSIVE = (
    "task={kind: forecasting, head: recursive}",
    "model.layers=[{layer: gru, units: 8}, {layer: dense, units: 1}]",
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two runs in one store: quantiles of the whole horizon, and one timestep that is fed back."""
    from rnnlab import run_experiment

    folder = tmp_path_factory.mktemp("weather")
    write_weather(folder / "weather.csv", hours=120, bare=lambda station, hour: station == "A" and hour in (9, 30, 31))
    file = folder / "weather.yaml"
    file.write_text(FILE, encoding="utf-8")
    store = str(folder / "mlruns")
    outcomes = {
        "direct": run_experiment(file, store=store),
        "recursive": run_experiment(file, overrides=RECURSIVE, store=store),
    }
    return folder, store, outcomes


@pytest.fixture
def recent(tmp_path):
    """A table whose last four rows have no temperature yet."""
    return write_weather(tmp_path / "recent.csv", hours=34, bare=lambda station, hour: hour >= 30)


def test_a_smoke_test_walks_the_whole_road(trained):
    from rnnlab import run_experiment

    folder, _, _ = trained
    outcome = run_experiment(folder / "weather.yaml", smoke=True)
    assert len(outcome.splits.test) <= 32
    assert outcome.scores.metrics["mean_absolute_error"] > 0


def test_a_run_reports_real_units_and_beats_repeating_the_last_value(trained):
    _, _, outcomes = trained
    scores, baselines = outcomes["direct"].scores, outcomes["direct"].baselines
    assert scores.primary == "mean_absolute_error"
    assert set(baselines) == {"last_value", "seasonal", "linear"}
    assert scores.metrics["mean_absolute_error"] < baselines["last_value"]["test_mean_absolute_error"]
    assert 0 <= scores.metrics["coverage"] <= 1
    assert scores.metrics["nominal_coverage"] == pytest.approx(0.8)
    assert {"smape", "mase", "pinball", "interval_width"} <= set(scores.metrics)


def test_a_recursive_head_is_tested_over_the_whole_horizon(trained):
    _, _, outcomes = trained
    assert outcomes["recursive"].scores.forecasts.found.shape[1:] == (4, 1, 1)
    assert len(outcomes["recursive"].splits.test) == len(outcomes["direct"].splits.test)
    assert outcomes["recursive"].baselines["last_value"] == outcomes["direct"].baselines["last_value"]


def test_the_record_has_the_figures_and_the_errors_by_step(trained):
    from rnnlab.track.store import Store

    _, _, outcomes = trained
    store = Store.open(outcomes["direct"].store)
    (record,) = [each for each in store.records() if each.run_id == outcomes["direct"].run_id]
    folder = store.model_folder(record, None)
    head = json.loads((folder / "head.json").read_text(encoding="utf-8"))
    assert head["forecast"] == {"horizon": 4, "steps": 4, "targets": 1, "quantiles": [0.1, 0.5, 0.9]}
    assert json.loads((folder / "preparation.json").read_text(encoding="utf-8"))["series"]["dataset"]["lookback"] == 8
    assert record.metrics["test_coverage"] == outcomes["direct"].scores.metrics["coverage"]


@pytest.mark.parametrize("name", ["direct", "recursive"])
def test_each_series_is_forecast_from_its_last_known_timestep(trained, recent, name):
    from rnnlab import predict

    _, store, outcomes = trained
    found = predict(outcomes[name].run_id, recent, store=store)
    assert found["station"].tolist() == ["A"] * 4 + ["B"] * 4
    assert found["time"].iloc[0] == (START + pd.Timedelta(hours=30)).isoformat()
    for station, rows in found.groupby("station"):
        near = [temperature(station, hour) for hour in range(30, 34)]
        assert np.abs(rows["temp"] - near).mean() < 8


def test_quantiles_stand_beside_the_forecast(trained, recent):
    from rnnlab import predict

    _, store, outcomes = trained
    found = predict(outcomes["direct"].run_id, recent, store=store)
    assert list(found) == ["station", "time", "temp", "temp_q0.1", "temp_q0.5", "temp_q0.9"]
    assert (found["temp"] == found["temp_q0.5"]).all()


@pytest.mark.parametrize("name", ["direct", "recursive"])
def test_a_forecast_of_a_table_is_that_of_the_test_split(trained, tmp_path, name):
    """The same window, once in the test split and once at the end of a table."""
    from rnnlab import predict

    folder, store, outcomes = trained
    outcome = outcomes[name]
    window = outcome.scores.forecasts
    table = pd.read_csv(folder / "weather.csv")
    samples = outcome.splits.test
    origin = pd.Timestamp(samples.timeline.times[samples.targets["temp"].starts[0]], unit="s")
    times = pd.to_datetime(table["time"])
    table = table[(table["station"] == "A") & (times < origin + pd.Timedelta(hours=4))]
    table.loc[pd.to_datetime(table["time"]) >= origin, "temp"] = np.nan
    table.to_csv(tmp_path / "cut.csv", index=False)
    found = predict(outcome.run_id, tmp_path / "cut.csv", store=store)
    assert found["temp"].to_numpy() == pytest.approx(window.found[0, :, 0, window.middle], abs=1e-3)


def test_a_table_whose_future_came_is_scored(trained):
    from rnnlab.prediction import evaluate

    folder, store, outcomes = trained
    found = evaluate(outcomes["direct"].run_id, folder / "weather.csv", mistakes=3, store=store)
    assert found.samples == 2 * (120 - 12 + 1)
    assert found.metrics["mean_absolute_error"] > 0
    assert list(found.mistakes) == ["station", "time", "mean_absolute_error"]
    assert found.mistakes["mean_absolute_error"].is_monotonic_decreasing


@pytest.mark.parametrize(("keys", "code", "words"), [
    ({"hours": 5}, "RL415", "5 timesteps of series `A` are known, and the model reads 8"),
    ({"hours": 30}, "RL417", "`holiday` of series `A` is not given for 2024-01-02T06:00:00"),
])  # fmt: skip
def test_a_table_that_tells_too_little_is_refused(trained, tmp_path, keys, code, words):
    from rnnlab import predict

    _, store, outcomes = trained
    with pytest.raises(DatasetError) as caught:
        predict(outcomes["direct"].run_id, write_weather(tmp_path / "x.csv", **keys), store=store)
    assert (caught.value.code, caught.value.message) == (code, words)


def test_a_series_of_another_scale_is_refused(trained, recent):
    from rnnlab import predict

    _, store, outcomes = trained
    recent.write_text(recent.read_text(encoding="utf-8").replace(",B,", ",C,"), encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        predict(outcomes["direct"].run_id, recent, store=store)
    assert caught.value.code == "RL416"


def test_columns_are_those_of_the_training(trained, recent):
    from rnnlab import predict

    _, store, outcomes = trained
    with pytest.raises(CallError, match="leave `--column`"):
        predict(outcomes["direct"].run_id, recent, column="temp", store=store)


def test_the_script_of_a_forecast_trains_by_itself(trained):
    from rnnlab.export import model_script
    from rnnlab.plan import check_experiment

    _, experiment, plan = check_experiment(trained[0] / "weather.yaml").require()
    script: dict = {"__name__": "script"}
    exec(model_script(plan, experiment), script)
    ones = np.ones((9, 8, 5), np.float32), np.ones((9, 4, 3), np.float32), np.ones((9, 4), np.float32)
    assert ones[0].shape[1:] == plan.inputs["past"].shape
    history = script["train"](*ones).history
    assert np.isfinite(history["loss"]).all()


def test_folds_are_runs_nested_in_a_parent_each_trained_on_what_came_before(trained):
    from rnnlab.run.replicates import run_replicates

    folder, store, _ = trained
    overrides = ("training.epochs=1", "dataset.split={kind: time, validation: 0.15, test: 0.15, folds: 2}")
    found = run_replicates(folder / "weather.yaml", overrides=overrides, store=store)
    first, second = found.outcomes
    assert [outcome.name for outcome in found.outcomes] == ["fold-1", "fold-2"]
    assert len(first.splits.train) < len(second.splits.train)
    ends = [outcome.splits.source["borders"]["end"] for outcome in found.outcomes]
    assert ends[0] == second.splits.source["borders"]["test"] < ends[1]
    values = [outcome.scores.metrics["mean_absolute_error"] for outcome in found.outcomes]
    assert found.intervals["test_mean_absolute_error"].mean == pytest.approx(sum(values) / 2)


@pytest.mark.parametrize("name", ["direct", "recursive"])
def test_the_worst_windows_are_recorded_in_real_units_with_series_and_time(trained, name):
    _, _, outcomes = trained
    outcome = outcomes[name]
    worst = check_own_test(outcome)
    assert set(worst[0]) == {"station", "time", "mean_absolute_error"}
    samples, timeline = outcome.splits.test, outcome.splits.test.timeline
    windows = {
        (timeline.names[series], str(np.datetime64(int(timeline.times[start]), "s")))
        for start, series in zip(
            samples.targets["temp"].starts, timeline.series_of(samples.targets["temp"].starts), strict=True
        )
    }
    assert {(row["station"], row["time"]) for row in worst} <= windows
    assert worst[0]["mean_absolute_error"] >= outcome.scores.metrics["mean_absolute_error"]
