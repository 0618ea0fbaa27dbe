from rnnlab.track.flatten import flatten


def test_mappings_become_dotted_paths_in_order():
    assert list(flatten({"b": {"y": 1, "x": 2}, "a": 3}).items()) == [("b.y", 1), ("b.x", 2), ("a", 3)]


def test_layers_are_called_by_name_or_by_index():
    config = {"model": {"layers": [{"layer": "lstm", "name": "rnn", "units": 3}, {"layer": "dense", "units": 1}]}}
    assert flatten(config) == {
        "model.layers.rnn.layer": "lstm",
        "model.layers.rnn.name": "rnn",
        "model.layers.rnn.units": 3,
        "model.layers.1.layer": "dense",
        "model.layers.1.units": 1,
    }


def test_a_name_used_twice_tells_nothing_apart():
    assert flatten({"layers": [{"name": "a"}, {"name": "a"}]}) == {"layers.0.name": "a", "layers.1.name": "a"}


def test_plain_lists_and_empty_sections_are_values():
    assert flatten({"metrics": ["accuracy", "auc"], "tags": {}, "list": []}) == {
        "metrics": ["accuracy", "auc"],
        "tags": {},
        "list": [],
    }
