import json
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import mlflow
import numpy as np
import pytest
from mlflow.entities import ViewType

from rnnlab.errors import StoreError
from rnnlab.track.figures import curves_figure, interactive_curves
from rnnlab.track.process import this_process
from rnnlab.track.record import RunHead
from rnnlab.track.store import Store
from rnnlab.train.result import Epoch

HISTORY = [
    Epoch(1, {"loss": 0.7, "val_loss": 0.8}, 1.5, 100.0, 1_700_000_000_000),
    Epoch(2, {"loss": 0.5, "val_loss": 0.6}, 1.4, 110.0, 1_700_000_001_000),
]


def _head(**changes):
    return RunHead(**({"experiment": "movies", "kind": "run", "params": {}} | changes))


def _only(store):
    (record,) = store.records()
    return record


def test_a_run_comes_back_as_it_was_recorded(store):
    params = {
        "seed": 7,
        "model.layers.rnn.layer": "lstm",
        "training.shuffle": True,
        "metrics": ["auc"],
        "x": "7",
    }
    run_id = store.start(_head(params=params, tags={"team": "blue"}, description="why", name="lstm-3"))
    for epoch in HISTORY:
        store.log_epoch(run_id, epoch)
    store.log_metrics(run_id, {"test_loss": 0.55})
    store.finish(run_id, "FINISHED")
    record = store.load_curves(_only(store))
    assert (record.run_id, record.name, record.experiment, record.status) == (
        run_id,
        "lstm-3",
        "movies",
        "FINISHED",
    )
    assert record.config == params
    assert record.tags["team"] == "blue"
    assert record.tags["mlflow.note.content"] == "why"
    assert record.metrics["test_loss"] == 0.55
    assert [(p.value, p.step, p.timestamp) for p in record.curves["val_loss"]] == [
        (0.8, 1, 1_700_000_000_000),
        (0.6, 2, 1_700_000_001_000),
    ]
    assert record.curves["epoch_seconds"][1].value == 1.4
    assert record.end >= record.start


def test_more_params_than_one_batch_holds_are_all_recorded(store):
    params = {f"key{i}": i for i in range(230)}
    store.start(_head(params=params))
    assert _only(store).config == params


def test_a_long_value_is_shortened_and_does_not_stop_the_run(store):
    store.start(_head(params={"text": "x" * 9000}, tags={"long": "y" * 9000}, description="z" * 9000))
    record = _only(store)
    assert len(record.config["text"]) == 6000
    assert record.config["text"].endswith("…")
    assert record.tags["long"].endswith("…")


def test_the_same_epoch_recorded_again_doubles_nothing(store):
    run_id = store.start(_head())
    for epoch in (*HISTORY, HISTORY[1]):
        store.log_epoch(run_id, epoch)
    client = mlflow.MlflowClient(store.uri)
    assert len(client.get_metric_history(run_id, "loss")) == 2


def test_an_epoch_trained_again_replaces_its_point(store):
    run_id = store.start(_head())
    store.log_epoch(run_id, HISTORY[0])
    store.log_epoch(run_id, Epoch(1, {"loss": 0.6}, 1.5, 100.0, HISTORY[0].timestamp + 5))
    assert [point.value for point in store.load_curves(_only(store)).curves["loss"]] == [0.6]


def test_only_the_asked_curves_are_loaded(store):
    run_id = store.start(_head())
    store.log_epoch(run_id, HISTORY[0])
    assert list(store.load_curves(_only(store), keys={"loss"}).curves) == ["loss"]


def test_what_is_not_finite_is_a_tag_and_no_metric(store):
    run_id = store.start(_head())
    store.log_epoch(run_id, Epoch(3, {"loss": math.nan, "val_loss": math.inf, "accuracy": 0.5}, 1.0, 1.0, 1))
    record = _only(store)
    assert record.metrics["accuracy"] == 0.5
    assert not {"loss", "val_loss"} & record.metrics.keys()
    assert record.tags["rnnlab.not_finite"] == "step 3: loss, val_loss"


def test_nothing_but_what_is_not_finite_still_leaves_the_tag(store):
    run_id = store.start(_head())
    store.log_metrics(run_id, {"test_loss": math.nan})
    assert _only(store).tags["rnnlab.not_finite"] == "step 0: test_loss"


def test_texts_and_files_are_artifacts_in_the_experiments_folder(store, tmp_path):
    run_id = store.start(_head(experiment="movie snippets", texts={"config/experiment.yaml": "name: é\n"}))
    (tmp_path / "given.csv").write_text("a,b\n")
    store.log_file(run_id, tmp_path / "given.csv", "tables/scores.csv")
    folder = Path(_only(store).artifact_folder)
    assert folder.is_relative_to(tmp_path / "mlruns" / "artifacts" / "movie_snippets")
    assert (folder / "config" / "experiment.yaml").read_text("utf-8") == "name: é\n"
    assert (folder / "tables" / "scores.csv").read_text() == "a,b\n"


