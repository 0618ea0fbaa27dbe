"""Decoding one timestep after the other gives what the training model gives for the whole target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnlab import validate_experiment
from rnnlab.datasets import Facts, InputFacts
from rnnlab.errors import PlanMismatchError, StoreError
from rnnlab.plan import Plan
from rnnlab.plan.graph import plan_graph, plan_inputs
from rnnlab.plan.inference import plan_inference

from .decoders import random_decoder

pytestmark = pytest.mark.tensorflow

TOLERANCE = 1e-5
WORDS = "{layer: embedding, output_dim: 4, from: source, name: source_words}"
TARGET = "{layer: embedding, output_dim: 3, from: target, name: target_words}"
SOME = "{layer: dense, units: 1, activation: relu}, {layer: masking}"
HEAD = "{layer: dense, units: 7, activation: softmax, name: head}"


def plain(kind: str, keys: str = "", start: str = "encoder") -> str:
    """Return an encoder and a decoder of one kind, connected by their states."""
    return (
        f"{WORDS}, {{layer: {kind}, units: 5, name: encoder{keys}}}, {TARGET}, "
        f"{{layer: {kind}, units: 5, name: decoder, return_sequences: true, initial_state: {start}{keys}}}, {HEAD}"
    )


def attending(layers: str, joined: str = "look") -> str:
    """Return a decoder whose outputs look at the encoder's by some layers."""
    return (
        f"{WORDS}, {{layer: gru, units: 5, name: encoder, return_sequences: true}}, {TARGET}, "
        "{layer: gru, units: 5, name: decoder, return_sequences: true, initial_state: encoder}, "
        f"{layers}, {{layer: concatenate, from: [decoder, {joined}]}}, {HEAD}"
    )


def decoding(layers: str, end: str) -> str:
    """Return an LSTM pair with more layers on the decoder's side."""
    return (
        f"{WORDS}, {{layer: lstm, units: 5, name: encoder}}, {TARGET}, {layers}, "
        f"{{layer: lstm, units: 5, name: decoder, return_sequences: true, initial_state: encoder}}, {end}"
    )


