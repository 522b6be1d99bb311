"""Column tests that prove a cell good: where one holds, frictionless certainly accepts the cell.

Where none is known for a field, or it does not hold for a cell, a reader of single cells is asked; so a proof may be
narrow, but never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl

from meguro_opendata.validation.engine.cellreaders import FALSE_VALUES, TRUE_VALUES
from meguro_opendata.validation.engine.patterns import whole_match

__all__ = ["Proof", "proof_of"]

Descriptor = Mapping[str, Any]
_INTEGER = r"\A[+-]?[0-9]{1,18}\z"
_NUMBER = r"\A[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?\z"
_DATE = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_EMAIL = r"\A[A-Za-z0-9]{1,30}(?:[._][a-z0-9]{1,10}){0,2}@(?:[a-z0-9]{1,30}\.){1,3}(?:jp|com|org|net)\z"
_FORMS: Mapping[str, str] = {
    "date": rf"\A{_DATE}\z",
    "time": rf"\A{_TIME}\z",
    "datetime": rf"\A{_DATE}T{_TIME}\z",
    "year": r"\A[0-9]{4}\z",
    "yearmonth": r"\A[0-9]{4}-(?:0[1-9]|1[0-2])\z",
}
_GEOPOINT = r"\A-?(?:1[0-7][0-9]|[0-9]{1,2})(?:\.[0-9]{1,20})?, ?-?[0-8]?[0-9](?:\.[0-9]{1,20})?\z"
# What ``strptime`` certainly takes for its directives; the first 28 days are in every month.
_DIRECTIVES: Mapping[str, str] = {
    "Y": "[1-9][0-9]{3}",
    "m": "(?:0[1-9]|1[0-2])",
    "d": "(?:0[1-9]|1[0-9]|2[0-8])",
    "H": "(?:[01][0-9]|2[0-3])",
    "M": "[0-5][0-9]",
    "S": "[0-5][0-9]",
}
_DIRECTIVE = re.compile("%(.?)")
_BOUNDS = {"minimum", "maximum"}
_LARGEST = 2**62
_LONGEST = 2**31


@dataclass(frozen=True)
class Proof:
    """How the cells of a field are tested.

    Attributes:
        test: True for cells that are certainly good; ``None`` if there is no such test.
        is_certain: Whether every cell is good, whatever it says.
    """

    test: pl.Expr | None
    is_certain: bool = False


def proof_of(descriptor: Descriptor, missing: Sequence[str], column: str) -> Proof:
    """Return the test of a field's cells.

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
        return Proof(None)
    tests, left = made
    return Proof(None) if left else _whole_proof(cell, tests, missing, required=required)


def _whole_proof(cell: pl.Expr, tests: Sequence[pl.Expr], missing: Sequence[str], *, required: bool) -> Proof:
    """Return the proof that joins a field's tests with what stands for "no value"."""
    if not tests and (not required or not missing):
        return Proof(pl.lit(value=True), is_certain=True)
    is_missing = reduce(or_, (cell == word for word in missing), pl.lit(value=False))
    good = reduce(and_, tests) if tests else pl.lit(value=True)
    return Proof(good & ~is_missing if required else good | is_missing)


Made = tuple[list[pl.Expr], set[str]] | None


