import json
import shutil
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.tensorflow

MORE = """\
description: Does the small table train?
tags: {team: blue}
expect: {beats: majority}
"""
NUMBER = (
    "dataset.label=stars",
    "dataset.split={kind: random}",
    "task={kind: regression}",
    "model.layers.head.activation=linear",
)


def run(tiny, *overrides, **options):
    from rnnlab import run_experiment

    return run_experiment(tiny.file, overrides=overrides, store=tiny.store, **options)


def interrupt_after(last):
    from rnnlab.train.listener import Quiet

    class Interrupt(Quiet):
        def on_step(self, epoch, step, loss):
            if epoch > last:
                raise KeyboardInterrupt

    return Interrupt()


@pytest.fixture(scope="module")
def finished(make_tiny, records):
    """One run of the small experiment: (experiment's folder, outcome, record)."""
    tiny = make_tiny("finished")
    tiny.extend(MORE)
    outcome = run(tiny, "optimizer.learning_rate=0.05", "training.epochs=3", "expect={}")
    (record,) = records(tiny)
    return tiny, outcome, record


def test_a_run_is_finished_and_named_in_the_store(finished):
    tiny, outcome, record = finished
    assert (record.run_id, record.name, record.status, record.kind) == (
        outcome.run_id,
        outcome.name,
        "FINISHED",
        "run",
    )
    assert record.experiment == outcome.experiment == "tiny"
    assert record.tags["team"] == "blue"
    assert record.tags["mlflow.note.content"] == "Does the small table train?"
    assert record.tags["rnnlab.file"] == str(tiny.file)
    assert record.tags["rnnlab.stopped_by"] == "epochs"
    assert record.tags["rnnlab.kernel.rnn"] == "keras"
    assert record.tags["rnnlab.devices"] == "cpu"


def test_every_value_of_the_file_is_a_param_with_its_type(finished):
    from rnnlab import load_experiment
    from rnnlab.track.flatten import flatten

    tiny, _, record = finished
    overrides = ("optimizer.learning_rate=0.05", "training.epochs=3", "expect={}")
    config = load_experiment(tiny.file, overrides=overrides).to_data()
    assert record.config["seed"] == 7
    assert record.config["optimizer.learning_rate"] == 0.05
    assert record.config["training.shuffle"] is True
    assert record.config == flatten({key: config[key] for key in config if key not in ("tags", "description")})


def test_the_file_is_recorded_as_written_and_as_resolved(finished):
    from rnnlab import load_experiment
    from rnnlab.plan import check_experiment

    tiny, outcome, record = finished
    folder = Path(record.artifact_folder)
    assert (folder / "experiment.yaml").read_text("utf-8") == tiny.file.read_text("utf-8")
    resolved = shutil.copy(folder / "experiment.resolved.yaml", tiny.folder / "resolved.yaml")
    overrides = ("optimizer.learning_rate=0.05", "training.epochs=3", "expect={}")
    assert load_experiment(resolved) == load_experiment(tiny.file, overrides=overrides)
    checked = check_experiment(Path(resolved))
    assert checked.diagnostics == ()
    assert checked.plan.parameters == outcome.plan.parameters


def test_the_plan_is_recorded(finished):
    _, outcome, record = finished
    folder = Path(record.artifact_folder)
    plan = json.loads((folder / "plan.json").read_text())
    assert plan["parameters"] == outcome.plan.parameters == record.metrics["parameters"]
    assert "rnn" in (folder / "plan.txt").read_text("utf-8")
    assert json.loads((folder / "dataset.json").read_text())["samples"] == {
        "train": 96,
        "validation": 32,
        "test": 32,
    }


