"""A header against the fields of a schema, in each of the five ways of ``fieldsMatch``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meguro_opendata.validation.engine.frictionless import RawError
from meguro_opendata.validation.specification.fields import SpecifiedField, any_field, specified_field

__all__ = ["Matched", "fields_match", "matched"]

_MORE_LABELS, _FEWER_FIELDS = ("subset", "partial"), ("superset", "partial")


@dataclass(frozen=True)
class Matched:
    """A header as it was matched: its errors, the field of each column, and whether the rows can be read."""

    errors: tuple[RawError, ...]
    fields: tuple[SpecifiedField, ...]
    is_final: bool = False


def fields_match(schema: Mapping[str, Any]) -> str:
    """Return how columns match fields; profile 2.0 asks for a list of one word, its text for the word.

    >>> fields_match({}), fields_match({"fieldsMatch": ["equal"]})
    ('exact', 'equal')
    """
    given = schema.get("fieldsMatch", "exact")
    return str(given[0] if isinstance(given, list) and given else given)


def matched(header: Sequence[str], schema: Mapping[str, Any]) -> Matched:
    """Return what a header is by a schema."""
    labels = [label.strip() for label in header]
    how = fields_match(schema)
    described = list(schema["fields"])
    if how == "exact":
        errors, given = [*_positions(labels, described)], dict(enumerate(described))
    else:
        named = {field["name"]: field for field in described}
        errors = [*_names(labels, named, how), *_absent(labels, schema, how)]
        given = {at: named[label] for at, label in enumerate(labels) if label in named}
    fields = [
        specified_field(given[at], schema) if at in given else any_field(f"#{at + 1} {label}", schema)
        for at, label in enumerate(labels)
    ]
    ends = ("unmatched-header", "blank-header", *(["duplicate-label"] if how != "exact" else []))
    return Matched(tuple(errors), tuple(fields), is_final=any(error.type in ends for error in errors))


def _positions(labels: Sequence[str], fields: Sequence[Mapping[str, Any]]) -> Iterator[RawError]:
    """Yield the errors of labels that are compared with the fields one by one."""
    if not any(labels):
        yield RawError("blank-header", None, None, None, None)
        return
    for at in range(len(fields), len(labels)):
        yield RawError("extra-label", None, None, at, labels[at])
    for at in range(len(labels), len(fields)):
        yield RawError("missing-label", None, fields[at]["name"], at, None)
    for at, (label, field) in enumerate(zip(labels, fields, strict=False)):
        kind = _of_label(label, field["name"], labels[:at])
        if kind is not None:
            yield RawError(kind, None, field["name"], at, label)


def _of_label(label: str, name: str, before: Sequence[str]) -> str | None:
    if not label:
        return "blank-label"
    if label in before:
        return "duplicate-label"
    return "incorrect-label" if label != name else None


def _names(labels: Sequence[str], named: Mapping[str, Mapping[str, Any]], how: str) -> Iterator[RawError]:
    """Yield the errors of labels that are compared with the fields' names."""
    for at, label in enumerate(labels):
        if label in labels[:at]:
            yield RawError("duplicate-label", None, label if label in named else None, at, label)
        elif label not in named and how not in _MORE_LABELS:
            yield RawError("extra-label", None, None, at, label)
    if how == "partial" and named and not named.keys() & set(labels):
        yield RawError("unmatched-header", None, None, None, None)


def _absent(labels: Sequence[str], schema: Mapping[str, Any], how: str) -> Iterator[RawError]:
    """Yield the errors of fields that have no label of their name."""
    absent = [field for field in schema["fields"] if field["name"] not in labels]
    if how in _FEWER_FIELDS:
        absent = [field for field in absent if _is_required(field, schema)]
    for at, field in enumerate(absent, start=len(labels)):
        yield RawError("missing-label", None, field["name"], at, None)


def _is_required(field: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    key = schema.get("primaryKey", [])
    return bool(field.get("constraints", {}).get("required")) or field["name"] in (
        [key] if isinstance(key, str) else key
    )
