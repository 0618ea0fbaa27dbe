"""Language models from a text file to a text that is written."""

import math

import numpy as np
import pytest
from mistakes import check_own_test

pytestmark = pytest.mark.tensorflow

FILE = """rnnlab: 1
name: rhyme
dataset: {kind: text_file, path: rhyme.txt, split: {kind: tail, validation: 0.2, test: 0.2}}
text: {unit: character, vocabulary: 20}
task: {kind: language_model, window: 10}
model:
  layers:
    - {layer: embedding, output_dim: 8}
    - {layer: gru, units: 24, name: rnn}
    - {layer: dense, units: 20, activation: softmax}
optimizer: {kind: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 4}
"""
STATEFUL = ("training.stateful=true", "training.reset=epoch", "training.shuffle=false")


@pytest.fixture(scope="module")
def rhyme(tmp_path_factory):
    """Three runs: windows apart, states carried, and a convolution that reads all so far."""
    from rnnlab import run_experiment

    folder = tmp_path_factory.mktemp("rhyme")
    words = np.random.default_rng(0).choice(["one ", "two ", "three\n", "four "], 600)
    (folder / "rhyme.txt").write_text("".join(words))
    (folder / "rhyme.yaml").write_text(FILE)
    prefix = ("model.layers.rnn={layer: conv1d, filters: 24, kernel_size: 4, padding: causal, name: rnn}",)
    kinds = {"apart": (), "carried": STATEFUL, "prefix": (*prefix, "training.epochs=1")}
    return folder, {
        name: run_experiment(folder / "rhyme.yaml", overrides=keys, store=str(folder / "mlruns"))
        for name, keys in kinds.items()
    }


@pytest.mark.parametrize("name", ["apart", "carried"])
def test_the_test_has_perplexity_and_bits_per_character(rhyme, name):
    outcome = rhyme[1][name]
    scores = outcome.scores.metrics
    assert outcome.scores.primary == "bits_per_character"
    assert scores["perplexity"] == pytest.approx(math.exp(scores["loss"]))
    assert scores["bits_per_character"] == pytest.approx(scores["loss"] / math.log(2))
    assert set(outcome.baselines) == {"unigram", "ngram_3", "ngram_5"}
    assert outcome.skill["unigram"] > 0.5


def test_a_probe_of_carried_states_scores_whole_batches(rhyme, monkeypatch):
    from rnnlab.plan import check_experiment
    from rnnlab.run import timing
    from rnnlab.run.completing import complete_plan
    from rnnlab.train.warm import WarmLearners

    monkeypatch.setattr(timing, "EVALUATED", 20)  # no multiple of the eight
    monkeypatch.setattr(timing, "EPOCHS", (1, 1))
    _, experiment, _ = check_experiment(rhyme[0] / "rhyme.yaml", overrides=STATEFUL).require()
    splits = rhyme[1]["carried"].splits
    timed = timing.time_training(experiment, complete_plan(experiment, splits), splits, WarmLearners())
    assert timed.batch > 0


def test_carried_states_score_the_test_as_one_pass_over_it(rhyme):
    """All of the test in one sequence, by the saved model without states."""
    import keras

    from rnnlab.track.store import Store

    outcome = rhyme[1]["carried"]
    store = Store.open(outcome.store)
    (record,) = [each for each in store.records() if each.run_id == outcome.run_id]
    saved = keras.models.load_model(store.model_folder(record, None) / "data" / "model.keras")
    ids = np.asarray(outcome.splits.test.inputs["text"].ids)
    states = keras.Sequential([keras.Input((None,)), *saved.layers[1:]])
    found = states.predict(ids[None, :-1], verbose=0)[0]
    whole = -np.log(found[np.arange(len(ids) - 1), ids[1:]]).mean()
    assert outcome.scores.metrics["loss"] == pytest.approx(whole, rel=2e-3)


