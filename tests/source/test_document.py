"""Places of values, and one file laid over another."""

from rnnlab.source import Document, Source, merge, parse, replace_at

TEXT = "name: a\ntraining:\n  epochs: 3\nmodel:\n  layers:\n    - layer: lstm\n      units: 8\n    - {layer: gru}\n"


def document_of(text: str) -> Document:
    return parse(Source("x.yaml", text)).document


def underlined(path, *, on_key=False) -> str:
    span = document_of(TEXT).span_at(path, on_key=on_key)
    return span.source.text[span.start : span.end]


def test_a_value_is_underlined_alone():
    assert underlined(("training", "epochs")) == "3"
    assert underlined(("model", "layers", 0, "units")) == "8"


def test_a_missing_place_is_shown_by_the_nearest_key_above_it():
    assert underlined(("training", "batch_size")) == "training"
    assert underlined(("model", "layers", 1, "units")) == "layer"
    assert underlined(("seed",)) == "name"


def test_a_value_of_many_lines_is_shown_by_its_key():
    assert underlined(("training",)) == "training"
    assert underlined(("model", "layers")) == "layers"
    assert underlined(("model", "layers", 0)) == "layer"


def test_a_flow_mapping_is_underlined_whole():
    assert underlined(("model", "layers", 1)) == "{layer: gru}"


def test_laying_over_merges_mappings_and_replaces_lists():
    below = document_of("a: {x: 1, y: 2}\nb: [1, 2]\nc: 1\n").root
    above = document_of("a: {y: 3}\nb: [9]\nd: 4\n").root
    assert Document(merge(below, above)).to_data() == {"a": {"x": 1, "y": 3}, "b": [9], "c": 1, "d": 4}


def test_replacing_makes_the_mappings_on_its_way():
    value = document_of("v: 5").root.entries[0].value
    root = replace_at(document_of("a: 1").root, ("b", "c", "d"), value)
    assert Document(root).to_data() == {"a": 1, "b": {"c": {"d": 5}}}
