"""Sequences cut in two give what they give in one pass, once the states are carried over."""

import numpy as np
import pytest

from rnnlab.errors import CallError

from .parts import HEAD, array_preparation, saved_model, text_preparation

pytestmark = pytest.mark.tensorflow

WORDS = "{layer: embedding, output_dim: 3}"
MODELS = {
    "lstm": "{layer: lstm, units: 4}",
    "gru": "{layer: gru, units: 4}, {layer: dropout, rate: 0.5}",
    "simple_rnn": "{layer: simple_rnn, units: 4}",
    "stack": "{layer: lstm, units: 4}, {layer: layer_normalization}, {layer: gru, units: 3}",
    "cells": "{layer: rnn, cells: [{cell: lstm, units: 3}, {cell: gru, units: 2}], name: cells}",
}
TEXTS = ["a b c d e", "h g", "c c a b d f", "e d c"]
CUTS = [3, 1, 2, 2]


def continued(found, raw, path, run="0123abcd"):
    from rnnlab.prediction.states import continue_answers

    return continue_answers(*found, raw, path, run)


def share(answers):
    return answers["p(yes)"].to_numpy()


@pytest.mark.parametrize("side", ["post", "pre"])
@pytest.mark.parametrize("name", list(MODELS))
def test_texts_cut_in_two_give_what_they_give_in_one_pass(tmp_path, name, side):
    from rnnlab.prediction import answer

    found = saved_model(f"{WORDS}, {MODELS[name]}, {HEAD}", text_preparation(side), tmp_path / "model.keras")
    words = [text.split() for text in TEXTS]
    first = [" ".join(each[:cut]) for each, cut in zip(words, CUTS, strict=True)]
    second = [" ".join(each[cut:]) for each, cut in zip(words, CUTS, strict=True)]
    begun = continued(found, {"text": first}, tmp_path / "states.npz")
    ended = continued(found, {"text": second}, tmp_path / "states.npz")
    np.testing.assert_allclose(share(ended), share(answer(found[0], {"text": TEXTS})), atol=1e-6)
    assert np.abs(share(begun) - share(ended)).min() > 1e-4


@pytest.mark.parametrize("name", ["lstm", "stack"])
def test_every_timestep_of_arrays_is_answered_as_in_one_pass(tmp_path, name):
    from rnnlab.prediction import answer

    layers = MODELS[name].replace("{layer: gru, units: 3}", "{layer: gru, units: 3, return_sequences: true}")
    found = saved_model(f"{layers}, {HEAD}", array_preparation("timestep"))
    x = np.random.default_rng(1).normal(size=(3, 6, 3)).astype("float32")
    parts = [continued(found, {"x": part}, tmp_path / "s.npz") for part in (x[:, :2], x[:, 2:])]
    rows = [share(part).reshape(3, -1) for part in parts]
    whole = share(answer(found[0], {"x": x})).reshape(3, 6)
    np.testing.assert_allclose(np.concatenate(rows, axis=1), whole, atol=1e-6)


def test_a_text_longer_than_in_training_is_read_whole(tmp_path):
    found = saved_model(f"{WORDS}, {MODELS['lstm']}, {HEAD}", text_preparation())
    whole = continued(found, {"text": ["a b c d e f g h a b"]}, tmp_path / "one.npz")
    for part in ("a b c d", "e f g h a b"):
        last = continued(found, {"text": [part]}, tmp_path / "two.npz")
    np.testing.assert_allclose(share(last), share(whole), atol=1e-6)


def test_the_file_holds_every_state_by_its_reference(tmp_path):
    found = saved_model(f"{WORDS}, {MODELS['stack']}, {HEAD}", text_preparation())
    continued(found, {"text": TEXTS}, tmp_path / "states.npz")
    with np.load(tmp_path / "states.npz", allow_pickle=False) as held:
        shapes = {name: held[name].shape for name in held.files}
    assert shapes == {"lstm.state_h": (4, 4), "lstm.state_c": (4, 4), "gru.state": (4, 3), "run": ()}
    assert [path.name for path in tmp_path.iterdir()] == ["states.npz"]


def test_states_that_do_not_fit_are_refused_and_left_as_they_were(tmp_path):
    found = saved_model(f"{WORDS}, {MODELS['gru']}, {HEAD}", text_preparation())
    path = tmp_path / "states.npz"
    continued(found, {"text": TEXTS}, path)
    kept = path.read_bytes()
    with pytest.raises(CallError, match=r"`gru.state` .* is 4 x 4, but 2 x 4 goes on here"):
        continued(found, {"text": TEXTS[:2]}, path)
    with pytest.raises(CallError, match="of another run"):
        continued(found, {"text": TEXTS}, path, run="ffff")
    assert path.read_bytes() == kept
    np.savez(path, x=np.zeros(3))
    with pytest.raises(CallError, match=r"holds `x`, but the states of the model are `gru.state`"):
        continued(found, {"text": TEXTS}, path)
    path.write_bytes(kept[:50])
    with pytest.raises(CallError, match="is not a whole"):
        continued(found, {"text": TEXTS}, path)


def test_a_part_without_words_is_refused(tmp_path):
    found = saved_model(f"{WORDS}, {MODELS['gru']}, {HEAD}", text_preparation())
    with pytest.raises(CallError, match="sample 1 of `text` is empty"):
        continued(found, {"text": ["a", "?!"]}, tmp_path / "states.npz")


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("{layer: lstm, units: 2, bidirectional: true}", "`bidirectional` also runs from the end"),
        ("{layer: gru, units: 2, go_backwards: true}", "`gru` runs from the end"),
        (
            "{layer: conv1d, filters: 2, kernel_size: 2, padding: causal}, {layer: gru, units: 2}",
            "`conv1d` has a kernel",
        ),
        ("{layer: gru, units: 2}, {layer: global_max_pooling1d}", "`global_max_pooling1d` is of a kind"),
        ("{layer: gru, units: 2, name: a}, {layer: gru, units: 2, initial_state: a}", "starts from the states of"),
        ("{layer: flatten}", "`flatten` is of a kind"),
    ],
)
def test_a_model_that_needs_more_than_its_states_is_refused(layers, told):
    from rnnlab.plan.carrying import carrying_plan

    _, experiment, plan = saved_model(f"{layers}, {HEAD}", array_preparation())
    with pytest.raises(CallError, match=told):
        carrying_plan(experiment, plan)


def test_padding_that_is_read_as_data_is_refused():
    from rnnlab.plan.carrying import carrying_plan

    _, experiment, plan = saved_model(f"{WORDS}, {MODELS['gru']}, {HEAD}", text_preparation(mask=False))
    with pytest.raises(CallError, match="is read as data"):
        carrying_plan(experiment, plan)
