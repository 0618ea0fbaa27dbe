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

from rnnlab.kernels.compiled.vector import (
    CALLED,
    FLOAT,
    VECTOR,
    load_vector,
    multiply_add,
    pointer,
    splat_scalar,
    store_vector,
)
from rnnlab.kernels.constants import LANES

PLACE = ir.IntType(64)
FEATURES = numba.config.CPU_FEATURES  # of `$NUMBA_CPU_FEATURES`; None for those of this processor
WIDE = "+avx512f" in FEATURES if FEATURES else bool(binding.get_host_cpu_features().get("avx512f"))
ROWS, PANELS = (8, 3) if WIDE else (6, 1)
"""Rows and panels of a tile: its sums, a row of each panel and a number fit into the registers, 32 with AVX-512 and
16 without. The more of both, the fewer loads for each multiplication."""


def _tile(rows: int, panels: int) -> Any:
    """Return the product of `rows` rows and `panels` panels, its sums kept in registers."""
    places = [(i, p) for i in range(rows) for p in range(panels)]

    @intrinsic
    def tile(
        typing: Any,
        left: Any,
        step: Any,
        stride: Any,
        panel: Any,
        jump: Any,
        depth: Any,
        out: Any,
        width: Any,
        start: Any,
        pad: Any,
        ahead: Any,
    ) -> Any:
        """Write out[i, p, :16] = start[i, p, :16] + sum over k of left[i, k]·panel[p, k, :16].

        `left[i, k]` stands at i·stride + k·step, `panel[p]` at p·jump, `out[i, p]` at i·width + p·ahead, `start[i, p]`
        at i·pad + p·ahead; `depth` is the number of k, at least 1.
        """

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            left, step, stride, panel, jump, depth, out, width, start, pad, ahead = args
            before, body, end = builder.block, builder.append_basic_block("k"), builder.append_basic_block("done")
            offsets = [builder.mul(stride, PLACE(i)) for i in range(rows)]
            starts = [builder.add(panel, builder.shl(builder.mul(jump, PLACE(p)), PLACE(2))) for p in range(panels)]
            builder.branch(body)
            builder.position_at_end(body)
            k = builder.phi(PLACE)
            k.add_incoming(PLACE(0), before)
            sums = {place: builder.phi(VECTOR) for place in places}
            weights = [load_vector(builder, at, builder.shl(k, PLACE(4))) for at in starts]
            moved = builder.mul(k, step)
            grown = {}
            for i in range(rows):
                number = builder.load(pointer(builder, left, builder.add(offsets[i], moved)), typ=FLOAT)
                spread = splat_scalar(builder, number)
                for p in range(panels):
                    sums[i, p].add_incoming(ir.Constant(VECTOR, [0.0] * LANES), before)
                    grown[i, p] = multiply_add(builder, spread, weights[p], sums[i, p])
                    sums[i, p].add_incoming(grown[i, p], body)
            following = builder.add(k, PLACE(1))
            k.add_incoming(following, body)
            builder.cbranch(builder.icmp_signed("<", following, depth), body, end)
            builder.position_at_end(end)
            for i, p in places:
                across = builder.mul(ahead, PLACE(p))
                begun = load_vector(builder, start, builder.add(builder.mul(pad, PLACE(i)), across))
                total = builder.fadd(begun, grown[i, p])
                store_vector(builder, total, out, builder.add(builder.mul(width, PLACE(i)), across))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 11), generate

    return tile


def _multiply(panels: int) -> Any:
    """Return the product of any number of rows and `panels` panels; addresses and places as in `_tile`."""
    tile_full, tile_4, tile_2, tile_1 = (_tile(rows, panels) for rows in (ROWS, 4, 2, 1))

    @njit(**CALLED)
    def multiply(
        rows: Any, left: Any, step: Any, stride: Any, panel: Any, jump: Any, depth: Any, out: Any, width: Any,
        start: Any, pad: Any, ahead: Any,
    ) -> None:  # fmt: skip
        i = 0
        while i + ROWS <= rows:
            tile_full(left, step, stride, panel, jump, depth, out, width, start, pad, ahead)
            left, out, start, i = left + 4 * ROWS * stride, out + 4 * ROWS * width, start + 4 * ROWS * pad, i + ROWS
        if i + 4 <= rows:
            tile_4(left, step, stride, panel, jump, depth, out, width, start, pad, ahead)
            left, out, start, i = left + 16 * stride, out + 16 * width, start + 16 * pad, i + 4
        if i + 2 <= rows:
            tile_2(left, step, stride, panel, jump, depth, out, width, start, pad, ahead)
            left, out, start, i = left + 8 * stride, out + 8 * width, start + 8 * pad, i + 2
        if i < rows:
            tile_1(left, step, stride, panel, jump, depth, out, width, start, pad, ahead)

    return multiply


multiply_1, multiply_2, multiply_3 = (_multiply(min(panels, PANELS)) for panels in (1, 2, 3))


@njit(**CALLED)
def multiply_panels(
    rows: Any, left: Any, step: Any, stride: Any, panels: Any, jump: Any, count: Any, depth: Any, out: Any, width: Any,
    start: Any, pad: Any, ahead: Any,
) -> None:  # fmt: skip
    """Write the columns of `count` panels of out = start + left·panels; addresses and places as in `_tile`."""
    p = 0
    while p < count:
        at, target, begun = panels + 4 * p * jump, out + 4 * p * ahead, start + 4 * p * ahead
        if PANELS >= 3 and p + 3 <= count:
            multiply_3(rows, left, step, stride, at, jump, depth, target, width, begun, pad, ahead)
            p += 3
        elif PANELS >= 2 and p + 2 <= count:
            multiply_2(rows, left, step, stride, at, jump, depth, target, width, begun, pad, ahead)
            p += 2
        else:
            multiply_1(rows, left, step, stride, at, jump, depth, target, width, begun, pad, ahead)
            p += 1


@njit(**CALLED)
def product(
    rows: Any, left: Any, stride: Any, panels: Any, jump: Any, depth: Any, columns: Any, out: Any, width: Any,
    start: Any, pad: Any,
) -> None:  # fmt: skip
    """Write out = start + left·weights: (rows, columns) from (rows, depth) and panels `jump` numbers apart."""
    multiply_panels(rows, left, 1, stride, panels, jump, columns // LANES, depth, out, width, start, pad, LANES)