def test_every_epoch_is_a_point_of_every_curve(finished):
    _, outcome, record = finished
    for name in (
        "loss",
        "accuracy",
        "val_loss",
        "val_accuracy",
        "learning_rate",
        "gradient_norm",
        "epoch_seconds",
    ):
        assert [point.step for point in record.curves[name]] == [1, 2, 3], name
        expected = [epoch.recorded()[name] for epoch in outcome.result.history]
        assert [point.value for point in record.curves[name]] == pytest.approx(expected), name


def test_figures_and_test_scores_are_recorded(finished):
    _, _, record = finished
    folder = Path(record.artifact_folder)
    for name in ("curves.png", "confusion.png", "data.png"):
        assert (folder / "figures" / name).read_bytes().startswith(b"\x89PNG")
    assert "<html" in (folder / "figures" / "curves.html").read_text("utf-8")[:2000]
    scores = json.loads((folder / "test_scores.json").read_text())
    assert scores["labels"] == ["neg", "pos"]
    assert sum(map(sum, scores["confusion"])) == 32
    right = sum(row[index] for index, row in enumerate(scores["confusion"]))
    assert right / 32 == pytest.approx(record.metrics["test_accuracy"])


def test_skill_is_the_share_of_a_baselines_error_that_is_gone(finished):
    _, outcome, record = finished
    assert outcome.skill.keys() == {"majority", "tfidf_logistic_regression"}
    accuracy = record.metrics["test_accuracy"]
    for name in outcome.skill:
        baseline = record.metrics[f"baseline_{name}_test_accuracy"]
        assert record.metrics[f"skill_over_{name}"] == pytest.approx((accuracy - baseline) / (1 - baseline))


def test_the_model_in_the_store_is_plain_keras_with_the_kept_weights(finished, records):
    import keras

    from rnnlab.track.store import Store

    tiny, outcome, record = finished
    folder = Store.open(outcome.store).model_folder(record, tiny.folder / "unused")
    model = keras.models.load_model(folder / "data" / "model.keras", safe_mode=True)
    model.compile(loss="binary_crossentropy", metrics=[keras.metrics.BinaryAccuracy(name="accuracy")])
    test = outcome.splits.test
    target = test.targets["label"].reshape(-1, 1)
    found = model.evaluate(test.inputs, target, return_dict=True, verbose=0)
    assert found == pytest.approx(outcome.scores.metrics, abs=1e-6)
    assert (folder / "preparation.json").is_file()
    assert (folder / "head.json").is_file()


def test_a_finished_run_leaves_no_checkpoints(finished):
    tiny, outcome, _ = finished
    assert not (tiny.folder / "mlruns" / "checkpoints" / outcome.run_id).exists()


def test_a_baseline_that_is_not_beaten_leaves_the_run_finished_and_tagged(tiny, records):
    outcome = run(
        tiny,
        "expect={beats: tfidf_logistic_regression}",
        "training.epochs=1",
        "optimizer={kind: sgd, learning_rate: 1e-9}",
    )
    (record,) = records(tiny)
    assert outcome.missed == "tfidf_logistic_regression"
    assert record.status == "FINISHED"
    assert record.tags["rnnlab.missed"] == "does not beat tfidf_logistic_regression"


def test_a_smoke_test_leaves_nothing_behind(tiny, monkeypatch):
    temporary = tiny.folder / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = sorted(tiny.folder.rglob("*"))
    outcome = run(tiny, "training.epochs=50", smoke=True)
    assert len(outcome.result.history) == 1
    assert outcome.plan.parameters > 0
    assert sorted(tiny.folder.rglob("*")) == before


def test_a_diverged_run_is_failed_with_its_step_and_is_none_to_resume(tiny, records):
    from rnnlab.errors import CallError, DivergedError

    overrides = (*NUMBER, "optimizer={kind: sgd, learning_rate: 10.0}", "training.epochs=20")
    with pytest.raises(DivergedError) as caught:
        run(tiny, *overrides)
    (record,) = records(tiny)
    assert caught.value.epoch > 1, "there must be a checkpoint that could be resumed from"
    assert record.status == "FAILED"
    assert record.tags["rnnlab.diverged"] == f"epoch {caught.value.epoch}, step {caught.value.step}"
    assert record.tags["rnnlab.error"] == str(caught.value)
    assert not record.has_model
    with pytest.raises(CallError, match="nothing to resume"):
        run(tiny, *overrides, resume=True)


