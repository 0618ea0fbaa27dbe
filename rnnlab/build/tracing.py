"""Compiled functions of which a process makes many, because it trains and loads many models."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.eager.polymorphic_function.function_type_utils import canonicalize_function_inputs
from tensorflow.python.framework import ops

SOON = 2e-5  # seconds
OWN_GRADIENT = "CustomGradient-"
"""How the names begin under which TensorFlow keeps what `tf.custom_gradient` says."""


@dataclass(frozen=True, eq=False)
class _Traced:
    """What TensorFlow made of a `tf.function`; the graph in Python is not kept.

    Tensors are taken as they are, in the order of their names; anything else is bound to the signature first.

    Attributes:
        function: in TensorFlow's runtime, of a name of its own.
        captured: tensors that are given to it behind the arguments.
        outer: keeps the Python functions that are called by it.
    """

    function: Any
    captured: list[Any]
    outer: Any

    def __call__(self, *given: Any) -> Any:
        arguments = tf.nest.flatten(given)
        if not all(isinstance(each, tf.Tensor) for each in arguments):
            kind = self.function.function_type
            arguments = kind.unpack_inputs(canonicalize_function_inputs(given, {}, kind))
        return self.function.call_preflattened([*arguments, *self.captured])


def traced_once(compiled: Any) -> Callable[..., Any]:
    """Return a `tf.function` with an input signature that is traced when it is first called, and not counted.

    TensorFlow counts the calls that trace by the code of the Python function, which every model here shares: the fifth
    short run of a process would be warned of retracing, although each function is traced once. It does not count
    what is traced by `get_concrete_function`.

    Nor does what was traced look at every call which of its traces fits. What it was traced from is given up: a small
    LSTM's graph is 20 MiB of Python objects that no call needs. So there is no gradient through the calls.

    Source: `_get_key_for_call_stats` in tensorflow/python/eager/polymorphic_function/polymorphic_function.py,
    `_call_with_structured_signature` in concrete_function.py there, 2.21.
    """
    waiting, traced = [compiled], list[_Traced]()
    del compiled

    def call(*given: Any) -> Any:
        if waiting:
            traced.append(_trace(waiting[0]))
            waiting.clear()
        return traced[0](*given)

    return call


def _trace(compiled: Any) -> _Traced:
    with _gradients_forgotten():
        concrete = compiled.get_concrete_function()
    _drop_graphs(concrete.inference_fn)
    return _Traced(concrete.inference_fn, concrete.captured_inputs, concrete.graph.outer_graph)


def _drop_graphs(function: Any) -> None:
    """Let a function and those that it calls not keep their graphs; an error's message makes them again."""
    function._cached_graph = None
    for child in function._children:
        _drop_graphs(child)


@contextmanager
def _gradients_forgotten() -> Iterator[None]:
    """Forget the gradients of its own that what is traced in the block has: nobody asks for them afterwards.

    TensorFlow keeps each under a name of its own for as long as the process lives, and with it the whole graph that it
    stands in, as every optimizer's step has one. What somebody registers under a name of his own, as a module may that
    is imported meanwhile, stays.

    Source: `_graph_mode_decorator` in tensorflow/python/ops/custom_gradient.py, 2.21.
    """
    kept = set(ops.gradient_registry.list())
    try:
        yield
    finally:
        for name in set(ops.gradient_registry.list()) - kept:
            if name.startswith(OWN_GRADIENT):
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
