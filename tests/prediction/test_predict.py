import json

import numpy as np
import pandas as pd
import pytest
from mistakes import check_own_test

from rnnlab.errors import CallError

pytestmark = pytest.mark.tensorflow

MOOD = ("dataset.label=mood", "model.layers.head.units=3", "model.layers.head.activation=softmax")
NUMBER = (
    "dataset.label=stars",
    "dataset.split={kind: random}",
    "task={kind: regression}",
    "model.layers.head.activation=linear",
)
PENALTY = "model.layers.head.kernel_regularizer={l2: 0.5}"


@pytest.fixture(scope="module")
def trained(make_tiny):
    """Three runs in one store: two classes, three classes, numbers; the last run saved no model."""
    from rnnlab import run_experiment
    from rnnlab.errors import InterruptedRunError
    from rnnlab.train.listener import Quiet

    class Interrupt(Quiet):
        def on_step(self, epoch, step, loss):
            raise KeyboardInterrupt

    tiny = make_tiny("trained")
    common = ("optimizer.learning_rate=0.05", "training.epochs=3")
    outcomes = {
        name: run_experiment(tiny.file, overrides=(*common, *more), store=tiny.store)
        for name, more in (("binary", (PENALTY,)), ("mood", MOOD), ("number", NUMBER))
    }
    with pytest.raises(InterruptedRunError):
        run_experiment(tiny.file, overrides=common, store=tiny.store, listeners=[Interrupt()])
    return tiny, outcomes


def _outputs(outcome, store):
    """Return the saved model's outputs on the prepared test split, by plain Keras."""
    import keras

    from rnnlab.track.store import Store

    opened = Store.open(outcome.store)
    (record,) = [each for each in opened.records() if each.run_id == outcome.run_id]
    model = keras.models.load_model(opened.model_folder(record, None) / "data" / "model.keras", safe_mode=True)
    return model.predict(outcome.splits.test.inputs, verbose=0)


def _table(folder, name, columns):
    path = folder / name
    frame = pd.DataFrame(columns)
    if name.endswith("jsonl"):
        path.write_text("".join(json.dumps(row) + "\n" for row in frame.to_dict(orient="records")))
    else:
        frame.to_csv(path, index=False, sep="\t" if name.endswith("tsv") else ",")
    return path


@pytest.mark.parametrize("name", ["new.csv", "new.tsv", "new.jsonl"])
def test_raw_texts_of_the_test_split_get_the_answers_of_the_training(trained, tmp_path, name):
    from rnnlab import predict

    tiny, outcomes = trained
    outcome = outcomes["binary"]
    texts = list(outcome.splits.test.raw["text"])
    answers = predict(outcome.run_id, _table(tmp_path, name, {"text": texts}), store=tiny.store)
    positive = _outputs(outcome, tiny.store)[:, 0]
    assert list(answers) == ["text", "label", "probability", "p(neg)", "p(pos)"]
    assert list(answers["text"]) == texts
    np.testing.assert_allclose(answers["p(pos)"], positive, atol=1e-6)
    np.testing.assert_allclose(answers["p(neg)"] + answers["p(pos)"], 1, atol=1e-6)
    assert list(answers["label"]) == ["pos" if value > 0.5 else "neg" for value in positive]
    np.testing.assert_allclose(answers["probability"], np.maximum(positive, 1 - positive), atol=1e-6)


def test_three_classes_get_the_likeliest_label(trained, tmp_path):
    from rnnlab import predict

    tiny, outcomes = trained
    outcome = outcomes["mood"]
    table = _table(tmp_path, "new.csv", {"words": list(outcome.splits.test.raw["text"])})
    answers = predict(outcome.run_id, table, column="words", store=tiny.store)
    outputs = _outputs(outcome, tiny.store)
    labels = np.array(["calm", "glad", "sad"])
    np.testing.assert_allclose(answers[[f"p({label})" for label in labels]], outputs, atol=1e-6)
    assert list(answers["label"]) == labels[outputs.argmax(axis=1)].tolist()


