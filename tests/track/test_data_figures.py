import math

from rnnlab.track.data_figures import data_figure, interactive_data, panels_of

SUMMARY = {
    "classes": {
        "train": {"a$b": 30, "<i>": 10},
        "validation": {"a$b": 3, "<i>": 1},
        "test": {"a$b": 0, "<i>": 0},
    },
    "inputs": {
        "text": {
            "timesteps": 7,
            "lengths": {
                "edges": [1, 4, 7, 10],
                "counts": {"train": [10, 20, 10], "validation": [4, 0, 0], "test": [0, 0, 1]},
            },
        },
        "numbers": {"timesteps": 3},
    },
}


def test_classes_and_lengths_are_shares_of_each_split():
    classes, lengths = panels_of(SUMMARY)
    assert (classes[0], classes[1], classes[2]["train"]) == ("classes", ["a$b", "<i>"], [0.75, 0.25])
    assert lengths[2]["train"] == [0.25, 0.5, 0.25]
    assert lengths[3] == 2  # the range in which maxlen falls
    assert all(math.isfinite(share) for panel in (classes, lengths) for found in panel[2].values() for share in found)


def test_both_pictures_are_drawn(tmp_path):
    figure = data_figure(SUMMARY)
    figure.savefig(tmp_path / "data.png")
    assert (tmp_path / "data.png").read_bytes().startswith(b"\x89PNG")
    assert len(figure.axes) == 2
    page = interactive_data(SUMMARY).to_html()
    assert "&lt;i&gt;" in page
    assert '"<i>"' not in page


def test_what_has_neither_classes_nor_lengths_has_no_picture():
    bare = {"inputs": {"past": {"timesteps": 3}}}
    assert data_figure(bare) is None
    assert interactive_data(bare) is None


def test_many_classes_are_the_most_frequent_ones():
    counts = {f"c{number}": number for number in range(50)}
    (panel,) = panels_of({"classes": {"train": counts, "validation": counts, "test": counts}, "inputs": {}})
    assert panel[0] == "classes, without 30 rarer ones"
    assert panel[1][0] == "c49"
