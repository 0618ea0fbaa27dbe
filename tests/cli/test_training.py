"""The commands that train, and those that read what was trained."""

import csv
import os
import pty
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.tensorflow

HOPELESS = ("--set", "optimizer={kind: sgd, learning_rate: 1e-9}", "--set", "training.epochs=1")


@pytest.fixture(scope="module")
def trained(make_tiny):
    """Two runs of the small experiment."""
    from rnnlab import run_experiment

    tiny = make_tiny("trained")
    for epochs in (1, 2):
        run_experiment(tiny.file, overrides=[f"training.epochs={epochs}"], store=tiny.store)
    return tiny


@pytest.fixture
def here(trained, monkeypatch):
    monkeypatch.chdir(trained.folder)
    return trained


def test_a_run_tells_one_plain_line_per_epoch_its_result_and_what_to_do_next(rnnlab, tiny):
    done = rnnlab("run", "tiny.yaml")
    assert done.code == 0
    lines = [line for line in done.err.splitlines() if line.startswith("epoch ")]
    assert len(lines) == 2
    assert re.fullmatch(r"epoch 1/2  loss 0\.\d{4}  accuracy .*val_loss .*  [\d.]+ s", lines[0])
    assert "\x1b" not in done.err + done.out
    assert "epoch 1/2" not in done.out
    assert re.search(r"^tiny · \S+ \([0-9a-f]{8}\) FINISHED$", done.out, re.MULTILINE)
    for heading in ("skill ", "test ", "training ", "parameters ", "store ", "next "):
        assert f"\n{heading}" in done.out, heading
    assert "349 planned = built" in done.out


def test_run_json_is_json_and_nothing_else(rnnlab, tiny):
    answer = rnnlab("run", "tiny.yaml", "--json", "--set", "training.epochs=1")
    assert answer.code == 0
    assert answer.data["parameters"] == 349
    assert answer.data["stopped_by"] == "epochs"
    assert answer.data["test"].keys() == {"loss", "accuracy"}
    assert answer.data["skill"].keys() == {"majority", "tfidf_logistic_regression"}
    assert answer.data["missed"] is None


def test_replicates_are_json_even_where_the_interval_is_unknown(rnnlab, tiny):
    answer = rnnlab("run", "tiny.yaml", "--json", "--set", "seeds=1", "--set", "training.epochs=1")
    assert answer.code == 0
    assert len(answer.data["replicates"]) == 1
    assert answer.data["intervals"]["test_loss"]["low"] is None


def test_a_missed_expectation_is_exit_code_1(rnnlab, tiny):
    answer = rnnlab("run", "tiny.yaml", "--set", "expect={beats: tfidf_logistic_regression}", *HOPELESS)
    assert answer.code == 1
    assert "MISSED      does not beat tfidf_logistic_regression" in answer.out


def test_a_run_that_fails_is_exit_code_1_without_a_traceback(rnnlab, tiny):
    number = ("dataset.label=stars", "task={kind: regression}", "model.layers.head.activation=linear")
    settings = [each for override in (*number, "dataset.split={kind: random}") for each in ("--set", override)]
    answer = rnnlab("run", "tiny.yaml", *settings, "--set", "optimizer={kind: sgd, learning_rate: 1e30}")
    assert answer.code == 1
    assert re.search(r"^error: the loss became .* at epoch 1, step \d", answer.err, re.MULTILINE)
    assert "optimizer.clipnorm" in answer.err
    assert "Traceback" not in answer.err


def test_a_smoke_test_says_what_it_tried(rnnlab, tiny):
    answer = rnnlab("run", "tiny.yaml", "--smoke")
    assert answer.code == 0
    assert "smoke test passed: 349 parameters" in answer.out
    assert not (tiny.folder / "mlruns").exists()


@pytest.mark.parametrize("command", ["run", "sweep"])
def test_a_missing_table_is_refused_with_2_and_without_a_traceback(rnnlab, tiny, command):
    tiny.extend("sweep: {space: {model.layers.rnn.units: [4, 8]}}\n")
    tiny.table.unlink()
    answer = rnnlab(command, "tiny.yaml")
    assert answer.code == 2
    assert "error[RL401]: there is no file tiny.csv" in answer.err
    assert "Traceback" not in answer.err


def test_resuming_what_was_never_begun_is_refused_with_2(rnnlab, tiny):
    answer = rnnlab("run", "tiny.yaml", "--resume", "--json")
    assert answer.code == 2
    assert answer.data["error"].startswith("nothing to resume")


def test_compare_json_is_json_and_nothing_else(rnnlab, here):
    answer = rnnlab("compare", "LAST~1", "LAST", "--json", "--no-figure")
    assert answer.code == 0
    assert answer.data
    text = rnnlab("compare", "LAST~1..LAST", "--no-figure")
    assert text.code == 0
    assert "training.epochs" in text.out


def test_comparing_one_run_is_refused(rnnlab, here):
    answer = rnnlab("compare", "LAST")
    assert answer.code == 2
    assert "two runs at least" in answer.err


def test_predictions_are_csv_on_stdout_in_a_file_or_json(rnnlab, here):
    printed = rnnlab("predict", "LAST", "tiny.csv")
    assert printed.code == 0
    rows = list(csv.DictReader(printed.out.splitlines()))
    assert len(rows) == 160
    assert rows[0].keys() >= {"text", "label", "probability"}
    written = rnnlab("predict", "LAST", "tiny.csv", "-o", "answers.csv")
    assert written.out == "wrote 160 answers to answers.csv\n"
    assert (here.folder / "answers.csv").read_text("utf-8") == printed.out
    data = rnnlab("predict", "LAST", "tiny.csv", "--json").data
    assert [row["label"] for row in data] == [row["label"] for row in rows]


