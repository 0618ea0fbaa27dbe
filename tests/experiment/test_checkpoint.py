"""How often a training is written to the disk."""

import pytest

from rnnlab import validate_experiment
from rnnlab.errors import InvalidExperimentError
from rnnlab.experiment.fingerprint import config_fingerprint

FILE = """rnnlab: 1
name: small
model: {inputs: {x: {features: 1}}, layers: [{layer: lstm, units: 1}]}
training: {batch_size: 2, checkpoint: {every: EVERY}}
"""


def _experiment(every):
    return validate_experiment(FILE.replace("EVERY", every))


@pytest.mark.parametrize(
    ("every", "steps", "seconds"),
    [
        ("epoch", None, None),
        ("1 step", 1, None),
        ("200 steps", 200, None),
        ("5 minutes", None, 300.0),
        ("0.5 minutes", None, 30.0),
    ],
)
def test_it_is_said_in_epochs_steps_or_minutes(every, steps, seconds):
    checkpoint = _experiment(every).training.checkpoint
    assert (checkpoint.steps, checkpoint.seconds) == (steps, seconds)


@pytest.mark.parametrize(
    "every",
    ["epochs", "0 steps", "0 minutes", "0.0 minutes", "1.5 steps", "5 hours", "steps", "-1 minutes", "5  minutes"],
)
def test_other_words_are_refused_with_those_that_are_not(every):
    with pytest.raises(InvalidExperimentError) as caught:
        _experiment(every)
    (found,) = caught.value.diagnostics
    assert found.code == "RL104"
    assert found.message == f"`every` must be `epoch`, `N steps` or `N minutes`, found `{every}`"


def test_it_is_no_part_of_what_two_runs_must_share():
    assert config_fingerprint(_experiment("5 minutes")) == config_fingerprint(_experiment("epoch"))
    other = validate_experiment(FILE.replace("EVERY", "epoch").replace("batch_size: 2", "batch_size: 3"))
    assert config_fingerprint(other) != config_fingerprint(_experiment("epoch"))
