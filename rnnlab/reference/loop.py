"""A cell run over the timesteps, and its gradients run back through time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.errors import CallError
from rnnlab.reference.activations import Array
from rnnlab.reference.cell import Cell, States

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Moment:
    """One timestep as it was computed.

    Attributes:
        timestep: its place in the inputs.
        live: (B, 1), false where the timestep is masked.
        states: before it, (B, U) each.
        memory: what the cell keeps for the way back.
    """

    timestep: int
    live: Mask
    states: States
    memory: States


@dataclass(frozen=True, eq=False)
class Forward:
    """What a cell gives, and how it came to it.

    Attributes:
        cell: the cell that ran.
        inputs: (B, T, F).
        outputs: (B, T, U), in the order in which they were computed: with `go_backwards` the first belongs to the
            last timestep.
        states: the final ones, (B, U) each, by Keras's order: h, and c of an LSTM.
        moments: the T timesteps in that order.
    """

    cell: Cell
    inputs: Array
    outputs: Array
    states: States
    moments: tuple[Moment, ...]

    @property
    def last_output(self) -> Array:
        """Return (B, U): what a layer gives without `return_sequences`."""
        return self.outputs[:, -1]


@dataclass(frozen=True, eq=False)
class Gradients:
    """The gradients of everything that a cell read.

    Attributes:
        inputs: (B, T, F).
        initial_states: (B, U) each.
        weights: by Keras's name, each in its weight's shape.
    """

    inputs: Array
    initial_states: States
    weights: dict[str, Array]


def forward(
    cell: Cell,
    inputs: Array,
    *,
    mask: NDArray[Any] | None = None,
    initial_states: States | None = None,
    go_backwards: bool = False,
) -> Forward:
    """Return the outputs of every timestep and the final states.

    A masked timestep is passed over: the states stay, and the output before it is repeated (zeros where there was
    none yet, whatever the initial states are), as in Keras.

    Args:
        cell: SimpleRNN, LSTM or GRU.
        inputs: (B, T, F).
        mask: (B, T), false where a timestep is padding.
        initial_states: (B, U) each; zeros unless given.
        go_backwards: read the timesteps from the last to the first.

    Raises:
        CallError: a shape does not fit.
    """
    batch, timesteps = _check_inputs(cell, inputs)
    live = np.ones((batch, timesteps), dtype=bool) if mask is None else _check_mask(mask, (batch, timesteps))
    states = _initial_states(cell, inputs, initial_states)
    output = np.zeros((batch, cell.units), dtype=inputs.dtype)
    outputs: list[Array] = []
    moments: list[Moment] = []
    for timestep in reversed(range(timesteps)) if go_backwards else range(timesteps):
        now = live[:, timestep, None]
        after, memory = cell.step(inputs[:, timestep], states)
        moments.append(Moment(timestep, now, states, memory))
        output = np.where(now, after[0], output)
        states = tuple(np.where(now, new, old) for new, old in zip(after, states, strict=True))
        outputs.append(output)
    return Forward(cell, inputs, np.stack(outputs, axis=1), states, tuple(moments))


def backward(run: Forward, *, outputs: Array | None = None, states: States | None = None) -> Gradients:
    """Return the gradients of inputs, initial states and weights, back through time.

    Args:
        run: what `forward` gave.
        outputs: gradient of a loss by the outputs, (B, T, U) in their order; zeros unless given. A loss of the last
            output alone has zeros everywhere but at `[:, -1]`.
        states: gradient of the loss by the final states, (B, U) each; zeros unless given.

    Raises:
        CallError: a shape does not fit.
    """
    cell = run.cell
    d_outputs = np.zeros_like(run.outputs) if outputs is None else outputs
    d_states = tuple(np.zeros_like(state) for state in run.states) if states is None else states
    _check_alike("outputs", (d_outputs,), (run.outputs,))
    _check_alike("states", d_states, run.states)
    d_inputs = np.zeros_like(run.inputs)
    d_weights = {name: np.zeros_like(weight) for name, weight in cell.weights.items()}
    d_output = np.zeros_like(run.outputs[:, 0])
    for place, moment in reversed(list(enumerate(run.moments))):
        d_output = d_output + d_outputs[:, place]
        d_h, *d_rest = (np.where(moment.live, gradient, 0) for gradient in d_states)
        step = cell.step_back(
            run.inputs[:, moment.timestep],
            moment.states,
            moment.memory,
            (d_h + np.where(moment.live, d_output, 0), *d_rest),
        )
        d_inputs[:, moment.timestep] = step.inputs
        for name, gradient in step.weights.items():
            d_weights[name] += gradient
        d_states = tuple(
            np.where(moment.live, 0, gradient) + earlier
            for gradient, earlier in zip(d_states, step.states, strict=True)
        )
        d_output = np.where(moment.live, 0, d_output)
    return Gradients(d_inputs, d_states, d_weights)


def _check_inputs(cell: Cell, inputs: Array) -> tuple[int, int]:
    if inputs.ndim != 3 or inputs.shape[1] == 0 or inputs.shape[2] != cell.features:
        raise CallError(f"`inputs` must have shape (B, T, {cell.features}) with T of 1 or more, found {inputs.shape}")
    return inputs.shape[0], inputs.shape[1]


def _check_mask(mask: NDArray[Any], shape: tuple[int, int]) -> Mask:
    if mask.shape != shape:
        raise CallError(f"`mask` must have the shape (B, T) of the inputs, {shape}, found {mask.shape}")
    return mask.astype(bool)


def _initial_states(cell: Cell, inputs: Array, given: States | None) -> States:
    zeros = tuple(np.zeros((len(inputs), cell.units), dtype=inputs.dtype) for _ in cell.state_names)
    if given is None:
        return zeros
    _check_alike("initial_states", given, zeros)
    return given


def _check_alike(name: str, given: States, wanted: States) -> None:
    found, shapes = [array.shape for array in given], [array.shape for array in wanted]
    if found != shapes:
        raise CallError(f"`{name}` must have the shapes {shapes}, found {found}")