CELLS = "cells: [{cell: lstm, units: 4}, {cell: gru, units: 3}]"
STEPPED = {
    "lstm": plain("lstm"),
    "gru": plain("gru"),
    "gru, reset before": plain("gru", ", reset_after: false"),
    "simple_rnn": plain("simple_rnn"),
    "one state": plain("lstm", start="[encoder.state_c, encoder.state_h]"),
    "zeros": f"{WORDS}, {{layer: lstm, units: 3}}, {TARGET}, {{layer: add, from: [target_words, lstm.state_h]}}, "
    f"{{layer: lstm, units: 5, name: decoder, return_sequences: true}}, {HEAD}",
    "bidirectional encoder": f"{WORDS}, {{layer: lstm, units: 3, bidirectional: true, name: encoder}}, "
    "{layer: concatenate, from: [encoder.forward_state_h, encoder.backward_state_h], name: h}, "
    "{layer: concatenate, from: [encoder.forward_state_c, encoder.backward_state_c], name: c}, "
    f"{TARGET}, {{layer: lstm, units: 6, return_sequences: true, initial_state: [h, c]}}, {HEAD}",
    "stacks": f"{WORDS}, {{layer: gru, units: 5, name: encoder, repeat: 2}}, {TARGET}, "
    "{layer: gru, units: 5, name: decoder, repeat: 2, return_sequences: true, initial_state: encoder_1}, "
    f"{{layer: lstm, units: 4, return_sequences: true}}, {HEAD}",
    "rnn of cells": f"{WORDS}, {{layer: rnn, {CELLS}, name: encoder}}, {TARGET}, "
    f"{{layer: rnn, {CELLS}, name: decoder, return_sequences: true, initial_state: encoder}}, {HEAD}",
    "rnn of one cell": plain("rnn", ", cells: [{cell: lstm, units: 4}]").replace("units: 5, ", ""),
    "attention": attending("{layer: attention, score_mode: dot, from: [decoder, encoder], name: look}"),
    "attention, general": attending(
        "{layer: dense, units: 5, use_bias: false, name: query}, {layer: attention, from: [query, encoder], name: look}"
    ),
    "attention, scores of sums": attending(
        "{layer: attention, score_mode: concat, use_scale: true, from: [decoder, encoder, encoder], name: look}"
    ),
    "additive_attention": attending("{layer: additive_attention, from: [decoder, encoder], name: look}"),
    "multi_head_attention": attending(
        "{layer: multi_head_attention, num_heads: 2, key_dim: 3, from: [decoder, encoder], name: look}"
    ),
    "attention before the decoder": f"{WORDS}, {{layer: dense, units: 3, name: encoder}}, {TARGET}, "
    "{layer: attention, from: [target_words, encoder], name: look}, "
    f"{{layer: gru, units: 5, return_sequences: true}}, {HEAD}",
    "shared embedding": "{layer: embedding, output_dim: 4, from: source}, {layer: lstm, units: 5, name: encoder}, "
    "{reuse: embedding, from: target}, "
    f"{{layer: lstm, units: 5, return_sequences: true, initial_state: encoder}}, {HEAD}",
    "shared and looked at": "{layer: embedding, output_dim: 4, from: source}, {layer: lstm, units: 4, name: encoder}, "
    "{reuse: embedding, from: target}, {reuse: encoder, from: embedding_again, name: decoder}, "
    "{layer: attention, from: [decoder, encoder, embedding]}, " + HEAD,
    "owner in the decoder": "{layer: embedding, output_dim: 4, from: target}, {reuse: embedding, from: source}, "
    "{layer: lstm, units: 5, name: encoder}, "
    f"{{layer: lstm, units: 5, from: embedding, return_sequences: true, initial_state: encoder}}, {HEAD}",
    "masking": f"{WORDS}, {SOME}, {{layer: gru, units: 5, name: encoder}}, {TARGET}, "
    "{layer: gru, units: 5, name: decoder, return_sequences: true}, "
    f"{{layer: attention, from: [decoder, encoder]}}, {HEAD}",
    "many layers": decoding(
        "{layer: spatial_dropout1d, rate: 0.5}, {layer: batch_normalization}, "
        "{layer: conv1d, filters: 3, kernel_size: 1, padding: same}",
        "{layer: layer_normalization}, {layer: dropout, rate: 0.5}, {layer: activation, activation: tanh}, "
        "{layer: multiply, from: [activation, encoder.state_h]}, {layer: gaussian_noise, stddev: 0.5}, "
        f"{{layer: time_distributed, inner: {HEAD}}}",
    ),
    "repeated vector": decoding(
        "{layer: repeat_vector, n: 4, from: encoder.state_c}, "
        "{layer: concatenate, from: [target_words, repeat_vector]}",
        HEAD,
    ),
}
PREFIXED = {
    "conv1d, causal": decoding("{layer: conv1d, filters: 3, kernel_size: 2, padding: causal}", HEAD),
    "attention over itself": decoding(
        "{layer: attention, use_causal_mask: true, from: [target_words, target_words]}", HEAD
    ),
    "time_distributed": decoding(
        "{layer: time_distributed, inner: {layer: dense, units: 3}}, "
        "{layer: conv1d, filters: 3, kernel_size: 2, padding: causal}",
        HEAD,
    ),
    "masking in the decoder": f"{WORDS}, {{layer: gru, units: 5, name: encoder}}, {TARGET}, {SOME}, "
    f"{{layer: gru, units: 5, return_sequences: true, initial_state: encoder}}, {HEAD}",
    "multi_head_attention over itself": decoding(
        "{layer: multi_head_attention, num_heads: 1, key_dim: 2, use_causal_mask: true}", HEAD
    ),
}


UNPADDED = {"masking", "masking in the decoder", "repeated vector"}
"""Layers that refuse padding."""
USUAL = {
    *(
        (name, "post")
        for name in ("rnn of cells", "additive_attention", "time_distributed", "shared and looked at", "many layers")
    ),
    *((name, "pre") for name in ("bidirectional encoder", "multi_head_attention", "owner in the decoder")),
    *((name, None) for name in ("masking", "repeated vector")),
}


def planned(layers: str, side: str | None = None, timesteps: int | None = None) -> Plan:
    """Return the plan of layers over source and target, with padding at one side or none."""
    experiment = validate_experiment(
        "rnnlab: 1\nname: pair\nmodel:\n  inputs: {source: {vocabulary: 7}, target: {vocabulary: 7}}\n"
        f"  layers: [{layers}]\n"
    )
    bare = experiment.model_copy(update={"model": experiment.model.model_copy(update={"inputs": None})})
    inputs = {
        name: InputFacts("ids", length, vocabulary=7, padding=side, masked=side is not None)
        for name, length in (("source", None), ("target", timesteps))
    }
    graph = plan_graph(bare, plan_inputs(bare, Facts(inputs)))
    assert graph.findings == ()
    assert graph.layers is not None
    return Plan("pair", graph.inputs, graph.outputs, graph.layers, None, 32, None)


def batch(side: str | None) -> dict[str, np.ndarray]:
    """Return sources and targets of several lengths."""
    draw = np.random.default_rng(5)
    ids = {"source": draw.integers(1, 7, (3, 5)), "target": draw.integers(1, 7, (3, 4))}
    for values in ids.values():
        if side == "post":
            values[1, 2:], values[2, 3:] = 0, 0
        elif side == "pre":
            values[1, :2], values[2, :1] = 0, 0
    return {name: values.astype("int32") for name, values in ids.items()}


