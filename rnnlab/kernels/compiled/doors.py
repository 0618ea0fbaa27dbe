"""How Python comes into machine code: a function for each kernel that takes its arguments as one tuple.

Numba's own way in needs numba in the process. These ask Python itself for numbers, and read arrays where NumPy keeps
what they are: the first fields of `PyArrayObject` and `PyArray_Descr`, the same in NumPy 1 and 2. Nothing is computed
before all arguments are what the kernel reads.

Source: numpy/_core/include/numpy/ndarraytypes.h; the stable ABI of Python for its functions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.np.arrayobj import populate_array

from rnnlab.kernels.entries import NO_MEMORY, WRONG_COUNT, Kernel

BYTE, INT, LONG, DOUBLE = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.DoubleType()
ADDRESS = BYTE.as_pointer()
TYPE, DATA, DIMENSIONS, SHAPE, DTYPE, FLAGS = 8, 16, 24, 32, 56, 64  # bytes from where an array begins
ORDER, NUMBER = 26, 28  # bytes from where a dtype begins
CONTIGUOUS, ALIGNED, WRITEABLE = 0x1, 0x100, 0x400
ARRAY_TYPE = "array_type"  # who loads the library writes the address of `numpy.ndarray` there
MEMORY = """
declare ptr @malloc(i64)
declare void @free(ptr)

define ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %alignment) {
  %align = zext i32 %alignment to i64
  %head = add i64 %align, 39
  %whole = add i64 %size, %head
  %block = call ptr @malloc(i64 %whole)
  %none = icmp eq ptr %block, null
  br i1 %none, label %end, label %fill
fill:
  %begin = ptrtoint ptr %block to i64
  %behind = add i64 %begin, %head
  %over = urem i64 %behind, %align
  %start = sub i64 %behind, %over
  %numbers = inttoptr i64 %start to ptr
  %counted = insertvalue {i64, ptr, ptr, ptr, i64} {i64 1, ptr null, ptr null, ptr null, i64 0}, ptr %numbers, 3
  %filled = insertvalue {i64, ptr, ptr, ptr, i64} %counted, i64 %size, 4
  store {i64, ptr, ptr, ptr, i64} %filled, ptr %block
  br label %end
end:
  ret ptr %block
}

define void @NRT_MemInfo_call_dtor(ptr %block) {
  call void @free(ptr %block)
  ret void
}
"""
"""What is left of numba's runtime: memory for the arrays of a kernel's own, behind 40 bytes that count references."""


def add_door(module: ir.Module, kernel: Kernel, compiled: Any) -> None:
    """Add the function of a kernel that numba compiled: 0 where all went well, else see `entries`."""
    door = ir.Function(module, ir.FunctionType(INT, [ADDRESS]), kernel.name)
    builder = ir.IRBuilder(door.append_basic_block())
    count = _call(builder, LONG, "PyTuple_Size", door.args[0])
    _require(builder, builder.icmp_signed("==", count, LONG(len(kernel.types))), WRONG_COUNT)
    values, context = [], compiled.target_context
    for place, kind in enumerate(compiled.signature.args):
        item = _call(builder, ADDRESS, "PyTuple_GetItem", door.args[0], LONG(place))
        read = _array if isinstance(kind, types.Array) else _number
        values.append(read(context, builder, kind, item, place + 1))
    state = None if kernel.short else _call(builder, ADDRESS, "PyEval_SaveThread")
    run = cgutils.get_or_insert_function(
        module,
        context.call_conv.get_function_type(types.none, compiled.fndesc.argtypes),
        compiled.fndesc.llvm_func_name,
    )
    status, _ = context.call_conv.call_function(builder, run, types.none, compiled.signature.args, values)
    if state is not None:
        _call(builder, ir.VoidType(), "PyEval_RestoreThread", state)
    builder.ret(builder.select(status.is_error, INT(NO_MEMORY), INT(0)))


def _call(builder: Any, result: Any, name: str, *args: Any) -> Any:
    """Return what a function of Python's gives."""
    kind = ir.FunctionType(result, [each.type for each in args])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)


def _require(builder: Any, holds: Any, error: int) -> None:
    with builder.if_then(builder.not_(holds), likely=False):
        builder.ret(INT(error))


def _field(builder: Any, item: Any, place: int, kind: Any) -> Any:
    """Return what stands so many bytes behind an address."""
    return builder.load(builder.bitcast(builder.gep(item, [LONG(place)]), kind.as_pointer()), typ=kind)


def _number(context: Any, builder: Any, kind: Any, item: Any, argument: int) -> Any:
    """Return a number; what is none has left an exception with Python, which is raised."""
    if kind == types.boolean:
        value = _call(builder, INT, "PyObject_IsTrue", item)
        _require(builder, builder.icmp_signed(">=", value, INT(0)), argument)
        return builder.icmp_signed("!=", value, INT(0))
    name, found = ("PyFloat_AsDouble", DOUBLE) if kind == types.float32 else ("PyLong_AsLongLong", LONG)
    value = _call(builder, found, name, item)
    error = _call(builder, ADDRESS, "PyErr_Occurred")
    _require(builder, builder.icmp_unsigned("==", error, ADDRESS(None)), argument)
    return builder.fptrunc(value, ir.FloatType()) if kind == types.float32 else value


def _array(context: Any, builder: Any, kind: Any, item: Any, argument: int) -> Any:
    """Return an array as numba passes it, after a look at what it is."""
    own = builder.module.globals.get(ARRAY_TYPE) or ir.GlobalVariable(builder.module, ADDRESS, ARRAY_TYPE)
    own.initializer = ADDRESS(None)
    is_array = builder.icmp_unsigned("==", _field(builder, item, TYPE, ADDRESS), builder.load(own, typ=ADDRESS))
    _require(builder, is_array, argument)
    dtype = _field(builder, item, DTYPE, ADDRESS)
    flags = CONTIGUOUS | ALIGNED | (WRITEABLE if kind.mutable else 0)
    number = np.dtype(str(kind.dtype)).num
    for holds in (
        builder.icmp_signed("==", _field(builder, dtype, NUMBER, INT), INT(number)),
        builder.icmp_signed("!=", _field(builder, dtype, ORDER, BYTE), BYTE(ord(">"))),
        builder.icmp_signed("==", _field(builder, item, DIMENSIONS, INT), INT(kind.ndim)),
        builder.icmp_signed("==", builder.and_(_field(builder, item, FLAGS, INT), INT(flags)), INT(flags)),
    ):
        _require(builder, holds, argument)
    dimensions, size = _field(builder, item, SHAPE, ADDRESS), context.get_abi_sizeof(context.get_data_type(kind.dtype))
    shape = [_field(builder, dimensions, 8 * place, LONG) for place in range(kind.ndim)]
    strides = [LONG(size)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(kind)(context, builder)
    data = builder.bitcast(_field(builder, item, DATA, ADDRESS), array.data.type)
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=LONG(size), meminfo=None)
    return array._getvalue()
