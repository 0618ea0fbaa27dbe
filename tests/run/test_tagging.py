"""Tagging from the file to answers on new sentences."""

import json
from pathlib import Path

import numpy as np
import pytest
from mistakes import check_own_test

pytestmark = pytest.mark.tensorflow

FILE = """rnnlab: 1
name: tags
dataset: {kind: generated, name: tagged-sentences, samples: 300}
text: {unit: token, vocabulary: 200, lowercase: false}
padding: {maxlen: 9, truncating: post}
model:
  layers:
    - {layer: embedding, output_dim: 16}
    - {layer: gru, units: 16, bidirectional: true}
    - {layer: dense, units: 7, activation: softmax, kernel_regularizer: {l2: 0.0001}}
optimizer: {kind: adam, learning_rate: 0.03}
training: {batch_size: 32, epochs: 4}
expect: {beats: majority}
"""


@pytest.fixture(scope="module")
def tagged(tmp_path_factory):
    from rnnlab import run_experiment

    folder = tmp_path_factory.mktemp("tagged")
    path = folder / "tags.yaml"
    path.write_text(FILE)
    return folder, run_experiment(path, store=str(folder / "mlruns"))


def test_a_tagger_beats_the_most_frequent_tag_by_spans(tagged):
    _, outcome = tagged
    assert outcome.scores.primary == "span_f1"
    assert outcome.missed is None
    assert outcome.baselines["majority"]["test_span_f1"] == 0.0
    assert outcome.scores.value > 0.3
    assert outcome.scores.spans["all"]["f1-score"] == outcome.scores.metrics["span_f1"]


def test_evaluating_the_test_sentences_again_gives_the_scores_of_the_run(tagged):
    from rnnlab.prediction import evaluate

    folder, outcome = tagged
    test, labels = outcome.splits.test, outcome.splits.preparation.labels
    lines = []
    for row, text in enumerate(test.raw["text"]):
        tokens = text.split()[:9]
        tags = [labels[index] for index in test.targets["tags"][row][: len(tokens)]]
        lines += [f"{token} {tag}" for token, tag in zip(tokens, tags, strict=True)] + [""]
    (folder / "test.conll").write_text("\n".join(lines))
    found = evaluate(outcome.run_id, folder / "test.conll", store=str(folder / "mlruns"))
    assert found.metrics == pytest.approx(outcome.scores.metrics, abs=1e-5)
    assert list(found.mistakes) == ["sentence", "wrong", "text", "tags", "predicted"]
    assert found.mistakes["wrong"].is_monotonic_decreasing
    for _, worst in found.mistakes.iterrows():
        pairs = list(zip(worst["text"].split(), worst["tags"].split(), worst["predicted"].split(), strict=True))
        assert sum(wanted != predicted for _, wanted, predicted in pairs) == worst["wrong"] > 0


def test_every_token_gets_a_row_and_those_cut_away_no_label(tagged):
    from rnnlab import predict

    folder, outcome = tagged
    (folder / "new.txt").write_text("Jordan smiled\n\na b c d e f g h i j k\n")
    (folder / "new.csv").write_text("text\nJordan smiled\n")
    answers = predict(outcome.run_id, folder / "new.txt", store=str(folder / "mlruns"))
    assert list(answers["token"]) == ["Jordan", "smiled", *"abcdefghijk"]
    assert list(answers["sentence"]) == [1] * 2 + [2] * 11
    assert answers["label"].notna().tolist() == [True] * 11 + [False] * 2
    np.testing.assert_allclose(answers.filter(like="p(").sum(axis=1)[:11], 1, atol=1e-5)
    table = predict(outcome.run_id, folder / "new.csv", store=str(folder / "mlruns"))
    assert table["label"].tolist() == answers["label"].tolist()[:2]


def test_the_record_has_the_spans(tagged):
    from rnnlab.track.store import Store

    _, outcome = tagged
    store = Store.open(outcome.store)
    (record,) = store.records()
    assert record.metrics["test_span_f1"] == pytest.approx(outcome.scores.value)
    (path,) = Path(record.artifact_folder).rglob("test_scores.json")
    assert json.loads(path.read_text())["spans"]["all"]["support"] > 0


def test_the_worst_sentences_are_recorded_with_their_tags(tagged):
    _, outcome = tagged
    worst = check_own_test(outcome)
    assert list(worst[0]) == ["sentence", "wrong", "text", "tags", "predicted"]
    texts, labels = outcome.splits.test.raw["text"], set(outcome.splits.preparation.labels)
    for row in worst:
        assert row["text"].split() == texts[row["sentence"] - 1].split()[:9]
        assert {*row["tags"].split(), *row["predicted"].split()} <= labels
