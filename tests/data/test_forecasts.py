import numpy as np
import pytest
from weather import DATASET, temperature, write_weather

from rnnlab.data import prepare
from rnnlab.data.forecast_baselines import repeat_last, repeat_season, score_forecast_baselines
from rnnlab.data.forecasts import errors_by_step, forecast_metrics, quantile_metrics, true_values

from .conftest import make_experiment

NAN = float("nan")


def series(*values: float) -> np.ndarray:
    return np.array(values, float).reshape(1, -1, 1)


def test_metrics_are_of_known_values_only():
    found = forecast_metrics(series(1, 5, 9), series(2, NAN, 5), np.array([[2.0]]))
    assert found == pytest.approx(
        {
            "mean_absolute_error": 2.5,
            "root_mean_squared_error": (17 / 2) ** 0.5,
            "smape": (2 / 3 + 8 / 14) / 2,
            "mase": 1.25,
        }
    )


def test_mase_is_left_out_where_the_season_is_unknown():
    assert "mase" not in forecast_metrics(series(1), series(2), np.array([[NAN]]))


def test_smape_of_two_zeros_is_zero():
    assert forecast_metrics(series(0), series(0), np.array([[1.0]]))["smape"] == 0.0


def test_coverage_is_the_share_between_the_outermost_quantiles():
    quantiles = np.array([[[[0, 1, 2]], [[0, 1, 2]], [[0, 1, 2]]]], float)
    found = quantile_metrics(quantiles, series(1.5, 3, NAN), (0.1, 0.5, 0.9))
    assert found["coverage"] == 0.5
    assert found["nominal_coverage"] == pytest.approx(0.8)
    assert found["interval_width"] == 2.0
    assert found["pinball"] == pytest.approx((0.15 + 0.25 + 0.05 + 0.3 + 1.0 + 0.9) / 6)


def test_errors_are_told_for_each_timestep_ahead():
    found = errors_by_step(np.zeros((2, 2, 1)), np.array([[[1.0], [NAN]], [[3.0], [NAN]]]))
    assert found[0, 0] == 2.0
    assert np.isnan(found[1, 0])


@pytest.fixture
def splits(tmp_path):
    holes = {"bare": lambda station, hour: station == "A" and hour == 5}
    write_weather(tmp_path / "weather.csv", **holes)
    experiment = make_experiment(dataset=DATASET | {"gaps": "mask", "scaler": "none"})
    return prepare(experiment, tmp_path, target="forecast", say=lambda line: None)


def test_the_last_value_is_the_last_that_is_known(splits):
    found = repeat_last(splits.train, "temp")[0, :, 0]  # reads the hours 0 to 5, of which 5 is missing
    assert found == pytest.approx([temperature("A", 4)] * 3, abs=1e-3)


def test_the_season_is_taken_from_the_past_of_the_window(splits):
    found = repeat_season(splits.train, "temp", 4)[0, :, 0]  # the hours 6, 7, 8 are those of 2, 3, 4
    assert found == pytest.approx([temperature("A", hour) for hour in (2, 3, 4)], abs=1e-3)


def test_a_season_before_the_beginning_is_the_last_value(splits):
    found = repeat_season(splits.train, "temp", 8)[0, :, 0]  # the hours -2, -1, 0
    assert found == pytest.approx([temperature("A", hour) for hour in (4, 4, 0)], abs=1e-3)


def test_a_season_shorter_than_the_horizon_repeats(splits):
    found = repeat_season(splits.train, "temp", 2)[0, :, 0]  # the hours 4, 5 (missing), 4
    assert found == pytest.approx([temperature("A", 4)] * 3, abs=1e-3)


def test_baselines_stand_beside_each_other_in_real_units(splits):
    found = score_forecast_baselines(splits)
    errors = {name: values["test_mean_absolute_error"] for name, values in found.items()}
    assert errors["linear"] < errors["seasonal"] < errors["last_value"]
    assert errors["seasonal"] == pytest.approx(0.4, abs=0.1)
    wanted = true_values(splits.test.targets["temp"][:])
    assert np.nanmean(np.abs(repeat_last(splits.test, "temp") - wanted)) == pytest.approx(errors["last_value"])
