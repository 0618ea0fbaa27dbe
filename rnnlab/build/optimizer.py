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
