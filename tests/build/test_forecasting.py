import numpy as np
import pytest
from weather import DATASET, write_weather

from rnnlab import plan_model
from rnnlab.data import Samples, prepare
from rnnlab.experiment import validate_document
from rnnlab.plan import ForecastPlan, HeadPlan
from rnnlab.source import parse
from rnnlab.source.places import Source
from rnnlab.tasks import LOSSES, Pinball

pytestmark = pytest.mark.tensorflow
STEPWISE = ForecastPlan(horizon=3, steps=1, targets=1)


@pytest.fixture
def prepared(tmp_path):
    """The splits of a file with a recursive head: the past has temp, holiday and the hour."""
    keys = DATASET | {"past": [], "future": ["holiday"], "calendar": ["hour"], "scaler": "none", "gaps": "mask"}
    write_weather(tmp_path / "weather.csv", bare=lambda station, hour: hour == 3)
    text = (
        f"rnnlab: 1\nname: x\ndataset: {keys}\ntask: {{kind: forecasting, head: recursive}}\n"
        "model: {layers: [{layer: gru, units: 4}, {layer: dense, units: 1}]}\n"
    ).replace("'", "")
    experiment = validate_document(parse(Source("x", text)).document)
    return experiment, prepare(experiment, tmp_path, target="forecast", say=lambda line: None)


def feed(answer, splits) -> np.ndarray:
    from rnnlab.build import forecast

    return forecast(answer, STEPWISE, splits.preparation.series, splits.test, batch=5)[..., 0, 0]


def test_a_forecast_is_fed_back_as_the_newest_value(prepared):
    _, splits = prepared
    last = splits.test.inputs["past"][:][:, -1, 0]
    found = feed(lambda inputs: inputs["past"][:, -1, :1] + 1, splits)
    assert found == pytest.approx(last[:, None] + [1, 2, 3])


def test_what_is_known_ahead_is_read_while_feeding_back(prepared):
    _, splits = prepared
    past, hour = splits.test.inputs["past"], 2  # its sine
    rows = np.arange(len(splits.test))
    found = feed(lambda inputs: inputs["past"][:, -1, hour : hour + 1], splits)
    wanted = [past[rows][:, -1, hour], past.after(rows, 0)[:, hour], past.after(rows, 1)[:, hour]]
    assert found == pytest.approx(np.stack(wanted, axis=1))
    assert np.ptp(found) > 0.1


def test_what_comes_is_not_read_while_feeding_back(prepared):
    """The true values over the horizon may be anything: nothing of them reaches the forecast."""
    from dataclasses import replace

    _, splits = prepared
    past = splits.test.inputs["past"]
    other = np.array(past.values)
    window = past.starts[0] + past.timesteps
    other[window:, 0] = 1e6
    other[window:, -1] = 0
    spoilt = Samples(
        {"past": replace(past, values=other, starts=past.starts[:1])},
        {"temp": replace(splits.test.targets["temp"], starts=splits.test.targets["temp"].starts[:1])},
    )
    answer = lambda inputs: inputs["past"].sum(axis=(1, 2))[:, None]  # noqa: E731
    assert feed(answer, replace(splits, test=spoilt))[0] == pytest.approx(feed(answer, splits)[0])


@pytest.mark.parametrize("layers", [
    "[{layer: gru, units: 4}, {layer: dense, units: 1}]",
    "[{layer: lstm, units: 4, bidirectional: true}, {layer: dense, units: 1}]",
    "[{layer: conv1d, filters: 4, kernel_size: 3, padding: causal}, {layer: gru, units: 4}, {layer: dense, units: 1}]",
    "[{layer: dense, units: 4}, {layer: global_max_pooling1d}, {layer: dense, units: 1}]",
])  # fmt: skip
def test_masked_timesteps_change_nothing(prepared, layers):
    import keras

    from rnnlab.build import build_model

    experiment, splits = prepared
    text = f"rnnlab: 1\nname: x\nmodel: {{inputs: {{x: {{features: 1}}}}, layers: {layers}}}\n"
    model = validate_document(parse(Source("x", text)).document).model.model_copy(update={"inputs": None})
    keras.utils.set_random_seed(3)
    built = build_model(plan_model(experiment.model_copy(update={"model": model}), splits.facts))
    past = splits.train.inputs["past"][np.arange(4)]
    assert (past[:, :, -1] == 0).any()
    other = np.where(past[:, :, -1:] == 0, 50.0, past).astype(np.float32)
    other[..., -1] = past[..., -1]
    assert np.asarray(built({"past": other})) == pytest.approx(np.asarray(built({"past": past})), abs=1e-6)


def test_the_probe_asks_about_gaps(prepared):
    from rnnlab.build.probes import probe_model

    experiment, splits = prepared
    probes = probe_model(plan_model(experiment, splits.facts))
    found = [(probe.question, probe.holds) for probe in probes]
    assert found == [("padding", None), ("gaps", True), ("batch-mates", True)]


def head(loss, quantiles=(), metrics=("mean_absolute_error",)) -> HeadPlan:
    forecast = ForecastPlan(horizon=2, steps=2, targets=1, quantiles=quantiles)
    return HeadPlan("number", "forecasting", "temp", loss, metrics, False, per="value", forecast=forecast)


TARGET = np.array(
    [[[[1.0, 10.0, 100.0]], [[0.0, 10.0, 100.0]]]], np.float32
)  # scaled, scale, centre; the second missing
WEIGHT = np.array([[[1.0], [0.0]]], np.float32)


def test_metrics_are_in_real_units_and_leave_out_what_is_missing():
    from rnnlab.build import build_objective

    objective = build_objective(head(LOSSES["mean_absolute_error"]()))
    output = np.array([[1.5, 7.0]], np.float32)
    objective.update(TARGET, output, WEIGHT)
    assert objective.result() == {"mean_absolute_error": pytest.approx(5.0)}
    assert np.asarray(objective.losses(TARGET, output)) == pytest.approx([0.5, 7.0])


@pytest.mark.parametrize("levels", [(), (0.1, 0.5, 0.9)])
def test_a_model_in_float64_is_scored_in_float64(levels):
    from dataclasses import replace

    from rnnlab.build import build_objective

    loss = Pinball(quantiles=levels) if levels else LOSSES["mean_squared_error"]()
    objective = build_objective(replace(head(loss, levels), dtype="float64"))
    output = np.zeros((1, 2 * max(1, len(levels))))
    objective.update(TARGET, output, WEIGHT)
    assert objective.result() == {"mean_absolute_error": pytest.approx(10.0)}
    assert objective.losses(TARGET, output).dtype == "float64"


def test_quantiles_are_scored_by_their_pinball_loss_and_the_median_by_the_metrics():
    from rnnlab.build import build_objective

    levels = (0.1, 0.5, 0.9)
    objective = build_objective(head(Pinball(quantiles=levels), levels))
    output = np.array([[0.0, 1.2, 3.0, 0.0, 0.0, 0.0]], np.float32)
    objective.update(TARGET, output, WEIGHT)
    assert objective.result() == {"mean_absolute_error": pytest.approx(2.0)}
    wanted = (0.1 * 1.0 + 0.5 * 0.2 + 0.1 * 2.0) / 3
    assert np.asarray(objective.losses(TARGET, output))[0] == pytest.approx(wanted)
