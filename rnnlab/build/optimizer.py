"""The optimizer of the file as Keras's."""

from __future__ import annotations

from typing import Any

import keras

from rnnlab.optimizers import Optimizer


def build_optimizer(spec: Optimizer) -> keras.optimizers.Optimizer:
    """Return the Keras optimizer."""
    rate: Any = spec.learning_rate
    if not isinstance(rate, int | float):
        rate = getattr(keras.optimizers.schedules, rate.keras_class)(**rate.keras_arguments())
    return getattr(keras.optimizers, spec.keras_class)(learning_rate=rate, **spec.keras_arguments())


def scaling(optimizer: keras.optimizers.Optimizer, model: keras.Model) -> keras.optimizers.Optimizer:
    """Return the optimizer that scales the loss where a layer of the model computes in float16, else itself.

    Gradients below 6e-8 are 0 in float16. The loss is multiplied by a number that grows as long as all gradients are
    finite; a step whose gradients are not changes no weight and halves it.
    """
    if all(layer.compute_dtype != "float16" for layer in model.layers):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)
