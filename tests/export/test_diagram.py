"""The picture of a model."""

import itertools
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from rnnlab.errors import CallError
from rnnlab.export.diagram import Box, boxes_of, draw_model, edges_of, write_diagram
from rnnlab.export.placement import Edge, place, rank
from rnnlab.plan import Plan, check_document, check_experiment
from rnnlab.source import Source, parse

ROOT = Path(__file__).parents[2]
TRANSLATION = """\
rnnlab: 1
name: translation
model:
  inputs: {words: {vocabulary: 20}, target: {timesteps: 4, features: 5}}
  layers:
    - {layer: embedding, output_dim: 8, from: words}
    - {layer: lstm, units: 8, name: encoder, from: embedding}
    - {layer: lstm, units: 8, name: decoder, from: target, initial_state: encoder}
    - {layer: dense, units: 3, name: head}
    - {reuse: head, from: encoder}
  outputs: [head, head_again]
"""


def planned(text: str) -> Plan:
    return check_document(parse(Source("<text>", text)), Path()).require()[2]


def texts_of(path: Path) -> list[str]:
    tree = ElementTree.parse(path)
    return ["".join(each.itertext()).strip() for each in tree.iter("{http://www.w3.org/2000/svg}text")]


def test_the_svg_has_its_text_as_text(tmp_path):
    _, _, plan = check_experiment(ROOT / "experiments/movie_snippets_lstm.yaml").require()
    write_diagram(plan, tmp_path / "model.svg")
    texts = texts_of(tmp_path / "model.svg")
    assert {"text", "embedding", "rnn", "lstm", "(B, 32)", "8,320 parameters", "dense"} <= set(texts)
    assert "movie-snippets-lstm · 328,353 parameters" in texts


def test_the_same_model_gives_the_same_svg(tmp_path):
    for name in ("one.svg", "other.svg"):
        write_diagram(planned(TRANSLATION), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_a_png_is_a_png(tmp_path):
    write_diagram(planned(TRANSLATION), tmp_path / "model.PNG")
    assert (tmp_path / "model.PNG").read_bytes().startswith(b"\x89PNG")


def test_another_format_is_refused(tmp_path):
    with pytest.raises(CallError, match=r"`model\.gif` tells no format: end it in \.svg or \.png"):
        write_diagram(planned(TRANSLATION), tmp_path / "model.gif")


def test_a_folder_that_is_missing_is_said(tmp_path):
    with pytest.raises(CallError, match=r"cannot write .*model\.svg: No such file"):
        write_diagram(planned(TRANSLATION), tmp_path / "none" / "model.svg")


def test_states_are_dashed_and_outputs_are_not():
    assert set(edges_of(planned(TRANSLATION))) == {
        Edge("words", "embedding"),
        Edge("embedding", "encoder"),
        Edge("encoder", "decoder", "state_h, state_c", dashed=True),
        Edge("target", "decoder"),
        Edge("decoder", "head"),
        Edge("encoder", "head_again"),
    }


def test_shared_weights_and_outputs_are_marked():
    boxes = boxes_of(planned(TRANSLATION))
    assert boxes["head_again"] == Box(
        "head_again", ("dense", "(B, 3)", "weights of head"), "weights", shared=True, given=True
    )
    assert [name for name, box in boxes.items() if box.given] == ["head", "head_again"]
    assert [name for name, box in boxes.items() if box.shared] == ["head_again"]


def test_a_dollar_starts_no_formula():
    plan = planned(TRANSLATION)
    named = Plan(**{**vars(plan), "name": "costs $5$ and $_{x"})
    (caption, *_) = (text.get_text() for text in draw_model(named).axes[0].texts)
    assert caption == r"costs \$5\$ and \$_{x · 1,179 parameters"
    assert draw_model(named).canvas.get_renderer() is not None


def test_a_box_stands_below_all_that_it_reads():
    edges = [Edge("a", "b"), Edge("b", "c"), Edge("a", "d"), Edge("c", "d", dashed=True)]
    assert rank(dict.fromkeys("abcd", 1.0), edges) == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_an_arrow_over_several_rows_goes_around_the_boxes_between():
    edge = Edge("a", "d")
    placement = place(
        dict.fromkeys("abcd", 1.0), [Edge("a", "b"), Edge("b", "c"), Edge("c", "d"), edge], gap=0.3, lane=0.1
    )
    assert [row for row, _ in placement.bends[edge]] == [1, 2]
    for (_, x), name in zip(placement.bends[edge], "bc", strict=True):
        assert abs(x - placement.centres[name]) >= 0.5 + 0.3


@pytest.mark.parametrize("count", [2, 9])
def test_boxes_of_a_row_do_not_overlap(count):
    widths = {"x": 1.0} | {f"branch{number}": 0.5 + number for number in range(count)} | {"join": 2.0}
    edges = [edge for name in widths if name.startswith("branch") for edge in (Edge("x", name), Edge(name, "join"))]
    placement = place(widths, edges, gap=0.3, lane=0.1)
    spans = sorted((placement.centres[name] - widths[name] / 2, widths[name]) for name in widths if "branch" in name)
    for (left, width), (following, _) in itertools.pairwise(spans):
        assert left + width + 0.3 <= following + 1e-9
    middle = (spans[0][0] + spans[-1][0] + spans[-1][1]) / 2
    assert placement.centres["x"] == pytest.approx(middle, abs=count)


def test_arrows_that_need_not_cross_do_not():
    edges = [Edge("a", "d"), Edge("b", "c"), Edge("c", "f"), Edge("d", "e")]
    centres = place(dict.fromkeys("abcdef", 1.0), edges, gap=0.3, lane=0.1).centres
    assert (centres["a"] < centres["b"]) == (centres["d"] < centres["c"]) == (centres["e"] < centres["f"])


def test_thirty_layers_are_drawn_at_full_size():
    layers = "".join(f"    - {{layer: lstm, units: 3, name: rnn{number}}}\n" for number in range(30))
    figure = draw_model(
        planned(f"rnnlab: 1\nname: deep\nmodel:\n  inputs: {{x: {{features: 3}}}}\n  layers:\n{layers}")
    )
    tops = sorted(patch.get_bbox().y1 for patch in figure.axes[0].patches if hasattr(patch, "get_bbox"))
    assert len(tops) == 31
    assert min(after - before for before, after in itertools.pairwise(tops)) > 1.0
    low, high = figure.axes[0].get_ylim()
    assert high - low == pytest.approx(figure.get_figheight())
