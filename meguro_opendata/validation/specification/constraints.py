"""Checks of a value against a field's constraints and categories, by the specification."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from meguro_opendata.findings import NotChecked
from meguro_opendata.validation.engine.boundedpatterns import bounded_pattern
from meguro_opendata.validation.specification.moments import compared
from meguro_opendata.validation.specification.values import JsonValue, ReadValue, specification, type_of

__all__ = ["Check", "UnreadableError", "category_values", "checks_of"]

Check = Callable[[Any], bool]
Descriptor = Mapping[str, Any]
# A set of signs without those of another, which Python reads as something else; \\p, \\i and \\c it refuses itself.
_SUBTRACTED = re.compile(r"(?<!\\)\[(?:[^\]\\]|\\.)*?-\[")


class UnreadableError(Exception):
    """A constraint whose own value cannot be used."""


def checks_of(descriptor: Descriptor, read: ReadValue) -> tuple[dict[str, Check], list[NotChecked]]:
    """Return what a value of a field must pass, by name, and the constraints that cannot be checked.

    ``required`` and ``unique`` are not among them: they are asked of the cell and of the column.

    >>> checks, unchecked = checks_of({"name": "a", "type": "integer", "constraints": {"exclusiveMinimum": 0}}, int)
    >>> checks["exclusiveMinimum"](0), checks["exclusiveMinimum"](1), unchecked
    (False, True, [])
    """
    checks: dict[str, Check] = {}
    left: list[NotChecked] = []
    for name, given in _demands(descriptor):
        reason = _unusable(name, type_of(descriptor))
        if reason is None:
            try:
                checks[name] = _made(name, str(descriptor["name"]), given, read)
            except UnreadableError:
                reason = "unchecked-unreadable"
        if reason is not None:
            left.append(NotChecked(name, str(descriptor["name"]), reason))
    return checks, left


def _made(name: str, field: str, given: Any, read: ReadValue) -> Check:
    return _FIELD_CHECKS[name](given, field) if name in _FIELD_CHECKS else _CHECKS[name](given, read)


def _demands(descriptor: Descriptor) -> Iterator[tuple[str, Any]]:
    for name, given in descriptor.get("constraints", {}).items():
        if name not in ("required", "unique"):
            yield name, given
    if descriptor.get("categories") is not None and type_of(descriptor) in ("string", "integer"):
        yield "categories", category_values(descriptor["categories"])


def _unusable(name: str, kind: str) -> str | None:
    """Return why a constraint of that name says nothing about values of a type."""
    if name not in _CHECKS.keys() | _FIELD_CHECKS.keys():
        return "unchecked-unknown"
    return None if kind in specification()["constraints"]["of"].get(name, (kind,)) else "unchecked-type"


def category_values(categories: Any) -> list[Any]:
    """Return the values of categories, which are plain or have a label.

    >>> category_values([{"value": 0, "label": "no"}, {"value": 1}])
    [0, 1]
    """
    return [one.get("value") if isinstance(one, dict) else one for one in categories]


def _value(given: Any, read: ReadValue) -> Any:
    """Return the value of a bound or of a member of an enumeration, which a schema may write as JSON or as text."""
    if isinstance(given, str):
        value = read(given)
    elif isinstance(given, dict | list):
        value = JsonValue.of(given)
    elif isinstance(given, bool):
        value = given
    else:
        value = read(str(given)) if given is not None else None
        value = Decimal(str(given)) if value is None and isinstance(given, int | float) else value
    if value is None:
        raise UnreadableError
    return value


def _bound(holds: Callable[[int], bool]) -> Callable[[Any, ReadValue], Check]:
    def make(given: Any, read: ReadValue) -> Check:
        bound = _value(given, read)

        def check(value: Any) -> bool:
            order = compared(value, bound)
            return order is not None and holds(order)

        try:
            compared(bound, bound)
        except TypeError:
            raise UnreadableError from None
        return check

    return make


def _length(holds: Callable[[int, int], bool]) -> Callable[[Any, ReadValue], Check]:
    def make(given: Any, read: ReadValue) -> Check:
        if not isinstance(given, int) or isinstance(given, bool):
            raise UnreadableError
        return lambda value: holds(len(value), given)

    return make


def _enumeration(given: Any, read: ReadValue) -> Check:
    if not isinstance(given, list):
        raise UnreadableError
    members = [_value(one, read) for one in given]
    return lambda value: value in members


def _pattern(given: Any, field: str) -> Check:
    """Return a pattern of XML Schema is about the whole value; what only XML Schema knows is not checked."""
    if not isinstance(given, str) or _SUBTRACTED.search(given):
        raise UnreadableError
    try:
        return bounded_pattern(field, given, whole=True)
    except (re.error, OverflowError, RecursionError):
        raise UnreadableError from None


def _json_schema(given: Any, field: str) -> Check:
    from meguro_opendata.validation.specification.jsonschemas import schema_check

    check = schema_check(given, field)
    if check is None:
        raise UnreadableError
    return lambda value: check(value.value)


_CHECKS: Mapping[str, Callable[[Any, ReadValue], Check]] = {
    "minLength": _length(lambda length, least: length >= least),
    "maxLength": _length(lambda length, most: length <= most),
    "minimum": _bound(lambda order: order >= 0),
    "maximum": _bound(lambda order: order <= 0),
    "exclusiveMinimum": _bound(lambda order: order > 0),
    "exclusiveMaximum": _bound(lambda order: order < 0),
    "enum": _enumeration,
    "categories": _enumeration,
}
# Those that can run out of time; the report then names the field.
_FIELD_CHECKS: Mapping[str, Callable[[Any, str], Check]] = {"pattern": _pattern, "jsonSchema": _json_schema}
