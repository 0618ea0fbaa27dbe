"""What each kernel does, and numba doing it in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

from rnnlab.kernels import entries
from rnnlab.kernels.compiled import back, gradients, loop, order, panels, reads, steps
from rnnlab.kernels.compiled.options import options, signature
from rnnlab.kernels.entries import Kernel

BODIES: dict[Kernel, Callable[..., None]] = {
    entries.forward: loop.forward,
    entries.backward: back.backward,
    entries.collect: gradients.collect,
    entries.weight_gradient: gradients.weight_gradient,
    entries.pack_columns: panels.pack_columns,
    entries.pack_rows: panels.pack_rows,
    entries.show_outputs: panels.show_outputs,
    entries.show_prefix: panels.show_prefix,
    entries.gather_outputs: panels.gather_outputs,
    entries.project: reads.project,
    entries.add_by_row: reads.add_by_row,
    entries.count_zeros: reads.count_zeros,
    entries.look_up: reads.look_up,
    entries.fill_schedule: order.fill_schedule,
    entries.adam_shard: steps.adam_shard,
}


def bind_numba() -> None:
    """Let numba compute the kernels in this process: compiled here, or loaded from its cache."""
    for kernel, body in BODIES.items():
        kernel.bind(_unpacked(njit(signature(kernel), **options(kernel), cache=True)(body)))


def _unpacked(run: Callable[..., Any]) -> Callable[[tuple[Any, ...]], None]:
    def run_unpacked(args: tuple[Any, ...]) -> None:
        run(*args)

    return run_unpacked
