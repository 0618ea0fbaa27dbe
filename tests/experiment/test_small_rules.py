"""Small rules: tags, labels, counts, and what `--set` cannot reach."""

import pytest

from rnnlab.plan import check_document, check_experiment
from rnnlab.source import Source, parse

TEXT = """rnnlab: 1
name: small
dataset: {kind: text_table, path: x.csv, labels: LABELS}
tags: TAGS
model:
  layers:
    - {layer: embedding, output_dim: 4}
    - {layer: lstm, units: 4}
    - {layer: dense, units: 3, activation: softmax}
expect: {parameters: "BOUND"}
"""


def told(tmp_path, *, labels="[a, b, c]", tags="{}", bound="< 100000"):
    text = TEXT.replace("LABELS", labels).replace("TAGS", tags).replace("BOUND", bound)
    checked = check_document(parse(Source("x.yaml", text)), tmp_path)
    return [(each.code, each.message, each.span.line) for each in checked.diagnostics]


def test_a_file_without_these_mistakes_is_fine(tmp_path):
    assert told(tmp_path, tags="{team: rnn}") == []


@pytest.mark.parametrize("key", ["mlflow.runName", "rnnlab.kind"])
def test_tags_of_mlflow_and_rnnlab_are_refused(tmp_path, key):
    assert told(tmp_path, tags=f"{{{key}: x}}") == [("RL104", f"the tag `{key}` is MLflow's or rnnlab's own", 4)]


def test_a_label_stands_once(tmp_path):
    assert told(tmp_path, labels="[a, b, a]") == [("RL104", "the label `a` stands twice", 3)]


def test_a_count_has_no_bytes(tmp_path):
    assert told(tmp_path, bound="< 10 GiB") == [("RL104", "`parameters` is a count, not bytes", 10)]


def test_extends_cannot_be_set(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("rnnlab: 1\nname: x\nmodel: {inputs: {x: {features: 2}}, layers: [{layer: lstm, units: 2}]}\n")
    (found,) = check_experiment(path, overrides=["extends=other.yaml"]).diagnostics
    assert (found.code, found.message) == ("RL011", "`extends` cannot be set: it is read with the file")


def test_a_token_in_the_store_s_address_is_refused_and_hidden(tmp_path):
    from rnnlab.source import render_full

    text = TEXT.replace("LABELS", "[a, b, c]").replace("TAGS", "{}").replace("BOUND", "< 100000")
    text += 'tracking: {uri: "http://host:5000?token=hunter2"}\n'
    (found,) = check_document(parse(Source("x.yaml", text)), tmp_path).diagnostics
    assert found.code == "RL219"
    assert "hunter2" not in render_full(found)
