"""Training starts from the weights of an earlier run."""

import pytest

from rnnlab.errors import CallError, InvalidExperimentError, RunNotFoundError

pytestmark = pytest.mark.tensorflow

FROZEN = ("model.layers.embedding.trainable=false", "model.layers.rnn.trainable=false", "training.epochs=1")
TAKEN = "model.initial_weights={run: LAST, layers: [embedding, rnn]}"


def run(tiny, *overrides, **options):
    from rnnlab import run_experiment

    return run_experiment(tiny.file, overrides=overrides, store=tiny.store, **options)


def open_with(tiny, *overrides):
    from rnnlab.run.opening import open_road

    return open_road(tiny.file, overrides=overrides, store=tiny.store)


@pytest.fixture(scope="module")
def earlier(make_tiny, records):
    """A finished run: (experiment's folder, record)."""
    tiny = make_tiny("earlier")
    run(tiny, "training.epochs=1")
    (record,) = records(tiny)
    return tiny, record


def test_named_layers_are_taken_over_and_stay_where_they_are_frozen(earlier, records, weights):
    tiny, first = earlier
    outcome = run(
        tiny,
        TAKEN,
        "model.layers.head.units=3",
        "model.layers.head.activation=softmax",
        "dataset.label=mood",
        "seed=9",
        *FROZEN,
    )
    second = next(record for record in records(tiny) if record.run_id == outcome.run_id)
    before, after = weights(tiny, first), weights(tiny, second)
    assert after[:4] == before[:4]
    assert second.tags["rnnlab.initial_weights"] == first.run_id
    assert second.config["model.initial_weights.run"] == first.run_id


def test_a_smoke_test_starts_from_the_store_that_it_does_not_write(earlier, records):
    tiny, first = earlier
    count = len(records(tiny))
    assert run(tiny, f"model.initial_weights={first.name}", smoke=True).plan.parameters == 349
    assert len(records(tiny)) == count


def test_the_run_is_named_by_its_whole_id_from_then_on(earlier):
    tiny, first = earlier
    assert open_with(tiny, f"model.initial_weights={first.run_id[:8]}").experiment.model.initial_weights == first.run_id


def test_another_run_makes_another_training(earlier):
    from rnnlab.experiment.fingerprint import config_fingerprint

    tiny, first = earlier
    road = open_with(tiny, f"model.initial_weights={first.name}")
    assert config_fingerprint(road.experiment) != config_fingerprint(open_with(tiny).experiment)
    with pytest.raises(CallError, match=rf"nothing to resume.*{first.name}"):
        run(tiny, f"model.initial_weights={first.name}", resume=True)


def test_a_run_that_is_not_there_is_refused(earlier):
    for name, told in (("LAST~7", "goes too far back"), ("nobody", "no run is named `nobody`")):
        with pytest.raises(RunNotFoundError, match=told):
            open_with(earlier[0], f"model.initial_weights={name}")


def test_an_embedding_of_other_words_is_warned_of(earlier):
    tiny, first = earlier
    same, other = (f"model.initial_weights={first.name}", "dataset.split.seed=5")
    assert open_with(tiny, same).splits.warnings == open_with(tiny).splits.warnings
    told = f"`embedding` takes the weights of {first.name}, where the ids of `text` were other words."
    assert told in open_with(tiny, same, other).splits.warnings
    assert (
        told
        not in open_with(tiny, f"model.initial_weights={{run: {first.name}, layers: [rnn]}}", other).splits.warnings
    )


def test_weights_that_do_not_fit_are_told_layer_by_layer(earlier):
    tiny, first = earlier
    with pytest.raises(InvalidExperimentError) as caught:
        open_with(tiny, f"model.initial_weights={first.name}", "model.layers.rnn.units=5")
    assert {each.code for each in caught.value.diagnostics} == {"RL503"}
    text = str(caught.value)
    assert f"`rnn` in {first.name}" in text
    assert "found rnn/lstm_cell/kernel (4, 16)" in text
    assert "wanted rnn/lstm_cell/kernel (4, 20)" in text
    assert "head/kernel (5, 1)" in text
    with pytest.raises(InvalidExperimentError, match="found no such layer with weights"):
        open_with(tiny, f"model.initial_weights={first.name}", "model.layers.rnn.name=other")


def test_layers_of_two_directions_and_of_stacked_cells_are_taken_over_from_a_saved_model(tmp_path):
    import keras

    from rnnlab import build_model, plan_model, validate_experiment
    from rnnlab.build import copy_layers, read_keras
    from rnnlab.errors import PlanMismatchError

    text = (
        "rnnlab: 1\nname: x\nmodel:\n  inputs: {x: {features: 2}}\n  layers:\n"
        "    - {layer: lstm, units: 2, bidirectional: true}\n    - {layer: batch_normalization}\n"
        "    - {layer: rnn, cells: [{cell: lstm, units: 3}, {cell: gru, units: 2}], name: cells}\n"
    )
    plan = plan_model(validate_experiment(text))
    one, two = build_model(plan), build_model(plan)
    one.save(tmp_path / "model.keras")
    copy_layers(read_keras(tmp_path / "model.keras"), two)
    assert all((a == b).all() for a, b in zip(one.get_weights(), two.get_weights(), strict=True))
    other = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(3, name="cells")])
    with pytest.raises(PlanMismatchError, match=r"RL503.*`cells`"):
        copy_layers(other, two, ["cells"])