def test_a_run_of_numbers_has_errors_and_no_confusion(tiny, records):
    outcome = run(tiny, *NUMBER, "training.epochs=1")
    (record,) = records(tiny)
    assert outcome.scores.primary == "mean_absolute_error"
    assert outcome.baselines.keys() == {"mean", "tfidf_ridge"}
    error, baseline = (
        record.metrics["test_mean_absolute_error"],
        record.metrics["baseline_mean_test_mean_absolute_error"],
    )
    assert record.metrics["skill_over_mean"] == pytest.approx(1 - error / baseline)
    assert not (Path(record.artifact_folder) / "figures" / "confusion.png").exists()


def test_an_interrupted_run_goes_on_to_the_same_bits_and_doubles_no_point(tiny, make_tiny, records, weights):
    from rnnlab.errors import InterruptedRunError

    overrides = ("training.epochs=4", "training.early_stopping={patience: 9}")
    with pytest.raises(InterruptedRunError, match="--resume goes on with it"):
        run(tiny, *overrides, listeners=[interrupt_after(2)])
    (killed,) = records(tiny)
    assert killed.status == "KILLED"
    said = []
    outcome = run(tiny, *overrides, resume=True, say=said.append)
    assert f"resuming run {killed.name} ({killed.run_id[:8]})" in said
    (resumed,) = records(tiny)
    assert (resumed.run_id, resumed.status, outcome.result.resumed_from) == (killed.run_id, "FINISHED", 2)
    assert [point.step for point in resumed.curves["val_loss"]] == [1, 2, 3, 4]
    assert resumed.curves["val_loss"][:2] == killed.curves["val_loss"]
    other = make_tiny("unbroken")
    run(other, *overrides)
    (unbroken,) = records(other)
    assert weights(tiny, resumed) == weights(other, unbroken)
    assert [p.value for p in resumed.curves["loss"]] == [p.value for p in unbroken.curves["loss"]]


def test_an_interruption_before_the_first_step_is_told_as_nothing_to_resume(tiny, records):
    from rnnlab.errors import CallError, InterruptedRunError
    from rnnlab.train.listener import Quiet

    class Interrupt(Quiet):
        def on_begin(self, epochs, steps, done, step):
            raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError, match="nothing to resume"):
        run(tiny, listeners=[Interrupt()])
    assert [record.status for record in records(tiny)] == ["KILLED"]
    with pytest.raises(CallError, match="nothing to resume"):
        run(tiny, resume=True)


def test_an_interrupted_run_is_told_to_who_starts_the_same_file_anew(tiny):
    from rnnlab.errors import InterruptedRunError

    with pytest.raises(InterruptedRunError):
        run(tiny, listeners=[interrupt_after(1)])
    for overrides, told in (((), True), (("seed=8",), False)):
        said = []
        with pytest.raises(InterruptedRunError):
            run(tiny, *overrides, say=said.append, listeners=[interrupt_after(0)])
        assert any("was interrupted; --resume would go on with it" in line for line in said) == told


def test_a_store_that_cannot_be_used_is_told_before_anything_is_trained(tiny):
    from rnnlab.errors import StoreError

    (tiny.folder / "mlruns").write_text("a file in the way")
    said = []
    with pytest.raises(StoreError):
        run(tiny, say=said.append)
    assert not any("preparing" in line for line in said)


def test_class_weights_must_name_every_class(tiny):
    from rnnlab.errors import CallError

    with pytest.raises(CallError, match="must name every class: neg, pos"):
        run(tiny, "training.class_weight={pos: 2.0}")