def trained(plan: Plan):
    """Return a model none of whose weights are zeros or ones."""
    import keras

    from rnnlab.build import build_model

    keras.backend.clear_session()
    model = build_model(plan)
    draw = np.random.default_rng(3)
    for weight in model.weights:
        weight.assign(
            abs(draw.normal(size=weight.shape)) if "variance" in weight.path else draw.normal(size=weight.shape)
        )
    return model


def difference(layers: str, side: str | None, mode: str, timesteps: int | None = None) -> float:
    from rnnlab.build.inference import build_inference
    from rnnlab.build.stepping import check_inference

    plan = planned(layers, side, timesteps)
    model = trained(plan)
    inference = build_inference(plan_inference(plan, "target"), model)
    assert inference.wiring.mode == mode
    return check_inference(inference, model, batch(side))


def sides(names: list[str], *given: str | None) -> list[Any]:
    """Return parameters; those of all but the usual models are soaks."""
    return [
        pytest.param(name, side, id=f"{name}, {side}", marks=() if (name, side) in USUAL else pytest.mark.soak)
        for name in names
        for side in given
        if side is None or name not in UNPADDED
    ]


@pytest.mark.parametrize(("name", "side"), sides(list(STEPPED), None, "post", "pre"))
def test_the_step_gives_what_the_training_model_gives(name, side):
    assert difference(STEPPED[name], side, "step") < TOLERANCE


@pytest.mark.parametrize(("name", "side"), sides(list(PREFIXED), None, "post"))
def test_layers_that_look_back_decode_over_the_prefix(name, side):
    assert difference(PREFIXED[name], side, "prefix") < TOLERANCE


def test_a_prefix_of_a_model_of_fixed_length_is_filled_up():
    assert difference(PREFIXED["conv1d, causal"], "post", "prefix", timesteps=4) < TOLERANCE


def test_a_step_with_other_weights_is_found_out():
    from rnnlab.build.inference import build_inference
    from rnnlab.build.stepping import check_inference

    plan = planned(STEPPED["gru"], "post")
    model = trained(plan)
    inference = build_inference(plan_inference(plan, "target"), model)
    model.get_layer("decoder").set_weights([weight + 0.1 for weight in model.get_layer("decoder").get_weights()])
    assert check_inference(inference, model, batch("post")) > 1e-3


def test_logits_are_made_probabilities():
    from rnnlab.build.inference import build_inference
    from rnnlab.build.stepping import check_inference

    plan = planned(STEPPED["gru"].replace("softmax", "linear"), "post")
    model = trained(plan)
    inference = build_inference(plan_inference(plan, "target"), model, from_logits=True)
    assert check_inference(inference, model, batch("post")) < TOLERANCE


@pytest.mark.parametrize("layers", [STEPPED["attention"], PREFIXED["conv1d, causal"]])
def test_what_is_saved_decodes_without_plan_and_without_rnnlab_layers(tmp_path: Path, layers):
    from rnnlab.build.inference import build_inference, load_inference
    from rnnlab.build.stepping import check_inference

    plan = planned(layers, "post")
    model = trained(plan)
    inference = build_inference(plan_inference(plan, "target"), model)
    inference.save(tmp_path)
    loaded = load_inference(tmp_path)
    assert loaded.wiring == inference.wiring
    assert check_inference(loaded, model, batch("post")) < TOLERANCE
    assert "rnnlab" not in str(loaded.decoder.get_config())


def test_what_is_damaged_is_told(tmp_path: Path):
    from rnnlab.build.inference import build_inference, load_inference

    with pytest.raises(StoreError, match=r"inference\.json is missing or damaged"):
        load_inference(tmp_path)
    plan = planned(STEPPED["gru"])
    build_inference(plan_inference(plan, "target"), trained(plan)).save(tmp_path)
    (tmp_path / "decoder.keras").write_bytes(b"PK")
    with pytest.raises(StoreError, match=r"decoder\.keras cannot be loaded"):
        load_inference(tmp_path)


def test_the_weights_of_another_model_are_refused():
    from rnnlab.build.inference import build_inference

    other = trained(planned(STEPPED["lstm"]))
    with pytest.raises(PlanMismatchError, match="lacks encoder/gru_cell/bias"):
        build_inference(plan_inference(planned(STEPPED["gru"]), "target"), other)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(60))
def test_random_decoders_give_what_the_training_model_gives(seed):
    layers = random_decoder(seed)
    mode = "prefix" if "causal" in layers else "step"
    assert difference(layers, [None, "post", "pre"][seed % 3], mode) < TOLERANCE, layers
