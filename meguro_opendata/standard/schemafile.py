"""A Table Schema file of a dataset's or a user's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.jsontext import HalfSignError, parsed_json
from meguro_opendata.files.nearwords import unknown
from meguro_opendata.standard.model import value_kinds

__all__ = ["check_schema", "read_json", "read_schema"]

_TEXTS = ("format", "delimiter", "groupChar", "decimalChar")
_TYPES = (
    "any", "array", "boolean", "date", "datetime", "duration", "geojson", "geopoint", "integer", "list", "number",
    "object", "string", "time", "year", "yearmonth",
)  # fmt: skip


def read_schema(path: Path) -> dict[str, Any]:
    """Return the Table Schema descriptor in a file.

    Raises:
        ConfigurationError: If the file is missing, no JSON, or no Table Schema; every faulty field is named.
    """
    return check_schema(read_json(path), path)


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        ConfigurationError: If the file is missing, cannot be read, or is no JSON.
    """
    try:
        return parsed_json(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigurationError(path, [Fault("-", "file-missing", {})]) from None
    except OSError as error:
        raise ConfigurationError(path, [Fault("-", "file-unreadable", {"reason": error.strerror})]) from None
    except UnicodeDecodeError:
        raise ConfigurationError(path, [Fault("-", "not-utf8", {})]) from None
    except json.JSONDecodeError as error:
        raise ConfigurationError(path, [Fault("-", "json-broken", {"line": error.lineno})]) from None
    except HalfSignError as half:
        raise ConfigurationError(path, [Fault(half.place, "half-sign-here", {"sign": half.sign})]) from None
    except RecursionError:
        raise ConfigurationError(path, [Fault("-", "too-deep", {})]) from None
    except ValueError:
        raise ConfigurationError(path, [Fault("-", "schema-number", {})]) from None


def check_schema(schema: object, place: Path | str) -> dict[str, Any]:
    """Return a descriptor, if it is a Table Schema.

    Raises:
        ConfigurationError: With every fault, under the name of the file or ``place``.
    """
    faults = list(_faults(schema))
    if faults or not isinstance(schema, Mapping):
        raise ConfigurationError(place, faults)
    return dict(schema)


def _faults(schema: object) -> Iterator[Fault]:
    if not isinstance(schema, Mapping) or not isinstance(schema.get("fields"), list):
        yield Fault("fields", "schema-without-fields", {})
        return
    names: list[str] = []
    for number, field in enumerate(schema["fields"]):
        name = field.get("name") if isinstance(field, dict) else None
        if not isinstance(name, str) or not name:
            yield Fault(f"fields.{number}", "schema-field-without-name", {})
            continue
        if name in names:
            yield Fault(f"fields.{number}.name", "schema-field-twice", {"value": name})
        names.append(name)
        yield from _field_faults(f"fields.{number}", field)
    yield from _key_faults("primaryKey", schema.get("primaryKey", []), names)
    yield from _key_faults("mo:key", schema.get("mo:key") or [], names)
    yield from _foreign_key_faults(schema.get("foreignKeys", []), names)


def _field_faults(place: str, field: Mapping[str, Any]) -> Iterator[Fault]:
    kind = field.get("type", "any")
    if not isinstance(kind, str) or kind not in _TYPES:
        yield unknown(f"{place}.type", "schema-type-unknown", str(kind), _TYPES)
    meaning = field.get("mo:kind", "text")
    if not isinstance(meaning, str) or meaning not in value_kinds():
        yield unknown(f"{place}.mo:kind", "kind-unknown", str(meaning), list(value_kinds()))
    yield from _text_faults(place, field)
    constraints = field.get("constraints", {})
    if not isinstance(constraints, dict):
        yield Fault(f"{place}.constraints", "schema-constraints", {})
    elif not isinstance(constraints.get("enum") or [], list):
        yield Fault(f"{place}.constraints.enum", "schema-no-list", {"value": constraints["enum"]})
    elif not _compiles(constraints.get("pattern", "")):
        yield Fault(f"{place}.constraints.pattern", "schema-pattern", {"value": constraints["pattern"]})


def _text_faults(place: str, field: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield properties that have to be texts and are not; a delimiter also has at least one sign."""
    for name in _TEXTS:
        value = field.get(name)
        if value is not None and (not isinstance(value, str) or (name == "delimiter" and not value)):
            yield Fault(f"{place}.{name}", "schema-no-text", {"value": value})


def _key_faults(place: str, key: object, names: list[str]) -> Iterator[Fault]:
    for name in key if isinstance(key, list) else [key]:
        if name not in names:
            yield unknown(place, "schema-key-unknown", str(name), names)


def _foreign_key_faults(keys: object, names: list[str]) -> Iterator[Fault]:
    for number, key in enumerate(keys if isinstance(keys, list) else [keys]):
        reference = key.get("reference") if isinstance(key, dict) else None
        if not isinstance(reference, dict) or "fields" not in reference or "fields" not in key:
            yield Fault(f"foreignKeys.{number}", "schema-foreign-key", {})
        else:
            yield from _reference_faults(f"foreignKeys.{number}", key["fields"], reference, names)


def _reference_faults(place: str, key: object, reference: Mapping[str, Any], names: list[str]) -> Iterator[Fault]:
    """Yield fields that the table lacks, and pairs of which one side is missing."""
    fields, wanted = _names(key), _names(reference["fields"])
    if not fields or not wanted or not isinstance(reference.get("resource") or "", str):
        yield Fault(place, "schema-foreign-key", {})
        return
    yield from _key_faults(f"{place}.fields", fields, names)
    if not reference.get("resource"):
        yield from _key_faults(f"{place}.reference.fields", wanted, names)
    if len(fields) != len(wanted):
        yield Fault(place, "schema-foreign-pairs", {"count": len(fields), "other": len(wanted)})


def _names(key: object) -> list[str]:
    """Return the fields of one side of a key, which may be a word; none if it is neither that nor a list of words."""
    names = [key] if isinstance(key, str) else key
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else []


def _compiles(pattern: object) -> bool:
    try:
        re.compile(f"^{pattern}$")
    except (re.error, OverflowError, RecursionError):
        return False
    return True
