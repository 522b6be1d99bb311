"""Readers of single cells: of fields whose meaning is plain our own, of all others frictionless's.

A plain reader gives what frictionless's gives, value and failures, by the same calls of Python's library; with it a
table of such fields is judged without loading frictionless. ``tests/test_cellreaders.py`` compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from meguro_opendata.validation.engine.boundedpatterns import bounded_pattern

__all__ = ["FALSE_VALUES", "TRUE_VALUES", "Read", "plain_reader"]

Read = Callable[[str | None], tuple[Any, Iterable[str] | None]]
ReadValue = Callable[[str], Any]
Check = Callable[[Any], bool]

TRUE_VALUES, FALSE_VALUES = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")
_FORM = {"name", "type", "format", "title", "description", "example", "constraints"}
_SCHEME = re.compile("[a-zA-Z][a-zA-Z0-9+.-]*:")
_YEAR_LETTERS, _LAST_YEAR = 4, 9999


def plain_reader(descriptor: Mapping[str, Any], missing: Sequence[str]) -> Read | None:
    """Return a reader that gives a cell's value and the checks it fails (``type``, or constraints in order).

    Args:
        descriptor: The field of a Table Schema that frictionless takes for one.
        missing: The texts that stand for "no value".

    Returns:
        ``None`` if the field is not plain.

    >>> read = plain_reader({"name": "a", "type": "integer", "constraints": {"minimum": 1}}, [""])
    >>> read("2"), read("0"), read("x"), read("")
    ((2, ()), (0, ('minimum',)), (None, ('type',)), (None, ()))
    """
    read_value = _VALUES.get((descriptor.get("type", "any"), descriptor.get("format", "default")))
    if read_value is None or not all(name in _FORM or name.startswith("mo:") for name in descriptor):
        return None
    constraints = dict(descriptor.get("constraints", {}))
    required = ("required",) if constraints.pop("required", False) else ()
    constraints.pop("unique", None)
    checks = _checks(constraints, read_value, str(descriptor.get("name", "")))
    return None if checks is None else partial(_read, frozenset(missing), required, read_value, checks)


def _checks(constraints: Mapping[str, Any], read_value: ReadValue, field: str) -> Mapping[str, Check] | None:
    """Return the checks of a value; ``None`` if a constraint is not plain."""
    if not constraints.keys() <= _CHECKS.keys():
        return None
    given = dict(_in_order(constraints, read_value, field))
    return None if None in given.values() else {name: partial(_CHECKS[name], one) for name, one in given.items()}


def _in_order(constraints: Mapping[str, Any], read_value: ReadValue, field: str) -> Iterable[tuple[str, Any]]:
    """Return the constraints in the order in which frictionless tests them, each as its check takes it."""
    for name in _CHECKS:
        if name in constraints:
            yield name, _prepared(name, constraints[name], read_value, field)


def _prepared(name: str, given: Any, read_value: ReadValue, field: str) -> Any:
    """Return the value that a check compares with; ``None`` if it has an unusual type."""
    if name == "pattern":
        return bounded_pattern(field, given) if isinstance(given, str) else None
    if name == "enum":
        return list(map(read_value, given)) if _is_text_list(given) else None
    if name in ("minimum", "maximum") and isinstance(given, str):
        return read_value(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _is_text_list(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(word, str) for word in given)


def _read(
    missing: frozenset[str], required: tuple[str, ...], read_value: ReadValue, checks: Mapping[str, Check], cell: Any
) -> tuple[Any, Iterable[str]]:
    if cell is None or cell in missing:
        return None, required
    value = read_value(cell)
    if value is None:
        return None, ("type",)
    return value, tuple(name for name, check in checks.items() if not check(value))


def _number(cell: str) -> Decimal | None:
    try:
        return Decimal(cell.strip())
    except InvalidOperation:
        return None


def _integer(cell: str) -> int | None:
    try:
        return int(cell.strip())
    except ValueError:
        return None


def _year(cell: str) -> int | None:
    try:
        year = int(cell) if len(cell) == _YEAR_LETTERS else -1
    except ValueError:
        return None
    return year if 0 <= year <= _LAST_YEAR else None


def _date(cell: str) -> date | None:
    try:
        return datetime.strptime(cell, "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no zone)
    except (ValueError, OverflowError):
        return None


def _boolean(cell: str) -> bool | None:
    return True if cell in TRUE_VALUES else False if cell in FALSE_VALUES else None


def _same(cell: str) -> str:
    return cell


def _uri(cell: str) -> str | None:
    return cell if _SCHEME.match(cell) else None


_VALUES: Mapping[tuple[str, str], ReadValue] = {
    ("string", "default"): _same,
    ("string", "uri"): _uri,
    ("any", "default"): _same,
    ("number", "default"): _number,
    ("integer", "default"): _integer,
    ("boolean", "default"): _boolean,
    ("date", "default"): _date,
    ("year", "default"): _year,
}
_CHECKS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minLength": lambda least, value: len(value) >= least,
    "maxLength": lambda most, value: len(value) <= most,
    "pattern": lambda matches, value: matches(value),
    "minimum": lambda least, value: value == value and value >= least,  # noqa: PLR0124 (no bound holds a NaN)
    "maximum": lambda most, value: value == value and value <= most,  # noqa: PLR0124
    "enum": lambda words, value: value in words,
}
