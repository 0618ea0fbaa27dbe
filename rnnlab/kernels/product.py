"""Matrix products as recurrent layers need them: few rows, weights that stay, sixteen columns at a time.

Weights are read as panels: `panels[p, k, j]` is row k, column 16p + j, so that the inner loop reads them in order.
Every number of a result is summed over k in one order, whatever rows are computed beside it.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import binding, ir
from numba import njit, types
from numba.extending import intrinsic

from rnnlab.kernels.vector import CALLED, FLOAT, LANES, load_vector, multiply_add, pointer, splat_scalar, store_vector

PLACE = ir.IntType(64)
FEATURES = numba.config.CPU_FEATURES  # of `$NUMBA_CPU_FEATURES`; None for those of this processor
WIDE = "+avx512f" in FEATURES if FEATURES else bool(binding.get_host_cpu_features().get("avx512f"))
ROWS = 12 if WIDE else 6
"""Rows of a tile: its sums, a panel's row and a number must fit into the registers, 32 with AVX-512 and 16 without."""


def _tile(rows: int) -> Any:
    """Return the product of `rows` rows and one panel, its sums kept in registers."""

    @intrinsic
    def tile(
        typing: Any,
        left: Any,
        step: Any,
        stride: Any,
        panel: Any,
        depth: Any,
        out: Any,
        width: Any,
        start: Any,
        pad: Any,
    ) -> Any:
        """Write out[i, :16] = start[i, :16] + sum over k of left[i, k]·panel[k, :16].

        `left[i, k]` stands at i·stride + k·step, `out[i]` at i·width, `start[i]` at i·pad; `depth` is the number of k.
        """

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            left, step, stride, panel, depth, out, width, start, pad = args
            before = builder.block
            body, end = builder.append_basic_block("k"), builder.append_basic_block("done")
            first = [load_vector(builder, start, builder.mul(pad, PLACE(i))) for i in range(rows)]
            offsets = [builder.mul(stride, PLACE(i)) for i in range(rows)]
            builder.cbranch(builder.icmp_signed("<", PLACE(0), depth), body, end)
            builder.position_at_end(body)
            k = builder.phi(PLACE)
            k.add_incoming(PLACE(0), before)
            sums = [builder.phi(first[0].type) for _ in range(rows)]
            weights = load_vector(builder, panel, builder.shl(k, PLACE(4)))
            moved = builder.mul(k, step)
            grown = []
            for i in range(rows):
                sums[i].add_incoming(first[i], before)
                number = builder.load(pointer(builder, left, builder.add(offsets[i], moved)), typ=FLOAT)
                grown.append(multiply_add(builder, splat_scalar(builder, number), weights, sums[i]))
                sums[i].add_incoming(grown[i], body)
            following = builder.add(k, PLACE(1))
            k.add_incoming(following, body)
            builder.cbranch(builder.icmp_signed("<", following, depth), body, end)
            builder.position_at_end(end)
            for i in range(rows):
                result = builder.phi(first[0].type)
                result.add_incoming(first[i], before)
                result.add_incoming(grown[i], body)
                sums[i] = result
            for i in range(rows):
                store_vector(builder, sums[i], out, builder.mul(width, PLACE(i)))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 9), generate

    return tile


tile_full, tile_6, tile_4, tile_2, tile_1 = (_tile(rows) for rows in (ROWS, 6, 4, 2, 1))


@njit(**CALLED)
def multiply(
    rows: Any, left: Any, step: Any, stride: Any, panel: Any, depth: Any, out: Any, width: Any, start: Any, pad: Any
) -> None:
    """Write one panel's columns of out = start + left·panel for all rows; addresses and places as in `tile`."""
    i = 0
    while i + ROWS <= rows:
        at = left + 4 * i * stride
        tile_full(at, step, stride, panel, depth, out + 4 * i * width, width, start + 4 * i * pad, pad)
        i += ROWS
    while i + 6 <= rows:
        at = left + 4 * i * stride
        tile_6(at, step, stride, panel, depth, out + 4 * i * width, width, start + 4 * i * pad, pad)
        i += 6
    while i + 4 <= rows:
        at = left + 4 * i * stride
        tile_4(at, step, stride, panel, depth, out + 4 * i * width, width, start + 4 * i * pad, pad)
        i += 4
    while i + 2 <= rows:
        at = left + 4 * i * stride
        tile_2(at, step, stride, panel, depth, out + 4 * i * width, width, start + 4 * i * pad, pad)
        i += 2
    if i < rows:
        at = left + 4 * i * stride
        tile_1(at, step, stride, panel, depth, out + 4 * i * width, width, start + 4 * i * pad, pad)


@njit(**CALLED)
def product(
    rows: Any, left: Any, stride: Any, panels: Any, jump: Any, depth: Any, columns: Any, out: Any, width: Any,
    start: Any, pad: Any,
) -> None:  # fmt: skip
    """Write out = start + left·weights: (rows, columns) from (rows, depth) and panels `jump` numbers apart."""
    for column in range(0, columns, LANES):
        panel = panels + 4 * (column // LANES) * jump
        multiply(rows, left, 1, stride, panel, depth, out + 4 * column, width, start + 4 * column, pad)
