"""This file is where columns become records for compiled loops: plain numbers, and where in memory arrays lie.

Compiled functions hand a record on as one pointer. An array in it is opened again by ``int64s(address, n)``
and its like, without a copy; whoever made the record keeps the arrays alive.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic as numba_intrinsic
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray

Emitted = tuple[Any, Callable[..., Any]]
"""The type of an intrinsic's call, and what writes it down for the compiler."""


def intrinsic(function: Callable[..., Emitted]) -> Callable[..., Any]:
    """Return a function of compiled code that is written down for the compiler instruction by instruction.

    Its first parameter, the compiler's own, is not one of the call.
    """
    done: Callable[..., Any] = numba_intrinsic(function)
    return done


def as_record(columns: Any) -> NDArray[Any]:
    """Return a named tuple of numbers and arrays as one record: arrays by address, and their length as ``n_...``."""
    names: list[str] = []
    values: list[Any] = []
    for name, value in zip(columns._fields, columns, strict=True):
        if isinstance(value, np.ndarray):
            assert value.flags.c_contiguous
            names += [name, f"n_{name}"]
            values += [value.__array_interface__["data"][0], value.size]
        else:
            names.append(name)
            values.append(value)
    kinds = tuple("f8" if isinstance(value, float) else "i8" for value in values)
    return np.array([tuple(values)], _layout(tuple(names), kinds))


@cache
def _layout(names: tuple[str, ...], kinds: tuple[str, ...]) -> Any:
    """Return the type of a record."""
    return np.dtype(list(zip(names, kinds, strict=True)))


def _opener(kind: Any) -> Callable[..., Any]:
    """Return the function that opens an array of one kind of number."""

    @intrinsic
    def opened(_: Any, address: Any, n: Any) -> Emitted:
        column = types.Array(kind, 1, "C")

        def emit(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            array = context.make_array(column)(context, builder)
            element = context.get_data_type(kind)
            size = context.get_constant(types.intp, context.get_abi_sizeof(element))
            populate_array(
                array,
                data=builder.inttoptr(args[0], element.as_pointer()),
                shape=cgutils.pack_array(builder, [args[1]]),
                strides=cgutils.pack_array(builder, [size]),
                itemsize=size,
                meminfo=ir.Constant(context.get_value_type(types.MemInfoPointer(kind)), None),
            )
            return array._getvalue()

        return column(types.int64, types.int64), emit

    return opened


int8s = _opener(types.int8)
uint8s = _opener(types.uint8)
int16s = _opener(types.int16)
uint16s = _opener(types.uint16)
int32s = _opener(types.int32)
int64s = _opener(types.int64)
uint64s = _opener(types.uint64)
float64s = _opener(types.float64)


@intrinsic
def at(_: Any, array: Any, index: Any) -> Emitted:
    """Return one element of a one-dimensional array; the index is trusted, and not counted from the end."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        return builder.load(builder.gep(data, [args[1]]))

    return array.dtype(array, types.int64), emit
