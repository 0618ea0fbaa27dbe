"""Greedy and beam search find what an exhaustive search finds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.errors import CallError
from rnnlab.plan.inference import plan_inference

if TYPE_CHECKING:
    import keras

    from rnnlab.build.inference import Inference

pytestmark = pytest.mark.tensorflow

START, END, LIMIT, CLASSES = 1, 2, 4, 4
MODES = {
    "step": "{layer: dropout, rate: 0.5}",
    "prefix": "{layer: conv1d, filters: 3, kernel_size: 2, padding: causal}",
}
Pair = tuple["keras.Model", "Inference"]


@pytest.fixture(scope="module", params=MODES)
def pair(request) -> Pair:
    """A model with random weights, and its inference."""
    from rnnlab.build import build_model
    from rnnlab.build.inference import build_inference

    plan = plan_model(
        validate_experiment(
            "rnnlab: 1\nname: pair\nmodel:\n  inputs: {source: {vocabulary: 9}, target: {vocabulary: 4}}\n"
            "  layers: [{layer: embedding, output_dim: 3, from: source}, {layer: gru, units: 4, name: encoder}, "
            f"{{layer: embedding, output_dim: 3, from: target}}, {MODES[request.param]}, "
            "{layer: gru, units: 4, return_sequences: true, initial_state: encoder}, "
            f"{{layer: dense, units: {CLASSES}, activation: softmax}}]\n"
        )
    )
    model = build_model(plan)
    draw = np.random.default_rng(8)
    for weight in model.weights:
        weight.assign(draw.normal(size=weight.shape))
    inference = build_inference(plan_inference(plan, "target"), model)
    assert inference.wiring.mode == request.param
    return model, inference


@pytest.fixture(scope="module")
def sources() -> dict[str, np.ndarray]:
    return {"source": np.random.default_rng(1).integers(0, 9, (5, 3)).astype("int32")}


def all_sequences(allowed: range) -> list[tuple[int, ...]]:
    """Return every sequence that ends, or is as long as the limit."""
    found = []
    for length in range(1, LIMIT + 1):
        for ids in product(allowed, repeat=length):
            if END not in ids[:-1] and (ids[-1] == END or length == LIMIT):
                found.append(ids)
    return found


def exhaustive(
    model: keras.Model, source: np.ndarray, penalty: float, allowed: range
) -> list[tuple[float, tuple[int, ...]]]:
    """Return (score, ids) of every sequence, the best first, by the training model on the whole of it."""
    sequences = all_sequences(allowed)
    padded = np.array([ids + (0,) * (LIMIT - len(ids)) for ids in sequences], "int32")
    target = np.concatenate([np.full((len(padded), 1), START, "int32"), padded[:, :-1]], axis=1)
    given = np.asarray(model({"source": np.repeat(source[None], len(padded), axis=0), "target": target}))
    chosen = np.log(np.take_along_axis(given, padded[..., None], axis=2)[..., 0].astype(float))
    scored = [(sum(chosen[row, : len(ids)]) / len(ids) ** penalty, ids) for row, ids in enumerate(sequences)]
    return sorted(scored, reverse=True)


@pytest.mark.parametrize(("penalty", "never"), [(0.0, ()), (0.7, (0,))])
def test_a_beam_of_full_width_is_an_exhaustive_search(pair, sources, penalty, never):
    from rnnlab.build.decoding import beam

    model, inference = pair
    allowed = range(1 if never else 0, CLASSES)
    width = len(all_sequences(allowed)) + 3
    found = beam(inference, sources, START, END, LIMIT, width=width, length_penalty=penalty, never=never)
    for sample, source in enumerate(sources["source"]):
        wanted = exhaustive(model, source, penalty, allowed)
        answers = [
            tuple(ids[:length])
            for ids, length in zip(found.ids[sample].tolist(), found.lengths[sample], strict=True)
            if length
        ]
        assert answers == [ids for _, ids in wanted]
        np.testing.assert_allclose(found.scores[sample, : len(wanted)], [score for score, _ in wanted], atol=1e-4)
        assert np.all(np.isneginf(found.scores[sample, len(wanted) :]))


def test_padding_is_never_answered(pair, sources):
    from rnnlab.build.decoding import beam
    from rnnlab.build.inference import Inference

    _, inference = pair
    padded = Inference(replace(inference.wiring, padding=True), inference.encoder, inference.decoder)
    found = beam(padded, sources, START, END, LIMIT, width=3)
    assert np.array_equal(found.ids, beam(inference, sources, START, END, LIMIT, width=3, never=(0,)).ids)
    assert not np.any(found.ids[..., 0] == 0)


def test_greedy_takes_the_most_probable_id_each_time(pair, sources):
    from rnnlab.build.decoding import greedy

    model, inference = pair
    found = greedy(inference, sources, START, END, LIMIT)
    for sample, source in enumerate(sources["source"]):
        ids, total = [START], 0.0
        while len(ids) <= LIMIT and ids[-1] != END:
            given = model({"source": source[None], "target": np.array([ids], "int32")})
            ids.append(int(np.argmax(given[0, -1])))
            total += float(np.log(given[0, -1, ids[-1]]))
        answered = ids[1:]
        assert found.ids[sample].tolist() == answered + [0] * (LIMIT - len(answered))
        assert found.lengths[sample] == len(answered)
        assert found.log_probabilities[sample] == pytest.approx(total, abs=1e-5)


def test_a_beam_of_one_is_greedy(pair, sources):
    from rnnlab.build.decoding import beam, greedy

    _, inference = pair
    one = beam(inference, sources, START, END, LIMIT, width=1, length_penalty=1.0).best
    found = greedy(inference, sources, START, END, LIMIT)
    assert np.array_equal(one.ids, found.ids)
    assert np.array_equal(one.log_probabilities, found.log_probabilities)


def test_samples_do_not_meet_and_batches_are_joined(pair, sources, monkeypatch):
    from rnnlab.build import decoding

    _, inference = pair
    whole = decoding.beam(inference, sources, START, END, LIMIT, width=3)
    assert np.all(np.diff(whole.scores, axis=1) <= 0)
    monkeypatch.setattr(decoding, "ROWS", 6)
    parts = decoding.beam(inference, sources, START, END, LIMIT, width=3)
    assert np.array_equal(whole.ids, parts.ids)
    np.testing.assert_allclose(whole.scores, parts.scores, atol=1e-5)


def test_other_lengths_and_batch_sizes_compile_nothing_anew(pair, sources):
    from rnnlab.build.decoding import beam

    _, inference = pair
    for limit, width, samples in ((2, 1, 5), (4, 2, 3), (3, 5, 1)):
        beam(inference, {"source": sources["source"][:samples, :limit]}, START, END, limit, width=width)
    assert inference.stepper.traces == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"limit": 0}, "must be positive"),
        ({"width": 0}, "must be positive"),
        ({"end": 4}, "ids are 0 to 3"),
        ({"never": (END,)}, "must be an id that can be answered"),
        ({"inputs": {}}, "decoding needs `source`"),
    ],
)
def test_a_wrong_call_is_refused(pair, sources, call, message):
    from rnnlab.build.decoding import beam

    given = {"inputs": sources, "start": START, "end": END, "limit": LIMIT, "width": 2} | call
    with pytest.raises(CallError, match=message):
        beam(pair[1], **given)
