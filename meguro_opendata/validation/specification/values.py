"""Readers of single values by the specification: text to value, ``None`` for what is no value of the type."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, partial
from typing import Any

from meguro_opendata.packaged import packaged_toml
from meguro_opendata.validation.engine.frictionless import field_reader
from meguro_opendata.validation.specification import moments

__all__ = ["JsonValue", "ReadValue", "specification", "type_of", "value_reader"]

Descriptor = Mapping[str, Any]
ReadValue = Callable[[str], Any]
_BLANKS = " \t\r\n"  # what XML Schema strips of numbers
_SPECIAL = {"NaN", "INF", "+INF", "-INF"}
_LONG = 4000
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# RFC 3986: a scheme, then only signs that an address may have, each percent sign with two digits.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")


def specification() -> Mapping[str, Any]:
    """Return everything that ``specification.toml`` says."""
    return packaged_toml(__package__, "specification.toml")


@dataclass(frozen=True)
class JsonValue:
    """A value written as JSON; two are equal if they say the same in whatever order."""

    text: str
    value: Any = field(compare=False)

    @classmethod
    def of(cls, value: Any) -> JsonValue:
        """Return the value with its one form.

        >>> JsonValue.of({"b": 1, "a": 2}) == JsonValue.of({"a": 2, "b": 1})
        True
        """
        return cls(json.dumps(value, ensure_ascii=False, sort_keys=True), value)

    def __len__(self) -> int:
        return len(self.value)


def type_of(descriptor: Descriptor) -> str:
    """Return a field's type; without one, ``any``."""
    return str(descriptor.get("type", "any"))


def value_reader(descriptor: Descriptor) -> ReadValue | None:
    """Return the reader of a field's values, ``None`` if the specification does not know its format.

    >>> read = value_reader({"name": "a", "type": "integer", "groupChar": ","})
    >>> read("1,000"), read("1_000"), read("x")
    (1000, None, None)
    """
    kind, form = type_of(descriptor), _form(descriptor)
    if form in specification()["formats"]["engine"].get(kind, ()):
        return _engines(descriptor) if form in specification()["formats"].get(kind, ("any",)) else None
    if kind in specification()["formats"]["moments"]:
        return partial(_MOMENTS[kind], form=None if form == "default" else form)
    if form not in specification()["formats"].get(kind, ("default",)):
        return None
    made = _MADE.get((kind, form)) or _MADE[(kind, "default")]
    return made(descriptor)


def _form(descriptor: Descriptor) -> str:
    """Return the format; version 0 wrote ``fmt:`` before a pattern."""
    return str(descriptor.get("format") or "default").removeprefix("fmt:")


def _engines(descriptor: Descriptor) -> ReadValue:
    """Return frictionless's own reader, for values that the specification leaves to the library."""
    alone = {"name": "value", "type": descriptor["type"], "format": _form(descriptor)}

    @cache
    def reader() -> Any:
        return field_reader({"fields": [alone], "missingValues": []})

    def read(text: str) -> Any:
        value, notes = reader()(text)
        return None if notes else JsonValue.of(value) if isinstance(value, dict | list) else value

    return read


def _same(text: str) -> str:
    return text


def _uri(text: str) -> str | None:
    return text if _URI.fullmatch(text) else None


def _uuid(text: str) -> str | None:
    return text if _UUID.fullmatch(text) else None


def _binary(text: str) -> str | None:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return text


def _integers(descriptor: Descriptor) -> ReadValue:
    group, bare = descriptor.get("groupChar", ""), descriptor.get("bareNumber", True)
    form = re.compile(rf"[+-]?{_digits(group)}")

    def read(text: str) -> int | Decimal | None:
        plain = _stripped(text, "") if bare is False else text.strip(_BLANKS)
        if not form.fullmatch(plain):
            return None
        digits = plain.replace(group, "") if group else plain
        return int(digits) if len(digits) <= _LONG else Decimal(digits)

    return read


def _digits(group: str) -> str:
    """Return digits with a sign between them that groups them.

    >>> bool(re.fullmatch(_digits(","), "1,000")), bool(re.fullmatch(_digits(","), "1,,000"))
    (True, False)
    """
    return rf"[0-9](?:(?:{re.escape(group)})?[0-9])*" if group else "[0-9]+"


