"""The optimizer of the file as Keras's."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from rnnlab.optimizers import Optimizer


def build_optimizer(spec: Optimizer) -> keras.optimizers.Optimizer:
    """Return the Keras optimizer; its weight decay is a variable, so that compiled steps serve other numbers too."""
    rate: Any = spec.learning_rate
    if not isinstance(rate, int | float):
        rate = getattr(keras.optimizers.schedules, rate.keras_class)(**rate.keras_arguments())
    optimizer = getattr(keras.optimizers, spec.keras_class)(learning_rate=rate, **spec.keras_arguments())
    if spec.weight_decay is not None:
        _vary_decay(optimizer, spec.weight_decay)
    return optimizer


def _vary_decay(optimizer: keras.optimizers.Optimizer, number: float) -> None:
    """Let an optimizer read its weight decay from a variable; its configuration goes on saying the number."""
    config = optimizer.get_config
    optimizer.weight_decay = tf.Variable(number, trainable=False, dtype=tf.float64)
    optimizer.get_config = lambda: config() | {"weight_decay": float(optimizer.weight_decay.numpy())}


def assign_numbers(optimizer: keras.optimizers.Optimizer, spec: Optimizer) -> None:
    """Give a built optimizer the learning rate and weight decay of another spec; a schedule stays."""
    own = optimizer.inner_optimizer if isinstance(optimizer, keras.optimizers.LossScaleOptimizer) else optimizer
    if isinstance(spec.learning_rate, int | float):
        own.learning_rate = spec.learning_rate
    if spec.weight_decay is not None:
        own.weight_decay.assign(spec.weight_decay)


def scaling(optimizer: keras.optimizers.Optimizer, model: keras.Model) -> keras.optimizers.Optimizer:
    """Return the optimizer that scales the loss where a layer of the model computes in float16, else itself.

    Gradients below 6e-8 are 0 in float16. The loss is multiplied by a number that grows as long as all gradients are
    finite; a step whose gradients are not changes no weight and halves it.
    """
    if all(layer.compute_dtype != "float16" for layer in model.layers):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)
