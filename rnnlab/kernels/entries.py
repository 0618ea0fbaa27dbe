"""The kernels as Python calls them: machine code from a file, or numba in this process. Light: imports neither.

Types are numba's: `i8` a number, `f4[:,::1]` an array that may be written, `f4r2` one of two dimensions that may be
read-only; all are C-contiguous.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[[tuple[Any, ...]], int | None]
"""Numba gives None; machine code 0, k where argument k is not what it reads, or one of these."""
NO_MEMORY, WRONG_COUNT = -1, -2


class Kernel:
    """A compiled function. Whoever calls it first loads them all.

    Attributes:
        name: in its file and in the machine code.
        types: of its arguments.
        short: takes microseconds and keeps Python's lock: another thread that got it would keep it for longer.
        rounded: every sum and product is rounded, as TensorFlow does; else a·b + c may be rounded once.
    """

    def __init__(self, name: str, types: str, *, short: bool = False, rounded: bool = False) -> None:
        self.name, self.types, self.short, self.rounded = name, tuple(types.split()), short, rounded
        self._run: Run = self._load

    def __call__(self, *args: Any) -> None:
        """Run it.

        Raises:
            TypeError: an argument has another type, or there are more or fewer.
            MemoryError: there is no memory left.
        """
        if error := self._run(args):
            self._refuse(error, args)

    def bind(self, run: Run) -> None:
        """Let calls go to `run`, with the arguments as one tuple."""
        self._run = run

    def _load(self, args: tuple[Any, ...]) -> int | None:
        from rnnlab.kernels.ahead import load_kernels  # which imports this file

        load_kernels()
        return self._run(args)

    def _refuse(self, error: int, args: tuple[Any, ...]) -> None:
        if error == NO_MEMORY:
            raise MemoryError(f"no memory for {self.name}")
        if error == WRONG_COUNT:
            raise TypeError(f"{self.name} takes {len(self.types)} arguments, found {len(args)}")
        found = args[error - 1]
        told = type(found).__name__
        if told == "ndarray":
            order = "" if found.flags.c_contiguous else ", not C-contiguous"
            told = f"{found.dtype} {found.shape}{order}{'' if found.flags.writeable else ', read-only'}"
        raise TypeError(f"argument {error} of {self.name} must be {self.types[error - 1]}, found {told}")


forward = Kernel(
    "forward",
    "i8 i8 i8 i4[::1] i8[:,::1] i4[::1] f4r2 f4r3 f4r1 f4r1 f4r3 i8[:,::1] f4r3 f4[:,::1] f4[:,::1] f4[:,::1] i4[::1]"
    " i4[::1] f4[:,::1]",
)
backward = Kernel(
    "backward",
    "i8 i8 i4[::1] i8[:,::1] i4[::1] f4r3 f4r3 i8[:,::1] f4r3 f4r2 f4r2 f4r2 f4r2 f4r2 f4[:,::1] f4[:,::1] f4[:,::1]"
    " f4[:,::1] f4r2 i4[::1] i8[:,::1] f4[:,::1] f4[:,::1] i4[::1] i4[::1] f4r2",
)
collect = Kernel("collect", "i8 i8 f4[:,::1] i8 i8 i8 i8 f4[:,::1] i8")
weight_gradient = Kernel(
    "weight_gradient", "i8 i8 i8 f4r2 i8 i8 i8[:,::1] i4[::1] i4[::1] i4[::1] f4r2 f4r2 i8 i8 i8 f4[:,::1] i8"
)
pack_columns = Kernel("pack_columns", "f4r2 i8 i8 i8 i8 f4[:,:,::1]")
pack_rows = Kernel("pack_rows", "f4r2 i8 i8 i8 i8 f4[:,:,::1]")
show_outputs = Kernel("show_outputs", "f4r2 i4[:,::1] i8 i8 b1 f4[:,:,::1]")
show_prefix = Kernel("show_prefix", "f4r2 i4[:,::1] i4[::1] i4[::1] f4[:,:,::1]")
gather_outputs = Kernel("gather_outputs", "f4r3 i4[:,::1] i8 i8 i8 i8 f4[:,::1]")
project = Kernel("project", "i8 i8 f4r2 f4r3 f4[::1] f4[:,::1]")
add_by_row = Kernel("add_by_row", "i8 i8 f4r2 i4[::1] f4[:,::1]")
count_zeros = Kernel("count_zeros", "i4r2 i4[::1]", short=True)
look_up = Kernel("look_up", "i4r1 i4[::1] i4[::1] i4[::1]", short=True)
fill_schedule = Kernel(
    "fill_schedule",
    "b1r2 i4r1 b1 i4[::1] i4[:,::1] i8[:,::1] i4[::1] i4[::1] i4[::1] i4[:,::1] i4[::1]",
    short=True,
)
adam_shard = Kernel("adam_shard", "i8[:,::1] i8[::1] i8 i8 f4 f4 f4 f4", rounded=True)
KERNELS = (
    forward, backward, collect, weight_gradient, pack_columns, pack_rows, show_outputs, show_prefix, gather_outputs,
    project, add_by_row, count_zeros, look_up, fill_schedule, adam_shard,
)  # fmt: skip
