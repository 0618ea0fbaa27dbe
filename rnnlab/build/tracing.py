"""Compiled functions of which a process makes many, because it trains and loads many models."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def traced_once(compiled: Any) -> Callable[..., Any]:
    """Return a `tf.function` with an input signature that is traced when it is first called, and not counted.

    TensorFlow counts the calls that trace by the code of the Python function, which every model here shares: the fifth
    short run of a process would be warned of retracing, although each function is traced once. It does not count
    what is traced by `get_concrete_function`.

    Source: `_get_key_for_call_stats` in tensorflow/python/eager/polymorphic_function/polymorphic_function.py, 2.21.
    """
    trace = functools.cache(compiled.get_concrete_function)

    def call(*given: Any) -> Any:
        trace()
        return compiled(*given)

    return call
