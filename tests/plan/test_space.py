"""The places that a sweep varies."""

from rnnlab.plan import check_document
from rnnlab.plan.space import base_value, places_of, trial_document
from rnnlab.source import Scalar, Source, parse

TEXT = """
rnnlab: 1
name: movie
dataset: {kind: catalog, name: movie-snippets}
model:
  layers:
    - {layer: embedding, output_dim: 8}
    - {layer: lstm, units: 8, name: rnn}
    - {layer: dense, units: 1, activation: sigmoid}
optimizer: {kind: adam}
expect: {parameters: 80553, memory: "< 1 GiB", beats: majority}
sweep:
  space:
    model.layers.rnn.layer: [lstm, gru]
    model.layers.rnn.units: {low: 4, high: 16, step: 4}
    optimizer.learning_rate: {low: 1e-4, high: 1e-2, log: true}
"""


def swept(tmp_path):
    checked = check_document(parse(Source("x.yaml", TEXT)), tmp_path)
    document, experiment, _ = checked.require()
    return document, experiment, places_of(experiment, document)


def test_places_are_found_by_name(tmp_path):
    _, _, places = swept(tmp_path)
    assert [place.path for place in places] == [
        ("model", "layers", 1, "layer"),
        ("model", "layers", 1, "units"),
        ("optimizer", "learning_rate"),
    ]


def test_the_base_has_its_defaults(tmp_path):
    document, experiment, places = swept(tmp_path)
    assert [base_value(experiment, document, place) for place in places] == ["lstm", 8, 0.001]


def test_a_range_holds_its_steps_only(tmp_path):
    _, _, (_, units, rate) = swept(tmp_path)
    assert [value for value in range(20) if units.holds(value)] == [4, 8, 12, 16]
    assert not units.holds(8.0)
    assert not units.holds(True)
    assert rate.holds(1e-4)
    assert not rate.holds(0.1)


def test_a_trial_keeps_bounds_and_drops_exact_values(tmp_path):
    document, _, (layer, units, _) = swept(tmp_path)
    values = [(layer.path, layer.node_of(1)), (units.path, Scalar(16, units.node.span))]
    data = trial_document(document, values).to_data()
    assert data["expect"] == {"memory": "< 1 GiB"}
    assert data["model"]["layers"][1] == {"layer": "gru", "units": 16, "name": "rnn"}
    assert "sweep" not in data


def found_in(text, tmp_path):
    checked = check_document(parse(Source("x.yaml", text)), tmp_path)
    return [(each.code, each.message) for each in checked.diagnostics]


DATA = """
rnnlab: 1
name: movie
dataset: {kind: catalog, name: movie-snippets}
optimizer: adam
model:
  layers:
    - {layer: embedding, output_dim: 4}
    - {layer: lstm, units: 4, name: rnn}
    - {layer: dense, units: 1, activation: sigmoid}
"""


def test_choices_are_compared_with_the_file_as_written(tmp_path):
    assert found_in(DATA + "sweep: {space: {optimizer: [adam, sgd]}}", tmp_path) == []


def test_the_defaults_of_a_section_that_is_left_out_are_the_base(tmp_path):
    space = "{padding.maxlen: [p95, 5], padding.padding: [pre, post], text.vocabulary: [100, 10000]}"
    assert found_in(DATA + f"sweep: {{space: {space}}}", tmp_path) == []


def test_one_place_has_one_name(tmp_path):
    space = "{model.layers.rnn.units: [4], model.layers.1.units: [4, 5]}"
    assert found_in(DATA + f"sweep: {{space: {space}}}", tmp_path) == [
        ("RL320", "`model.layers.1.units` is the place that `model.layers.rnn.units` names")
    ]
