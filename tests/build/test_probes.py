"""The probes prove what they say, and can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.tensorflow

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
    assert padding.difference > 10 * TOLERANCES["float32"]
    assert padding.output == "dense"
    assert mates.holds


def test_every_experiment_of_the_project_with_a_mask_passes() -> None:
    from rnnlab.build.probes import probe_experiment
    from rnnlab.plan import check_experiment

    probed = 0
    for path in sorted((Path(__file__).parents[2] / "experiments").glob("*.yaml")):
        experiment = check_experiment(path).experiment
        if experiment is not None and experiment.dataset and (experiment.padding is None or experiment.padding.mask):
            assert all(probe.holds for probe in probe_experiment(path)), path.name
            probed += 1
    assert probed >= 2


def test_an_architecture_without_data_is_asked_about_batch_mates_only(tmp_path: Path) -> None:
    from rnnlab.build.probes import probe_experiment

    path = tmp_path / "x.yaml"
    layers = "[{layer: lstm, units: 3}, {layer: dense, units: 2}]"
    path.write_text(
        f"rnnlab: 1\nname: x\nmodel: {{inputs: {{x: {{features: 4}}}}, layers: {layers}}}\n", encoding="utf-8"
    )
    (probe,) = probe_experiment(path)
    assert probe.question == "batch-mates"
    assert probe.holds


def test_a_fixed_length_cannot_be_probed(tmp_path: Path) -> None:
    from rnnlab.build.probes import probe_experiment
    from rnnlab.errors import CallError

    path = tmp_path / "x.yaml"
    layers = "[{layer: lstm, units: 3}]"
    path.write_text(
        f"rnnlab: 1\nname: x\nmodel: {{inputs: {{x: {{timesteps: 5, features: 4}}}}, layers: {layers}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(CallError, match="leave `timesteps` out"):
        probe_experiment(path)


@pytest.mark.parametrize("dtype", ["float64", "mixed_float16", "mixed_bfloat16"])
def test_padding_is_found_out_in_every_dtype(tmp_path: Path, dtype: str) -> None:
    from rnnlab.build.probes import probe_experiment

    masked, _ = probe_experiment(written(tmp_path), overrides=[f"runtime.dtype={dtype}"])
    assert masked.holds
    bare, _ = probe_experiment(written(tmp_path, mask="false"), overrides=[f"runtime.dtype={dtype}"])
    assert not bare.holds


def test_a_model_is_given_as_much_rounding_as_its_coarsest_layer_makes(tmp_path: Path) -> None:
    from rnnlab.build.probes import TOLERANCES, tolerance_of
    from rnnlab.plan import check_experiment

    for change, dtype in (("runtime.dtype=float64", "float64"), ("model.layers.rnn.dtype=mixed_float16", "float16")):
        plan = check_experiment(written(tmp_path), overrides=[change]).plan
        assert plan is not None
        assert tolerance_of(plan) == TOLERANCES[dtype]
