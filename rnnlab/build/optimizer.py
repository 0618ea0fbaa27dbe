"""The optimizer of the file as Keras's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from itertools import compress
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnlab.build.machine import threads
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


def use_adam_kernel(optimizer: keras.optimizers.Optimizer) -> None:
    """Let Adam and AdamW compute their steps in one pass over memory, on a CPU and where all numbers are float32.

    What comes before and after is Keras's: clipping, weight decay, and the count of steps. So is `amsgrad`.
    """
    known = type(optimizer) in (keras.optimizers.Adam, keras.optimizers.AdamW) and not optimizer.amsgrad
    if known and not tf.config.get_visible_devices("GPU"):
        optimizer._backend_update_step = partial(_update, optimizer, optimizer._backend_update_step)


def _update(
    optimizer: keras.optimizers.Optimizer, update: Any, gradients: Sequence[Any], variables: Sequence[Any], rate: Any
) -> None:
    """Change all variables: see `Adam.update_step` in keras/src/optimizers/adam.py, Keras 3.15.

    What is large goes where TensorFlow has it: its allocator gives nothing back, so that what the first numbers and
    their making took would lie idle beside memory of our own. Called by itself, TensorFlow would fill a copy.
    """
    from rnnlab.kernels.adam import APART, adam_steps, filled, is_apart  # takes a second

    if any(variable.dtype != "float32" for variable in variables):
        update(gradients, variables, rate)
        return
    places = [optimizer._get_variable_index(variable) for variable in variables]
    kept = [[slots[place] for place in places] for slots in (optimizer._momentums, optimizer._velocities)]
    changed = [each.value for each in (*kept[0], *kept[1], *variables)]
    one, step = tf.ones(()), tf.cast(optimizer.iterations + 1, tf.float32)
    powers = [tf.pow(tf.cast(beta, tf.float32), step) for beta in (optimizer.beta_1, optimizer.beta_2)]
    alpha = tf.cast(rate, tf.float32) * tf.sqrt(one - powers[1]) / (one - powers[0])
    mean, square = np.float32(1 - optimizer.beta_1), np.float32(1 - optimizer.beta_2)
    epsilon, read = np.float32(optimizer.epsilon), len(gradients) + len(changed)

    def compute(alpha: Any, *given: Any) -> Any:  # TensorFlow keeps it: it must know no tensor
        return adam_steps(alpha, mean, square, epsilon, given[:read], threads(), given[read:])

    count = len(variables)
    changing = [changed[place + part * count] for place in range(count) for part in range(len(changed) // count)]
    sizes = [variable.shape.num_elements() for variable in changing]
    own = [is_apart(size) and not tf.executing_eagerly() and lends_memory(APART) for size in sizes]
    apart, joined = (list(compress(changing, [each is alone for each in own])) for alone in (True, False))
    with tf.control_dependencies(gradients):  # until then others use the memory
        spaces = [tf.raw_ops.Empty(shape=variable.shape, dtype=tf.float32) for variable in apart]
    given = [alpha, *gradients, *changed, *spaces]
    numbers = tf.numpy_function(compute, given, tf.float32, stateful=not joined)  # or nobody would read what it gives
    news = tf.split(numbers, [filled(variable.shape.num_elements()) for variable in joined]) if joined else []
    for variable, new in zip(joined, news, strict=True):
        variable.assign(tf.reshape(new[: variable.shape.num_elements()], variable.shape))
    with tf.control_dependencies([numbers]):
        for variable, new in zip(apart, spaces, strict=True):
            variable.assign(new)


@cache
def lends_memory(size: int) -> bool:
    """Return whether NumPy may fill a tensor of so many numbers: TensorFlow gives it the memory, not a copy.

    Nobody promises it.

    Source: `ConvertTensorToNdarray` in tensorflow/python/lib/core/py_func.cc: an array that shares the tensor's memory,
    or a copy.
    """

    def fill(space: Any) -> Any:
        space.fill(1)
        return np.float32(1)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def filled() -> Any:
        space = tf.raw_ops.Empty(shape=(size,), dtype=tf.float32, init=True)
        with tf.control_dependencies([tf.numpy_function(fill, [space], tf.float32)]):
            return tf.identity(space)

    with tf.init_scope():
        return bool(tf.reduce_all(filled() == 1.0))


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
