from functools import partial

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


ADAMS = [
    ("adam", {}),
    ("adam", {"learning_rate": {"kind": "cosine_decay", "initial_learning_rate": 0.1, "decay_steps": 20}}),
    ("adam", {"global_clipnorm": 0.5, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-5}),
    ("adamw", {"weight_decay": 0.1}),
]
SMALL = [(300, 7), (3,), (1,), (), (0, 2), (64, 32), (5, 16), (600_000,)]  # the last one takes two threads
LARGE = [(1025, 1025)]  # goes to where TensorFlow has it; is no multiple of sixteen


def _apply(optimizer, weights, *found) -> None:
    optimizer.apply(list(found), weights)


@pytest.mark.parametrize(
    ("kind", "given", "shapes"),
    [*((*each, SMALL) for each in ADAMS), (*ADAMS[-1], LARGE), (*ADAMS[0], [*SMALL, *LARGE, *SMALL[:2]])],
)
def test_the_kernel_of_adam_computes_what_keras_does_to_the_bit(kind, given, shapes):
    import keras
    import tensorflow as tf

    from rnnlab.build import build_optimizer, use_adam_kernel

    draw = np.random.default_rng(0)
    begun = [draw.normal(size=shape).astype("f") for shape in shapes]
    sides = []
    for own in (False, True):
        optimizer, weights = build_optimizer(OPTIMIZERS[kind](**given)), [keras.Variable(each) for each in begun]
        optimizer.build(weights)
        if own:
            use_adam_kernel(optimizer)
        sides.append((optimizer, weights, tf.function(partial(_apply, optimizer, weights))))
    for _ in range(5):
        found = [(draw.normal(size=shape) * 10 ** draw.uniform(-12, 1, shape)).astype("f") for shape in shapes]
        for _, _, step in sides:
            step(*map(tf.constant, found))
    keras_numbers, own_numbers = (
        [each.numpy().tobytes() for each in (*weights, *optimizer.variables)] for optimizer, weights, _ in sides
    )
    assert own_numbers == keras_numbers
    assert own_numbers != [each.tobytes() for each in begun]


def test_steps_that_are_not_compiled_change_large_weights_too():
    import keras

    from rnnlab.build import build_optimizer, use_adam_kernel

    found = []
    for own in (False, True):
        optimizer, weight = build_optimizer(OPTIMIZERS["adam"]()), keras.Variable(np.ones(LARGE[0], "f"))
        optimizer.build([weight])
        if own:
            use_adam_kernel(optimizer)
        optimizer.apply([np.full(LARGE[0], 0.5, "f")], [weight])
        found.append(weight.value.numpy().tobytes())
    assert found[0] == found[1] != np.ones(LARGE[0], "f").tobytes()


def test_large_weights_and_moments_stay_in_the_memory_of_tensorflow_which_gives_none_back(monkeypatch):
    import keras
    import tensorflow as tf

    from rnnlab.build import build_optimizer, use_adam_kernel
    from rnnlab.kernels.packing import buffers

    optimizer, weights = build_optimizer(OPTIMIZERS["adam"]()), [keras.Variable(np.ones(LARGE[0], "f")) for _ in "ab"]
    weights.append(keras.Variable(np.ones(7, "f")))
    optimizer.build(weights)
    use_adam_kernel(optimizer)
    step = tf.function(partial(_apply, optimizer, weights))
    taken, take = list[int](), buffers.take
    monkeypatch.setattr(buffers, "take", lambda *shape: taken.append(int(np.prod(shape))) or take(*shape))
    for _ in range(3):
        step(*(tf.constant(each.value) for each in weights))
    assert taken == [3 * 16] * 3


@pytest.mark.parametrize(("kind", "given"), [("adam", {"amsgrad": True}), ("sgd", {}), ("rmsprop", {})])
def test_other_optimizers_stay_keras_own(kind, given):
    from rnnlab.build import build_optimizer, use_adam_kernel

    optimizer = build_optimizer(OPTIMIZERS[kind](**given))
    use_adam_kernel(optimizer)
    assert "_backend_update_step" not in vars(optimizer)


def test_weights_of_another_dtype_are_changed_by_keras():
    import keras

    from rnnlab.build import build_optimizer, use_adam_kernel

    optimizer, weight = build_optimizer(OPTIMIZERS["adam"]()), keras.Variable(np.ones(3), dtype="float64")
    optimizer.build([weight])
    use_adam_kernel(optimizer)
    optimizer.apply([np.ones(3)], [weight])
    assert (weight.numpy() < 1).all()


def test_where_tensorflow_would_fill_a_copy_its_memory_is_left_alone(monkeypatch):
    import keras
    import tensorflow as tf

    from rnnlab.build import build_optimizer, optimizer, use_adam_kernel

    assert optimizer.lends_memory(2**20)
    found = []
    for lends in (True, False):
        monkeypatch.setattr(optimizer, "lends_memory", lambda size, lends=lends: lends)
        adam, weight = build_optimizer(OPTIMIZERS["adam"]()), keras.Variable(np.ones(LARGE[0], "f"))
        adam.build([weight])
        use_adam_kernel(adam)
        step = tf.function(partial(_apply, adam, [weight]))
        step(tf.fill(LARGE[0], 0.5))
        operations = {each.type for each in step.get_concrete_function(tf.fill(LARGE[0], 0.5)).graph.get_operations()}
        assert ("Empty" in operations) is lends
        found.append(weight.value.numpy().tobytes())
    assert found[0] == found[1] != np.ones(LARGE[0], "f").tobytes()