def test_a_layers_activations_are_csv_or_an_array(rnnlab, here):
    import numpy as np

    printed = rnnlab("predict", "LAST", "tiny.csv", "--output", "rnn")
    assert printed.code == 0, printed.err
    rows = list(csv.DictReader(printed.out.splitlines()))
    assert (len(rows), list(rows[0])) == (160, ["rnn_0", "rnn_1", "rnn_2", "rnn_3"])
    written = rnnlab("predict", "LAST", "tiny.csv", "--output", "embedding", "--to", "embedding.npz")
    assert written.out == "wrote `embedding`, 160 x 8 x 4, to embedding.npz\n"
    with np.load(here.folder / "embedding.npz") as held:
        assert np.isnan(held["embedding"]).any()
    assert rnnlab("predict", "LAST", "tiny.csv", "-o", "answers.npz").code == 2
    unknown = rnnlab("predict", "LAST", "tiny.csv", "--output", "rmn")
    assert (unknown.code, "did you mean `rnn`?" in unknown.err) == (2, True)


def test_sequences_go_on_from_call_to_call(rnnlab, here):
    (here.folder / "one.csv").write_text("text\nthe film was\n")
    (here.folder / "two.csv").write_text("text\na lovely story\n")
    (here.folder / "whole.csv").write_text("text\nthe film was a lovely story\n")
    for part in ("one.csv", "two.csv"):
        last = rnnlab("predict", "LAST", part, "--state", "states.npz", "--json")
        assert last.code == 0, last.err
    whole = rnnlab("predict", "LAST", "whole.csv", "--json")
    assert last.data[0]["p(pos)"] == pytest.approx(whole.data[0]["p(pos)"], abs=1e-6)
    refused = rnnlab("predict", "LAST", "tiny.csv", "--state", "states.npz")
    assert (refused.code, "`rnn.state_h` in states.npz is 1 x 4, but 160 x 4" in refused.err) == (2, True)


def test_evaluate_tells_metrics_and_mistakes_also_as_json(rnnlab, here):
    text, data = rnnlab("evaluate", "LAST", "tiny.csv"), rnnlab("evaluate", "LAST", "tiny.csv", "--json").data
    assert text.code == 0
    assert data["samples"] == 160
    assert f"accuracy {data['metrics']['accuracy']:.4f}" in text.out
    assert len(data["mistakes"]) == min(20, round(160 * (1 - data["metrics"]["accuracy"])))


def test_the_mistakes_on_the_own_test_split_are_written_as_csv(rnnlab, here):
    told = rnnlab("evaluate", "LAST", "--mistakes", 3, "--output", "worst.csv")
    assert told.code == 0, told.err
    assert "wrote 3 mistakes to worst.csv" in told.out
    rows = (here.folder / "worst.csv").read_text().splitlines()
    assert (rows[0], len(rows)) == ("row,text,label,predicted,probability", 4)
    for name, refusal in (("worst.txt", "end worst.txt in .csv"), ("tiny.csv", "is the table itself")):
        refused = rnnlab("evaluate", "LAST", "tiny.csv", "--output", name)
        assert (refused.code, refusal in refused.err) == (2, True)


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_table_that_is_missing_or_lacks_the_column_is_refused_with_2(rnnlab, here, command):
    for table, column, told in (("nobody.csv", "text", "nobody.csv"), ("tiny.csv", "words", "words")):
        answer = rnnlab(command, "LAST", table, "--column", column)
        assert answer.code == 2
        assert told in answer.err
        assert "Traceback" not in answer.err


def test_sweep_json_is_json_and_its_progress_is_one_line_per_trial(rnnlab, tiny):
    tiny.extend("sweep: {trials: 2, pruner: none, space: {optimizer.learning_rate: [0.01, 0.1]}, sampler: grid}\n")
    done = rnnlab("sweep", "tiny.yaml", "--json", "--set", "training.epochs=1")
    assert done.code == 0, done.err
    found = done.data
    assert [trial["state"] for trial in found["trials"]] == ["complete", "complete"]
    assert found["best"] in (0, 1)
    assert (tiny.folder / found["best_config"]).is_file()
    lines = [line for line in done.err.splitlines() if line.startswith("trial ")]
    assert [line.split("  ")[0] for line in lines] == ["trial 0 (1 of 2)", "trial 1 (2 of 2)"]
    census = [line for line in done.err.splitlines() if line.startswith(("space ", "fine ", "parameters ", "time "))]
    assert census[0] == "space       2 distinct points; 10,000 drawn, 9,998 of them again, 2 models planned"
    assert census[1] == "fine        100.0 %"
    assert len(census) == 4
    assert "\x1b" not in done.err


def test_a_terminal_gets_a_live_bar(tiny):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "rnnlab.cli", "run", "tiny.yaml", "--smoke"]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=tiny.folder)
    os.close(theirs)
    shown = b""
    while part := _read(ours):
        shown += part
    os.close(ours)
    assert running.wait() == 0
    text = shown.decode("utf-8")
    assert "steps" in text
    assert re.search(r"epoch 1/1\s+loss 0\.\d+ ", text)
    assert "━" in text
    assert "\x1b[" in text
    assert "smoke test passed" in text


def _read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says EIO where the other end is closed
        return b""
