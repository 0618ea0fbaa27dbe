"""One optimizer step and one evaluation, compiled once for all batch sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from rnnlab.build import Objective
from rnnlab.build.tracing import traced_once

StepOutput = tuple[Any, Any]


@dataclass(frozen=True)
class Steps:
    """The compiled functions.

    Attributes:
        train: (inputs, target, weight) to (loss of the batch, norm of the gradient); changes the model.
        evaluate: (inputs, target, weight) to (sum of the rows' losses, outputs); changes the metrics only. A row is a
            sample, or a timestep where each has a target; rows of weight 0 do not count.
        predict: inputs to outputs, probabilities where the head gives logits.
        carry: as `evaluate`, by the trained model itself, which carries its states on.
        tensors: (inputs, target, weight) as NumPy has them to tensors that the others read without converting; may be
            called in another thread.
    """

    train: Callable[[Any, Any, Any], StepOutput]
    evaluate: Callable[[Any, Any, Any], StepOutput]
    predict: Callable[[Any], Any]
    carry: Callable[[Any, Any, Any], StepOutput]
    tensors: Callable[[Any, Any, Any], tuple[Any, Any, Any]]


def compile_steps(
    model: keras.Model,
    twin: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    objective: Objective,
    *,
    xla: bool = False,
) -> Steps:
    """Return the compiled steps: training of the model, evaluation and prediction of its twin.

    The gradient of an embedding is made dense: Keras on TensorFlow does not merge the rows of a sparse one that
    stand twice before Adam squares them, so its moments are not those of the true gradient.
    """
    optimizer.build(model.trainable_variables)
    dtype = objective.head.dtype
    outcomes = (objective.target_spec, objective.weight_spec)

    def penalty(penalised: keras.Model) -> Any:
        return tf.add_n([tf.cast(each, dtype) for each in penalised.losses]) if penalised.losses else 0.0

    def total_and_count(target: Any, output: Any, weight: Any) -> tuple[Any, Any]:
        weight = tf.cast(tf.reshape(weight, (-1,)), dtype)
        return tf.reduce_sum(objective.losses(target, output) * weight), tf.math.count_nonzero(weight, dtype=dtype)

    @tf.function(input_signature=(_specs(model), *outcomes), jit_compile=xla, autograph=False, reduce_retracing=True)
    def gradients(inputs: Any, target: Any, weight: Any) -> Any:
        with tf.GradientTape() as tape:
            output = model(inputs, training=True)
            total, count = total_and_count(target, output, weight)
            loss = total / tf.maximum(count, 1.0) + penalty(model)
            scaled = optimizer.scale_loss(loss)
        variables = [variable.value for variable in model.trainable_variables]
        found = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(scaled, variables)]
        return loss, output, found, _norm(found, optimizer, dtype)

    @traced_once
    @tf.function(input_signature=(_specs(model), *outcomes), autograph=False, reduce_retracing=True)
    def train(inputs: Any, target: Any, weight: Any) -> StepOutput:
        loss, output, found, norm = gradients(inputs, target, weight)
        optimizer.apply(found, model.trainable_variables)
        objective.update(target, output, weight)
        return loss, norm

    def score(scored: keras.Model, inputs: Any, target: Any, weight: Any) -> StepOutput:
        output = scored(inputs, training=False)
        objective.update(target, output, weight)
        total, count = total_and_count(target, output, weight)
        return total + penalty(scored) * count, objective.probabilities(output)

    @traced_once
    @tf.function(input_signature=(_specs(twin), *outcomes), autograph=False, reduce_retracing=True)
    def evaluate(inputs: Any, target: Any, weight: Any) -> StepOutput:
        return score(twin, inputs, target, weight)

    @traced_once
    @tf.function(input_signature=(_specs(model), *outcomes), autograph=False, reduce_retracing=True)
    def carry(inputs: Any, target: Any, weight: Any) -> StepOutput:
        return score(model, inputs, target, weight)

    @traced_once
    @tf.function(input_signature=(_specs(twin),), autograph=False, reduce_retracing=True)
    def predict(inputs: Any) -> Any:
        return objective.probabilities(twin(inputs, training=False))

    dtypes = {tensor.name: tensor.dtype for tensor in twin.inputs}

    def tensors(inputs: Any, target: Any, weight: Any) -> tuple[Any, Any, Any]:
        read = {name: tf.convert_to_tensor(inputs[name], dtype) for name, dtype in dtypes.items()}
        given = zip((target, weight), outcomes, strict=True)
        return read, *(tf.convert_to_tensor(each, spec.dtype) for each, spec in given)

    return Steps(train, evaluate, predict, carry, tensors)


def _specs(model: keras.Model) -> dict[str, Any]:
    """Return type and shape of every input; the batch has any size unless the model fixes it."""
    return {tensor.name: tf.TensorSpec(tuple(tensor.shape), tensor.dtype) for tensor in model.inputs}


def _norm(found: list[Any], optimizer: keras.optimizers.Optimizer, dtype: str) -> Any:
    """Return the norm of the gradient before the loss was scaled; 0 where scaling leaves the step out."""
    norm = tf.linalg.global_norm([tf.cast(gradient, dtype) for gradient in found]) / optimizer.scale_loss(1.0)
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return norm
    return tf.where(tf.math.is_finite(norm), norm, tf.zeros_like(norm))