def _numbers(descriptor: Descriptor) -> ReadValue:
    group, decimal = descriptor.get("groupChar", ""), descriptor.get("decimalChar", ".")
    bare, point = descriptor.get("bareNumber", True), re.escape(decimal)
    form = re.compile(rf"[+-]?(?:{_digits(group)}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]{{1,6}})?")

    def read(text: str) -> Decimal | None:
        plain = _stripped(text, point) if bare is False else text.strip(_BLANKS)
        if plain in _SPECIAL:
            return Decimal(plain)
        if not form.fullmatch(plain):
            return None
        return Decimal((plain.replace(group, "") if group else plain).replace(decimal, "."))

    return read


def _stripped(text: str, point: str) -> str:
    """Return a number without the text before and after it.

    >>> _stripped("約 -1,5 %", ","), _stripped("INF kg", "."), _stripped("なし", ".")
    ('-1,5', 'INF', '')
    """
    special = re.search("(?:[+-]?INF|NaN)", text)
    if special and not re.search("[0-9]", text):
        return special[0]
    found = re.search(rf"[+-]?(?:{point})?[0-9](?:.*[0-9])?" if point else "[+-]?[0-9](?:.*[0-9])?", text, re.DOTALL)
    return found[0] if found else ""


def _booleans(descriptor: Descriptor) -> ReadValue:
    words = dict.fromkeys(descriptor.get("trueValues", ["true", "True", "TRUE", "1"]), True)
    words |= dict.fromkeys(descriptor.get("falseValues", ["false", "False", "FALSE", "0"]), False)
    return words.get


def _json(text: str) -> Any:
    """Read JSON strictly (RFC 8259): no NaN, no infinite number."""

    def refuse(name: str) -> Any:
        raise ValueError(name)

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


def _structures(kind: type, descriptor: Descriptor) -> ReadValue:
    def read(text: str) -> JsonValue | None:
        value = _json(text)
        return JsonValue.of(value) if isinstance(value, kind) else None

    return read


def _lists(descriptor: Descriptor) -> ReadValue:
    delimiter = descriptor.get("delimiter", ",")
    read_item = value_reader({"name": "item", "type": descriptor.get("itemType", "string")}) or _same

    def read(text: str) -> tuple[Any, ...] | None:
        items = tuple(map(read_item, text.split(delimiter)))
        return None if None in items else items

    return read


def _geopoint(text: str) -> tuple[Decimal, Decimal] | None:
    parts = text.split(",")
    return _point(*parts) if len(parts) == 2 else None  # noqa: PLR2004 (longitude and latitude)


def _geopoint_array(text: str) -> tuple[Decimal, Decimal] | None:
    value = _json(text)
    return _point(*value) if isinstance(value, list) and len(value) == 2 else None  # noqa: PLR2004


def _geopoint_object(text: str) -> tuple[Decimal, Decimal] | None:
    value = _json(text)
    return _point(value["lon"], value["lat"]) if isinstance(value, dict) and value.keys() == {"lon", "lat"} else None


def _point(longitude: Any, latitude: Any) -> tuple[Decimal, Decimal] | None:
    read = _numbers({})
    lon, lat = (None if isinstance(one, bool) else read(str(one)) for one in (longitude, latitude))
    if lon is None or lat is None or not (lon.is_finite() and lat.is_finite()):
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None  # noqa: PLR2004


_Moments = Callable[..., Any]
_MOMENTS: Mapping[str, _Moments] = {
    "date": moments.read_date,
    "time": moments.read_time,
    "datetime": moments.read_datetime,
}
_MADE: Mapping[tuple[str, str], Callable[[Descriptor], ReadValue]] = {
    ("string", "default"): lambda field: _same,
    ("string", "uri"): lambda field: _uri,
    ("string", "uuid"): lambda field: _uuid,
    ("string", "binary"): lambda field: _binary,
    ("any", "default"): lambda field: _same,
    ("integer", "default"): _integers,
    ("number", "default"): _numbers,
    ("boolean", "default"): _booleans,
    ("year", "default"): lambda field: moments.read_year,
    ("yearmonth", "default"): lambda field: moments.read_month,
    ("duration", "default"): lambda field: moments.read_duration,
    ("geopoint", "default"): lambda field: _geopoint,
    ("geopoint", "array"): lambda field: _geopoint_array,
    ("geopoint", "object"): lambda field: _geopoint_object,
    ("object", "default"): partial(_structures, dict),
    ("array", "default"): partial(_structures, list),
    ("list", "default"): _lists,
}
