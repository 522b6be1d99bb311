"""Definition → Table Schema: each version of a definition as a plain Frictionless Table Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["FOLDER", "PREFIX", "as_json", "data", "definitions", "schema"]

FOLDER = Path(__file__).parent
PREFIX = "mo:"
_OF_ITEMS = (
    "requirement",
    "requirement_basis",
    "requirement_hint",
    "legacy_requirement",
    "may_be_empty",
    "format",
    "format_basis",
    "values",
    "english_name",
    "example_basis",
    "example_passes",
    "note",
    "confidence",
    "evidence",
)
_OF_VERSIONS = ("edition", "old_number", "column_order", "confidence", "notes")
_ONE_OF_THESE = {"enum"}


@cache
def data(name: str) -> Any:
    """Return one data file of this folder, read."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@cache
def definitions() -> Mapping[str, Mapping[str, Any]]:
    """Return every definition by id, in the order of the catalogue."""
    read = {path.parent.name: data(f"{path.parent.name}/definition.yaml") for path in FOLDER.glob("*/definition.yaml")}
    return {entry["id"]: read.pop(entry["id"]) for entry in data("catalog.yaml") if entry["id"] in read} | read


def schema(definition: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Return the Table Schema of one version of a definition."""
    part = definition["versions"][version]
    entry = next(entry for entry in data("catalog.yaml") if entry["id"] == definition["id"])
    carried = [
        {"from": item["legacy"], "to": item["standard"], "how": item["carry"]}
        for item in part.get("mapping_to_standard", ())
    ]
    return {
        "name": definition["id"],
        "title": definition["title"],
        "description": entry["purpose"],
        "version": version,
        f"{PREFIX}standard": f"{definition['id']}@{version}",
        f"{PREFIX}number": entry.get("number"),
        f"{PREFIX}title_en": definition["title_en"],
        f"{PREFIX}key": part.get("key"),
        f"{PREFIX}known_gaps": part.get("known_gaps", []),
        **{f"{PREFIX}{name}": part[name] for name in _OF_VERSIONS if name in part},
        **({f"{PREFIX}carry": carried} if carried else {}),
        "missingValues": [""],
        "fields": list(_fields(definition["id"], part)),
    }


def as_json(described: Mapping[str, Any]) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _fields(standard_id: str, part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    key = part.get("key") if part.get("key_is_unique", True) else None
    for item in part["fields"]:
        yield _field(item, key, list(_synonyms(item["name"], standard_id)))


def _field(item: Mapping[str, Any], key: str | None, synonyms: list[str]) -> dict[str, Any]:
    kind = data("value_kinds.yaml")[item["kind"]]
    described: dict[str, Any] = {"name": item["name"], "title": item["name"], "type": kind["type"]}
    for name, source in (("format", kind), ("description", item), ("example", item)):
        if name in source:
            described[name] = source[name]
    constraints = _constraints(item, kind, key)
    if constraints:
        described["constraints"] = constraints
    described[f"{PREFIX}kind"] = item["kind"]
    if synonyms:
        described[f"{PREFIX}synonyms"] = synonyms
    return described | {f"{PREFIX}{name}": item[name] for name in _OF_ITEMS if name in item}


def _constraints(item: Mapping[str, Any], kind: Mapping[str, Any], key: str | None) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if item["requirement"] == "required" and not item.get("may_be_empty"):
        constraints["required"] = True
    if item["name"] == key:
        constraints["unique"] = True
    constraints.update(kind.get("constraints", {}))
    if item["kind"] in _ONE_OF_THESE and "values" in item:
        constraints["enum"] = item["values"]
    return constraints


def _synonyms(name: str, standard_id: str) -> Iterator[str]:
    known = data("synonyms.yaml")
    yield from known["general"].get(name, ())
    yield from known["datasets"].get(standard_id, {}).get(name, ())
    prefixes = known["prefixes"].get(standard_id, {"names": (), "keep": ()})
    for prefix in () if name in prefixes["keep"] else prefixes["names"]:
        yield name.removeprefix(prefix) if name.startswith(prefix) else prefix + name
