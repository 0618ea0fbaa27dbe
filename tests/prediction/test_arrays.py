"""Arrays from the file to answers, scores and mistakes: the same rows given raw get what the test split got."""

import numpy as np
import pytest
from mistakes import check_own_test

pytestmark = pytest.mark.tensorflow

FILE = """\
rnnlab: 1
name: signs
dataset: {kind: arrays, path: data.npz, per: timestep, labels: [down, up]}
model:
  layers:
    - {layer: gru, units: 4}
    - {layer: dense, units: 1, activation: sigmoid}
training: {batch_size: 16, epochs: 1}
"""
NUMBERS = ("dataset={kind: arrays, path: data.npz, target: ends}", "model.layers.1={layer: dense, units: 2}")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    from rnnlab import run_experiment

    folder = tmp_path_factory.mktemp("signs")
    x = np.random.default_rng(5).normal(size=(80, 6, 2))
    sums = np.cumsum(x[..., 0], axis=1)
    np.savez(folder / "data.npz", x=x, y=(sums > 0).astype(int), ends=np.stack([sums[:, -1], x[:, 0, 1]], axis=1))
    (folder / "signs.yaml").write_text(FILE, encoding="utf-8")
    store = str(folder / "mlruns")
    outcomes = {
        "labels": run_experiment(folder / "signs.yaml", store=store),
        "numbers": run_experiment(folder / "signs.yaml", overrides=(*NUMBERS, "task={kind: regression}"), store=store),
    }
    return folder, outcomes


@pytest.mark.parametrize("name", ["labels", "numbers"])
def test_a_file_of_the_test_rows_gets_the_scores_of_the_run(trained, tmp_path, name):
    from rnnlab.prediction import evaluate

    folder, outcomes = trained
    outcome = outcomes[name]
    with np.load(folder / "data.npz") as arrays:
        np.savez(tmp_path / "test.npz", **{key: arrays[key][outcome.splits.test.rows] for key in arrays.files})
    found = evaluate(outcome.run_id, tmp_path / "test.npz", store=outcome.store)
    assert found.samples == len(outcome.splits.test)
    assert found.metrics == pytest.approx(outcome.scores.metrics, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("labels", ["row", "timestep", "label", "predicted", "probability"]),
        ("numbers", ["row", "label_0", "label_1", "value_0", "value_1", "error"]),
    ],
)
def test_the_worst_are_recorded_by_row_and_timestep(trained, name, columns):
    folder, outcomes = trained
    worst = check_own_test(outcomes[name])
    assert list(worst[0]) == columns
    with np.load(folder / "data.npz") as arrays:
        for row in worst:
            if name == "labels":
                assert row["label"] == ("down", "up")[arrays["y"][row["row"] - 1, row["timestep"]]]
            else:
                assert arrays["ends"][row["row"] - 1] == pytest.approx([row["label_0"], row["label_1"]], rel=1e-5)
