"""Keras's own layers, and the same ones computing through the kernels."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.tensorflow
KINDS = ["SimpleRNN", "LSTM", "GRU", "GRU reset before"]
TOLERANCE = 2e-6  # of each tensor's largest number
STEEP = 1e-5  # a simple RNN has nothing but 1 - h², which loses digits where h is near 1
LONG = {"SimpleRNN": 2e-5, "LSTM": 1e-6, "GRU": 1e-6, "GRU reset before": 1e-6}
FASTER = ("runtime.kernel=numba",)


@st.composite
def layers(draw):
    """Return (kind, arguments, sizes, how it is called)."""
    kind = draw(st.sampled_from(KINDS))
    arguments = {
        key: draw(st.booleans())
        for key in ("return_sequences", "return_state", "go_backwards", "use_bias", "zero_output_for_mask")
    }
    arguments |= {key: draw(st.sampled_from([0.0, 0.0, 0.4])) for key in ("dropout", "recurrent_dropout")}
    arguments["units"] = draw(st.integers(1, 40))
    sizes = tuple(draw(st.integers(1, most)) for most in (9, 9, 20))
    called = {key: draw(st.booleans()) for key in ("mask", "initial_state", "training")}
    return kind, arguments, sizes, called, draw(st.integers(0, 2**32 - 1))


def make_pair(kind, **arguments):
    """Return a stock layer, and one of the same weights that computes through the kernels."""
    import keras

    from rnnlab.build.kernels import use_kernels

    name, _, before = kind.partition(" ")
    own = {} if name == "SimpleRNN" else {"use_cudnn": False}
    own |= {"reset_after": not before} if name == "GRU" else {}
    stock, fast = (getattr(keras.layers, name)(seed=3, **own, **arguments) for _ in range(2))
    use_kernels(fast)
    return stock, fast


def equal_weights(stock, fast, features, draw):
    for layer in (stock, fast):
        layer.build((None, None, features))
    fast.set_weights([weight + draw.normal(size=weight.shape) * 0.1 for weight in fast.get_weights()])
    stock.set_weights(fast.get_weights())


def results(layer, inputs, factors, **called):
    """Return what a layer gives, then every gradient."""
    import tensorflow as tf

    inputs = tf.constant(inputs)
    states = [tf.constant(each) for each in called.pop("initial_state")] or None
    with tf.GradientTape() as tape:
        tape.watch([inputs, *(states or ())])
        given_back = layer(inputs, initial_state=states, **called)
        given_back = given_back if isinstance(given_back, (list, tuple)) else [given_back]
        loss = tf.add_n([tf.reduce_sum(each * factors[: each.shape[-1]]) for each in given_back])
    read = [inputs, *(states or ()), *(weight.value for weight in layer.trainable_weights)]
    return [each.numpy() for each in (*given_back, *tape.gradient(loss, read))]


def compare(kind, arguments, sizes, called, seed, tolerance=TOLERANCE):
    draw = np.random.default_rng(seed)
    batch, timesteps, features = sizes
    stock, fast = make_pair(kind, **arguments)
    equal_weights(stock, fast, features, draw)
    inputs = draw.normal(size=(batch, timesteps, features)).astype("f")
    states = [draw.normal(size=(batch, arguments["units"])).astype("f") for _ in range(1 + (kind == "LSTM"))]
    called = {
        "mask": draw.random((batch, timesteps)) < draw.random() if called["mask"] else None,
        "initial_state": states if called["initial_state"] else [],
        "training": called["training"],
    }
    factors = draw.normal(size=arguments["units"]).astype("f")
    for mine, theirs in zip(*(results(each, inputs, factors, **called) for each in (fast, stock)), strict=True):
        assert mine.shape == theirs.shape
        largest = max(0.5, np.abs(theirs).max())  # gates near 1 are rounded by 6e-8, however small what follows
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=tolerance * largest)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(layers())
def test_the_kernels_compute_what_keras_does(layer):
    compare(*layer, STEEP if layer[0] == "SimpleRNN" else TOLERANCE)


@pytest.mark.soak
@settings(max_examples=2000, deadline=None)
@given(layers())
def test_the_kernels_compute_what_keras_does_for_long(layer):
    compare(*layer, STEEP if layer[0] == "SimpleRNN" else TOLERANCE)


@pytest.mark.parametrize("kind", KINDS)
def test_long_sequences_agree(kind):
    arguments = {"units": 32, "return_sequences": False}
    called = {"mask": False, "initial_state": False, "training": True}
    compare(kind, arguments, (16, 500, 32), called, 1, LONG[kind])


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize("mask_zero", [True, False])
def test_an_embedding_and_layers_above_it_agree_in_a_compiled_step(mask_zero, both):
    import keras
    import tensorflow as tf

    from rnnlab.build.kernels import use_kernels

    draw = np.random.default_rng(2)
    ids = draw.integers(0, 9, (20, 12))
    ids[np.arange(12) < draw.integers(0, 13, (20, 1))] = 0
    found = []
    for fast in (False, True):
        keras.utils.set_random_seed(4)
        embedding = keras.layers.Embedding(9, 5, mask_zero=mask_zero)
        rnn = keras.layers.LSTM(6, return_sequences=True, use_cudnn=False)
        rnn = keras.layers.Bidirectional(rnn) if both else rnn
        model = keras.Sequential([keras.Input((None,), dtype="int32"), embedding, rnn, keras.layers.GRU(7)])
        for layer in model.layers if fast else ():
            use_kernels(layer)

        @tf.function
        def step(ids, model=model):
            with tf.GradientTape() as tape:
                outputs = model(ids, training=True)
                loss = tf.reduce_sum(outputs**2)
            gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
            return [outputs, *(tf.convert_to_tensor(each) for each in gradients)]

        found.append([each.numpy() for each in step(tf.constant(ids))])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=TOLERANCE * np.abs(theirs).max())


def test_a_stateful_layer_carries_its_states_on():
    import tensorflow as tf

    stock, fast = make_pair("GRU", units=5, stateful=True)
    for layer in (stock, fast):
        layer.build((4, 3, 2))
    stock.set_weights(fast.get_weights())
    for window in tf.random.stateless_normal((3, 4, 3, 2), (1, 2)):
        np.testing.assert_allclose(fast(window), stock(window), atol=TOLERANCE)


READ = """
import sys
import keras, numpy as np
model = keras.models.load_model(f"{sys.argv[1]}/model.keras", safe_mode=True)
saved = np.load(f"{sys.argv[1]}/model.npz")
np.testing.assert_allclose(np.asarray(model(saved["ids"])), saved["answers"], atol=1e-6)
assert not any(name.partition(".")[0] in ("rnnlab", "numba") for name in sys.modules)
print("equal")
"""


def test_a_saved_model_is_plain_keras(assemble, tmp_path):
    from rnnlab.build import build_model

    model = build_model(assemble("model.layers.rnn.bidirectional=true", *FASTER).plan)
    ids = np.random.default_rng(1).integers(0, 50, (5, 8))
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "model.npz", ids=ids, answers=model(ids).numpy())
    command = [sys.executable, "-I", "-W", "ignore", "-c", READ, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "equal", done.stderr


def losses(assembled) -> list[float]:
    from rnnlab.train.fit import fit

    data = assembled.splits
    training = assembled.experiment.training
    result = fit(assembled.learner(), data.train, data.validation, training, seed=1)
    return [epoch.metrics[name] for epoch in result.history for name in ("loss", "val_loss")]


def test_training_is_the_same_with_every_kernel_and_repeats_to_the_bit(assemble):
    fast, again, stock = (losses(assemble(f"runtime.kernel={kernel}")) for kernel in ("numba", "numba", "keras"))
    assert fast == again
    np.testing.assert_allclose(fast, stock, rtol=1e-5)


def test_what_the_kernels_cannot_compute_is_computed_by_keras(assemble):
    assert losses(assemble("model.layers.rnn.activation=relu", *FASTER))


def test_auto_takes_the_kernels_for_long_sequences_and_gives_way_to_a_gpu(assemble, monkeypatch):
    from rnnlab.build import build_model, kernels_used

    plan = assemble("padding.maxlen=20").plan
    assert kernels_used(plan) == {"rnn": "numba"}
    assert hasattr(build_model(plan).get_layer("rnn").inner_loop, "func")
    monkeypatch.setattr("tensorflow.config.get_visible_devices", lambda kind: [kind])
    assert kernels_used(plan) == {"rnn": "cudnn"}
    assert kernels_used(assemble("padding.maxlen=20", "runtime.kernel=numba").plan) == {"rnn": "numba"}
    assert kernels_used(assemble("padding.maxlen=20", "model.layers.rnn.use_bias=false").plan) == {"rnn": "keras"}
    assert not hasattr(build_model(plan).get_layer("rnn").inner_loop, "func")


@pytest.mark.parametrize("way", ["padding.bucket=true", "padding.mask=false"])
def test_buckets_are_computed_by_the_kernel_that_the_plan_names(assemble, way):
    assembled = assemble("padding.maxlen=20", way)
    layer = assembled.learner().twin.get_layer("rnn")
    assert assembled.plan.layers[1].kernel == "numba"
    assert hasattr(layer.inner_loop, "func")


def test_a_checkpoint_knows_the_kernels_that_made_it(assemble):
    from rnnlab.build import configure
    from rnnlab.plan.kernels import keep_kernels
    from rnnlab.run.road import fingerprint_of

    assembled = assemble("padding.maxlen=20")
    experiment, plan, splits = assembled.experiment, assembled.plan, assembled.splits
    machine = configure(experiment.runtime, 1)
    kept = keep_kernels(plan, {"rnn": "keras"})
    prints = [fingerprint_of(experiment, each, splits, machine) for each in (plan, plan, kept)]
    assert prints[0] == prints[1] != prints[2]