@pytest.mark.parametrize("name", ["apart", "carried"])
def test_evaluating_the_text_of_the_test_gives_the_scores_of_the_run(rhyme, name):
    from rnnlab.prediction import evaluate

    folder, outcomes = rhyme
    text = (folder / "rhyme.txt").read_text()
    (folder / "test.txt").write_text(text[-outcomes[name].splits.source["characters"]["test"] :])
    found = evaluate(outcomes[name].run_id, folder / "test.txt", store=str(folder / "mlruns")).metrics
    assert found == pytest.approx(outcomes[name].scores.metrics, rel=2e-3)


@pytest.mark.parametrize("name", ["apart", "carried", "prefix"])
def test_a_text_is_continued_the_same_way_for_the_same_seed(rhyme, name):
    from rnnlab.prediction import sample

    folder, outcomes = rhyme
    run, store = outcomes[name].run_id, str(folder / "mlruns")
    first, again, other = (sample(run, prompt="one t", length=30, seed=seed, store=store).text for seed in (1, 1, 2))
    assert first == again != other
    assert first.startswith("one t")
    assert len(first) == 35
    assert set(first) <= set((folder / "rhyme.txt").read_text())


def test_temperature_0_and_top_1_take_the_likeliest_unit(rhyme):
    from rnnlab.prediction import sample

    folder, outcomes = rhyme
    run, store = outcomes["carried"].run_id, str(folder / "mlruns")
    greedy = sample(run, prompt="thr", length=3, temperature=0.0, store=store)
    assert greedy.text == "three\n"
    assert sample(run, prompt="thr", length=3, top_k=1, seed=5, store=store).text == greedy.text


def test_a_language_model_is_asked_for_no_answers_and_a_prompt_needs_a_unit(rhyme):
    from rnnlab import predict
    from rnnlab.errors import CallError
    from rnnlab.prediction import sample

    folder, outcomes = rhyme
    run, store = outcomes["apart"].run_id, str(folder / "mlruns")
    with pytest.raises(CallError, match="rnnlab sample"):
        predict(run, folder / "rhyme.txt", store=store)
    with pytest.raises(CallError, match="no unit to begin with"):
        sample(run, prompt="", store=store)
    assert sample(run, prompt="onX", length=1, store=store).unknown == ("x",)


@pytest.mark.soak
def test_an_interrupted_run_goes_on_with_the_states_it_had(rhyme, tmp_path):
    from rnnlab import run_experiment
    from rnnlab.errors import InterruptedRunError
    from rnnlab.train.listener import Quiet

    class Interrupt(Quiet):
        def on_step(self, epoch, step, loss):
            if (epoch, step) == (2, 3):
                raise KeyboardInterrupt

    folder, _ = rhyme
    never = ("training.stateful=true", "training.reset=never", "training.shuffle=false", "training.epochs=2")
    keys = {"overrides": never, "store": str(tmp_path / "mlruns")}
    with pytest.raises(InterruptedRunError):
        run_experiment(folder / "rhyme.yaml", listeners=[Interrupt()], **keys)
    resumed = run_experiment(folder / "rhyme.yaml", resume=True, **keys)
    unbroken = run_experiment(folder / "rhyme.yaml", **keys)
    assert resumed.result.history[-1].metrics["loss"] == unbroken.result.history[-1].metrics["loss"]
    assert resumed.scores.metrics == unbroken.scores.metrics


@pytest.mark.parametrize("name", ["apart", "carried"])
def test_the_lines_with_the_highest_loss_are_recorded(rhyme, name):
    folder, outcomes = rhyme
    outcome = outcomes[name]
    worst = check_own_test(outcome, rel=2e-3)
    assert list(worst[0]) == ["line", "loss", "units", "text"]
    text = (folder / "rhyme.txt").read_text()[-outcome.splits.source["characters"]["test"] :]
    lines = text.split("\n")
    assert all(lines[row["line"] - 1] == row["text"] for row in worst)
    assert worst[0]["loss"] > outcome.scores.metrics["loss"]
