"""The probes prove what they say, and can fail; what the plan says of the future agrees with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .graphs import random_graph

pytestmark = pytest.mark.tensorflow

ROUGH = 1e-3  # random activations blow rounding up
EXPERIMENTS = Path(__file__).parents[2] / "experiments"
EXPERIMENT = """rnnlab: 1
name: probed
dataset: {kind: catalog, name: movie-snippets}
text: {vocabulary: 50}
padding: {maxlen: 20, padding: SIDE, mask: MASK}
model:
  layers:
    - {layer: embedding, output_dim: 4}
    - {layer: gru, units: 4, bidirectional: true, name: rnn}
    - {layer: global_max_pooling1d}
    - {layer: dense, units: 1, activation: sigmoid}
"""


def written(folder: Path, *, side: str = "post", mask: str = "true") -> Path:
    path = folder / "probed.yaml"
    path.write_text(EXPERIMENT.replace("SIDE", side).replace("MASK", mask), encoding="utf-8")
    return path


ARCHITECTURE = "rnnlab: 1\nname: x\nmodel: {inputs: {x: {INPUT}}, layers: [LAYERS]}\n"
SEES = {
    "bidirectional": "{layer: gru, units: 3, bidirectional: true, return_sequences: true}",
    "backwards": "{layer: gru, units: 3, go_backwards: true, return_sequences: true}",
    "conv1d": "{layer: conv1d, filters: 2, kernel_size: 2}",
    "conv1d, same": "{layer: conv1d, filters: 2, kernel_size: 3, padding: same}",
    "conv1d, strides": "{layer: conv1d, filters: 2, kernel_size: 1, padding: causal, strides: 2}",
    "max_pooling1d": "{layer: max_pooling1d, strides: 1, padding: same}",
    "average_pooling1d": "{layer: average_pooling1d}",
    "attention": "{layer: attention, from: [x, x]}",
    "additive_attention": "{layer: additive_attention, from: [x, x]}",
    "multi_head_attention": "{layer: multi_head_attention, num_heads: 1, key_dim: 2}",
    "permute": "{layer: permute, dims: [2, 1]}",
    "reshape": "{layer: reshape, target_shape: [3, 8]}",
    "states": "{layer: gru, units: 4, name: cell}, "
    "{layer: gru, units: 4, from: x, initial_state: cell, return_sequences: true}",
    "a vector": "{layer: gru, units: 4, name: cell}, {layer: multiply, from: [x, cell]}",
}
"""Small architectures on six timesteps of four features, of which each sees the future."""


def architecture(folder: Path, layers: str, inputs: str = "timesteps: 6, features: 4") -> Path:
    path = folder / "x.yaml"
    path.write_text(ARCHITECTURE.replace("INPUT", inputs).replace("LAYERS", layers), encoding="utf-8")
    return path


@pytest.mark.parametrize("side", ["pre", "post"])
def test_padding_that_is_masked_changes_nothing(tmp_path: Path, side: str) -> None:
    from rnnlab.build.probes import probe_experiment

    padding, mates = probe_experiment(written(tmp_path, side=side))
    assert (padding.question, mates.question) == ("padding", "batch-mates")
    assert padding.holds
    assert mates.holds


def test_padding_without_a_mask_is_found_out(tmp_path: Path) -> None:
    from rnnlab.build.probes import TOLERANCES, probe_experiment

    padding, mates = probe_experiment(written(tmp_path, mask="false"))
    assert not padding.holds
    assert padding.fails
    assert padding.difference > 10 * TOLERANCES["float32"]
    assert padding.output == "dense"
    assert mates.holds


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_experiment_of_the_project_passes(path: Path) -> None:
    from rnnlab.build.probes import probe_experiment

    padding, mates, *causality = probe_experiment(path)
    unmasked = "mask: false" in path.read_text(encoding="utf-8")
    assert padding.holds is not False or unmasked
    assert mates.holds
    assert not any(probe.fails for probe in causality)


def test_an_architecture_without_data_has_no_padding(tmp_path: Path) -> None:
    from rnnlab.build.probes import probe_experiment

    layers = "{layer: lstm, units: 3}, {layer: dense, units: 2}"
    padding, mates = probe_experiment(architecture(tmp_path, layers, "features: 4"))
    assert (padding.holds, padding.note, padding.fails) == (None, "no input is padded", False)
    assert mates.question == "batch-mates"
    assert mates.holds


def test_a_model_of_one_length_is_asked_everything_but_padding(tmp_path: Path) -> None:
    from rnnlab.build.probes import probe_experiment

    path = written(tmp_path, mask="false")
    flat = path.read_text(encoding="utf-8").replace(" {layer: global_max_pooling1d}", " {layer: flatten}")
    flat = flat.replace("name: rnn", "return_sequences: true")
    path.write_text(flat, encoding="utf-8")
    padding, mates = probe_experiment(path)
    assert (padding.holds, padding.note) == (None, "the model reads sequences of one length only")
    assert mates.holds


@pytest.mark.parametrize("layers", SEES.values(), ids=SEES)
def test_what_the_plan_says_looks_ahead_does(tmp_path: Path, layers: str) -> None:
    from rnnlab.build.probes import probe_experiment

    *_, told = probe_experiment(architecture(tmp_path, layers))
    assert (told.question, told.input, told.holds, told.allowed, told.fails) == ("causality", "x", False, True, False)
    assert told.note.startswith("through `")


def test_what_a_task_forbids_fails(tmp_path: Path) -> None:
    from rnnlab.build.probes import probe_experiment

    *_, refused = probe_experiment(architecture(tmp_path, SEES["backwards"]), causal=["x"])
    assert refused.fails


def test_two_directions_kept_apart_are_told_apart(tmp_path: Path) -> None:
    from rnnlab.build.probes import probe_experiment

    layers = "{layer: gru, units: 3, bidirectional: true, merge_mode: null, return_sequences: true, name: both}"
    *_, forward, backward = probe_experiment(architecture(tmp_path, layers))
    assert (forward.holds, forward.output, forward.note) == (True, "both.forward", "")
    assert (backward.holds, backward.output) == (False, "both.backward")


def test_a_plan_that_wrongly_calls_a_model_causal_is_found_out(tmp_path: Path) -> None:
    from dataclasses import replace

    from rnnlab.build.probes import probe_model
    from rnnlab.plan import check_experiment

    plan = check_experiment(architecture(tmp_path, SEES["backwards"])).plan
    assert plan is not None
    wrong = replace(plan, layers=tuple(replace(layer, look_ahead=()) for layer in plan.layers))
    *_, causality = probe_model(wrong)
    assert causality.fails


@pytest.mark.parametrize("seed", [*range(20, 24), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(80))])
def test_what_the_plan_calls_causal_is_causal_in_a_random_graph(seed: int) -> None:
    from rnnlab import plan_model, validate_experiment
    from rnnlab.build.probes import probe_model

    probes = probe_model(plan_model(validate_experiment(random_graph(seed))))
    assert not [probe for probe in probes if probe.question == "causality" and probe.fails and probe.difference > ROUGH]


@pytest.mark.parametrize("dtype", ["float64", "mixed_float16", "mixed_bfloat16"])
def test_padding_is_found_out_in_every_dtype(tmp_path: Path, dtype: str) -> None:
    from rnnlab.build.probes import probe_experiment

    masked, *_ = probe_experiment(written(tmp_path), overrides=[f"runtime.dtype={dtype}"])
    assert masked.holds
    bare, *_ = probe_experiment(written(tmp_path, mask="false"), overrides=[f"runtime.dtype={dtype}"])
    assert not bare.holds


def test_a_model_is_given_as_much_rounding_as_its_coarsest_layer_makes(tmp_path: Path) -> None:
    from rnnlab.build.probes import TOLERANCES, tolerance_of
    from rnnlab.plan import check_experiment

    for change, dtype in (("runtime.dtype=float64", "float64"), ("model.layers.rnn.dtype=mixed_float16", "float16")):
        plan = check_experiment(written(tmp_path), overrides=[change]).plan
        assert plan is not None
        assert tolerance_of(plan) == TOLERANCES[dtype]
