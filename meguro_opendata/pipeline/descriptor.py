"""The descriptor of a release (``datapackage.json``), filled from the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from meguro_opendata.files.whole import sha256
from meguro_opendata.pipeline.files import DataFile, PublishedTable
from meguro_opendata.pipeline.outcome import Draft
from meguro_opendata.pipeline.summaries import coordinate_records, facts_of, iso_period, place_stamp_of, source_list
from meguro_opendata.privacy import disclosed
from meguro_opendata.recipe import Recipe, Waiver
from meguro_opendata.release.descriptor import FORMATS, DescribedFile, DescribedPublisher, Descriptor, Disclosure
from meguro_opendata.release.freshness import source_stamp
from meguro_opendata.workspace.city import City

__all__ = ["describe"]


def describe(draft: Draft, files: Sequence[DataFile], tables: Sequence[PublishedTable]) -> Descriptor:
    """Return the descriptor of a release.

    Args:
        draft: The draft of the release.
        files: The data files.
        tables: The published tables.

    Raises:
        StorageError: If a source file can no longer be read.
    """
    recipe, meta = draft.recipe, draft.recipe.metadata
    coordinates = coordinate_records(draft)
    return Descriptor(
        name=recipe.file_stem(draft.code).lower(),
        title=recipe.title,
        description=meta.description,
        publisher=None if isinstance(draft.city, str) else _publisher(recipe, draft.city),
        keywords=meta.keywords,
        slug=recipe.slug,
        standard=f"{recipe.standard.id}@{recipe.standard.version}" if recipe.standard else None,
        key=recipe.key,
        metadata=meta.model_dump(mode="json"),
        rows=draft.report.rows,
        facts=facts_of(draft, tables),
        stamp=source_stamp(source_list(recipe), recipe.path.parent, draft.register),
        places=place_stamp_of(draft, coordinates),
        personal=tuple(Disclosure(**found) for found in disclosed(draft.report.findings)),
        coordinates=tuple(coordinates),
        files=tuple(_described_file(file, recipe) for file in files),
    )


def _publisher(recipe: Recipe, city: City) -> DescribedPublisher:
    return DescribedPublisher(
        name=f"{city.full_name} {recipe.metadata.department}",
        homepage=recipe.metadata.landing_page or city.homepage,
        license_id=city.license.id,
        license_title=city.license.title,
        license_url=city.license.url,
    )


def _described_file(file: DataFile, recipe: Recipe) -> DescribedFile:
    stem, _, ending = file.name.rpartition(".")
    is_table, period = ending == "csv", file.period
    return DescribedFile(
        name=f"{stem}_{ending}".lower(),
        title=f"{file.title}（{FORMATS[ending]}）",
        path=file.name,
        format=ending,
        bytes=len(file.data),
        sha256=sha256(file.data),
        period=period.label if period else None,
        temporal=iso_period(period) if period else None,
        rows=file.rows if period else None,
        # With a byte order mark: without it Excel opens the file as CP932.
        encoding="utf-8-sig" if is_table else None,
        schema=_relaxed(recipe) if is_table else None,
    )


def _relaxed(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe's schema without the waived constraints; each such field names the waiver and its reason.

    Data that its own schema rejects would be invalid for every reader of the package.
    """
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
