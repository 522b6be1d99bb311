"""Demands of a schema that are not checked, each with its reason, so that no demand is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from meguro_opendata.findings import NotChecked
from meguro_opendata.validation.specification.values import specification, type_of

__all__ = ["engine_gaps", "unknown_words"]

Descriptor = Mapping[str, Any]


def unknown_words(schema: Descriptor) -> Iterator[NotChecked]:
    """Yield properties that the specification does not know, or not for a field's type.

    >>> [one.constraint for one in unknown_words({"fields": [{"name": "a", "colour": "red", "mo:kind": "text"}]})]
    ['colour']
    """
    yield from _unknown_of_schema(schema)
    for field in schema["fields"]:
        for name in field:
            reason = _of_field(name, type_of(field))
            if reason is not None:
                yield NotChecked(name, str(field["name"]), reason)


def _unknown_of_schema(schema: Descriptor) -> Iterator[NotChecked]:
    for name in schema:
        if name not in specification()["schema"]["properties"] and not _tells(name, "schema"):
            yield NotChecked(name, None, "unchecked-unknown")


def _tells(name: str, of: str) -> bool:
    """Return whether a property tells people something, so that nothing is to be checked."""
    words = specification()["informative"]
    return name in words[of] or name.startswith(tuple(words["beginnings"]))


def _of_field(name: str, kind: str) -> str | None:
    words = specification()["field"]
    if name in words["every"] or name in words["of"].get(kind, ()) or _tells(name, "field"):
        return None
    elsewhere = any(name in of for of in words["of"].values())
    return "unchecked-type" if elsewhere else "unchecked-unknown"


def engine_gaps(schema: Descriptor, *, refused: bool) -> list[NotChecked]:
    """Return what frictionless does not check of a schema.

    Args:
        schema: The schema.
        refused: Whether it refused the schema, so that no row was looked at.

    >>> gaps = engine_gaps({"fields": [{"name": "a"}], "uniqueKeys": [["a"]]}, refused=False)
    >>> [(gap.constraint, gap.field, gap.reason) for gap in gaps]
    [('uniqueKeys', None, 'unchecked-engine')]
    """
    words = specification()["engine"]
    gaps = [NotChecked(name, None, "unchecked-engine") for name in words["passed_over"]["schema"] if schema.get(name)]
    if refused:
        gaps += [NotChecked("fields", None, "unchecked-schema"), *_refused_values(schema)]
    for field in schema["fields"]:
        gaps += _gaps_of_field(field, refused=refused)
    return [*gaps, *_unknown_to_engine(schema)]


def _refused_values(schema: Descriptor) -> Iterator[NotChecked]:
    if any(isinstance(one, dict) for one in schema.get("missingValues") or ()):
        yield NotChecked("missingValues", None, "unchecked-schema")


def _gaps_of_field(field: Descriptor, *, refused: bool) -> Iterator[NotChecked]:
    words, kind, name = specification()["engine"], type_of(field), str(field["name"])
    for part in (*words["passed_over"]["field"], *words["passed_over"].get(kind, ())):
        if field.get(part) and part in specification()["field"]["of"].get(kind, ()):
            yield NotChecked(part, name, "unchecked-engine")
    constraints: Iterable[str] = field.get("constraints", {})
    for one in constraints:
        if one not in words["constraints"].get(kind, ()):
            yield NotChecked(one, name, _why(one, kind))
        elif refused:
            yield NotChecked(one, name, "unchecked-schema")
    if refused and _has_labels(field.get("missingValues")):
        yield NotChecked("missingValues", name, "unchecked-schema")


def _has_labels(values: Sequence[object] | None) -> bool:
    """Return whether some missing values are objects with a label."""
    return any(isinstance(one, dict) for one in values or ())


def _why(constraint: str, kind: str) -> str:
    known = specification()["constraints"]
    if constraint in known["every"]:
        return "unchecked-engine"
    if constraint not in known["of"]:
        return "unchecked-unknown"
    return "unchecked-engine" if kind in known["of"][constraint] else "unchecked-type"


def _unknown_to_engine(schema: Descriptor) -> Iterator[NotChecked]:
    """What the specification does not know either, but for what frictionless knows beyond it."""
    more, kinds = specification()["engine"]["more"], {field["name"]: type_of(field) for field in schema["fields"]}
    for one in unknown_words(schema):
        if one.constraint not in more.get(kinds.get(one.field, ""), ()):
            yield one
