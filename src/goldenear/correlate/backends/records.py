"""This file is where columns become records for compiled loops: plain numbers, and where in memory arrays lie.

Compiled functions hand a record on as one pointer. An array in it is opened again by ``int64s(address, n)``
and its like, without a copy; whoever made the record keeps the arrays alive.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic as numba_intrinsic
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return the function compiled, to be called by compiled code alone."""
    done: Function = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return done


Emitted = tuple[Any, Callable[..., Any]]
"""The type of an intrinsic's call, and what writes it down for the compiler."""


def intrinsic(function: Callable[..., Emitted]) -> Callable[..., Any]:
    """Return a function of compiled code that is written down for the compiler instruction by instruction.

    Its first parameter, the compiler's own, is not one of the call.
    """
    done: Callable[..., Any] = numba_intrinsic(function)
    return done


def as_record(*rows: Any) -> NDArray[Any]:
    """Return named tuples of one kind, of numbers and arrays, as records, one each.

    Arrays stand there by address, and their length as ``n_...``.
    """
    layout = _layout_of(rows[0])
    values: list[list[Any]] = []
    for columns in rows:
        values.append([])
        for value in columns:
            if isinstance(value, np.ndarray):
                assert value.flags.c_contiguous
                values[-1] += (value.ctypes.data, value.size)
            else:
                values[-1].append(value)
    if layout.whole:
        # Much faster than field by field.
        numbers: NDArray[Any] = np.array(values, np.int64)
        numbers = numbers.view(layout.kind)
        return numbers.reshape(-1)
    return np.array([tuple(row) for row in values], layout.kind)


class _Layout(NamedTuple):
    """The type of the records of one kind of named tuple."""

    kind: Any
    whole: bool
    """Whether all fields are whole numbers."""


_layouts: dict[type, _Layout] = {}


def _layout_of(columns: Any) -> _Layout:
    """Return the type of the record of a named tuple; the same for all of its kind."""
    if type(columns) not in _layouts:
        fields: list[tuple[str, str]] = []
        for name, value in zip(columns._fields, columns, strict=True):
            if isinstance(value, np.ndarray):
                fields += [(name, "i8"), (f"n_{name}", "i8")]
            else:
                fields.append((name, "f8" if isinstance(value, float) else "i8"))
        whole = all(kind == "i8" for _, kind in fields)
        _layouts[type(columns)] = _Layout(np.dtype(fields), whole)
    return _layouts[type(columns)]


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
float64s = _opener(types.float64)


@intrinsic
def at(_: Any, array: Any, index: Any) -> Emitted:
    """Return one element of a one-dimensional array; the index is trusted, and not counted from the end."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        return builder.load(builder.gep(data, [args[1]]))

    return array.dtype(array, types.int64), emit
