import numpy as np

from rnnlab.track.forecast_figures import Examples, errors_figure, forecasts_figure

DRAWN = Examples(
    names=("temp", "cost in $"),
    past=np.arange(8.0).reshape(2, 2, 2),
    wanted=np.full((2, 3, 2), np.nan),
    found=np.arange(36.0).reshape(2, 3, 2, 3),
    middle=1,
    errors=np.array([[1.0, 10.0], [2.0, 20.0], [3.0, np.nan]]),
)


def test_every_target_has_its_windows_with_the_median_and_a_band():
    figure = forecasts_figure(DRAWN)
    assert len(figure.axes) == 4
    axes = figure.axes[0]
    lines = {line.get_label(): line.get_ydata().tolist() for line in axes.lines}
    assert lines["past"] == [0.0, 2.0]
    assert lines["forecast"] == [1.0, 7.0, 13.0]
    assert len(axes.collections) == 1


def test_every_target_has_its_errors_by_timestep():
    first, second = errors_figure(DRAWN).axes
    assert first.lines[0].get_ydata().tolist() == [1.0, 2.0, 3.0]
    assert second.get_title(loc="left").startswith("mean absolute error of cost")
