"""Sequence to sequence, end to end: pairs of texts to scores, predictions and a saved model that writes."""

import json
from pathlib import Path

import pytest
from mistakes import check_own_test

PAIRS = """\
rnnlab: 1
name: reversed
seed: 3
dataset: {kind: text_pairs, path: pairs.csv, split: {kind: random, validation: 0.1, test: 0.1}}
text: {source: {unit: character, vocabulary: 6}, target: {unit: token, vocabulary: 8}}
padding: {source: {maxlen: longest}, target: {maxlen: longest}}
task: {kind: sequence_to_sequence, decode: {kind: beam, width: 2}}
model:
  layers:
    - {layer: embedding, from: source, output_dim: 8}
    - {layer: gru, units: 32, name: encoder}
    - {layer: embedding, from: target, output_dim: 8}
    - {layer: gru, units: 32, initial_state: encoder, name: decoder}
    - {layer: attention, from: [decoder, encoder], name: heard}
    - {layer: concatenate, from: [decoder, heard]}
    - {layer: dense, units: 8, activation: softmax}
optimizer: {kind: adam, learning_rate: 0.02}
training: {batch_size: 32, epochs: 15}
expect: {beats: most_frequent_units}
"""


def write_pairs(folder: Path) -> Path:
    """Words of the letters a to d, and the same letters in capitals, backwards."""
    words = [f"{a}{b}{c}".strip() for a in "abcd" for b in "abcd" for c in "abcd "] * 3
    rows = [f"{word},{' '.join(reversed(word.upper()))}" for word in words]
    (folder / "pairs.csv").write_text("\n".join(["source,target", *rows, ""]), encoding="utf-8")
    path = folder / "pairs.yaml"
    path.write_text(PAIRS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    from rnnlab.run.run import run_experiment

    folder = tmp_path_factory.mktemp("pairs")
    return run_experiment(write_pairs(folder), store=str(folder / "mlruns"))


pytestmark = pytest.mark.tensorflow


def test_a_model_learns_to_write_and_beats_the_most_frequent_units(outcome):
    assert outcome.missed is None
    assert outcome.scores.primary == "unit_error_rate"
    assert set(outcome.scores.metrics) == {"loss", "accuracy", "unit_error_rate", "sequence_accuracy"}
    assert outcome.scores.value < 0.2 < outcome.baselines["most_frequent_units"]["test_unit_error_rate"]
    assert outcome.skill["most_frequent_units"] > 0.5


def test_what_it_writes_is_recorded_with_encoder_and_decoder(outcome):
    from rnnlab.prediction.predict import find_model

    store, record = find_model(outcome.run_id, store=outcome.store)
    folder = store.model_folder(record, Path())
    assert {path.name for path in (folder / "inference").iterdir()} == {
        "encoder.keras", "decoder.keras", "inference.json",
    }  # fmt: skip
    assert json.loads((folder / "head.json").read_text())["decode"]["width"] == 2


def test_a_saved_model_writes_for_new_sources_and_is_scored_on_pairs(outcome, tmp_path):
    from rnnlab.prediction import evaluate, predict

    table = tmp_path / "new.csv"
    table.write_text("source,target\nabc,c b a\nda,a d\nbb,b b\ndcb,d d d\n", encoding="utf-8")
    answers = predict(outcome.run_id, table, store=outcome.store)
    assert list(answers.columns) == ["source", "written", "log_probability"]
    assert (answers["log_probability"] <= 0).all()
    assert answers["written"][0] == "c b a"
    found = evaluate(outcome.run_id, table, store=outcome.store)
    assert found.metrics["sequence_accuracy"] <= 0.75
    assert "dcb" in set(found.mistakes["source"])


def test_what_evaluation_says_of_the_test_split_is_what_the_run_said(outcome, tmp_path):
    from rnnlab.prediction import evaluate

    test = outcome.splits.test
    table = tmp_path / "test.csv"
    rows = [f"{source},{target}" for source, target in zip(test.raw["source"], test.raw["target"], strict=True)]
    table.write_text("\n".join(["source,target", *rows, ""]), encoding="utf-8")
    found = evaluate(outcome.run_id, table, store=outcome.store).metrics
    assert found == {key: pytest.approx(outcome.scores.metrics[key]) for key in found}


def test_the_surest_wrong_texts_are_recorded_or_there_are_none(outcome):
    worst = check_own_test(outcome)
    assert bool(worst) == (outcome.scores.metrics["sequence_accuracy"] < 1)
    assert all(list(row) == ["source", "wanted", "written", "log_probability"] for row in worst)
    assert all(row["wanted"] != row["written"] for row in worst)
