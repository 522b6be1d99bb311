"""The report on a release, and the sources that its page shows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

import polars as pl

from meguro_opendata.catalog import JsonObject, Package, PortalRules, check_package
from meguro_opendata.files.whole import sha256
from meguro_opendata.findings import Finding, Report
from meguro_opendata.pipeline.checks import waived
from meguro_opendata.pipeline.preparation import Prepared
from meguro_opendata.pipeline.reading import Reading
from meguro_opendata.privacy import masked
from meguro_opendata.recipe import Recipe
from meguro_opendata.reports.context import view_of_table
from meguro_opendata.reports.html import Checked
from meguro_opendata.sources import read_bytes, read_source
from meguro_opendata.standard.model import schema_fields
from meguro_opendata.validation.rules import copied_tables, identifier_findings, moved_tables
from meguro_opendata.workspace.city import City

__all__ = ["shown_sources", "whole_report"]


def whole_report(reading: Reading, tables: Sequence[Sequence[Prepared]], recipe: Recipe, city: City | str) -> Report:
    """Return one report on the sources, the published tables and the metadata.

    Args:
        reading: The sources.
        tables: The sources of each published table, after validation.
        recipe: The recipe.
        city: The publisher, or a municipality code alone outside a workspace; then no metadata is checked.
    """
    report = _data_report(reading, tuple(chain.from_iterable(tables)), recipe)
    findings = [*report.findings, *_metadata_findings(recipe, city)]
    return replace(report, findings=tuple(findings), coverage=reading.coverage)


def _data_report(reading: Reading, parts: Sequence[Prepared], recipe: Recipe) -> Report:
    """Return one report on all sources; findings name their file if there are several."""
    first = replace(
        parts[0].report,
        rows=sum(part.report.rows for part in parts),
        rows_checked=sum(part.report.rows_checked for part in parts),
    )
    if not reading.several:
        own = chain.from_iterable(part.report.findings for part in parts)
        return first.with_findings((*reading.findings, *own, *_moved_identifiers(parts, recipe)))
    names = dict.fromkeys([part.source.name for part in parts] + [count.file for count in reading.joined])
    return replace(
        first,
        file=recipe.source.series or ", ".join(names),
        findings=(
            *reading.findings,
            *_series_findings(parts, recipe),
            *_moved_identifiers(parts, recipe),
            *chain.from_iterable(map(_findings_of, parts)),
        ),
        not_checked=tuple(dict.fromkeys(chain.from_iterable(part.report.not_checked for part in parts))),
    )


def _findings_of(part: Prepared) -> list[Finding]:
    """Return the findings in one of several sources, each with its file's name."""
    return [replace(found, file=found.file or part.source.name) for found in part.report.findings]


def _series_findings(parts: Sequence[Prepared], recipe: Recipe) -> list[Finding]:
    """Return the findings on tables of a series that are copies of each other or that changed too much."""
    if recipe.source.series is None:
        return []
    dates = [field.name for field in schema_fields(recipe.schema) if field.kind == "date"]
    tables = [(part.source.name, part.frame) for part in parts]
    return [*copied_tables(tables, dates), *moved_tables(tables, recipe.expect)]


def _moved_identifiers(parts: Sequence[Prepared], recipe: Recipe) -> Iterator[Finding]:
    """Yield findings on rows whose ID differs from the previous period, or from the earlier table in the recipe."""
    several = recipe.source.series is not None or recipe.sources is not None
    for before, part in _with_earlier(parts, recipe):
        table, origins = part.source.table, part.mapped.origins
        moved = identifier_findings(before, table, part.frame, schema_fields(recipe.schema), origins)
        personal = {name for cells in part.secrets.values() for name in cells}
        for found in masked(waived(moved, recipe.waive), {found.row: personal for found in moved if found.row}):
            yield replace(found, file=part.source.name) if several else found


def _with_earlier(parts: Sequence[Prepared], recipe: Recipe) -> Iterator[tuple[pl.DataFrame, Prepared]]:
    """Yield each part with the published rows that precede it: the previous period, or the earlier table."""
    if recipe.source.series is not None:
        yield from ((before.frame, part) for before, part in pairwise(parts))
    if recipe.earlier_path is not None:
        earlier = read_source(recipe.earlier_path).frame
        yield from ((earlier, part) for part in (parts[:1] if recipe.source.series is not None else parts))


def _metadata_findings(recipe: Recipe, city: City | str) -> list[Finding]:
    """Return a warning for each metadata value that CKAN would refuse or rewrite; warnings, as portals differ."""
    if isinstance(city, str):
        return []
    stem, meta = recipe.file_stem(city.code), recipe.metadata
    package: JsonObject = {
        "name": stem.lower(),
        "title": recipe.title,
        "notes": meta.description,
        "extras": [{"key": "keywords", "value": json.dumps(meta.keywords)}],
        "resources": [{"name": f"{stem}.csv", "url": f"{stem}.csv", "format": "CSV"}],
    }
    # An empty licence is accepted here: the city's profile adds the licence when the dataset is published.
    found = check_package(Package.from_ckan(package), PortalRules(licenses={""}))
    return [replace(one, severity="warning", file=None) for one in found]


def shown_sources(parts: Sequence[Prepared], reading: Reading) -> dict[str | None, Checked]:
    """Return the sources by the file name in their findings, so that a page shows each finding beside its own cells."""
    shown: dict[str | None, Checked] = {}
    for part in parts:
        table, kinds = part.source.table, {field.name: field.kind for field in schema_fields(part.source.recipe.schema)}
        columns = {column: kinds[name] for name, column in part.mapped.origins.items() if column and name in kinds}
        # The checksum of the source: with it a reader can find out whether the page is about the file in hand.
        digest = sha256(read_bytes(table.path))
        name = part.source.name if reading.several else None
        shown.setdefault(name, Checked(part.source.name, digest, view_of_table(table, columns)))
    return shown