def _string(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    form = descriptor.get("format", "default")
    if form not in _TEXT_FORMS:
        return None
    tests = _TEXT_FORMS[form](cell)
    left = set(constraints)
    for name, make in _TEXT_CONSTRAINTS.items():
        test = make(cell, constraints[name]) if name in constraints else None
        if test is not None:
            tests.append(test)
            left.discard(name)
    return tests, left


_TEXT_FORMS: Mapping[str, Callable[[pl.Expr], list[pl.Expr]]] = {
    "default": lambda cell: [],
    # Frictionless asks for a scheme and nothing else.
    "uri": lambda cell: [cell.str.starts_with("https://") | cell.str.starts_with("http://")],
    "email": lambda cell: [cell.str.contains(_EMAIL)],
}


def _pattern(cell: pl.Expr, pattern: Any) -> pl.Expr | None:
    written = whole_match(pattern) if isinstance(pattern, str) else None
    return cell.str.contains(written) if written else None


def _enum(cell: pl.Expr, words: Any) -> pl.Expr | None:
    known = isinstance(words, list) and words and all(isinstance(word, str) for word in words)
    return cell.is_in(words) if known else None  # a text alone would be taken for the name of a column


def _length(length: Any) -> bool:
    return isinstance(length, int) and not isinstance(length, bool) and 0 <= length < _LONGEST


_TEXT_CONSTRAINTS: Mapping[str, Callable[[pl.Expr, Any], pl.Expr | None]] = {
    "pattern": _pattern,
    "enum": _enum,
    "minLength": lambda cell, length: cell.str.len_chars() >= length if _length(length) else None,
    "maxLength": lambda cell, length: cell.str.len_chars() <= length if _length(length) else None,
}


def _whole(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    if not _plain_bounds(constraints):
        return None
    number = cell.cast(pl.Int64, strict=False)
    return [cell.str.contains(_INTEGER), *_within(number, constraints, "both")], set(constraints) - _BOUNDS


def _number(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    """Rounding to a float keeps the order, so a cell is beyond a bound if its float is strictly beyond the bound's."""
    group, decimal = descriptor.get("groupChar", ""), descriptor.get("decimalChar", ".")
    if not _plain_bounds(constraints) or not _are_signs(group, decimal):
        return None
    form, plain = _NUMBER, cell
    if (group, decimal) != ("", "."):
        form = rf"\A[+-]?[0-9](?:(?:{_quoted(group)})?[0-9]){{0,14}}(?:{_quoted(decimal)}[0-9]{{1,20}})?\z"
        plain = cell.str.replace_all(group, "", literal=True) if group else cell
        plain = plain.str.replace(decimal, ".", literal=True)
    number = plain.cast(pl.Float64, strict=False)
    return [cell.str.contains(form), *_within(number, constraints, "none")], set(constraints) - _BOUNDS


def _are_signs(group: Any, decimal: Any) -> bool:
    """Whether numbers may be grouped by a sign, if any, and divided by another, neither of which is part of one."""
    if not isinstance(group, str) or not isinstance(decimal, str) or len(group) > 1 or len(decimal) != 1:
        return False
    return group != decimal and not any(sign.isalnum() or sign.isspace() or sign in "+-_" for sign in group + decimal)


def _quoted(text: str) -> str:
    r"""Return a text as a regular expression that matches it and nothing else.

    >>> _quoted("."), _quoted("")
    ('\\x{2e}', '')
    """
    return "".join(rf"\x{{{ord(sign):x}}}" for sign in text)


def _within(number: pl.Expr, constraints: Mapping[str, Any], closed: Any) -> list[pl.Expr]:
    """Return whether a number lies between its bounds; false for what is no number."""
    if not _BOUNDS & constraints.keys():
        return []
    least, most = constraints.get("minimum", -_LARGEST), constraints.get("maximum", _LARGEST)
    return [number.is_between(least, most, closed).fill_null(value=False)]


def _plain_bounds(constraints: Mapping[str, Any]) -> bool:
    bounds = [constraints[name] for name in _BOUNDS if name in constraints]
    return all(isinstance(bound, int) and not isinstance(bound, bool) and abs(bound) < _LARGEST for bound in bounds)


def _boolean(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    words = [*descriptor.get("trueValues", TRUE_VALUES), *descriptor.get("falseValues", FALSE_VALUES)]
    return [cell.is_in(words)], set(constraints)


def _moment(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    """Dates and times in the one form in which the order of the texts is that of the moments, or in a form given."""
    given = descriptor.get("format", "default")
    if given != "default":
        written = _strptime(given) if descriptor["type"] in ("date", "time", "datetime") else None
        return None if written is None else ([cell.str.contains(written)], set(constraints))
    form = _FORMS[descriptor["type"]]
    tests, left = [cell.str.contains(form)], set(constraints)
    for name in sorted(_BOUNDS & constraints.keys()):
        bound = str(constraints[name])
        if pl.Series([bound]).str.contains(form)[0]:
            tests.append(cell >= bound if name == "minimum" else cell <= bound)
            left.discard(name)
    return tests, left


def _strptime(form: Any) -> str | None:
    r"""Return the texts that a form certainly reads, ``None`` if that is not known.

    >>> _strptime("%Y/%m")
    '\\A[1-9][0-9]{3}\\x{2f}(?:0[1-9]|1[0-2])\\z'
    >>> _strptime("%d %b") is None
    True
    """
    if not isinstance(form, str) or not form.isprintable():
        return None
    directives = _DIRECTIVE.findall(form)
    if len(set(directives)) != len(directives) or not set(directives) <= _DIRECTIVES.keys() or not directives:
        return None
    between = [_quoted(text) for text in re.split("%.", form)]
    written = "".join(f"{text}{_DIRECTIVES[one]}" for text, one in zip(between, directives, strict=False))
    return rf"\A{written}{between[-1]}\z"


def _geopoint(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    if descriptor.get("format", "default") != "default":
        return None
    return [cell.str.contains(_GEOPOINT)], set(constraints)


def _any(cell: pl.Expr, descriptor: Descriptor, constraints: Mapping[str, Any]) -> Made:
    return [], set(constraints)


_TYPES: Mapping[str, Callable[[pl.Expr, Descriptor, Mapping[str, Any]], Made]] = {
    "string": _string,
    "integer": _whole,
    "number": _number,
    "boolean": _boolean,
    **dict.fromkeys(_FORMS, _moment),
    "geopoint": _geopoint,
    "any": _any,
}
