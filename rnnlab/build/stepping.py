"""An inference model run one timestep after the other, compiled once for all lengths and batch sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnlab.build.tracing import traced_once

if TYPE_CHECKING:
    from rnnlab.build.inference import Inference, Wiring

Arrays = Mapping[str, NDArray[Any]]
Tensors = dict[str, Any]
PREFIX = "prefix"
TINY = 1e-37  # the logarithm of a probability stays finite


@dataclass(frozen=True)
class Memory:
    """What R sequences are decoded from.

    Attributes:
        encoded: by name of the decoder's input: what the encoder gave, R rows each.
        carried: what the timestep before left: the states (R, U), or the ids so far (R, t).
    """

    encoded: Tensors
    carried: Tensors


class Stepper:
    """The compiled functions of an inference model; `Inference.stepper` keeps them."""

    def __init__(self, inference: Inference) -> None:
        self.wiring = inference.wiring
        self.classes = int(inference.decoder.outputs[0].shape[-1])
        self._dtypes = {tensor.name: tensor.dtype for tensor in inference.decoder.inputs}
        self._reads = {tensor.name: tensor.dtype for tensor in inference.encoder.inputs} if inference.encoder else {}
        self._encode = compile_encoder(inference.encoder) if inference.encoder else None
        self._advance = compile_step(inference)

    @property
    def traces(self) -> int:
        """Return how often the step was traced: once, whatever was decoded; 0 where it is not compiled."""
        count = getattr(self._advance, "experimental_get_tracing_count", lambda: 0)
        return int(count())

    def begin(self, inputs: Arrays, *, width: int = 1) -> Memory:
        """Return the memory before the first id.

        Args:
            inputs: the sources by name, N samples; a model without sources has one.
            width: W; each sample gets so many rows, R = N·W.
        """
        known = {name: tf.convert_to_tensor(inputs[name]) for name in self.wiring.sources}
        rows = (len(next(iter(inputs.values()))) if inputs else 1) * width
        if self._encode is not None:
            given = self._encode({name: tf.cast(known[name], dtype) for name, dtype in self._reads.items()})
            known |= dict(zip(self.wiring.encoder_outputs, given, strict=True))
        taken = self.wiring.encoded if self.wiring.mode == "step" else {name: name for name in self.wiring.sources}
        encoded = {name: self._rows(name, known[reference], width) for name, reference in taken.items()}
        if self.wiring.mode == "prefix":
            return Memory(encoded, {PREFIX: tf.zeros((rows, 0), tf.int32)})
        carried = {
            state.name: self._rows(state.name, known[state.start], width)
            if state.start
            else tf.zeros((rows, state.units), self._dtypes[state.name])
            for state in self.wiring.states
        }
        return Memory(encoded, carried)

    def advance(self, ids: Any, rows: Any, memory: Memory) -> tuple[Any, Memory]:
        """Return log-probabilities (R, V) of the next id, and the memory after this one.

        Args:
            ids: the last id of each row (R,).
            rows: where each row goes on from (R,): places in the memory.
            memory: of the timestep before.
        """
        given = (np.asarray(ids, np.int32)[:, None], np.asarray(rows, np.int32))
        logarithms, carried = self._advance(*given, memory.carried, memory.encoded)
        return logarithms, Memory(memory.encoded, carried)

    def _rows(self, name: str, value: Any, width: int) -> Any:
        value = tf.cast(value, self._dtypes[name])
        return tf.repeat(value, width, axis=0) if width > 1 else value


def _specs(model: keras.Model) -> dict[str, tf.TensorSpec]:
    return {tensor.name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for tensor in model.inputs}


def compile_encoder(encoder: keras.Model) -> Callable[[Tensors], list[Any]]:
    """Return the sources by name to what the encoder gives, in its order."""

    def encode(sources: Tensors) -> list[Any]:
        return keras.tree.flatten(encoder(sources, training=False))  # type: ignore[no-any-return]

    if not _compiles(encoder):
        return encode
    return traced_once(tf.function(encode, autograph=False, input_signature=(_specs(encoder),)))


def _compiles(model: keras.Model) -> bool:
    """Return whether a model computes the same when it is compiled.

    Over an unknown number of timesteps, a compiled TimeDistributed computes as many as there are samples.

    Source: `backend.vectorized_map` in keras/src/layers/rnn/time_distributed.py, Keras 3.15.
    """
    each = any(isinstance(layer, keras.layers.TimeDistributed) for layer in model.layers)
    return not each or all(None not in tensor.shape[1:] for tensor in model.inputs)


def compile_step(inference: Inference) -> Any:
    """Return (ids (R, 1), rows (R,), carried, encoded) to (log-probabilities (R, V), carried)."""
    wiring, model = inference.wiring, inference.decoder
    specs = _specs(model)
    states = [state.name for state in wiring.states]
    carried = {name: specs[name] for name in states}
    if wiring.mode == "prefix":
        carried = {PREFIX: tf.TensorSpec((None, None), tf.int32)}
    encoded = {name: spec for name, spec in specs.items() if name != wiring.decoder and name not in states}
    ids = tf.TensorSpec((None, 1), tf.int32)
    compute = _step if wiring.mode == "step" else _prefix

    signature = (ids, tf.TensorSpec((None,), tf.int32), carried, encoded)

    def advance(ids: Any, rows: Any, carried: Tensors, encoded: Tensors) -> tuple[Any, Tensors]:
        before = {name: tf.gather(value, rows) for name, value in carried.items()}
        output, after = compute(model, wiring, ids, before, encoded)
        return _logarithms(output, wiring), after

    compiles = wiring.mode == "step" or _compiles(model)  # a step has one timestep, which is known
    return tf.function(advance, autograph=False, input_signature=signature) if compiles else advance


def _step(model: keras.Model, wiring: Wiring, ids: Any, states: Tensors, encoded: Tensors) -> tuple[Any, Tensors]:
    given = model({wiring.decoder: ids} | states | encoded, training=False)
    output, *after = keras.tree.flatten(given)
    names = [state.name for state in wiring.states]
    return output[:, 0], {name: tf.cast(new, states[name].dtype) for name, new in zip(names, after, strict=True)}


def _prefix(model: keras.Model, wiring: Wiring, ids: Any, before: Tensors, encoded: Tensors) -> tuple[Any, Tensors]:
    prefix = tf.concat([before[PREFIX], ids], axis=1)
    place = tf.shape(prefix)[1] - 1
    read = prefix
    if wiring.timesteps is not None:  # no layer looks ahead, so what stands after the prefix does not matter
        read = tf.pad(prefix, [[0, 0], [0, wiring.timesteps - 1 - place]])
        read = tf.ensure_shape(read, (None, wiring.timesteps))
    output = model({wiring.decoder: read} | encoded, training=False)
    return output[:, place], {PREFIX: prefix}


def _logarithms(output: Any, wiring: Wiring) -> Any:
    if wiring.from_logits:
        return tf.nn.log_softmax(output)
    return tf.math.log(tf.maximum(output, TINY))


def check_inference(inference: Inference, model: keras.Model, batch: Arrays) -> float:
    """Return the largest difference between probabilities decoded step by step and those of the training model.

    Both read the same ids. Timesteps of padding are not compared.

    Args:
        inference: of the model.
        model: the training model.
        batch: its inputs by name.
    """
    whole = model(dict(batch), training=False)
    wanted_BTV = np.asarray(tf.nn.softmax(whole) if inference.wiring.from_logits else whole)
    ids_BT = np.asarray(batch[inference.wiring.decoder])
    stepper = inference.stepper
    memory = stepper.begin(batch)
    rows = np.arange(len(ids_BT))
    worst = 0.0
    for timestep, ids in enumerate(ids_BT.T):
        logarithms, memory = stepper.advance(ids, rows, memory)
        live = ids != 0 if inference.wiring.padding else np.ones_like(ids, dtype=bool)
        found = np.exp(np.asarray(logarithms))[live]
        worst = max(worst, float(np.max(np.abs(found - wanted_BTV[live, timestep]), initial=0.0)))
    return worst