def test_figures_are_png_or_html_that_needs_no_network(store):
    run_id = store.start(_head())
    store.log_figure(run_id, "figures/curves.png", curves_figure(HISTORY, 2))
    store.log_figure(run_id, "figures/curves.html", interactive_curves(HISTORY, 2))
    folder = Path(_only(store).artifact_folder) / "figures"
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    page = (folder / "curves.html").read_text("utf-8")
    assert "<script src=" not in page.replace("'", '"')
    assert len(page) > 1_000_000


def test_a_run_without_a_name_gets_one_that_is_free(store):
    names = [store.start(_head()) and _newest(store).name for _ in range(3)]
    assert len(set(names)) == 3
    assert all(names)


def _newest(store):
    return store.records()[-1]


def test_records_come_in_start_order_over_all_experiments(store):
    ids = [store.start(_head(experiment=name)) for name in ("b", "a", "b")]
    starts = [record.start for record in store.records()]
    assert {record.run_id for record in store.records()} == set(ids)
    assert starts == sorted(starts)
    assert {record.experiment for record in store.records(experiment="a")} == {"a"}
    assert store.records(experiment="none") == []


def test_children_know_their_parent(store):
    parent = store.start(_head(kind="sweep"))
    store.start(_head(kind="trial", parent=parent, name="trial-0"))
    records = {record.kind: record for record in store.records()}
    assert records["trial"].parent == parent
    assert records["sweep"].parent is None


def test_a_deleted_experiment_is_used_again(store):
    store.start(_head())
    client = mlflow.MlflowClient(store.uri)
    client.delete_experiment(store.experiment_ids()["movies"])
    store.start(_head())
    assert client.search_experiments(ViewType.DELETED_ONLY) == []


def test_the_active_run_and_the_tracking_uri_of_mlflow_stay_alone(store):
    before = mlflow.get_tracking_uri()
    run_id = store.start(_head())
    store.log_epoch(run_id, HISTORY[0])
    assert mlflow.active_run() is None
    assert mlflow.get_tracking_uri() == before


def _died(uri):
    code = (
        "import sys\nfrom rnnlab.track.store import Store\nfrom rnnlab.track.record import RunHead\n"
        "print(Store.open(sys.argv[1]).start(RunHead('movies', 'run', {})))"
    )
    return subprocess.run([sys.executable, "-c", code, uri], check=True, capture_output=True, text=True).stdout.strip()


def test_runs_of_dead_processes_are_killed_and_live_ones_go_on(store):
    dead, alive = _died(store.uri), store.start(_head())
    elsewhere = json.dumps(json.loads(this_process()) | {"host": "another", "pid": 1})
    foreign = store.start(_head(name="foreign"))
    store.set_tags(foreign, {"rnnlab.process": elsewhere})
    store.log_epoch(dead, HISTORY[0])
    assert store.close_stale() == [dead]
    records = {record.run_id: record for record in store.records()}
    assert records[dead].status == "KILLED"
    assert records[dead].tags["rnnlab.closed"] == "process died"
    assert records[dead].end == HISTORY[0].timestamp
    assert records[alive].status == records[foreign].status == "RUNNING"
    assert store.close_stale() == []


def test_a_reopened_run_belongs_to_this_process(store):
    run_id = _died(store.uri)
    store.close_stale()
    store.reopen(run_id)
    assert _only(store).status == "RUNNING"
    assert store.close_stale() == []


def test_a_plain_file_store_is_refused(tmp_path):
    with pytest.raises(StoreError, match="gave up"):
        Store.open(tmp_path.as_uri())


def test_a_run_that_is_not_there_is_a_store_error(store):
    with pytest.raises(StoreError, match="cannot close the run"):
        store.finish("0" * 32, "FINISHED")


def test_artifacts_that_cannot_be_written_are_a_store_error(store):
    run_id = store.start(_head())
    in_the_way = Path(_only(store).artifact_folder).parents[2]
    assert in_the_way.name == "artifacts"
    in_the_way.write_text("a file")
    with pytest.raises(StoreError, match="cannot write an artifact"):
        store.log_text(run_id, "a.txt", "a")


def test_a_locked_database_is_waited_for(store):
    run_id = store.start(_head())
    locked = threading.Event()

    def lock():
        connection = sqlite3.connect(store.uri.removeprefix("sqlite:///"))
        connection.execute("BEGIN EXCLUSIVE")
        locked.set()
        time.sleep(1.0)
        connection.rollback()
        connection.close()

    thread = threading.Thread(target=lock)
    thread.start()
    locked.wait()
    store.log_epoch(run_id, HISTORY[0])
    thread.join()
    assert _only(store).metrics["loss"] == 0.7


