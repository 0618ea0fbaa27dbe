"""Every key of the file changes something, or is refused."""

from __future__ import annotations

from functools import cache

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.errors import InvalidExperimentError
from rnnlab.plan import Plan

from .layers import OF_ALL, REFUSED, layer_files, layer_keys


@cache
def planned(text: str) -> Plan:
    """Return the plan of a file; that with the defaults is shared by all keys of a kind."""
    return plan_model(validate_experiment(text))


@pytest.mark.parametrize(("spec", "key"), layer_keys())
def test_a_key_of_a_layer_changes_the_plan_or_is_refused(spec, key):
    before, after = layer_files(spec, key)
    plan = planned(before)
    if (spec, key) not in REFUSED:
        assert planned(after) != plan
        return
    with pytest.raises(InvalidExperimentError) as caught:
        planned(after)
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {REFUSED[spec, key]}


SAME_NUMBERS = {"unroll"}
"""Keys that decide how the same numbers are computed."""


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("spec", "key"), [each for each in layer_keys() if each[1] not in OF_ALL and each not in REFUSED]
)
def test_a_key_of_a_layer_changes_the_numbers_of_the_built_model(spec, key):
    from .numbers import first_difference, shown

    before, after = layer_files(spec, key)
    if planned(before).outputs != planned(after).outputs:
        return  # another shape, which building compares
    found = first_difference(before, after)
    if key in SAME_NUMBERS:
        assert found is None
        assert shown(before).configuration() != shown(after).configuration()
    else:
        assert found is not None
