"""The plan of an encoder-decoder is cut into what is computed once and what is computed at each timestep."""

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.errors import CallError
from rnnlab.plan import Plan
from rnnlab.plan.inference import InferencePlan, State, decoding_obstacles, plan_inference

ENCODER = "{layer: embedding, output_dim: 4, from: source, name: source_words}, {layer: gru, units: 5, name: encoder}"
TARGET = "{layer: embedding, output_dim: 3, from: target, name: words}"
DECODER = "{layer: gru, units: 5, name: decoder, return_sequences: true, initial_state: encoder}"
HEAD = "{layer: dense, units: 7, activation: softmax, name: head}"


def planned(layers: str, target: str = "vocabulary: 7", outputs: str = "head") -> Plan:
    return plan_model(
        validate_experiment(
            f"rnnlab: 1\nname: pair\nmodel:\n  inputs: {{source: {{vocabulary: 9}}, target: {{{target}}}}}\n"
            f"  layers: [{layers}]\n  outputs: [{outputs}]\n"
        )
    )


def cut(layers: str) -> InferencePlan:
    return plan_inference(planned(layers), "target")


def ahead(layers: str) -> list[tuple[str, str]]:
    return [(obstacle.layer, obstacle.key) for obstacle in decoding_obstacles(planned(layers), "target")]


def between(layers: str) -> str:
    """Return a model with layers between the target's embedding and the decoder."""
    return f"{ENCODER}, {TARGET}, {layers}, {DECODER}, {HEAD}"


def test_the_encoder_gives_what_the_step_starts_from():
    found = cut(f"{ENCODER}, {TARGET}, {DECODER}, {HEAD}")
    assert found.mode == "step"
    assert found.encoder is not None
    assert found.step is not None
    assert [layer.name for layer in found.encoder.layers] == ["source_words", "encoder"]
    assert list(found.encoder.outputs) == ["encoder.state"] == list(found.encoder_outputs)
    assert found.states == (State("decoder.state", "encoder.state", 5),)
    assert {name: signal.shape for name, signal in found.step.inputs.items()} == {
        "target": (1,),
        "decoder.state": (5,),
    }
    assert {name: signal.shape for name, signal in found.step.outputs.items()} == {
        "head": (1, 7),
        "decoder.state": (5,),
    }


def test_every_weight_is_in_one_of_the_parts_under_its_path():
    plan = planned(f"{ENCODER}, {TARGET}, {DECODER}, {HEAD}")
    found = plan_inference(plan, "target")
    assert found.encoder is not None
    assert found.step is not None
    parts = [weight for part in (found.encoder, found.step) for layer in part.layers for weight in layer.weights]
    assert parts == [weight for layer in plan.layers for weight in layer.weights]


def test_a_decoder_that_nobody_gives_states_starts_from_zeros():
    decoder = DECODER.replace(", initial_state: encoder", "")
    words = TARGET.replace("output_dim: 3", "output_dim: 5")
    found = cut(f"{ENCODER}, {words}, {{layer: add, from: [words, encoder.state]}}, {decoder}, {HEAD}")
    assert found.states == (State("decoder.state", None, 5),)
    assert found.encoded == {"encoder.state.encoded": "encoder.state"}


def test_what_only_other_layers_of_the_encoder_read_is_not_handed_over():
    found = cut(f"{ENCODER}, {{layer: dense, units: 5}}, {TARGET}, {DECODER.replace(': encoder', ': [dense]')}, {HEAD}")
    assert found.encoder_outputs == ("dense",)


def test_layers_of_the_encoder_that_the_decoder_does_not_need_are_left_out():
    found = cut(
        f"{ENCODER}, {TARGET}, {DECODER}, {{layer: attention, from: [decoder, source_words]}}, {HEAD}".replace(
            "output_dim: 4", "output_dim: 5"
        ).replace(", initial_state: encoder", ", initial_state: [encoder.state]")
    )
    assert found.encoder_outputs == ("encoder.state", "source_words")
    assert found.encoded == {"source_words.encoded": "source_words"}


def test_a_layer_whose_weights_the_other_part_owns_takes_the_owners_name():
    layers = f"{ENCODER}, {{reuse: source_words, from: target}}, {DECODER}, {HEAD}"
    plan = planned(layers, target="vocabulary: 9")
    found = plan_inference(plan, "target")
    assert found.step is not None
    first = found.step.layers[0]
    assert (first.name, first.shared_with, first.weights) == ("source_words", None, plan.layers[0].weights)
    assert found.step.layers[1].sources == ("source_words",)


