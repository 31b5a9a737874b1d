"""This file is where 64 whole numbers are one value: lanes, one a transposition, for compiled loops.

A row of a correlogram table holds 64 transpositions side by side as small integers. What is done to a row
(add, widen, compare) is one instruction or a few on any processor with vectors: the operations below are
handed to the compiler as vectors of 64 and become as many registers as the machine needs. Sums wrap round as
machine integers do; callers see to it that what they read off fits.

Each function is called inside ``numba.njit`` code only. `like` is an array whose element type is meant.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import models, register_model

from goldenear.correlate.backends.records import Emitted, intrinsic

LANES = 64
"""Transpositions side by side."""


class Lanes(types.Type):  # type: ignore[misc]
    """The compiler's type of 64 integers of so many bits."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        super().__init__(name=f"Lanes({bits})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, _vector(kind.bits))


def _vector(bits: int) -> Any:
    return ir.VectorType(ir.IntType(bits), LANES)


def _address(context: Any, builder: Any, array_type: Any, array: Any, index: Any, bits: int) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), _vector(bits).as_pointer())


def _splat(builder: Any, scalar: Any, bits: int) -> Any:
    """Return a vector that holds `scalar`, a 64-bit integer, in every lane."""
    element = scalar if bits == scalar.type.width else builder.trunc(scalar, ir.IntType(bits))
    undefined = ir.Constant(_vector(bits), ir.Undefined)
    first = builder.insert_element(undefined, element, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, undefined, order)


def _as_bits(builder: Any, truths: Any) -> Any:
    """Return 64 truths as the bits of one integer, lane 0 the lowest."""
    return builder.bitcast(truths, ir.IntType(LANES))


@intrinsic
def load(_: Any, array: Any, index: Any) -> Emitted:
    """Return the 64 numbers of `array` from `index` on; the array is one-dimensional."""
    bits = array.dtype.bitwidth

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_address(context, builder, signature.args[0], args[0], args[1], bits), align=1)

    return Lanes(bits)(array, types.int64), emit


@intrinsic
def store(_: Any, array: Any, index: Any, lanes: Any) -> Emitted:
    """Write 64 numbers to `array` from `index` on."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = _address(context, builder, signature.args[0], args[0], args[1], lanes.bits)
        builder.store(args[2], address, align=1)
        return context.get_dummy_value()

    return types.none(array, types.int64, lanes), emit


@intrinsic
def splat(_: Any, scalar: Any, like: Any) -> Emitted:
    """Return 64 times the same number, in the element type of `like`."""
    bits = like.dtype.bitwidth

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return _splat(builder, args[0], bits)

    return Lanes(bits)(types.int64, like), emit


@intrinsic
def widen(_: Any, lanes: Any, like: Any) -> Emitted:
    """Return the same 64 signed numbers in the wider element type of `like`."""
    bits = like.dtype.bitwidth

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return args[0] if bits == lanes.bits else builder.sext(args[0], _vector(bits))

    return Lanes(bits)(lanes, like), emit


@intrinsic
def add(_: Any, a: Any, b: Any) -> Emitted:
    """Return the sums, lane by lane."""

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.add(*args)

    return a(a, b), emit


@intrinsic
def subtract(_: Any, a: Any, b: Any) -> Emitted:
    """Return the differences, lane by lane."""

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.sub(*args)

    return a(a, b), emit


@intrinsic
def times(_: Any, lanes: Any, scalar: Any) -> Emitted:
    """Return every lane multiplied by one number."""

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.mul(args[0], _splat(builder, args[1], lanes.bits))

    return lanes(lanes, types.int64), emit


@intrinsic
def least(_: Any, a: Any, b: Any, like: Any) -> Emitted:
    """Return the smaller of two numbers, lane by lane; signed as `like` is."""
    signed = like.dtype.signed

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        compare = builder.icmp_signed if signed else builder.icmp_unsigned
        return builder.select(compare("<", *args[:2]), *args[:2])

    return a(a, b, like), emit


@intrinsic
def most(_: Any, a: Any, b: Any, like: Any) -> Emitted:
    """Return the greater of two numbers, lane by lane; signed as `like` is."""
    signed = like.dtype.signed

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        compare = builder.icmp_signed if signed else builder.icmp_unsigned
        return builder.select(compare(">", *args[:2]), *args[:2])

    return a(a, b, like), emit


@intrinsic
def reaching(_: Any, lanes: Any, floor: Any, like: Any) -> Emitted:
    """Return which lanes are at least as great as the same lane of `floor`, as 64 bits; signed as `like` is."""
    signed = like.dtype.signed

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        compare = builder.icmp_signed if signed else builder.icmp_unsigned
        return _as_bits(builder, compare(">=", args[0], args[1]))

    return types.uint64(lanes, floor, like), emit


@intrinsic
def greatest(_: Any, lanes: Any, among: Any, like: Any) -> Emitted:
    """Return the greatest number of the lanes whose bit is set in `among`, signed as `like` is; at least 0."""
    signed = like.dtype.signed

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        compare = builder.icmp_signed if signed else builder.icmp_unsigned
        chosen = builder.bitcast(args[1], ir.VectorType(ir.IntType(1), LANES))
        left = builder.select(chosen, args[0], ir.Constant(_vector(lanes.bits), None))
        width = LANES
        while width > 1:
            # Fold the upper half onto the lower, until one lane is left.
            width //= 2
            order = ir.Constant(ir.VectorType(ir.IntType(32), width), list(range(width, 2 * width)))
            first = ir.Constant(ir.VectorType(ir.IntType(32), width), list(range(width)))
            high, low = (builder.shuffle_vector(left, left, half) for half in (order, first))
            left = builder.select(compare(">", high, low), high, low)
        last = builder.extract_element(left, ir.Constant(ir.IntType(32), 0))
        zero = ir.Constant(ir.IntType(lanes.bits), 0)
        found = builder.select(compare(">", last, zero), last, zero)
        if lanes.bits == 64:
            return found
        return (builder.sext if signed else builder.zext)(found, ir.IntType(64))

    return types.int64(lanes, types.uint64, like), emit


@intrinsic
def lowest_bit(_: Any, bits: Any) -> Emitted:
    """Return the place of the lowest bit that is set; `bits` is not 0."""

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), emit


@intrinsic
def lane_of(_: Any, lanes: Any, lane: Any) -> Emitted:
    """Return the number in one lane; it is not negative."""

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        found = builder.extract_element(args[0], builder.trunc(args[1], ir.IntType(32)))
        return found if lanes.bits == 64 else builder.zext(found, ir.IntType(64))

    return types.int64(lanes, lane), emit
