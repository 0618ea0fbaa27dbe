"""A value of sixteen float32 numbers for numba: what a processor's vector instructions work on, without a compiler.

Numba's own loops are vectorised when LLVM feels like it; here every load, sum and product is one by construction. LLVM
splits the sixteen lanes into as many registers as the processor needs: one with AVX-512, two with AVX2, four with NEON.
Memory is named by integers: the address of an array's first number, and places counted in numbers from there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

from rnnlab.kernels.constants import BYTES, LANES

FLOAT = ir.FloatType()
VECTOR = ir.VectorType(FLOAT, LANES)
ALIGNMENT = 4  # bytes; rows may start anywhere
FLAGS = {"contract", "nsz"}  # a·b + c may round once; NaN and infinity stay what they are
INLINE: dict[str, Any] = {"nogil": True, "fastmath": FLAGS, "error_model": "numpy", "forceinline": True}
CALLED: dict[str, Any] = {"nogil": True, "fastmath": FLAGS, "error_model": "numpy"}


class Vector(types.Type):
    """The type of sixteen float32 numbers."""

    def __init__(self) -> None:
        super().__init__(name="float32x16")


vector = Vector()


@register_model(Vector)
class VectorModel(models.PrimitiveModel):
    """How numba keeps them: as one LLVM vector."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, VECTOR)


def pointer(builder: Any, address: Any, place: Any) -> Any:
    """Return the LLVM pointer to a number: bytes of the address, and places of four bytes from there."""
    return builder.inttoptr(builder.add(address, builder.shl(place, place.type(2))), FLOAT.as_pointer())


def load_vector(builder: Any, address: Any, place: Any) -> Any:
    """Return the LLVM value of sixteen numbers in memory."""
    found = builder.load(builder.bitcast(pointer(builder, address, place), VECTOR.as_pointer()), typ=VECTOR)
    found.align = ALIGNMENT
    return found


def store_vector(builder: Any, value: Any, address: Any, place: Any) -> None:
    """Write sixteen numbers."""
    written = builder.store(value, builder.bitcast(pointer(builder, address, place), VECTOR.as_pointer()))
    written.align = ALIGNMENT


def splat_scalar(builder: Any, value: Any) -> Any:
    """Return sixteen copies of a number."""
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    undefined = ir.Constant(VECTOR, ir.Undefined)
    return builder.shuffle_vector(builder.insert_element(undefined, value, ir.IntType(32)(0)), undefined, zeros)


def multiply_add(builder: Any, left: Any, right: Any, added: Any) -> Any:
    """Return left·right + added, fused where the processor can (`llvm.fma` would call a function where it cannot)."""
    signature = ir.FunctionType(VECTOR, [VECTOR] * 3)
    fused = cgutils.get_or_insert_function(builder.module, signature, f"llvm.fmuladd.v{LANES}f32")
    return builder.call(fused, [left, right, added])


@intrinsic
def load(typing: Any, address: Any, place: Any) -> Any:
    """Return the sixteen numbers at a place."""
    return vector(types.int64, types.int64), lambda context, builder, signature, args: load_vector(builder, *args)


@intrinsic
def store(typing: Any, address: Any, place: Any, value: Any) -> Any:
    """Write sixteen numbers to a place."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        store_vector(builder, args[2], args[0], args[1])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, vector), generate


@intrinsic
def stream(typing: Any, address: Any, place: Any, value: Any) -> Any:
    """Write sixteen numbers past the caches, to a place aligned to 64 bytes: nobody reads them soon."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        written = builder.store(args[2], builder.bitcast(pointer(builder, args[0], args[1]), VECTOR.as_pointer()))
        written.align = BYTES * LANES
        written.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)]))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, vector), generate


@intrinsic
def splat(typing: Any, value: Any) -> Any:
    """Return sixteen copies of a float32."""
    return vector(types.float32), lambda context, builder, signature, args: splat_scalar(builder, args[0])


@intrinsic
def fma(typing: Any, left: Any, right: Any, added: Any) -> Any:
    """Return left·right + added."""
    return vector(vector, vector, vector), lambda context, builder, signature, args: multiply_add(builder, *args)


@intrinsic
def clamp(typing: Any, value: Any, low: Any, high: Any) -> Any:
    """Return the numbers, none below `low` or above `high`; NaN stays NaN, as no comparison with it holds."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value, low, high = args
        value = builder.select(builder.fcmp_ordered(">", value, high), high, value)
        return builder.select(builder.fcmp_ordered("<", value, low), low, value)

    return vector(vector, vector, vector), generate


def _operation(instruction: str) -> Any:
    @intrinsic
    def operation(typing: Any, left: Any, right: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return getattr(builder, instruction)(*args, flags=tuple(FLAGS))

        return vector(vector, vector), generate

    return operation


def _overload(function: Callable[..., Any], instruction: str) -> None:
    operation = _operation(instruction)

    @overload(function, jit_options={"forceinline": True})
    def implementation(left, right):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  numba compares signatures
        if left == vector and right == vector:
            return lambda left, right: operation(left, right)
        return None


_overload(operator.add, "fadd")
_overload(operator.sub, "fsub")
_overload(operator.mul, "fmul")
_overload(operator.truediv, "fdiv")


@intrinsic
def move(typing: Any, source: Any, target: Any) -> Any:
    """Copy one number from address to address."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, target = (builder.inttoptr(each, FLOAT.as_pointer()) for each in args)
        builder.store(builder.load(source, typ=FLOAT), target)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@njit(**INLINE)
def address(array: Any) -> Any:
    """Return the address of an array's first number."""
    return np.int64(array.ctypes.data)


@njit(**INLINE)
def scratch_memory(count: Any) -> Any:
    """Return memory for numbers, `aligned` to a cache line."""
    return np.empty(count + LANES, np.float32)


@njit(**INLINE)
def aligned(memory: Any) -> Any:
    """Return the first address of scratch memory that is a multiple of 64: no vector there lies in two cache lines.

    Ask wherever it is used: numba gives memory back once nobody names it any more.
    """
    start = address(memory)
    return start + (-start) % (BYTES * LANES)


@njit(**INLINE)
def copy(source: Any, target: Any, count: Any) -> None:
    """Copy numbers from address to address."""
    whole = count - count % LANES
    for j in range(0, whole, LANES):
        store(target, j, load(source, j))
    for j in range(whole, count):
        move(source + BYTES * j, target + BYTES * j)
