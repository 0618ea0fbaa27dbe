import csv
import io
import json
import math

import pytest

from rnnlab.compare import compare_runs
from rnnlab.errors import CallError
from rnnlab.track.record import Point, Record


def _curve(*values):
    return tuple(Point(value, step, step) for step, value in enumerate(values, start=1))


def _record(number, config, **changes):
    given = {
        "run_id": f"{number:032x}",
        "name": f"run-{number}",
        "experiment": "movies",
        "status": "FINISHED",
        "start": number,
        "end": number + 1,
        "config": {"name": "movies", "seed": 7} | config,
        "metrics": {
            "val_loss": 0.7,
            "val_accuracy": 0.8,
            "kept_epoch": 2.0,
            "parameters": 1000.0,
            "test_loss": 0.6,
        },
        "curves": {"val_loss": _curve(0.9, 0.5, 0.7), "val_accuracy": _curve(0.6, 0.9, 0.8)},
        "tags": {},
    }
    return Record(**(given | changes))


LSTM = _record(1, {"model.layers.rnn.layer": "lstm", "model.layers.rnn.units": 32})
GRU = _record(2, {"model.layers.rnn.layer": "gru", "model.layers.rnn.units": 32})


def test_only_the_keys_that_differ_are_columns():
    comparison = compare_runs([LSTM, GRU])
    assert comparison.differences == ("model.layers.rnn.layer",)
    assert list(comparison.frame["model.layers.rnn.layer"]) == ["lstm", "gru"]
    assert "model.layers.rnn.units" not in comparison.frame
    assert "seed" not in comparison.frame


def test_a_key_that_one_run_lacks_differs():
    frame = compare_runs([LSTM, _record(3, {"model.layers.rnn.layer": "lstm"})]).frame
    assert list(frame["model.layers.rnn.units"]) == [32, None]


def test_one_and_true_differ():
    assert compare_runs([_record(1, {"x": 1}), _record(2, {"x": True})]).differences == ("x",)


def test_validation_is_told_at_the_kept_and_at_the_last_epoch():
    row = compare_runs([LSTM]).frame.iloc[0]
    assert (row["val_loss"], row["val_loss_last"]) == (0.5, 0.7)
    assert (row["val_accuracy"], row["val_accuracy_last"]) == (0.9, 0.8)


def test_a_run_that_did_not_end_is_told_at_its_best_epoch():
    row = compare_runs([_record(1, {}, status="KILLED", metrics={"val_loss": 0.7, "val_accuracy": 0.8})]).frame.iloc[0]
    assert (row["val_loss"], row["val_accuracy"]) == (0.5, 0.9)


def test_numbers_come_in_the_order_of_interest():
    columns = list(compare_runs([LSTM]).frame.columns)
    expected = [
        "val_loss",
        "val_loss_last",
        "val_accuracy",
        "val_accuracy_last",
        "test_loss",
        "kept_epoch",
        "parameters",
    ]
    assert columns == ["name", "id", "status", "kind", *expected]


def test_the_experiment_is_told_where_it_differs():
    frame = compare_runs([LSTM, _record(2, {"name": "news"}, experiment="news")]).frame
    assert list(frame["experiment"]) == ["movies", "news"]


def test_nothing_to_compare_is_refused():
    with pytest.raises(CallError, match="no run to compare"):
        compare_runs([])


def test_few_runs_stand_side_by_side_in_the_text():
    lines = compare_runs([LSTM, GRU]).to_text().splitlines()
    assert lines[0].split() == ["name", "run-1", "run-2"]
    assert ["val_loss", "0.5", "0.5"] in [line.split() for line in lines]


def test_many_runs_stand_below_each_other_in_the_text():
    lines = compare_runs([_record(n, {"x": n}) for n in range(1, 9)]).to_text().splitlines()
    assert lines[0].split()[:5] == ["name", "id", "status", "kind", "x"]
    assert len(lines) == 9


def test_terminal_codes_in_a_name_reach_no_terminal():
    assert "\x1b" not in compare_runs([_record(1, {}, name="\x1b[31mred\nline")]).to_text()


def test_markdown_cells_cannot_leave_their_cell():
    lines = compare_runs([_record(1, {}, name="a|b\n<b>`c`")]).to_markdown().splitlines()
    assert len(lines) == 3
    assert lines[2].startswith(r"| a\|b \<b\>\`c\` |")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_csv_cell_is_a_formula(name):
    rows = list(csv.DictReader(io.StringIO(compare_runs([_record(1, {}, name=name)]).to_csv())))
    assert rows[0]["name"] == "'" + name


def test_csv_keeps_numbers_whole_and_negative_ones_numbers():
    metrics = {"test_loss": -1 / 3, "parameters": 1234567.0}
    (row,) = csv.DictReader(io.StringIO(compare_runs([_record(1, {}, metrics=metrics)]).to_csv()))
    assert float(row["test_loss"]) == -1 / 3
    assert row["parameters"] == "1234567"


def test_json_has_null_where_a_run_has_no_value_and_the_types_of_the_file():
    other = _record(2, {"sizes": [1, 2], "shuffle": False}, metrics={"test_loss": math.inf}, curves={})
    first, second = json.loads(compare_runs([LSTM, other]).to_json())
    assert first["sizes"] is None
    assert second["sizes"] == [1, 2]
    assert second["shuffle"] is False
    assert second["val_loss"] is None
    assert second["test_loss"] is None
    assert first["parameters"] == 1000


def test_a_cell_that_is_missing_is_a_dash_in_the_text():
    text = compare_runs([LSTM, _record(2, {}, metrics={}, curves={})]).to_text()
    assert ["test_loss", "0.6", "—"] in [line.split() for line in text.splitlines()]


def test_the_legend_names_what_differs():
    figure = compare_runs([LSTM, GRU]).to_figure()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["rnn.layer=lstm", "rnn.layer=gru"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["val_loss", "val_accuracy"]


def test_runs_that_differ_in_nothing_are_named_by_name():
    figure = compare_runs([_record(1, {}), _record(2, {})]).to_figure()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["run-1", "run-2"]


def test_the_figure_is_a_png(tmp_path):
    compare_runs([LSTM, GRU]).figure(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(CallError, match="cannot write"):
        compare_runs([LSTM]).figure(tmp_path / "none" / "curves.png")


def test_many_runs_have_a_colour_each_and_a_legend_that_ends():
    figure = compare_runs([_record(n, {"x": n}) for n in range(30)]).to_figure()
    assert len({str(line.get_color()) for line in figure.axes[0].lines}) == 30
    assert len(figure.legends[0].get_texts()) == 20
