import numpy as np
import pytest

from rnnlab.optimizers import Optimizer, Schedule
from rnnlab.spec import choices_of

pytestmark = pytest.mark.tensorflow

OPTIMIZERS = choices_of(Optimizer.__origin__, "kind")
SCHEDULES = choices_of(Schedule.__origin__, "kind")
GIVEN = {
    "exponential_decay": {
        "initial_learning_rate": 0.5,
        "decay_steps": 3,
        "decay_rate": 0.5,
        "staircase": True,
    },
    "cosine_decay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 8,
        "alpha": 0.1,
        "warmup_target": 0.4,
        "warmup_steps": 2,
    },
    "polynomial_decay": {
        "initial_learning_rate": 0.5,
        "decay_steps": 4,
        "end_learning_rate": 0.1,
        "power": 2.0,
    },
    "inverse_time_decay": {"initial_learning_rate": 0.5, "decay_steps": 2, "decay_rate": 0.5},
    "piecewise_constant_decay": {"boundaries": [2, 4], "values": [0.5, 0.25, 0.125]},
}
OTHERS = {bool: True, float: 0.25}


def _departed(spec):
    """Return a value that is not the default for every key that Keras's optimizer takes."""
    left_out = ("kind", "learning_rate", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue")
    keys = [key for key in spec.model_fields if key not in left_out]
    return {key: OTHERS[type(spec.model_fields[key].default)] for key in keys}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_key_of_an_optimizer_reaches_keras(kind):
    from rnnlab.build import build_optimizer

    given = _departed(OPTIMIZERS[kind]) | {"learning_rate": 0.125, "weight_decay": 0.5, "clipnorm": 2.0}
    built = build_optimizer(OPTIMIZERS[kind](**given))
    config = built.get_config()
    assert type(built).__name__.lower() == kind
    assert {key: config[key] for key in given} == pytest.approx(given)


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_every_way_of_clipping_reaches_keras(clip):
    from rnnlab.build import build_optimizer

    assert build_optimizer(OPTIMIZERS["sgd"](**{clip: 0.5})).get_config()[clip] == 0.5


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_defaults_are_those_of_keras(kind):
    import keras

    from rnnlab.build import build_optimizer

    spec = OPTIMIZERS[kind]()
    ours, theirs = (
        build_optimizer(spec).get_config(),
        getattr(keras.optimizers, spec.keras_class)().get_config(),
    )
    assert ours | {"name": ""} == theirs | {"name": ""}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_step_goes_downhill_and_keeps_as_many_numbers_as_planned(kind):
    import keras

    from rnnlab.build import build_optimizer

    spec = OPTIMIZERS[kind]()
    optimizer = build_optimizer(spec)
    weight = keras.Variable(np.ones((2, 3), "float32"))
    optimizer.build([weight])
    before = sum(int(np.prod(variable.shape)) for variable in optimizer.variables if variable.shape == (2, 3))
    optimizer.apply([np.ones((2, 3), "float32")], [weight])
    assert (weight.value.numpy() < 1).all()
    assert before == spec.slots() * 6


@pytest.mark.parametrize("kind", SCHEDULES)
def test_every_key_of_a_schedule_reaches_keras_and_the_rate_follows_it(kind):
    import keras

    from rnnlab.build import build_optimizer

    spec = SCHEDULES[kind](**GIVEN[kind])
    optimizer = build_optimizer(OPTIMIZERS["sgd"](learning_rate=spec))
    expected = getattr(keras.optimizers.schedules, spec.keras_class)(**GIVEN[kind])
    weight = keras.Variable(np.zeros(1, "float32"))
    rates = []
    for step in range(6):
        assert float(optimizer.learning_rate) == pytest.approx(float(expected(step)))
        rates.append(float(optimizer.learning_rate))
        optimizer.apply([np.ones(1, "float32")], [weight])
    assert len(set(rates)) > 1
    assert weight.value.numpy()[0] == pytest.approx(-sum(rates), rel=1e-5)
