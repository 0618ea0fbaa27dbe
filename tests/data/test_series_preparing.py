from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from weather import DATASET, START, temperature, write_weather

from rnnlab.data import Preparation, Splits, dataset_summary, prepare
from rnnlab.data.cache import load_splits
from rnnlab.data.forecasts import true_values
from rnnlab.data.series_encoder import SCALED
from rnnlab.datasets import TimeSplit
from rnnlab.errors import DatasetError
from rnnlab.experiment.prepared import Fingerprints

from .conftest import make_experiment

ORIGIN = int(np.datetime64(START, "s").astype(np.int64))


@pytest.fixture
def prepare_weather(tmp_path: Path) -> Callable[..., Splits]:
    def run(*, table: dict | None = None, **changes) -> Splits:
        write_weather(tmp_path / "weather.csv", **(table or {}))
        experiment = make_experiment(dataset=DATASET | changes)
        return prepare(experiment, tmp_path, target="forecast", say=lambda line: None)

    return run


def hours_of(samples) -> np.ndarray:
    """Return the hour of every timestep that each window reads or forecasts (N, T + H)."""
    past, targets = samples.inputs["past"], samples.targets["temp"]
    flat = (samples.timeline.times - ORIGIN) // 3600
    rows = np.arange(len(samples))
    places = past.starts[rows][:, None] + np.arange(past.timesteps + targets.timesteps)
    return flat[places]


def test_a_window_is_its_past_and_what_follows(prepare_weather):
    train = prepare_weather(scaler="none").train
    window, target = train.inputs["past"][np.array([2])][0], train.targets["temp"][np.array([2])][0]
    assert window[:, 0] == pytest.approx([temperature("A", hour) for hour in range(2, 8)], abs=1e-3)
    assert window[:, 1].tolist() == [2, 3, 4, 0, 1, 2]
    assert target[:, 0, SCALED] == pytest.approx([temperature("A", hour) for hour in (8, 9, 10)], abs=1e-3)


def test_no_timestep_stands_in_two_splits(prepare_weather):
    splits = prepare_weather()
    found = [set(hours_of(samples).ravel().tolist()) for samples in splits.named().values()]
    assert found[0].isdisjoint(found[1])
    assert found[1].isdisjoint(found[2])
    assert max(found[0]) < min(found[1]) <= max(found[1]) < min(found[2])


def test_windows_over_a_border_are_counted_and_told(prepare_weather):
    splits = prepare_weather()
    kept = sum(len(samples) for samples in splits.named().values())
    whole = 2 * (60 - 9 + 1)
    assert splits.source["windows"] == {"purged": whole - kept, "without_data": 0}
    assert whole - kept == 2 * 2 * 8  # two series, two borders, all but the first of nine places
    assert splits.warnings == ("32 windows reach over a border between two splits and stand in none.",)


def test_rows_of_the_same_time_are_told_and_no_error_in_a_strict_file(tmp_path):
    path = write_weather(tmp_path / "weather.csv")
    rows = path.read_text().splitlines()
    path.write_text("\n".join([*rows, rows[-1], ""]))
    experiment = make_experiment(dataset=DATASET | {"duplicates": "last", "strict": True})
    splits = prepare(experiment, tmp_path, target="forecast", say=lambda line: None)
    assert "1 row has the time of another one: of each time the last counts." in splits.warnings
    assert splits.source["series"]["B"]["repeated_rows"] == 1


def test_a_test_that_leaves_the_range_of_training_is_told(tmp_path):
    rows = [f"2024-01-{day:02},{day}" for day in range(1, 31)]
    (tmp_path / "weather.csv").write_text("\n".join(["time,temp", *rows, ""]))
    keys = DATASET | {"id": None, "past": [], "frequency": "1d", "lookback": 2, "horizon": 2}
    splits = prepare(make_experiment(dataset=keys), tmp_path, target="forecast", say=lambda line: None)
    (told,) = [caution for caution in splits.cautions if caution.kind == "beyond_training"]
    assert told.text.startswith("100% of the test's targets are greater or less than all of the training's")


def test_windows_are_not_copied(prepare_weather):
    splits = prepare_weather()
    past = splits.train.inputs["past"]
    assert past.shape == (len(splits.train), 6, 2)
    assert past.values.shape[0] < 2 * 60
    assert isinstance(past.values, np.memmap)


def test_the_scale_is_that_of_train_and_of_each_series(prepare_weather):
    encoder = prepare_weather().preparation.series
    border = 36  # hours of 59 before the validation begins
    temperatures = np.array([temperature("B", hour) for hour in range(border)])
    assert encoder.scales["B"][0] == pytest.approx([temperatures.mean(), temperatures.std()], abs=1e-3)
    assert set(encoder.scales) == {"A", "B"}
    assert set(prepare_weather(scaler={"kind": "minmax", "per": "all"}).preparation.series.scales) == {""}


@pytest.mark.parametrize("scaler", ["standard", "minmax", "robust", "none"])
def test_targets_come_back_in_real_units(prepare_weather, scaler):
    test = prepare_weather(scaler=scaler).test
    hours = hours_of(test)[:, 6:]
    found = true_values(test.targets["temp"][:])[..., 0]
    half = len(test) // 2
    assert found[0] == pytest.approx([temperature("A", hour) for hour in hours[0]], abs=1e-2)
    assert found[half] == pytest.approx([temperature("B", hour) for hour in hours[half]], abs=1e-2)


