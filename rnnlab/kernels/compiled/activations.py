"""tanh and sigmoid of sixteen numbers at once.

The rational approximation of tanh is the one that TensorFlow itself uses on CPUs (Eigen's `ptanh_float`): a few units
in the last place from the true value, and 1 beyond 7.9.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rnnlab.kernels.compiled.vector import INLINE, clamp, fma, splat

BOUND = np.float32(7.90531110763549805)
ABOVE = tuple(
    np.float32(number)
    for number in (
        -2.76076847742355e-16,
        2.00018790482477e-13,
        -8.60467152213735e-11,
        5.12229709037114e-08,
        1.48572235717979e-05,
        6.37261928875436e-04,
        4.89352455891786e-03,
    )
)
BELOW = tuple(
    np.float32(number)
    for number in (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)
)
HALF, ONE, ZERO = np.float32(0.5), np.float32(1), np.float32(0)


@njit(**INLINE)
def tanh(x: Any) -> Any:
    """Return the hyperbolic tangents."""
    x = clamp(x, splat(-BOUND), splat(BOUND))
    y = x * x
    above = fma(y, splat(ABOVE[0]), splat(ABOVE[1]))
    above = fma(y, above, splat(ABOVE[2]))
    above = fma(y, above, splat(ABOVE[3]))
    above = fma(y, above, splat(ABOVE[4]))
    above = fma(y, above, splat(ABOVE[5]))
    above = fma(y, above, splat(ABOVE[6]))
    below = fma(y, splat(BELOW[0]), splat(BELOW[1]))
    below = fma(y, below, splat(BELOW[2]))
    below = fma(y, below, splat(BELOW[3]))
    return x * above / below


@njit(**INLINE)
def sigmoid(x: Any) -> Any:
    """Return 1/(1 + exp(-x)), which is (tanh(x/2) + 1)/2."""
    half = splat(HALF)
    return fma(tanh(x * half), half, half)


@njit(**INLINE)
def one() -> Any:
    """Return sixteen ones."""
    return splat(ONE)


@njit(**INLINE)
def zero() -> Any:
    """Return sixteen zeros."""
    return splat(ZERO)
