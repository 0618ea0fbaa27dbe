"""The reference against its own finite differences; no TensorFlow."""

from dataclasses import replace

import numpy as np
import pytest

from rnnlab.errors import CallError
from rnnlab.reference import GRU, LSTM, Cell, SimpleRNN, backward, forward

B, T, F, U = 2, 4, 3, 2
STEP = 1e-6
CELLS = {
    "simple_rnn": (SimpleRNN, 1, {}),
    "lstm": (LSTM, 4, {}),
    "gru": (GRU, 3, {}),
    "gru reset before": (GRU, 3, {"reset_after": False}),
}
ACTIVATIONS = ["tanh", "sigmoid", "relu", "linear"]
LIVE = np.array([[0, 1, 0, 1], [1, 1, 1, 0]], dtype=bool)


def make_cell(kind: str, draw: np.random.Generator, *, use_bias: bool = True, **arguments: str) -> Cell:
    cell, gates, options = CELLS[kind]
    width = gates * U
    shape = (2, width) if kind == "gru" else (width,)
    kernel, recurrent_kernel = draw.normal(scale=0.4, size=(F, width)), draw.normal(scale=0.4, size=(U, width))
    bias = draw.normal(scale=0.4, size=shape) if use_bias else None
    return cell(kernel, recurrent_kernel, bias, **options, **arguments)


def quotient(loss, array):
    """Return the central difference of a loss by every number of an array."""
    slopes = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        up, down = array.copy(), array.copy()
        up[place] += STEP
        down[place] -= STEP
        slopes[place] = (loss(up) - loss(down)) / (2 * STEP)
    return slopes


def check_gradients(cell: Cell, draw: np.random.Generator, *, mask=None, go_backwards=False) -> None:
    inputs = draw.normal(size=(B, T, F))
    starts = tuple(draw.normal(size=(B, U)) for _ in cell.state_names)
    by_outputs = draw.normal(size=(B, T, U))
    by_states = tuple(draw.normal(size=(B, U)) for _ in cell.state_names)

    def loss(cell, inputs, starts):
        run = forward(cell, inputs, mask=mask, initial_states=starts, go_backwards=go_backwards)
        ends = sum((state * weight).sum() for state, weight in zip(run.states, by_states, strict=True))
        return (run.outputs * by_outputs).sum() + ends

    run = forward(cell, inputs, mask=mask, initial_states=starts, go_backwards=go_backwards)
    found = backward(run, outputs=by_outputs, states=by_states)
    np.testing.assert_allclose(found.inputs, quotient(lambda x: loss(cell, x, starts), inputs), rtol=1e-6, atol=1e-7)
    for place, start in enumerate(starts):
        wanted = quotient(lambda s, at=place: loss(cell, inputs, (*starts[:at], s, *starts[at + 1 :])), start)
        np.testing.assert_allclose(found.initial_states[place], wanted, rtol=1e-6, atol=1e-7)
    assert found.weights.keys() == cell.weights.keys()
    for name, weight in cell.weights.items():
        wanted = quotient(lambda w, key=name: loss(replace(cell, **{key: w}), inputs, starts), weight)
        np.testing.assert_allclose(found.weights[name], wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", CELLS)
def test_gradients_are_the_slopes_of_the_loss(kind, activation, use_bias):
    draw = np.random.default_rng(1)
    check_gradients(make_cell(kind, draw, use_bias=use_bias, activation=activation), draw)


@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("kind", CELLS)
def test_gradients_pass_over_masked_timesteps(kind, go_backwards):
    draw = np.random.default_rng(2)
    check_gradients(make_cell(kind, draw), draw, mask=LIVE, go_backwards=go_backwards)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", [kind for kind in CELLS if kind != "simple_rnn"])
def test_gates_may_have_any_activation(kind, activation):
    draw = np.random.default_rng(3)
    check_gradients(make_cell(kind, draw, recurrent_activation=activation), draw)


@pytest.mark.parametrize("kind", CELLS)
def test_what_is_masked_has_no_gradient_and_no_effect(kind):
    draw = np.random.default_rng(4)
    cell, inputs = make_cell(kind, draw), draw.normal(size=(B, T, F))
    run = forward(cell, inputs, mask=LIVE)
    other = forward(cell, np.where(LIVE[:, :, None], inputs, 100.0), mask=LIVE)
    assert np.array_equal(run.outputs, other.outputs)
    gradient = backward(run, outputs=draw.normal(size=(B, T, U))).inputs
    assert not gradient[~LIVE].any()
    assert gradient[LIVE].all()


@pytest.mark.parametrize("kind", CELLS)
def test_outputs_before_the_first_live_timestep_are_zeros(kind):
    draw = np.random.default_rng(5)
    cell, starts = make_cell(kind, draw), tuple(draw.normal(size=(B, U)) for _ in CELLS[kind][0].state_names)
    run = forward(cell, draw.normal(size=(B, T, F)), mask=LIVE, initial_states=starts)
    assert not run.outputs[0, 0].any()
    assert np.array_equal(run.outputs[0, 1], run.outputs[0, 2])
    nothing = forward(cell, np.ones((B, T, F)), mask=np.zeros((B, T)), initial_states=starts)
    assert all(np.array_equal(end, start) for end, start in zip(nothing.states, starts, strict=True))
    assert not nothing.outputs.any()


def test_an_lstm_without_input_forgets_by_half():
    cell = LSTM(np.zeros((1, 4)), np.zeros((1, 4)))
    states = (np.zeros((1, 1)), np.full((1, 1), 8.0))
    _, carry = forward(cell, np.zeros((1, 3, 1)), initial_states=states).states
    assert carry.item() == 1.0


def test_the_sigmoid_of_a_large_number_does_not_overflow():
    cell = LSTM(np.full((1, 4), -1e4), np.zeros((1, 4)))
    with np.errstate(all="raise"):
        assert forward(cell, np.ones((1, 1, 1))).outputs.item() == 0


def test_shapes_that_do_not_fit_are_refused():
    cell = make_cell("gru", np.random.default_rng(6))
    inputs = np.zeros((B, T, F))
    with pytest.raises(CallError, match=r"`bias` of GRU must have shape \(2, 6\)"):
        replace(cell, bias=np.zeros(6))
    with pytest.raises(CallError, match=r"`inputs` must have shape \(B, T, 3\)"):
        forward(cell, inputs[0])
    with pytest.raises(CallError, match="`mask` must have the shape"):
        forward(cell, inputs, mask=np.ones(T))
    with pytest.raises(CallError, match="`initial_states` must have the shapes"):
        forward(cell, inputs, initial_states=(np.zeros(U),))
    with pytest.raises(CallError, match="`outputs` must have the shapes"):
        backward(forward(cell, inputs), outputs=np.zeros((B, U)))
    with pytest.raises(CallError, match="unknown activation `selu`"):
        replace(cell, activation="selu")
