"""One optimizer step and one evaluation, compiled once for all batch sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from rnnlab.build import Objective

StepOutput = tuple[Any, Any]


@dataclass(frozen=True)
class Steps:
    """The compiled functions.

    Attributes:
        train: (inputs, target, weight) to (loss of the batch, norm of the gradient); changes the model.
        evaluate: (inputs, target, weight) to (sum of the samples' losses, outputs); changes the metrics only.
        predict: inputs to outputs, probabilities where the head gives logits.
    """

    train: Callable[[Any, Any, Any], StepOutput]
    evaluate: Callable[[Any, Any, Any], StepOutput]
    predict: Callable[[Any], Any]


def compile_steps(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, objective: Objective, *, xla: bool = False
) -> Steps:
    """Return the compiled steps of a model.

    The gradient of an embedding is made dense: Keras on TensorFlow does not merge the rows of a sparse one that
    stand twice before Adam squares them, so its moments are not those of the true gradient.
    """
    optimizer.build(model.trainable_variables)
    inputs = {tensor.name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for tensor in model.inputs}
    target = tf.TensorSpec((None,), tf.int64 if objective.head.task == "classification" else tf.float32)
    dtype = objective.head.dtype
    signature = (inputs, target, tf.TensorSpec((None,), tf.float32))

    def penalty() -> Any:
        return tf.add_n([tf.cast(each, dtype) for each in model.losses]) if model.losses else 0.0

    @tf.function(input_signature=signature, jit_compile=xla, reduce_retracing=True)
    def gradients(inputs: Any, target: Any, weight: Any) -> Any:
        with tf.GradientTape() as tape:
            output = model(inputs, training=True)
            loss = tf.reduce_mean(objective.losses(target, output) * tf.cast(weight, dtype)) + penalty()
            scaled = optimizer.scale_loss(loss)
        variables = [variable.value for variable in model.trainable_variables]
        found = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(scaled, variables)]
        return loss, output, found, _norm(found, optimizer, dtype)

    @tf.function(input_signature=signature, reduce_retracing=True)
    def train(inputs: Any, target: Any, weight: Any) -> StepOutput:
        loss, output, found, norm = gradients(inputs, target, weight)
        optimizer.apply(found, model.trainable_variables)
        objective.update(target, output)
        return loss, norm

    @tf.function(input_signature=signature, reduce_retracing=True)
    def evaluate(inputs: Any, target: Any, weight: Any) -> StepOutput:
        output = model(inputs, training=False)
        objective.update(target, output)
        losses = objective.losses(target, output) * tf.cast(weight, dtype) + penalty()
        return tf.reduce_sum(losses), objective.probabilities(output)

    @tf.function(input_signature=(inputs,), reduce_retracing=True)
    def predict(inputs: Any) -> Any:
        return objective.probabilities(model(inputs, training=False))

    return Steps(train, evaluate, predict)


def _norm(found: list[Any], optimizer: keras.optimizers.Optimizer, dtype: str) -> Any:
    """Return the norm of the gradient before the loss was scaled; 0 where scaling leaves the step out."""
    norm = tf.linalg.global_norm([tf.cast(gradient, dtype) for gradient in found]) / optimizer.scale_loss(1.0)
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return norm
    return tf.where(tf.math.is_finite(norm), norm, tf.zeros_like(norm))
