"""Faults of a schema by the specification, and of its references to other tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.nearwords import unknown
from meguro_opendata.validation.engine.frictionless import TextTable
from meguro_opendata.validation.specification.constraints import category_values
from meguro_opendata.validation.specification.header import fields_match
from meguro_opendata.validation.specification.keys import names_of, reference_of
from meguro_opendata.validation.specification.values import specification

__all__ = ["refuse_faults", "refuse_unknown_references"]

Schema = Mapping[str, Any]


def refuse_faults(schema: Schema, place: Path | str) -> None:
    """Raise if parts of a schema that only the specification knows are not written as it asks.

    Raises:
        ConfigurationError: With every fault, under the name of the file or ``place``.
    """
    faults = [*_schema_faults(schema)]
    for number, field in enumerate(schema["fields"]):
        faults += _field_faults(f"fields.{number}", field)
    if faults:
        raise ConfigurationError(place, faults)


def _schema_faults(schema: Schema) -> Iterator[Fault]:
    how = fields_match(schema)
    if how not in specification()["schema"]["matches"]:
        yield unknown("fieldsMatch", "schema-match-unknown", how, specification()["schema"]["matches"])
    yield from _missing_faults("missingValues", schema.get("missingValues", []))
    names, keys = [field["name"] for field in schema["fields"]], schema.get("uniqueKeys", [])
    if not isinstance(keys, list) or not all(isinstance(key, list | str) for key in keys):
        yield Fault("uniqueKeys", "schema-unique-keys", {})
        return
    for number, key in enumerate(keys):
        for name in names_of(key):
            if name not in names:
                yield unknown(f"uniqueKeys.{number}", "schema-key-unknown", str(name), names)


def _missing_faults(place: str, given: object) -> Iterator[Fault]:
    if not isinstance(given, list) or not all(isinstance(_plain(one), str) for one in given):
        yield Fault(place, "schema-missing-values", {})


def _plain(one: object) -> object:
    return one.get("value") if isinstance(one, dict) else one


def _field_faults(place: str, field: Schema) -> Iterator[Fault]:
    yield from _missing_faults(f"{place}.missingValues", field.get("missingValues", []))
    if "categories" in field and not _are_categories(field["categories"]):
        yield Fault(f"{place}.categories", "schema-categories", {})
    yield from _sign_faults(place, field)
    if field.get("itemType", "string") not in _ITEMS:
        yield unknown(f"{place}.itemType", "schema-type-unknown", str(field["itemType"]), _ITEMS)


def _sign_faults(place: str, field: Schema) -> Iterator[Fault]:
    """Yield signs and words of a field that are no text, or an empty one where something has to stand."""
    for name in ("groupChar", "decimalChar", "delimiter"):
        sign = field.get(name, "x")
        if not isinstance(sign, str) or (not sign and name != "groupChar"):
            yield Fault(f"{place}.{name}", "schema-sign", {})
    for name in ("trueValues", "falseValues"):
        words = field.get(name, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            yield Fault(f"{place}.{name}", "schema-words", {})


_ITEMS = ["string", "integer", "boolean", "number", "datetime", "date", "time"]


def _are_categories(given: object) -> bool:
    """Return whether there is a list of different plain values, or of such with a label.

    >>> [_are_categories(one) for one in (["a", "b"], [{"value": 1, "label": "x"}], "a", [])]
    [True, True, False, False]
    """
    if not isinstance(given, list) or not given:
        return False
    values = category_values(given)
    good = all(isinstance(value, str | int) and not isinstance(value, bool) for value in values)
    return good and len(set(values)) == len(values)


def refuse_unknown_references(
    schema: Schema, others: Mapping[str, TextTable], place: Path | str, own_name: str | None = None
) -> None:
    """Raise if a foreign key refers to fields that the other table lacks.

    Raises:
        ConfigurationError: With every such field, under the name of the file or ``place``.
    """
    faults: list[Fault] = []
    for number, key in enumerate(schema.get("foreignKeys") or ()):
        name = reference_of(key)
        if name not in ("", own_name) and name in others:
            faults += _reference_faults(f"foreignKeys.{number}.reference.fields", names_of(key["reference"]["fields"]),
                                        name, others[name])  # fmt: skip
    if faults:
        raise ConfigurationError(place, faults)


def _reference_faults(place: str, wanted: tuple[str, ...], name: str, other: TextTable) -> Iterator[Fault]:
    known = [field["name"] for field in other.schema["fields"]] if other.schema else list(other.header)
    for one in wanted:
        if one not in known:
            yield Fault(place, "schema-reference-unknown", {"value": one, "name": name, "known": known})