def test_numbers_get_a_value(trained, tmp_path):
    from rnnlab import predict

    tiny, outcomes = trained
    outcome = outcomes["number"]
    answers = predict(
        outcome.run_id,
        _table(tmp_path, "new.csv", {"text": list(outcome.splits.test.raw["text"])}),
        store=tiny.store,
    )
    assert list(answers) == ["text", "value"]
    np.testing.assert_allclose(answers["value"], _outputs(outcome, tiny.store)[:, 0], atol=1e-5)


@pytest.mark.parametrize(("name", "label"), [("binary", "label"), ("mood", "mood"), ("number", "stars")])
def test_the_test_split_evaluated_again_gives_the_scores_of_the_run(trained, tmp_path, name, label):
    from rnnlab.prediction import evaluate

    tiny, outcomes = trained
    outcome = outcomes[name]
    table = tmp_path / "test.csv"
    pd.read_csv(tiny.table).iloc[outcome.splits.test.rows].to_csv(table, index=False)
    found = evaluate(outcome.run_id, table, label=label, store=tiny.store)
    assert found.samples == len(outcome.splits.test)
    assert found.metrics == pytest.approx(outcome.scores.metrics, rel=1e-5)


def test_the_most_confident_mistakes_come_first(trained):
    from rnnlab.prediction import evaluate

    tiny, outcomes = trained
    found = evaluate(outcomes["binary"].run_id, tiny.table, mistakes=500, store=tiny.store)
    wrong = round((1 - found.metrics["accuracy"]) * found.samples)
    assert found.samples == 160
    assert len(found.mistakes) == wrong > 1
    assert (found.mistakes["label"] != found.mistakes["predicted"]).all()
    assert found.mistakes["probability"].is_monotonic_decreasing
    assert list(found.mistakes) == ["text", "label", "predicted", "probability"]


def test_the_largest_errors_come_first(trained):
    from rnnlab.prediction import evaluate

    tiny, outcomes = trained
    found = evaluate(outcomes["number"].run_id, tiny.table, label="stars", mistakes=4, store=tiny.store)
    assert len(found.mistakes) == 4
    errors = (found.mistakes["value"] - found.mistakes["label"]).abs()
    np.testing.assert_allclose(found.mistakes["error"], errors, atol=1e-6)
    assert errors.is_monotonic_decreasing


def test_last_counts_only_runs_with_a_model(trained):
    from rnnlab.prediction.predict import find_model

    tiny, outcomes = trained
    assert find_model("LAST", store=tiny.store)[1].run_id == outcomes["number"].run_id
    assert find_model("LAST~2", store=tiny.store)[1].run_id == outcomes["binary"].run_id


def test_a_run_without_a_model_says_so(trained):
    from rnnlab.errors import StoreError
    from rnnlab.prediction import predict
    from rnnlab.track.store import Store

    tiny, outcomes = trained
    killed = Store.open(outcomes["binary"].store).records()[-1]
    with pytest.raises(StoreError, match="has no model"):
        predict(killed.run_id, tiny.table, store=tiny.store)


def test_a_label_that_the_training_did_not_know_is_refused(trained, tmp_path):
    from rnnlab.errors import DatasetError
    from rnnlab.prediction import evaluate

    tiny, outcomes = trained
    table = _table(tmp_path, "new.csv", {"text": ["a film"], "label": ["so-so"]})
    with pytest.raises(DatasetError, match="RL409"):
        evaluate(outcomes["binary"].run_id, table, store=tiny.store)


def test_unknown_words_and_texts_without_words_are_answered_too(trained, tmp_path):
    from rnnlab import predict

    tiny, outcomes = trained
    table = _table(tmp_path, "new.jsonl", {"text": ["zzz qqq", "?!", "zzz"]})
    answers = predict(outcomes["binary"].run_id, table, store=tiny.store)
    assert len(answers) == 3
    assert np.isfinite(answers["probability"]).all()
    assert answers["p(pos)"][1] == pytest.approx(answers["p(pos)"][2])


