"""``datapackage.json`` of a release, written: what lies in it, for machines; valid for frictionless."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meguro_opendata.files.whole import sha256
from meguro_opendata.recipe import Recipe, Waiver
from meguro_opendata.recipe.series.periods import Period
from meguro_opendata.release.descriptor import FORMATS
from meguro_opendata.release.facts import ReleaseFacts, iso_period
from meguro_opendata.release.freshness import SourceStamp
from meguro_opendata.workspace.city import City

__all__ = ["DataFile", "datapackage"]


@dataclass(frozen=True)
class DataFile:
    """A data file of a release: name, bytes, title and rows of its table, and its period if it is one of a series."""

    name: str
    data: bytes
    title: str
    rows: int
    period: Period | None = None


def datapackage(
    recipe: Recipe,
    city: City | str,
    files: Sequence[DataFile],
    rows: int,
    stamp: SourceStamp,
    personal: Sequence[Mapping[str, Any]] = (),
    facts: ReleaseFacts | None = None,
    coordinates: Sequence[Mapping[str, Any]] = (),
    places: Mapping[str, Any] | None = None,
) -> bytes:
    """The descriptor of a release.

    Args:
        recipe: What was built.
        city: Who publishes, or a municipality code alone if nobody is known to publish yet.
        files: The data files.
        rows: Rows of the table, or of all tables of a series.
        stamp: What it is made from.
        personal: What may be personal in them, each with the reason for which the recipe allows it or ``None``.
        facts: What the files say themselves.
        coordinates: How the coordinates came into their system, by source: operation, grids, expected error.
        places: Grids, gazetteer, boundary and parts of shapefiles that it was made with, by checksum.
    """
    meta = recipe.metadata
    code = city if isinstance(city, str) else city.code
    described: dict[str, Any] = {
        "name": recipe.file_stem(code).lower(),
        "title": recipe.title,
        "description": meta.description,
        "profile": "data-package",
        **({} if isinstance(city, str) else _publisher(recipe, city)),
        "keywords": list(meta.keywords),
        "mo:slug": recipe.slug,
        "mo:standard": f"{recipe.standard.id}@{recipe.standard.version}" if recipe.standard else None,
        "mo:key": list(recipe.key),
        "mo:metadata": meta.model_dump(mode="json"),
        "mo:rows": rows,
        "mo:facts": (facts or ReleaseFacts()).to_dict(),
        **stamp.to_dict(),
        **({"mo:places": places} if places else {}),
        "mo:personal": list(personal),
        **({"mo:coordinates": list(coordinates)} if coordinates else {}),
        "resources": [_resource(file, recipe) for file in files],
    }
    return (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _publisher(recipe: Recipe, city: City) -> dict[str, Any]:
    return {
        "licenses": [{"name": city.license.id, "title": city.license.title, "path": city.license.url}],
        "contributors": [{"title": f"{city.full_name} {recipe.metadata.department}", "role": "publisher"}],
        "homepage": recipe.metadata.landing_page or city.homepage,
    }


def _resource(file: DataFile, recipe: Recipe) -> dict[str, Any]:
    stem, _, ending = file.name.rpartition(".")
    described: dict[str, Any] = {
        "name": f"{stem}_{ending}".lower(),
        "title": f"{file.title}（{FORMATS[ending]}）",
        "path": file.name,
        "format": ending,
        "bytes": len(file.data),
        "hash": f"sha256:{sha256(file.data)}",
    }
    if file.period is not None:
        described |= {"mo:period": file.period.label, "mo:temporal": iso_period(file.period), "mo:rows": file.rows}
    if ending == "csv":
        return {**described, "type": "table", "encoding": "utf-8-sig", "schema": _relaxed(recipe)}
    return {**described, "type": "file"}


def _relaxed(recipe: Recipe) -> dict[str, Any]:
    """The recipe's schema without the rules that its waivers set aside; each such field says so and why."""
    fields = {field["name"]: dict(field) for field in recipe.schema["fields"]}
    for waiver in recipe.waive:
        fields[waiver.field] = _relaxed_field(fields[waiver.field], waiver)
    return {**recipe.schema, "fields": list(fields.values())}


def _relaxed_field(field: Mapping[str, Any], waiver: Waiver) -> dict[str, Any]:
    kind, _, rule = waiver.code.partition("-")
    waived = {"code": waiver.code, "reason": waiver.reason}
    relaxed = {**field, "mo:waived": [*field.get("mo:waived", ()), waived]}
    if kind == "type":
        relaxed = {**relaxed, "type": "any"}
    dropped = rule if kind == "constraint" else "unique" if kind == "unique" else ""
    constraints = {name: bound for name, bound in field.get("constraints", {}).items() if name != dropped}
    return {**relaxed, "constraints": constraints}