def test_load_of_the_machine_is_recorded_beside_the_run(store):
    run_id = store.start(_head())
    sampler = store.start_system_metrics(run_id, interval=0.05)
    time.sleep(0.4)
    assert sampler.stop() is None
    assert _only(store).metrics["system/process_memory_usage_megabytes"] > 10


def test_a_path_with_spaces_and_umlauts_works(tmp_path):
    folder = tmp_path / "my öwn runs"
    store = Store.open(f"sqlite:///{folder}/mlflow.db")
    store.start(_head(texts={"a.txt": "a"}))
    assert Path(_only(store).artifact_folder, "a.txt").read_text() == "a"


@pytest.mark.tensorflow
def test_a_saved_model_answers_the_same_through_mlflow_and_through_keras(store, tmp_path):
    import keras
    import mlflow.keras

    inputs = keras.Input((None,), dtype="int32", name="text")
    embedded = keras.layers.Embedding(5, 3, mask_zero=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.LSTM(4)(embedded)))
    (tmp_path / "preparation").mkdir()
    (tmp_path / "preparation" / "preparation.json").write_text("{}")
    run_id = store.start(_head())
    uri = store.log_model(run_id, model, preparation_folder=tmp_path / "preparation", step=2)

    record = _only(store)
    assert record.has_model
    assert record.tags["rnnlab.model"] == uri
    folder = store.model_folder(record, tmp_path / "unused")
    assert (folder / "preparation.json").read_text() == "{}"
    assert folder.is_relative_to(tmp_path / "mlruns" / "artifacts")
    samples = np.array([[1, 2, 0], [3, 4, 1]])
    expected = model.predict(samples, verbose=0)
    plain = keras.models.load_model(folder / "data" / "model.keras", safe_mode=True)
    through_mlflow = mlflow.keras.load_model(str(folder))
    np.testing.assert_array_equal(plain.predict(samples, verbose=0), expected)
    np.testing.assert_array_equal(through_mlflow.predict(samples, verbose=0), expected)
    requirements = (folder / "requirements.txt").read_text()
    assert f"keras=={keras.__version__}" in requirements
    assert "tensorflow==" in requirements
    (output,) = mlflow.MlflowClient(store.uri).get_run(run_id).outputs.model_outputs
    assert (f"models:/{output.model_id}", output.step) == (uri, 2)
    shutil.rmtree(folder)
    with pytest.raises(StoreError, match="moved"):
        store.model_folder(record, tmp_path / "unused")


def test_a_run_without_a_model_says_so(store, tmp_path):
    store.start(_head(name="lstm-3"))
    with pytest.raises(StoreError, match=r"lstm-3.*no model"):
        store.model_folder(_only(store), tmp_path)


def test_the_store_brings_neither_keras_nor_tensorflow():
    code = "import sys, rnnlab.track.store, rnnlab.compare; print({'keras', 'tensorflow'} & sys.modules.keys())"
    environment = os.environ | {"MLFLOW_TRACKING_URI": ""}
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert answer.stdout.strip() == "set()"


FRAME = """<p id="told">waiting</p><script>
addEventListener("message", (event) => { told.textContent = event.data })
const frame = document.createElement("iframe")
frame.sandbox = "allow-scripts"
frame.src = URL.createObjectURL(new Blob([PAGE], {type: "text/html"}))
document.body.append(frame)
</script>"""
TELL = """<script>setTimeout(() => parent.postMessage(
  document.querySelectorAll("svg.main-svg path.js-line").length + " lines", "*"))</script></body>"""


@pytest.mark.chromium
def test_interactive_figures_are_drawn_in_a_frame_as_mlflow_shows_them(tmp_path):
    """MLflow's artifact page shows HTML in a frame that may run scripts and has no origin."""
    figure = interactive_curves(HISTORY, 2)
    figure.write_html(tmp_path / "curves.html", include_plotlyjs=True, full_html=True)
    page = (tmp_path / "curves.html").read_text("utf-8").replace("</body>", TELL)
    text = json.dumps(page).replace("</", "<\\/")
    (tmp_path / "frame.html").write_text(FRAME.replace("PAGE", text), "utf-8")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser, "chromium is not installed"
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    options += ["--disable-background-networking", "--virtual-time-budget=10000"]
    options += ["--disable-features=IsolateSandboxedIframes"]  # virtual time waits for no frame in another process
    command = [browser, *options, "--dump-dom", (tmp_path / "frame.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    found = re.search(r'id="told">(\d+) lines', shown)
    assert found, shown[:200]
    assert int(found[1]) > 0