def test_a_txt_file_has_a_text_a_line(trained, tmp_path):
    from rnnlab import predict

    tiny, outcomes = trained
    path = tmp_path / "new.txt"
    path.write_text("a great film\n\nthe music was awful\n", encoding="utf-8")
    found = predict(outcomes["binary"].run_id, path, store=tiny.store)
    assert found["text"].tolist() == ["a great film", "the music was awful"]
    with pytest.raises(CallError, match="leave `--column` out"):
        predict(outcomes["binary"].run_id, path, store=tiny.store, column="text")


def test_a_damaged_model_is_told(trained, tmp_path):
    import shutil

    from rnnlab.errors import StoreError
    from rnnlab.prediction.model import read_model
    from rnnlab.track.store import Store

    _, outcomes = trained
    outcome = outcomes["binary"]
    opened = Store.open(outcome.store)
    (record,) = [each for each in opened.records() if each.run_id == outcome.run_id]
    folder = tmp_path / "model"
    shutil.copytree(opened.model_folder(record, tmp_path), folder)
    head = (folder / "head.json").read_text()
    (folder / "head.json").write_text(head[:-5])
    with pytest.raises(StoreError, match=r"head\.json is missing or damaged"):
        read_model(folder)
    (folder / "head.json").write_text(head)
    model = folder / "data" / "model.keras"
    whole = model.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 255
    for content in (whole[: len(whole) // 2], bytes(flipped), b""):
        model.write_bytes(content)
        with pytest.raises(StoreError, match="cannot be loaded"):
            read_model(folder)
    model.write_bytes(whole)
    assert read_model(folder).preparation.labels == ("neg", "pos")


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("mood", ["row", "text", "label", "predicted", "probability"]),
        ("number", ["row", "text", "label", "value", "error"]),
    ],
)
def test_a_run_records_its_worst_mistakes_and_they_are_found_again_without_a_table(trained, name, columns):
    tiny, outcomes = trained
    worst = check_own_test(outcomes[name])
    assert list(worst[0]) == columns
    sizes = [row.get("probability", row.get("error")) for row in worst]
    assert sizes == sorted(sizes, reverse=True)
    rows = tiny.table.read_text().splitlines()
    assert all(rows[row["row"]].startswith(row["text"] + ",") for row in worst)


def test_the_own_test_split_takes_no_columns_and_must_be_in_the_cache(trained, tmp_path, monkeypatch):
    from rnnlab.errors import CallError
    from rnnlab.prediction import evaluate

    tiny, outcomes = trained
    with pytest.raises(CallError, match="leave `--column` and `--label` out"):
        evaluate(outcomes["mood"].run_id, label="mood", store=tiny.store)
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))
    with pytest.raises(CallError, match="not in the cache of this machine"):
        evaluate(outcomes["mood"].run_id, store=tiny.store)


def test_empty_texts_are_refused_where_they_are_in_training_and_long_ones_cut_as_there(trained, tmp_path):
    from rnnlab import predict
    from rnnlab.errors import DatasetError

    tiny, outcomes = trained
    outcome = outcomes["binary"]
    with pytest.raises(DatasetError, match=r"RL405.*data row 2"):
        predict(outcome.run_id, _table(tmp_path, "new.jsonl", {"text": ["a film", "  "]}), store=tiny.store)
    words = ["awful", "dull", "poor", "great", "lovely", "bright", "plain", "usual", "fair", "the", "film", "was"]
    texts = [" ".join(words), " ".join(words[-8:]), "unheard " * 20, "other " * 8]
    answers = predict(outcome.run_id, _table(tmp_path, "new.csv", {"text": texts}), store=tiny.store)["p(pos)"]
    assert answers[0] == pytest.approx(answers[1])  # padding.maxlen is 8, and the beginning is cut
    assert answers[2] == pytest.approx(answers[3])
