"""What happens to one sample within a timestep, forward and backward, once the products are done.

Everything is named by the address of its first number. A sample's gates lie side by side, `width` numbers each (the
units, filled up to sixteens); the same holds for their gradients. On the way back `d_h` goes from the gradient of h' to
what comes back to h beside the products. The formulas are those of `rnnlab.reference`, where they can be read.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from rnnlab.kernels.compiled.activations import one, sigmoid, tanh, zero
from rnnlab.kernels.compiled.vector import INLINE, fma, load, store, stream
from rnnlab.kernels.constants import LANES


@njit(**INLINE)
def simple_rnn(sums: Any, h_next: Any, width: Any) -> None:
    """Write h' = tanh(sums)."""
    for j in range(0, width, LANES):
        store(h_next, j, tanh(load(sums, j)))


@njit(**INLINE)
def simple_rnn_back(h_next: Any, d_h: Any, d_sums: Any, width: Any) -> None:
    """Write the gradient of the sums."""
    for j in range(0, width, LANES):
        h = load(h_next, j)
        store(d_sums, j, load(d_h, j) * (one() - h * h))
        store(d_h, j, zero())


@njit(**INLINE)
def lstm(sums: Any, c: Any, c_next: Any, h_next: Any, gates: Any, width: Any) -> None:
    """Write i, f, g, o of their sums, c' = f c + i g and h' = o tanh(c')."""
    for j in range(0, width, LANES):
        i, f = sigmoid(load(sums, j)), sigmoid(load(sums, width + j))
        g, o = tanh(load(sums, 2 * width + j)), sigmoid(load(sums, 3 * width + j))
        cell = fma(f, load(c, j), i * g)
        stream(gates, j, i)
        stream(gates, width + j, f)
        stream(gates, 2 * width + j, g)
        stream(gates, 3 * width + j, o)
        store(c_next, j, cell)
        store(h_next, j, o * tanh(cell))


@njit(**INLINE)
def lstm_back(gates: Any, c: Any, c_next: Any, d_h: Any, d_c: Any, d_sums: Any, width: Any) -> None:
    """Write the gradients of the four sums; `d_c` goes from that of c' to that of c."""
    for j in range(0, width, LANES):
        i, f = load(gates, j), load(gates, width + j)
        g, o = load(gates, 2 * width + j), load(gates, 3 * width + j)
        shown, d = tanh(load(c_next, j)), load(d_h, j)
        d_cell = fma(d * o, one() - shown * shown, load(d_c, j))
        store(d_sums, j, d_cell * g * (i * (one() - i)))
        store(d_sums, width + j, d_cell * load(c, j) * (f * (one() - f)))
        store(d_sums, 2 * width + j, d_cell * i * (one() - g * g))
        store(d_sums, 3 * width + j, d * shown * (o * (one() - o)))
        store(d_c, j, d_cell * f)
        store(d_h, j, zero())


@njit(**INLINE)
def gru(sums: Any, h: Any, h_next: Any, gates: Any, width: Any) -> None:
    """Write z, r, g of their sums and h' = z h + (1 - z) g; the fourth block is h R + b of the candidate."""
    for j in range(0, width, LANES):
        z, r = sigmoid(load(sums, j)), sigmoid(load(sums, width + j))
        inside = load(sums, 3 * width + j)
        g = tanh(fma(r, inside, load(sums, 2 * width + j)))
        stream(gates, j, z)
        stream(gates, width + j, r)
        stream(gates, 2 * width + j, g)
        stream(gates, 3 * width + j, inside)
        store(h_next, j, fma(z, load(h, j), (one() - z) * g))


@njit(**INLINE)
def gru_back(gates: Any, h: Any, d_h: Any, d_sums: Any, width: Any) -> None:
    """Write the gradients of the sums and, fourth, of h R + b of the candidate."""
    for j in range(0, width, LANES):
        z, r, g = load(gates, j), load(gates, width + j), load(gates, 2 * width + j)
        d = load(d_h, j)
        d_g = d * (one() - z) * (one() - g * g)
        store(d_sums, j, d * (load(h, j) - g) * (z * (one() - z)))
        store(d_sums, width + j, d_g * load(gates, 3 * width + j) * (r * (one() - r)))
        store(d_sums, 2 * width + j, d_g)
        store(d_sums, 3 * width + j, d_g * r)
        store(d_h, j, d * z)


@njit(**INLINE)
def gru_reset(gates: Any, h: Any, kept: Any, dropped: Any, width: Any) -> None:
    """Write z and r over their sums and r h into the fourth block: what the candidate's product reads.

    `kept` is what recurrent dropout leaves of h, where `dropped`.
    """
    for j in range(0, width, LANES):
        r = sigmoid(load(gates, width + j))
        store(gates, j, sigmoid(load(gates, j)))
        store(gates, width + j, r)
        read = load(h, j) * load(kept, j) if dropped else load(h, j)
        store(gates, 3 * width + j, r * read)


@njit(**INLINE)
def gru_mix(gates: Any, h: Any, h_next: Any, width: Any) -> None:
    """Write g over its sum and h' = z h + (1 - z) g."""
    for j in range(0, width, LANES):
        z, g = load(gates, j), tanh(load(gates, 2 * width + j))
        store(gates, 2 * width + j, g)
        store(h_next, j, fma(z, load(h, j), (one() - z) * g))


@njit(**INLINE)
def gru_mix_back(gates: Any, h: Any, d_h: Any, d_sums: Any, width: Any) -> None:
    """Write the gradients of the sums of z and g."""
    for j in range(0, width, LANES):
        z, g, d = load(gates, j), load(gates, 2 * width + j), load(d_h, j)
        store(d_sums, j, d * (load(h, j) - g) * (z * (one() - z)))
        store(d_sums, 2 * width + j, d * (one() - z) * (one() - g * g))
        store(d_h, j, d * z)


@njit(**INLINE)
def gru_reset_back(
    gates: Any, h: Any, kept: Any, dropped: Any, d_reset: Any, d_h: Any, d_sums: Any, width: Any
) -> None:
    """Write the gradient of the sum of r, and add to `d_h` what goes back through r h, whose gradient is `d_reset`."""
    for j in range(0, width, LANES):
        r, d = load(gates, width + j), load(d_reset, j)
        if dropped:
            d = d * load(kept, j)
        store(d_sums, width + j, d * load(h, j) * (r * (one() - r)))
        store(d_h, j, fma(d, r, load(d_h, j)))


@njit(**INLINE)
def multiply_row(left: Any, right: Any, out: Any, width: Any) -> None:
    """Write left·right."""
    for j in range(0, width, LANES):
        store(out, j, load(left, j) * load(right, j))


@njit(**INLINE)
def add_product_row(left: Any, right: Any, out: Any, width: Any) -> None:
    """Add left·right."""
    for j in range(0, width, LANES):
        store(out, j, fma(load(left, j), load(right, j), load(out, j)))


@njit(**INLINE)
def add_row(added: Any, out: Any, width: Any) -> None:
    """Add a row."""
    for j in range(0, width, LANES):
        store(out, j, load(out, j) + load(added, j))
