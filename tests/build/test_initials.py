"""Drawing first numbers again gives what building anew would, for every kind of layer."""

import random

import pytest

from rnnlab import plan_model, validate_experiment
from rnnlab.layers import LAYERS

from .test_model import file_of

pytestmark = pytest.mark.tensorflow


def _numbers(model):
    return [variable.value.numpy().tobytes() for variable in model.variables]


def _build(plan, seed):
    """Return a model and how it got its numbers."""
    import keras

    from rnnlab.build import build_model, find_initials, fresh_session, recorded

    fresh_session()
    keras.utils.set_random_seed(seed)
    with recorded() as made:
        model = build_model(plan)
    return model, find_initials(seed, made, [model], model.variables)


@pytest.mark.parametrize("kind", LAYERS)
def test_numbers_that_are_drawn_again_are_those_of_a_model_that_is_built_anew(kind):
    text = file_of(kind, random.Random(kind))
    plan = plan_model(validate_experiment(text))
    model, initials = _build(plan, seed=1)
    assert initials is not None, text
    before = random.getstate()
    initials.draw(2)
    drawn = _numbers(model)
    initials.draw(1)
    assert random.getstate() == before
    other, _ = _build(plan, seed=2)
    assert drawn == _numbers(other), text


def test_what_draws_in_its_own_way_is_not_told():
    import keras

    from rnnlab.build import find_initials, recorded

    keras.utils.set_random_seed(1)
    before = keras.layers.Dense(2)
    before.build((None, 3))
    with recorded() as made:
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
    model = keras.Sequential([layer])
    assert find_initials(1, made, [model], layer.variables) is not None
    assert find_initials(1, made, [model], [*before.variables, *layer.variables]) is None
    assert find_initials(2, made, [model], layer.variables) is None
