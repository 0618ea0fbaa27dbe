"""Stock Keras layers that compute through rnnlab's kernels.

Only the loop of a layer is replaced, and only in this process: class, weights, configuration and what is saved stay
Keras's. The kernels stand in the graph as two calls, one for each direction of time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from rnnlab.build.machine import threads
from rnnlab.kernels.kinds import KINDS, Kind
from rnnlab.kernels.layout import Weights, join_places, part_places
from rnnlab.kernels.sequence import run_backward, run_forward

EMBEDDED = "_rnnlab_embedded"
"""Attribute of a tensor that an Embedding made: (embedding (V, F), ids (B, T))."""
ZEROS = "_rnnlab_zeros"
"""Attribute of an initial state that the layer made for itself."""
ALIKE = "_rnnlab_alike"
"""Attribute of a tensor that a layer made: in how many first timesteps each sample agrees with all others, (B,)."""
NAMES = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}
MEMORY = (tf.float32,) * 3 + (tf.int32,)
"""Types of what the way back needs: gates, h, c and the places of all."""


def use_kernels(layer: keras.layers.Layer) -> None:
    """Let a SimpleRNN, LSTM or GRU, or both directions of a Bidirectional one, compute through the kernels.

    An Embedding tells the layers that read it which ids it was given, so that they need not wait for what it makes of
    them; where nobody else reads it, TensorFlow leaves it out.

    Args:
        layer: float32, with tanh and sigmoid as activations.
    """
    if isinstance(layer, keras.layers.Embedding):
        layer.call = partial(_embed, layer, layer.call)
    elif isinstance(layer, keras.layers.Bidirectional):
        use_kernels(layer.forward_layer)
        use_kernels(layer.backward_layer)
    else:
        layer.call = partial(_call, layer, layer.call)
        layer.inner_loop = partial(_inner_loop, layer)
        layer.get_initial_state = partial(_zeros, layer.get_initial_state)


def kind_of(layer: keras.layers.RNN) -> Kind:
    """Return the kind of a layer's cell."""
    name = NAMES[type(layer).__name__]
    return KINDS["gru_reset_before" if name == "gru" and not layer.reset_after else name]


def _embed(layer: keras.layers.Embedding, call: Callable[[Any], Any], inputs: Any) -> Any:
    """Return what an Embedding gives, and let the tensor know what it was made of."""
    given = call(inputs)
    if tf.is_tensor(given):
        setattr(given, EMBEDDED, (tf.convert_to_tensor(layer.embeddings), tf.cast(inputs, tf.int32)))
    return given


def _call(
    layer: keras.layers.RNN, call: Callable[..., Any], sequences: Any, initial_state: Any = None, **others: Any
) -> Any:
    """Return what the layer gives; the batch's size is that of the ids, so that nobody asks what they were made to."""
    ids = getattr(sequences, EMBEDDED, (None, None))[1]
    if ids is not None and initial_state is None and not layer.stateful:
        initial_state = layer.get_initial_state(batch_size=tf.shape(ids)[0])
    return call(sequences, initial_state=initial_state, **others)


def _zeros(get_initial_state: Callable[..., list[Any]], batch_size: Any = None) -> list[Any]:
    """Return the initial states that Keras makes, and let them know that nobody asks for their gradient."""
    states = get_initial_state(batch_size=batch_size)
    for state in states:
        setattr(state, ZEROS, True)
    return states


def _inner_loop(
    layer: keras.layers.RNN, sequences: Any, initial_state: Any, mask: Any, training: bool | None = False
) -> tuple[Any, Any, list[Any]]:
    """Return (last output, all outputs, final states): see `inner_loop` of keras.layers.RNN."""
    cell = layer.cell
    kernel = tf.convert_to_tensor(cell.kernel)
    (inputs, ids), kept = getattr(sequences, EMBEDDED, (sequences, None)), None
    if training and cell.dropout:
        (inputs, kernel), ids = _drop_inputs(cell, sequences, kernel), None
    if training and cell.recurrent_dropout:
        masks = cell.get_recurrent_dropout_mask(initial_state[0])
        kept = tf.stack(masks if isinstance(masks, list) else [masks])
    recurrent = tf.convert_to_tensor(cell.recurrent_kernel)
    bias = tf.zeros(0) if cell.bias is None else tf.convert_to_tensor(cell.bias)
    live = mask[0] if isinstance(mask, list) else mask
    alike = getattr(inputs, ALIKE, None)
    ahead = partial(
        _forward,
        kind_of(layer),
        layer.go_backwards,
        layer.return_sequences,
        all(hasattr(each, ZEROS) for each in initial_state),
    )
    arguments = (inputs, kernel, recurrent, bias, *initial_state)
    outputs, *states, alike = _run(layer, ahead, arguments, ids, live, kept, alike, keep=bool(training))
    if layer.zero_output_for_mask and live is not None:
        outputs = _zero_masked(layer, outputs, tf.cast(live, tf.bool))
    setattr(outputs, ALIKE, alike)
    return outputs[:, -1], outputs, states


