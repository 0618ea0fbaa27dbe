"""`--set`, and values laid over a file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlab.errors import InvalidExperimentError
from rnnlab.experiment.overrides import apply_override, resolve_path
from rnnlab.source import Document, Source, parse

TEXT = """
rnnlab: 1
name: shapes
model:
  inputs: {x: {timesteps: 5, features: 3}}
  layers:
    - {layer: lstm, units: 8, name: rnn}
    - {layer: gru, units: 8, repeat: 2}
    - {layer: gru, units: 8}
training: {epochs: 3}
"""
PATHS = [
    "seed",
    "name",
    "training.epochs",
    "training.batch_size",
    "model.layers.rnn.units",
    "model.layers.2.units",
    "optimizer.kind",
]
VALUES = ["1", "0.5", "text", "true", "[1, 2]", "{a: 1}", '"7"', "null"]


def document_of(text: str = TEXT) -> Document:
    return parse(Source("x.yaml", text)).document


@settings(deadline=None)
@given(st.lists(st.sampled_from(PATHS), unique=True, min_size=2), st.data())
def test_overrides_of_different_places_commute(paths, data):
    arguments = [f"{path}={data.draw(st.sampled_from(VALUES))}" for path in paths]
    shuffled = data.draw(st.permutations(arguments))
    forward, backward = document_of(), document_of()
    for one, other in zip(arguments, shuffled, strict=True):
        forward, backward = apply_override(forward, one), apply_override(backward, other)
    assert forward.to_data() == backward.to_data()


def test_layers_are_found_by_name_by_default_name_and_by_index():
    paths = [resolve_path(document_of(), f"model.layers.{segment}.units") for segment in ("rnn", "gru", "gru_2", "2")]
    assert [path[2] for path in paths] == [0, 1, 2, 2]


def test_the_last_of_two_overrides_of_one_place_wins():
    document = apply_override(apply_override(document_of(), "seed=1"), "seed=2")
    assert document.to_data()["seed"] == 2


def test_an_override_makes_the_section_it_needs():
    assert apply_override(document_of(), "runtime.threads=2").to_data()["runtime"] == {"threads": 2}


def test_the_file_as_written_stays_the_text_of_the_document():
    assert apply_override(document_of(), "seed=1").text == TEXT


@pytest.mark.parametrize(
    "argument", ["", "=1", "seed", "training.epochs.x=1", "model.layers.9.units=1", "model.layers.dense=1"]
)
def test_an_override_that_leads_nowhere_is_rl011(argument):
    with pytest.raises(InvalidExperimentError) as caught:
        apply_override(document_of(), argument)
    assert [found.code for found in caught.value.diagnostics] == ["RL011"]
