"""``Standard`` and ``Field``: the national standard, loaded from ``standard_schemas/``.

Nothing about any dataset is written in Python: the catalogue, the schemas and the kinds of value are files.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from meguro_opendata.errors import UnknownStandardError
from meguro_opendata.standard.definitions import definition_text, definition_yaml

__all__ = [
    "Field",
    "Standard",
    "coordinate_fields",
    "counts_as_shown",
    "load_standard",
    "schema_fields",
    "standards",
    "value_kinds",
]

PREFIX = "mo:"
_CODE_SHOWN = re.compile(r"〒?[0-9()\- ]*[0-9]")


@dataclass(frozen=True)
class Field:
    """One item of a standard.

    Attributes:
        name: The header, spelled exactly as the standard has it.
        kind: The kind of value (``standard_schemas/value_kinds.yaml``).
        requirement: ``required``, ``recommended``, ``optional`` or ``unknown``.
        description: What it means, in Japanese.
        descriptor: The field of the Table Schema.
    """

    name: str
    kind: str
    requirement: str
    description: str
    descriptor: Mapping[str, Any]


@dataclass(frozen=True)
class Standard:
    """One version of one dataset of the national standard.

    ``versions`` is empty, and ``schema`` ``None``, for a dataset whose items are not known.
    """

    id: str
    number: str | None
    title: str
    title_en: str
    version: str | None
    versions: tuple[str, ...]
    status: str
    file_name: str
    schema: dict[str, Any] | None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the items in the standard's order."""
        return schema_fields(self.schema) if self.schema else ()

    @property
    def requirements_known(self) -> int:
        """Return how many items have a requirement that evidence shows."""
        return sum(field.requirement != "unknown" for field in self.fields)

    def field(self, name: str) -> Field | None:
        """Return the item of that exact name, or ``None``."""
        return next((item for item in self.fields if item.name == name), None)

    def file_stem(self, municipality: str) -> str:
        """Return the file name that the standard asks for, without extension and without the period that some add.

        >>> load_standard("preschool").file_stem("131105")
        '131105_preschool'
        """
        return f"{municipality}_{self.id}"


def schema_fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the fields of any Table Schema, with what our own prefix says of them where it is used."""
    return tuple(
        Field(
            name=item["name"],
            kind=item.get(f"{PREFIX}kind", "text"),
            requirement=item.get(f"{PREFIX}requirement", "unknown"),
            description=item.get("description", ""),
            descriptor=item,
        )
        for item in schema["fields"]
    )


def counts_as_shown(field: Field, shown: str, *, is_named: bool) -> bool:
    """Return whether a number counts as its cell shows it: in items of codes and text, not in those of amounts.

    Args:
        field: The item.
        shown: What the cell shows.
        is_named: The item is one of a standard or schema, so that its kind is known; in a column that is only kept,
            nothing but digits and the signs of codes counts.

    >>> code, text = (Field("x", kind, "", "", {}) for kind in ("id", "text"))
    >>> counts_as_shown(code, "0001", is_named=True), counts_as_shown(text, "5人", is_named=False)
    (True, False)
    """
    known = value_kinds().get(field.kind, {}).get("shown", False)
    is_text = field.descriptor.get("type", "string") in ("string", "any")
    return bool(known and is_text and (is_named or _CODE_SHOWN.fullmatch(shown)))


def coordinate_fields(fields: Sequence[Field]) -> tuple[str, str] | None:
    """Return the names of the latitude and the longitude field, or ``None`` unless there is exactly one of each.

    >>> coordinate_fields(load_standard("aed").fields)
    ('緯度', '経度')
    """
    lats = [field.name for field in fields if field.kind == "latitude"]
    lons = [field.name for field in fields if field.kind == "longitude"]
    return (lats[0], lons[0]) if len(lats) == len(lons) == 1 else None


@cache
def value_kinds() -> dict[str, dict[str, Any]]:
    """Return every kind of value: title, Table Schema type and constraints, and the names of its normalisers."""
    return definition_yaml("value_kinds.yaml")  # type: ignore[no-any-return]


@cache
def _catalogue() -> list[dict[str, Any]]:
    return definition_yaml("catalog.yaml")  # type: ignore[no-any-return]


def standards() -> list[Standard]:
    """Return every dataset of the national standard in its newest version, by number; schemas are not read."""
    return [_from_entry(entry, None, None) for entry in _catalogue()]


@cache
def load_standard(standard_id: str, version: str | None = None) -> Standard:
    """Return one standard with its schema.

    Args:
        standard_id: The id, or ``id@version``.
        version: ``"2020"`` for 推奨データセット, else the year of the edition; default that of the id, or the newest.

    Raises:
        UnknownStandardError: If there is no such id or version, its items are not known, or its file is damaged.
    """
    name, _, inline = standard_id.partition("@")
    entry = _entry(name)
    versions = entry["versions"]
    if not versions:
        code = "standard-of-files" if entry["status"] == "files" else "standard-without-items"
        raise UnknownStandardError(code, id=name, title=entry["title"])
    wanted = version or inline or versions[0]
    if wanted not in versions:
        raise UnknownStandardError("unknown-version", id=name, version=wanted, versions=versions)
    return _from_entry(entry, wanted, _read_schema(name, wanted))


def _entry(standard_id: str) -> dict[str, Any]:
    by_id = {entry["id"]: entry for entry in _catalogue()}
    if standard_id not in by_id:
        near = difflib.get_close_matches(standard_id.lower(), by_id, n=3)
        raise UnknownStandardError("unknown-standard-near" if near else "unknown-standard", id=standard_id, near=near)
    return by_id[standard_id]


def _from_entry(entry: Mapping[str, Any], version: str | None, schema: dict[str, Any] | None) -> Standard:
    versions = tuple(entry["versions"])
    return Standard(
        id=entry["id"],
        number=entry.get("number"),
        title=entry["title"],
        title_en=entry["title_en"],
        version=version or (versions[0] if versions else None),
        versions=versions,
        status=entry["status"],
        file_name=entry.get("file_name", ""),
        schema=schema,
    )


def _read_schema(standard_id: str, version: str) -> dict[str, Any]:
    path = f"{standard_id}/{version}/schema.json"
    try:
        schema = json.loads(definition_text(path))
    except FileNotFoundError:
        raise UnknownStandardError("schema-missing", file=path) from None
    except json.JSONDecodeError as error:
        raise UnknownStandardError("schema-damaged", file=path, line=error.lineno) from None
    damaged = _damaged_part(schema)
    if damaged:
        raise UnknownStandardError("schema-part-damaged", file=path, part=damaged)
    return dict(schema)


def _damaged_part(schema: object) -> str | None:
    """Return the path of the first required part that a schema file lacks; ``None`` if it has all."""
    if not isinstance(schema, dict):
        return "-"
    fields = schema.get("fields")
    if not isinstance(fields, list) or not fields:
        return "fields"
    for number, field in enumerate(fields):
        if not isinstance(field, dict):
            return f"fields.{number}"
        if not isinstance(field.get("name"), str):
            return f"fields.{number}.name"
    return None
