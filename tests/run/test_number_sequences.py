"""Sequences of numbers of different lengths, end to end: files to scores, predictions and a saved model."""

from pathlib import Path

import numpy as np
import pytest
from mistakes import check_own_test

import rnnlab
from rnnlab.errors import CallError, DatasetError

FILE = """\
rnnlab: 1
name: rising
seed: 3
dataset: {kind: ts, path: train.ts, test: test.ts, split: {kind: stratified, validation: 0.2}}
padding: {maxlen: longest}
model:
  layers:
    - {layer: gru, units: 8, name: rnn}
    - {layer: dense, units: 1, activation: sigmoid}
optimizer: {kind: adam, learning_rate: 0.03}
training: {batch_size: 16, epochs: 12}
expect: {beats: majority}
"""
TABLE = (
    "dataset={kind: sequence_table, path: train.csv, values: [a], target: level, split: {kind: random}}",
    "model.layers=[{layer: gru, units: 8}, {layer: dense, units: 1}]",
    "expect.beats=mean",
)
HEADER = "@univariate true\n@equalLength false\n@classLabel true falls rises\n@data\n"


def sequences(count: int, seed: int) -> list[tuple[list[float], bool]]:
    draw = np.random.default_rng(seed)
    made = []
    for row in range(count):
        steps = draw.normal(0.5 if row % 2 else -0.5, 0.3, draw.integers(3, 9))
        made.append((np.cumsum(steps).round(3).tolist(), bool(row % 2)))
    return made


def write_files(folder: Path) -> Path:
    for name, count, seed in (("train", 80, 0), ("test", 40, 1)):
        made = sequences(count, seed)
        lines = [f"{','.join(map(str, values))}:{'rises' if rises else 'falls'}" for values, rises in made]
        (folder / f"{name}.ts").write_text(HEADER + "\n".join(lines), encoding="utf-8")
        rows = [
            f"s{row},{time},{value},{values[-1]}"
            for row, (values, _) in enumerate(made)
            for time, value in enumerate(values)
        ]
        (folder / f"{name}.csv").write_text("\n".join(["id,time,a,level", *rows]), encoding="utf-8")
    path = folder / "rising.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rising")


@pytest.fixture(scope="module")
def outcome(folder):
    return rnnlab.run_experiment(write_files(folder), store=str(folder / "mlruns"))


pytestmark = pytest.mark.tensorflow


def test_sequences_of_different_lengths_are_learnt(outcome):
    assert outcome.missed is None
    assert outcome.scores.metrics["accuracy"] > 0.9
    assert set(outcome.baselines) == {"majority", "logistic_regression"}
    assert outcome.baselines["logistic_regression"]["test_accuracy"] > 0.9


def test_a_ts_file_is_answered_and_scored_as_the_test_was(outcome, folder):
    store = str(folder / "mlruns")
    answers = rnnlab.predict(outcome.run_id, folder / "test.ts", store=store)
    wanted = ["rises" if rises else "falls" for _, rises in sequences(40, 1)]
    assert (answers["label"] == wanted).mean() == pytest.approx(outcome.scores.metrics["accuracy"])
    from rnnlab.prediction import evaluate

    found = evaluate(outcome.run_id, folder / "test.ts", store=store)
    assert found.samples == 40
    assert found.metrics["loss"] == pytest.approx(outcome.scores.metrics["loss"], rel=1e-4)
    assert found.metrics["accuracy"] == pytest.approx(outcome.scores.metrics["accuracy"])


def test_a_file_without_targets_is_answered_alone_as_among_others(outcome, folder):
    store = str(folder / "mlruns")
    (values, _), *_ = sequences(40, 1)
    alone = folder / "alone.ts"
    alone.write_text(f"@univariate true\n@classLabel false\n@data\n{','.join(map(str, values))}\n", encoding="utf-8")
    (found,) = rnnlab.predict(outcome.run_id, alone, store=store)["p(rises)"]
    assert found == pytest.approx(
        rnnlab.predict(outcome.run_id, folder / "test.ts", store=store)["p(rises)"][0], abs=1e-6
    )
    with pytest.raises(CallError, match="sequences of numbers"):
        rnnlab.predict(outcome.run_id, alone, column="a", store=store)
    alone.write_text("@dimensions 2\n@classLabel false\n@data\n1,2:3,4\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="2 numbers, the training's had 1"):
        rnnlab.predict(outcome.run_id, alone, store=store)


def test_a_table_in_long_form_is_a_regression_with_names_in_its_answers(outcome, folder):
    from rnnlab.data import prepare
    from rnnlab.data.baselines import fit_baselines
    from rnnlab.plan import check_experiment
    from rnnlab.prediction.sequences import read_new_sequences

    _, experiment, _ = check_experiment(folder / "rising.yaml", overrides=TABLE).require()
    splits = prepare(experiment, folder, target="number", say=lambda line: None)
    baselines = fit_baselines(splits, lambda line: None)
    assert set(baselines) == {"mean", "ridge"}
    assert baselines["ridge"]["test_mean_absolute_error"] < 0.1  # the target is the last value
    found = read_new_sequences(folder / "test.csv", splits.preparation, label=None, targets=True)
    assert found.names[:2] == ("s0", "s1")
    assert found.targets.tolist() == pytest.approx([values[-1] for values, _ in sequences(40, 1)])


def test_sequences_go_on_from_the_states_of_their_first_part(outcome, folder):
    store, state = str(folder / "mlruns"), folder / "states.npz"
    made = [values for values, _ in sequences(40, 1)]
    parts = {"whole": made, "first": [values[:2] for values in made], "rest": [values[2:] for values in made]}
    for name, kept in parts.items():
        lines = [",".join(map(str, values)) for values in kept]
        text = "@univariate true\n@equalLength false\n@classLabel false\n@data\n" + "\n".join(lines)
        (folder / f"{name}.ts").write_text(text, encoding="utf-8")
    whole = rnnlab.predict(outcome.run_id, folder / "whole.ts", store=store)
    for name in ("first", "rest"):
        found = rnnlab.predict(outcome.run_id, folder / f"{name}.ts", state=state, store=store)
    assert found["p(rises)"].tolist() == pytest.approx(whole["p(rises)"].tolist(), abs=1e-5)


def test_what_a_layer_gives_is_told_at_the_timesteps_that_are_data(outcome, folder):
    found = rnnlab.predict(outcome.run_id, folder / "test.ts", output="rnn", store=str(folder / "mlruns"))
    assert len(found) == 40
    assert np.isfinite(found.to_numpy()).all()


def test_the_worst_answers_to_sequences_are_recorded_or_there_are_none(outcome):
    worst = check_own_test(outcome)
    assert bool(worst) == (outcome.scores.metrics["accuracy"] < 1)
    assert all(list(row) == ["row", "label", "predicted", "probability"] for row in worst)