def _zero_masked(layer: keras.layers.RNN, outputs: Any, live: Any) -> Any:
    """Return the outputs with zeros where the timestep is masked, instead of what was shown before."""
    computed = tf.reverse(live, [1]) if layer.go_backwards else live
    shown = computed if layer.return_sequences else computed[:, -1:]
    return tf.where(shown[:, :, None], outputs, tf.zeros_like(outputs))


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


def _run(
    layer: keras.layers.RNN,
    ahead: Callable[..., list[Any]],
    arguments: Sequence[Any],
    ids: Any,
    live: Any,
    kept: Any,
    alike: Any,
    *,
    keep: bool,
) -> Any:
    """Return (outputs (B, T, U) or (B, 1, U), final states (B, U) each, in what samples are alike).

    Without `keep` nothing is remembered for the way back: whoever asks for a gradient has it all computed again.
    """
    kind, sequences = kind_of(layer), layer.return_sequences
    shape = (arguments[0] if ids is None else ids).shape
    ids = tf.zeros((0, 0), tf.int32) if ids is None else ids
    live = tf.zeros((0, 0), tf.bool) if live is None else tf.cast(live, tf.bool)
    kept = tf.zeros((0, 0, 0)) if kept is None else kept
    alike = tf.zeros(0, tf.int32) if alike is None else alike

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def op(*arguments: Any) -> Any:
        taken = [*arguments, ids, live, kept, alike]
        types = [tf.float32] * (1 + kind.states) + [tf.int32]
        whole = partial(tf.numpy_function, partial(ahead, True), taken, [*types, *MEMORY], stateful=False)
        outputs, *rest = whole() if keep else tf.numpy_function(partial(ahead, False), taken, types, stateful=False)
        states, shared, memory = rest[: kind.states], rest[kind.states], rest[kind.states + 1 :]
        units = arguments[2].shape[0]
        outputs.set_shape((shape[0], shape[1] if sequences else 1, units))
        for state in states:
            state.set_shape((shape[0], units))

        def gradient(d_outputs: Any, *d_others: Any) -> list[Any]:
            known = memory if keep else whole()[len(types) :]
            given = [*arguments[:4], kept, d_outputs, *d_others[: kind.states], *known]
            found = tf.numpy_function(partial(_backward, kind), given, [tf.float32] * len(arguments), stateful=False)
            for each, argument in zip(found, arguments, strict=True):
                each.set_shape(argument.shape)
            return found  # type: ignore[no-any-return]

        return (outputs, *states, shared), gradient

    return op(*arguments)


def _forward(kind: Kind, backwards: bool, sequences: bool, zeros: bool, keep: bool, *given: Any) -> list[Any]:
    inputs, kernel, recurrent, bias, *states, ids, live, kept, alike = given
    done = run_forward(
        kind, inputs, Weights(kernel, recurrent, bias), states,
        ids=ids if ids.size else None, live=live if live.size else None, kept=kept if kept.size else None,
        prefix=alike if alike.size else None, zeros=zeros, backwards=backwards, sequences=sequences, keep=keep,
        threads=threads(),
    )  # fmt: skip
    memory = done.memory
    kept_back = (memory.gates, memory.h, memory.c, join_places(memory)) if keep else ()
    return [done.outputs, *done.states, done.prefix, *kept_back]


def _backward(kind: Kind, *given: Any) -> list[Any]:
    inputs, kernel, recurrent, bias, kept, d_outputs = given[:6]
    d_states, memory = given[6 : 6 + kind.states], part_places(*given[6 + kind.states :])
    found = run_backward(
        kind, memory, inputs, Weights(kernel, recurrent, bias), d_outputs, d_states,
        kept=kept if kept.size else None, threads=threads(),
    )  # fmt: skip
    return [found.inputs, found.kernel, found.recurrent, found.bias, *found.states]
