"""Keys of a layer that cannot matter beside others."""

import pytest

from rnnlab.layers import LAYERS


def contradicted(layer: str, **keys: object) -> list[str]:
    spec = LAYERS[layer].model_validate({"units": 2, **keys})
    return [problem.key for problem in spec.contradictions()]


@pytest.mark.parametrize("layer", ["dense", "simple_rnn", "lstm", "gru"])
def test_a_bias_that_is_not_there_has_no_initializer(layer):
    assert contradicted(layer, use_bias=False, bias_initializer="ones") == ["bias_initializer"]
    assert contradicted(layer, use_bias=True, bias_initializer="ones") == []


@pytest.mark.parametrize("layer", ["simple_rnn", "lstm", "gru"])
def test_one_direction_has_nothing_to_merge(layer):
    assert contradicted(layer, merge_mode="sum") == ["merge_mode"]
    assert contradicted(layer, merge_mode="sum", bidirectional=True) == []


def test_a_default_that_is_written_out_contradicts_nothing():
    assert contradicted("lstm", use_bias=False, unit_forget_bias=True, merge_mode="concat") == []


def test_both_directions_have_no_backwards():
    assert contradicted("gru", bidirectional=True, go_backwards=True) == ["go_backwards"]