@pytest.mark.parametrize(
    "layer",
    [
        "{layer: conv1d, filters: 3, kernel_size: 2, padding: causal}",
        "{layer: attention, use_causal_mask: true, from: [words, words]}",
        "{layer: multi_head_attention, num_heads: 1, key_dim: 2, use_causal_mask: true}",
    ],
)
def test_a_layer_that_looks_back_makes_the_mode_prefix(layer):
    found = cut(between(layer))
    assert (found.mode, found.encoder, found.step) == ("prefix", None, None)
    assert [obstacle.looks_ahead for obstacle in found.obstacles] == [False]


@pytest.mark.parametrize(
    ("layer", "key"),
    [
        ("{layer: lstm, units: 3, bidirectional: true}", "bidirectional"),
        ("{layer: lstm, units: 3, go_backwards: true}", "go_backwards"),
        ("{layer: conv1d, filters: 3, kernel_size: 3, padding: same}", "padding"),
        ("{layer: conv1d, filters: 3, kernel_size: 1, strides: 2}", "strides"),
        ("{layer: max_pooling1d, pool_size: 2, strides: 1, padding: same}", "layer"),
        ("{layer: attention, from: [words, words]}", "use_causal_mask"),
        ("{layer: multi_head_attention, num_heads: 1, key_dim: 2}", "use_causal_mask"),
        ("{layer: concatenate, axis: 1, from: [words, words]}", "axis"),
    ],
)
def test_a_layer_that_looks_ahead_is_named_with_its_key(layer, key):
    layers = between(layer)
    ((name, found),) = ahead(layers)
    assert found == key
    with pytest.raises(CallError, match=f"`{name}` .* cannot decode"):
        cut(layers)


def test_a_state_after_the_last_timestep_looks_ahead():
    layers = f"{ENCODER}, {TARGET}, {DECODER}, {{layer: add, from: [decoder, decoder.state]}}, {HEAD}"
    assert ahead(layers) == [("add", "from")]


def test_a_decoder_that_gives_its_last_output_only_looks_ahead():
    layers = f"{ENCODER}, {TARGET}, {DECODER.replace('return_sequences: true, ', '')}, {HEAD}"
    assert ahead(layers) == [("decoder", "return_sequences")]


def test_the_encoder_may_look_ahead():
    layers = between("{layer: dropout, rate: 0.1}").replace(
        "{layer: gru, units: 5, name: encoder}",
        "{layer: lstm, units: 2, bidirectional: true}, {layer: gru, units: 5, name: encoder}",
    )
    assert ahead(layers) == []


def test_the_encoder_that_looks_at_the_decoder_is_refused():
    assert ahead(
        f"{ENCODER}, {TARGET}, {{layer: dense, units: 3, from: source_words}}, "
        f"{{layer: attention, from: [dense, words]}}, {DECODER}, {HEAD}"
    ) == [("attention", "from")]


def test_a_vector_that_is_repeated_is_repeated_once_at_each_step():
    layers = between(
        "{layer: repeat_vector, n: 6, from: encoder.state}, {layer: concatenate, from: [words, repeat_vector]}"
    )
    found = cut(layers)
    assert found.step is not None
    shapes = {layer.name: layer.output.shape for layer in found.step.layers}
    assert (shapes["repeat_vector"], shapes["concatenate"]) == ((1, 5), (1, 8))


def test_a_decoder_that_reads_the_encoder_timestep_by_timestep_needs_to_know_how_many():
    layers = between("{layer: concatenate, from: [words, source_words]}")
    with pytest.raises(CallError, match="give the inputs their `timesteps`"):
        cut(layers)
    found = plan_inference(planned(layers, "vocabulary: 7, timesteps: 6"), "target")
    assert (found.mode, found.timesteps) == ("prefix", 6)


@pytest.mark.parametrize(
    ("target", "outputs", "message"),
    [
        ("vocabulary: 7", "encoder.state, head", "needs one output"),
        ("features: 3", "head", "are no ids"),
    ],
)
def test_a_model_that_gives_no_next_id_is_refused(target, outputs, message):
    words = TARGET if "vocabulary" in target else "{layer: dense, units: 3, from: target}"
    plan = planned(f"{ENCODER}, {words}, {DECODER}, {HEAD}", target, outputs)
    with pytest.raises(CallError, match=message):
        plan_inference(plan, "target")


def test_an_unknown_input_is_refused_with_the_known_ones():
    with pytest.raises(CallError, match="there are `source`, `target`"):
        plan_inference(planned(f"{ENCODER}, {TARGET}, {DECODER}, {HEAD}"), "targets")