def test_masked_gaps_are_flagged_and_their_targets_missing(prepare_weather):
    holes = {"bare": lambda station, hour: station == "A" and hour in (3, 9)}
    train = prepare_weather(table=holes, gaps="mask").train
    past = train.inputs["past"][np.array([0])][0]
    assert past[:, -1].tolist() == [1, 1, 1, 0, 1, 1]
    assert np.isfinite(past).all()
    assert np.isnan(train.targets["temp"][np.array([2])][0, :, 0, SCALED]).tolist() == [False, True, False]


def test_filled_gaps_repeat_the_last_value_but_never_as_a_target(prepare_weather):
    holes = {"leave_out": lambda station, hour: station == "A" and hour in (3, 9)}
    train = prepare_weather(table=holes, gaps="fill", scaler="none").train
    past = train.inputs["past"][np.array([0])][0]
    assert past.shape[1] == 2
    assert past[3].tolist() == past[2].tolist()
    assert np.isnan(train.targets["temp"][np.array([2])][0, :, 0, SCALED]).tolist() == [False, True, False]


def test_gaps_are_refused_unless_the_file_says_otherwise(prepare_weather):
    with pytest.raises(DatasetError) as caught:
        prepare_weather(table={"leave_out": lambda station, hour: hour == 7})
    assert caught.value.code == "RL413"


def test_windows_without_any_target_are_left_out_and_counted(prepare_weather):
    holes = {"bare": lambda station, hour: station == "A" and 10 <= hour < 14}
    splits = prepare_weather(table=holes, gaps="mask")
    assert splits.source["windows"]["without_data"] == 2  # the horizons 10 to 12 and 11 to 13


def test_what_is_known_ahead_is_a_second_input(prepare_weather):
    splits = prepare_weather(future=["holiday"], calendar=["hour"], scaler="none")
    train = splits.train
    hours = hours_of(train)[0]
    assert {name: windows.shape[1:] for name, windows in train.inputs.items()} == {"past": (6, 5), "future": (3, 3)}
    assert train.inputs["future"][np.array([0])][0, :, 0].tolist() == [int(hour % 24 > 18) for hour in hours[6:]]
    angle = 2 * np.pi * hours[6:] / 24
    assert train.inputs["future"][np.array([0])][0, :, 1] == pytest.approx(np.sin(angle), abs=1e-5)


def test_a_stride_leaves_windows_out(prepare_weather):
    every, third = prepare_weather(), prepare_weather(stride=3)
    assert set(np.diff(third.train.inputs["past"].starts[:5])) == {3}
    assert len(third.train) < len(every.train) / 2


def test_too_short_series_are_refused(prepare_weather):
    with pytest.raises(DatasetError) as caught:
        prepare_weather(lookback=20)
    assert (caught.value.code, "validation split has no window" in caught.value.message) == ("RL415", True)


def test_the_cache_gives_the_same_windows_back(prepare_weather, experiment):
    splits = prepare_weather(future=["holiday"], gaps="mask")
    again = load_splits(Fingerprints(splits.entry, splits.fingerprint), experiment())
    for name, samples in splits.named().items():
        other = again.named()[name]
        assert np.array_equal(samples.inputs["past"][:], other.inputs["past"][:])
        assert np.array_equal(samples.targets["temp"][:], other.targets["temp"][:])
        assert samples.timeline.names == other.timeline.names == ("A", "B")
    assert again.facts == splits.facts


def test_the_preparation_travels_as_json(prepare_weather, tmp_path):
    preparation = prepare_weather(calendar=["hour", "month"], frequency="1h").preparation
    preparation.save(tmp_path)
    again = Preparation.load(tmp_path).series
    assert again.dataset == preparation.series.dataset
    assert {name: scale.tolist() for name, scale in again.scales.items()} == {
        name: scale.tolist() for name, scale in preparation.series.scales.items()
    }


def test_the_summary_tells_gaps_windows_and_scales(prepare_weather):
    found = dataset_summary(
        prepare_weather(table={"leave_out": lambda station, hour: station == "B" and hour in (5, 6)}, gaps="mask")
    )
    assert found["series"]["B"]["missing_timesteps"] == 2
    assert found["series"]["B"]["gaps"] == 1
    assert sum(found["series"]["A"]["windows"].values()) == sum(found["samples"].values()) / 2
    assert set(found["scales"]["A"]) == {"temp", "wind"}


def test_what_comes_after_the_end_is_left_out(prepare_weather):
    half = prepare_weather(split={"kind": "time", "validation": 0.2, "test": 0.2, "end": 0.8})
    assert max(hours_of(half.test).ravel()) < 0.8 * 60
    whole = 2 * (48 - 9 + 1)  # the hours 0 to 47
    assert half.source["windows"]["purged"] == whole - sum(len(samples) for samples in half.named().values())


def test_folds_test_one_stretch_of_time_after_the_other():
    split = TimeSplit(validation=0.1, test=0.2, folds=3)
    folds = [split.fold(number) for number in (1, 2, 3)]
    assert [fold.end for fold in folds] == [0.6, 0.8, 1.0]
    assert {fold.folds for fold in folds} == {1}
