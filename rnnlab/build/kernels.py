"""Stock Keras layers that compute through rnnlab's kernels.

Only the loop of a layer is replaced, and only in this process: class, weights, configuration and what is saved stay
Keras's. The kernels stand in the graph as two calls, one for each direction of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from rnnlab.build.machine import available_cores
from rnnlab.kernels import KINDS, Kind, Memory, Weights, run_backward, run_forward
from rnnlab.kernels.schedule import Schedule

NAMES = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}
MEMORY = (tf.float32,) * 3 + (tf.int32, tf.int32, tf.int64) + (tf.int32,) * 4
"""Types of what the way back needs: gates, h, c, then the schedule."""


def use_kernels(layer: keras.layers.Layer) -> None:
    """Let a SimpleRNN, LSTM or GRU, or both directions of a Bidirectional one, compute through the kernels.

    Args:
        layer: float32, with tanh and sigmoid as activations.
    """
    if isinstance(layer, keras.layers.Bidirectional):
        use_kernels(layer.forward_layer)
        use_kernels(layer.backward_layer)
    else:
        layer.inner_loop = partial(_inner_loop, layer)


def kind_of(layer: keras.layers.RNN) -> Kind:
    """Return the kind of a layer's cell."""
    name = NAMES[type(layer).__name__]
    return KINDS["gru_reset_before" if name == "gru" and not layer.reset_after else name]


def _inner_loop(
    layer: keras.layers.RNN, sequences: Any, initial_state: Any, mask: Any, training: bool | None = False
) -> tuple[Any, Any, list[Any]]:
    """Return (last output, all outputs, final states): see `inner_loop` of keras.layers.RNN."""
    cell = layer.cell
    kernel = tf.convert_to_tensor(cell.kernel)
    inputs, kept = sequences, None
    if training and cell.dropout:
        inputs, kernel = _drop_inputs(cell, sequences, kernel)
    if training and cell.recurrent_dropout:
        masks = cell.get_recurrent_dropout_mask(initial_state[0])
        kept = tf.stack(masks if isinstance(masks, list) else [masks])
    recurrent = tf.convert_to_tensor(cell.recurrent_kernel)
    bias = tf.zeros(0) if cell.bias is None else tf.convert_to_tensor(cell.bias)
    live = mask[0] if isinstance(mask, list) else mask
    outputs, *states = _run(layer, (inputs, kernel, recurrent, bias, *initial_state), live, kept)
    return outputs[:, -1], outputs, states


def _drop_inputs(cell: Any, sequences: Any, kernel: Any) -> tuple[Any, Any]:
    """Return inputs and input weights with the dropout of the inputs done.

    With recurrent dropout Keras drops other inputs for each gate: then the inputs stand there once for each gate, and
    the weights meet only their own.
    """
    masks = cell.get_dropout_mask(sequences[:, 0])
    if not isinstance(masks, list):
        return sequences * masks[:, None], kernel
    gates = tf.split(kernel, len(masks), axis=1)
    apart = [tf.pad(gate, [[0, 0], [place * cell.units, (len(masks) - 1 - place) * cell.units]])
             for place, gate in enumerate(gates)]  # fmt: skip
    return tf.concat([sequences * mask[:, None] for mask in masks], axis=-1), tf.concat(apart, axis=0)


def _run(layer: keras.layers.RNN, arguments: Sequence[Any], live: Any, kept: Any) -> Any:
    """Return (outputs (B, T, U) or (B, 1, U), final states (B, U) each), differentiable by the arguments."""
    kind, backwards, sequences = kind_of(layer), layer.go_backwards, layer.return_sequences
    live = tf.zeros((0, 0), tf.bool) if live is None else tf.cast(live, tf.bool)
    kept = tf.zeros((0, 0, 0)) if kept is None else kept

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def op(*arguments: Any) -> Any:
        taken = [*arguments, live, kept]
        types = [tf.float32] * (1 + kind.states) + list(MEMORY)
        ahead = partial(_forward, kind, backwards, sequences)
        outputs, *rest = tf.numpy_function(ahead, taken, types, stateful=False)
        states, memory = rest[: kind.states], rest[kind.states :]
        inputs, recurrent = arguments[0], arguments[2]
        outputs.set_shape((inputs.shape[0], inputs.shape[1] if sequences else 1, recurrent.shape[0]))
        for state in states:
            state.set_shape((inputs.shape[0], recurrent.shape[0]))

        def gradient(d_outputs: Any, *d_states: Any) -> list[Any]:
            given = [*arguments[:4], kept, d_outputs, *d_states, *memory]
            types = [tf.float32] * len(arguments)
            found = tf.numpy_function(partial(_backward, kind), given, types, stateful=False)
            for each, argument in zip(found, arguments, strict=True):
                each.set_shape(argument.shape)
            return found  # type: ignore[no-any-return]

        return (outputs, *states), gradient

    return op(*arguments)


def threads() -> int:
    """Return how many threads an operation may use."""
    return tf.config.threading.get_intra_op_parallelism_threads() or available_cores()


def _forward(kind: Kind, backwards: bool, sequences: bool, *given: Any) -> list[Any]:
    inputs, kernel, recurrent, bias, *states, live, kept = given
    done = run_forward(
        kind, inputs, Weights(kernel, recurrent, bias), states,
        live=live if live.size or not inputs.size else None, kept=kept if kept.size else None,
        backwards=backwards, sequences=sequences, threads=threads(),
    )  # fmt: skip
    memory = done.memory
    return [done.outputs, *done.states, memory.gates, memory.h, memory.c, *memory.schedule.arrays]


def _backward(kind: Kind, *given: Any) -> list[Any]:
    inputs, kernel, recurrent, bias, kept, d_outputs = given[:6]
    d_states, (gates, h, c, *schedule) = given[6 : 6 + kind.states], given[6 + kind.states :]
    found = run_backward(
        kind, Memory(Schedule(*schedule), gates, h, c), inputs, Weights(kernel, recurrent, bias), d_outputs, d_states,
        kept=kept if kept.size else None, threads=threads(),
    )  # fmt: skip
    return [found.inputs, found.kernel, found.recurrent, found.bias, *found.states]
