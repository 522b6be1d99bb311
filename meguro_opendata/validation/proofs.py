"""Column tests that prove a cell good: where one holds, frictionless certainly accepts the cell.

Where none is known for a field, or it does not hold for a cell, frictionless's own reader is asked; so a proof may
be narrow, but never wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

import polars as pl

from meguro_opendata.validation.patterns import whole_match

__all__ = ["Proof", "proof_of"]

Descriptor = Mapping[str, Any]
_TRUE, _FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")
_INTEGER = r"\A[+-]?[0-9]{1,18}\z"
_NUMBER = r"\A[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?\z"
_DATE = r"\A(?:[1-9][0-9]{3}|0[1-9][0-9]{2})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])\z"
_YEAR = r"\A[0-9]{4}\z"
_HOST = r"[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?){1,4}"
_FORMATS = {
    "uri": rf"\Ahttps?://{_HOST}(?:/[A-Za-z0-9._~-]+){{0,20}}/?\z",
    "email": r"\A[A-Za-z0-9]{1,30}(?:[._][a-z0-9]{1,10}){0,2}@(?:[a-z0-9]{1,30}\.){1,3}(?:jp|com|org|net)\z",
}
_BOUNDS = {"minimum", "maximum"}
_LARGEST = 2**62


@dataclass(frozen=True)
class Proof:
    """How the cells of a field are tested.

    Attributes:
        test: True for cells that are certainly good; ``None`` if there is no such test.
        reason: Why there is none, by a word of ``messages`` (section ``words``); ``None`` if there is one.
    """

    test: pl.Expr | None
    reason: str | None = None


def proof_of(descriptor: Descriptor, missing: Sequence[str], column: str) -> Proof:
    """The test of a field's cells.

    Args:
        descriptor: The field of the Table Schema.
        missing: The texts that stand for "no value".
        column: The column's name in the frame that is tested.
    """
    cell = pl.col(column)
    constraints = {name: value for name, value in descriptor.get("constraints", {}).items() if name != "unique"}
    required = bool(constraints.pop("required", False))
    make = _TYPES.get(descriptor.get("type", ""))
    made = make(cell, descriptor, constraints) if make else None
    if made is None:
        return Proof(None, "no-proof-type")
    tests, left = made
    if left:
        return Proof(None, "no-proof-constraint")
    is_missing = cell.is_in(list(missing))
    good = reduce(and_, tests, pl.lit(value=True))
    return Proof(good & ~is_missing if required else good | is_missing)


Made = tuple[list[pl.Expr], set[str]] | None


def _string(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    tests: list[pl.Expr] = []
    form = descriptor.get("format", "default")
    if form != "default":
        if form not in _FORMATS:
            return None
        tests.append(cell.str.contains(_FORMATS[form]))
    left = set(constraints)
    for name, make in _TEXT_CONSTRAINTS.items():
        test = make(cell, constraints[name]) if name in constraints else None
        if test is not None:
            tests.append(test)
            left.discard(name)
    return tests, left


def _pattern(cell: pl.Expr, pattern: Any) -> pl.Expr | None:
    written = whole_match(pattern) if isinstance(pattern, str) else None
    return cell.str.contains(written) if written else None


def _enum(cell: pl.Expr, words: Any) -> pl.Expr | None:
    return cell.is_in(words) if words and all(isinstance(word, str) for word in words) else None


_TEXT_CONSTRAINTS: Mapping[str, Callable[[pl.Expr, Any], pl.Expr | None]] = {
    "pattern": _pattern,
    "enum": _enum,
    "minLength": lambda cell, length: cell.str.len_chars() >= length,
    "maxLength": lambda cell, length: cell.str.len_chars() <= length,
}


def _whole(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    if "bareNumber" in descriptor or not _plain_bounds(constraints):
        return None
    number = cell.cast(pl.Int64, strict=False)
    bounds = [
        (number >= bound if name == "minimum" else number <= bound).fill_null(value=False)
        for name, bound in constraints.items()
        if name in _BOUNDS
    ]
    return [cell.str.contains(_INTEGER), *bounds], set(constraints) - _BOUNDS


def _number(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    """Rounding to a float keeps the order, so a cell is beyond a bound if its float is strictly beyond the bound's."""
    if {"bareNumber", "groupChar", "decimalChar", "floatNumber"} & descriptor.keys() or not _plain_bounds(constraints):
        return None
    number = cell.cast(pl.Float64, strict=False)
    bounds = [
        (number > float(bound) if name == "minimum" else number < float(bound)).fill_null(value=False)
        for name, bound in constraints.items()
        if name in _BOUNDS
    ]
    return [cell.str.contains(_NUMBER), *bounds], set(constraints) - _BOUNDS


def _plain_bounds(constraints: Mapping[str, Any]) -> bool:
    bounds = [constraints[name] for name in _BOUNDS if name in constraints]
    return all(isinstance(bound, int) and not isinstance(bound, bool) and abs(bound) < _LARGEST for bound in bounds)


def _boolean(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    words = [*descriptor.get("trueValues", _TRUE), *descriptor.get("falseValues", _FALSE)]
    return [cell.is_in(words)], set(constraints)


def _by_pattern(pattern: str) -> Callable[[pl.Expr, Descriptor, Mapping[str, Any]], Made]:
    def make(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
        if descriptor.get("format", "default") != "default":
            return None
        return [cell.str.contains(pattern)], set(constraints)

    return make


def _any(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    return [], set(constraints)


_TYPES: Mapping[str, Callable[[pl.Expr, Descriptor, Mapping[str, Any]], Made]] = {
    "string": _string,
    "integer": _whole,
    "number": _number,
    "boolean": _boolean,
    "date": _by_pattern(_DATE),
    "year": _by_pattern(_YEAR),
    "any": _any,
}
