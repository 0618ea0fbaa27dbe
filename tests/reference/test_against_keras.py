"""Keras's own layers against the reference: outputs, final states and every gradient, in float64."""

import numpy as np
import pytest

from rnnlab.reference import GRU, LSTM, SimpleRNN, backward, forward

pytestmark = pytest.mark.tensorflow
CELLS = {
    "simple_rnn": ("SimpleRNN", SimpleRNN, {}),
    "lstm": ("LSTM", LSTM, {"use_cudnn": False}),
    "gru": ("GRU", GRU, {"use_cudnn": False, "reset_after": True}),
    "gru reset before": ("GRU", GRU, {"use_cudnn": False, "reset_after": False}),
}
MASKS = ["none", "left", "right", "middle", "empty row"]
TOLERANCE = {"float64": 1e-10, "float32": 1e-5}


def make_mask(kind: str, batch: int, timesteps: int, draw: np.random.Generator) -> np.ndarray | None:
    """Return (B, T), with at least one masked timestep in the first row; the second row is not masked."""
    if kind == "none":
        return None
    live = np.ones((batch, timesteps), dtype=bool)
    for row in (0, *range(2, batch)):
        length = int(draw.integers(1, timesteps - 1))
        start = {"left": 0, "right": timesteps - length, "middle": int(draw.integers(1, timesteps - length))}
        begin = start.get(kind, 0)
        live[row, begin : begin + length] = False
    if kind == "empty row":
        live[0] = False
    return live


def check_layer(
    kind: str, draw: np.random.Generator, *, dtype: str = "float64", mask: str = "none", **arguments
) -> None:
    """Hold a Keras layer with random sizes and weights against the reference."""
    import keras
    import tensorflow as tf

    name, cell_class, options = CELLS[kind]
    batch, timesteps, features, units = (int(size) for size in draw.integers((2, 3, 1, 1), (5, 8, 6, 6)))
    layer = getattr(keras.layers, name)(
        units, return_sequences=True, return_state=True, dtype=dtype, **options, **arguments
    )
    layer.build((None, timesteps, features))
    layer.set_weights([draw.normal(scale=0.5, size=weight.shape) for weight in layer.weights])
    shared = ("activation", "recurrent_activation", "reset_after")
    kept = {key: value for key, value in (options | arguments).items() if key in shared}
    cell = cell_class(*layer.get_weights(), **kept)

    def random(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(dtype)

    inputs = random(batch, timesteps, features)
    starts = tuple(random(batch, units) for _ in cell.state_names)
    by_outputs, by_states = random(batch, timesteps, units), tuple(random(batch, units) for _ in cell.state_names)
    live = make_mask(mask, batch, timesteps, draw)

    x, s = tf.Variable(inputs), [tf.Variable(start) for start in starts]
    with tf.GradientTape() as tape:
        outputs, *states = layer(x, initial_state=s, mask=None if live is None else tf.constant(live))
        loss = tf.reduce_sum(outputs * by_outputs)
        loss += sum(tf.reduce_sum(state * weight) for state, weight in zip(states, by_states, strict=True))
    d_x, d_s, d_w = tape.gradient(loss, [x, s, [weight.value for weight in layer.weights]])

    run = forward(cell, inputs, mask=live, initial_states=starts, go_backwards=arguments.get("go_backwards", False))
    found = backward(run, outputs=by_outputs, states=by_states)
    close(run.outputs, outputs, dtype)
    close(run.last_output, outputs[:, -1], dtype)
    close(found.inputs, d_x, dtype)
    for mine, theirs in zip((*run.states, *found.initial_states), (*states, *d_s), strict=True):
        close(mine, theirs, dtype)
    assert list(found.weights) == [weight.name for weight in layer.weights]
    for mine, theirs in zip(found.weights.values(), d_w, strict=True):
        close(mine, theirs, dtype)


def close(mine, theirs, dtype: str) -> None:
    assert mine.dtype == dtype
    assert theirs.dtype == dtype
    np.testing.assert_allclose(mine, np.asarray(theirs), rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kind", CELLS)
def test_keras_layers_compute_what_the_reference_does(kind, mask, go_backwards):
    check_layer(kind, np.random.default_rng([1, MASKS.index(mask)]), mask=mask, go_backwards=go_backwards)


@pytest.mark.parametrize("mask", ["none", "middle"])
@pytest.mark.parametrize("kind", CELLS)
def test_layers_without_bias_agree(kind, mask):
    check_layer(kind, np.random.default_rng(2), mask=mask, use_bias=False)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear"])
@pytest.mark.parametrize("kind", CELLS)
def test_every_activation_agrees(kind, activation):
    gates = {} if kind == "simple_rnn" else {"recurrent_activation": activation}
    check_layer(kind, np.random.default_rng(3), mask="left", activation=activation, **gates)


@pytest.mark.parametrize("kind", CELLS)
def test_unrolled_layers_agree(kind):
    check_layer(kind, np.random.default_rng(4), mask="middle", unroll=True)


@pytest.mark.parametrize("kind", CELLS)
def test_float32_agrees_within_its_rounding(kind):
    check_layer(kind, np.random.default_rng(5), mask="right", dtype="float32")
