"""Compiled functions of which a process makes many, because it trains and loads many models."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.framework import ops

SOON = 2e-5  # seconds


def traced_once(compiled: Any) -> Callable[..., Any]:
    """Return a `tf.function` with an input signature that is traced when it is first called, and not counted.

    TensorFlow counts the calls that trace by the code of the Python function, which every model here shares: the fifth
    short run of a process would be warned of retracing, although each function is traced once. It does not count
    what is traced by `get_concrete_function`.

    Nor does what was traced look at every call which of its traces fits.

    Source: `_get_key_for_call_stats` in tensorflow/python/eager/polymorphic_function/polymorphic_function.py, 2.21.
    """

    @functools.cache
    def trace() -> Any:
        with _gradients_forgotten():
            return compiled.get_concrete_function()

    def call(*given: Any) -> Any:
        return trace()(*given)

    return call


@contextmanager
def _gradients_forgotten() -> Iterator[None]:
    """Forget the gradients of its own that what is traced in the block has: nobody asks for them afterwards.

    TensorFlow keeps each under a name of its own for as long as the process lives, and with it the whole graph that it
    stands in: 20 MiB of a small model, as every optimizer has one.

    Source: `_graph_mode_decorator` in tensorflow/python/ops/custom_gradient.py, 2.21.
    """
    kept = set(ops.gradient_registry.list())
    try:
        yield
    finally:
        for name in set(ops.gradient_registry.list()) - kept:
            del ops.gradient_registry._registry[name]


@contextmanager
def overlapping() -> Iterator[None]:
    """Let this thread call compiled functions without waiting for what they give.

    They run one after the other in a thread of TensorFlow's, while Python gets the next call ready; a call on a CPU
    takes Python half a millisecond. An error is raised where something of what was computed is read.

    Kernels that begin meanwhile ask for Python's lock; it is handed over after microseconds, not after five
    milliseconds.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SOON)
    tf.config.experimental.set_synchronous_execution(False)
    try:
        yield
        context.async_wait()
    except BaseException:
        tf.experimental.async_clear_error()  # or it would be raised again by everything after it
        raise
    finally:
        tf.config.experimental.set_synchronous_execution(True)
        sys.setswitchinterval(interval)
