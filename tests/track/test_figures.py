import math

import numpy as np
import pytest

from rnnlab.track.figures import confusion_figure, curves_figure, interactive_curves, plain
from rnnlab.train.result import Epoch

HISTORY = [
    Epoch(
        epoch,
        {
            "accuracy": 0.5,
            "loss": 1 / epoch,
            "val_loss": 1.2 / epoch,
            "val_accuracy": 0.4,
            "learning_rate": 0.1,
        },
        1.0,
        1.0,
        epoch,
    )
    for epoch in range(1, 6)
]


def test_loss_comes_first_and_the_schedule_is_no_curve():
    figure = curves_figure(HISTORY, 3)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss", "accuracy"]


def test_train_and_validation_stand_in_one_panel_with_the_kept_epoch_marked():
    axes = curves_figure(HISTORY, 3).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    np.testing.assert_allclose(lines["train"].get_ydata(), [1 / n for n in range(1, 6)])
    np.testing.assert_allclose(lines["validation"].get_ydata(), [1.2 / n for n in range(1, 6)])
    assert [text.get_text() for text in axes.texts] == ["0.4"]
    assert any(list(line.get_xdata()) == [3, 3] for line in axes.lines)


def test_a_curve_with_a_gap_and_a_history_without_epochs_can_be_drawn(tmp_path):
    curves_figure([*HISTORY, Epoch(6, {"loss": math.nan}, 1.0, 1.0, 6)], 6).savefig(tmp_path / "gap.png")
    curves_figure([], 1).savefig(tmp_path / "empty.png")
    assert (tmp_path / "gap.png").stat().st_size > 5000
    assert (tmp_path / "empty.png").stat().st_size


def test_the_interactive_figure_has_the_same_numbers():
    figure = interactive_curves(HISTORY, 3)
    assert [trace.name for trace in figure.data] == ["train", "validation"] * 2
    assert list(figure.data[1].y) == [1.2 / n for n in range(1, 6)]


def test_what_people_named_is_no_html():
    figure = interactive_curves([Epoch(1, {"<img src=x>": 1.0}, 1.0, 1.0, 1)], 1)
    assert "<img" not in figure.to_html(include_plotlyjs=False).replace("\\u003c", "<")


@pytest.mark.parametrize("text", ["$x$", "$\\frac{", "a $5 b"])
def test_a_dollar_starts_no_formula(text, tmp_path):
    figure = confusion_figure(np.array([[1, 0], [0, 1]]), [text, "b"])
    figure.savefig(tmp_path / "a.png")
    label = figure.axes[0].get_xticklabels()[0]
    assert label._preprocess_math(label.get_text()) == (text, False)


def test_a_control_character_in_a_label_is_shown_as_its_escape(tmp_path, recwarn):
    figure = confusion_figure(np.array([[1, 0], [0, 1]]), ["l0\x1b[2J", "l1"])
    figure.savefig(tmp_path / "a.png")
    assert figure.axes[0].get_xticklabels()[0].get_text() == r"l0\x1b[2J"
    assert [str(warning.message) for warning in recwarn] == []


def test_long_labels_and_line_breaks_become_one_short_line():
    assert plain("a\nb") == "a b"
    assert len(plain("x" * 500)) == 80


def test_the_confusion_matrix_shows_counts_and_colours_shares():
    axes = confusion_figure(np.array([[8, 2], [0, 0]]), ["neg", "pos"]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["8", "2", "0", "0"]
    np.testing.assert_allclose(axes.images[0].get_array(), [[0.8, 0.2], [0, 0]])


def test_many_classes_are_coloured_without_numbers():
    axes = confusion_figure(np.eye(40, dtype=np.int64), [f"class {i}" for i in range(40)]).axes[0]
    assert axes.texts[:] == []
