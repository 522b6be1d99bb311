"""Preparation of the published rows: map, clean, add IDs and check; findings keep the cells of each source."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from meguro_opendata.cleaning import Cleaned, Unsure, clean
from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.tables import LONGEST_CELL
from meguro_opendata.findings import Change, Finding, Report
from meguro_opendata.georeferencing.coordinates import Placed, fields_to_clean, in_order, place, undeclared
from meguro_opendata.georeferencing.estimates import estimate_positions
from meguro_opendata.japan.municipalities import Municipality
from meguro_opendata.mapping import Mapped, apply_mapping
from meguro_opendata.pipeline.asread import as_shown, reading_changes
from meguro_opendata.pipeline.checks import validate_stacked, waived
from meguro_opendata.pipeline.gisremarks import layer_remarks, unplaced_rows
from meguro_opendata.pipeline.identifiers import Identifier
from meguro_opendata.pipeline.reading import Reading, SourceTable
from meguro_opendata.privacy import allowed, disclosures, masked, screen, secrets
from meguro_opendata.recipe import Recipe
from meguro_opendata.recipe.series import differing_periods
from meguro_opendata.recipe.series.periods import lacking_parts
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import schema_fields
from meguro_opendata.validation.engine.repeats import repeated_rows
from meguro_opendata.validation.engine.suggestions import Suggestions
from meguro_opendata.validation.rules import settled
from meguro_opendata.workspace.city import City

__all__ = ["Prepared", "map_sources", "prepare_tables"]


@dataclass(frozen=True)
class Prepared:
    """One source's part of a published table, with its changes and its report.

    Attributes:
        source: The source.
        mapped: The source's values by field.
        frame: The published rows.
        changes: The values that were rewritten.
        report: The findings on the rows.
        secrets: The columns with personal data, by the row of the source.
        coordinates: The record of the datum transformation, ``None`` if none was declared.
    """

    source: SourceTable
    mapped: Mapped
    frame: pl.DataFrame
    changes: tuple[Change, ...]
    report: Report
    secrets: Mapping[int, Collection[str]] = dataclasses.field(default_factory=dict)
    coordinates: Mapping[str, Any] | None = None


def map_sources(reading: Reading, recipe: Recipe, city: City) -> list[list[Mapped]]:
    """Return every source mapped to the recipe's fields, in the groups of the reading.

    Raises:
        ConfigurationError: If the recipe does not fit a file; with the faults of all files.
    """
    faults = list(_title_faults(reading, recipe))
    mapped: list[list[Mapped]] = []
    for group in reading.groups:
        mapped.append([])
        for source in group:
            # All files first, then one error: otherwise a series with ten faulty files takes ten runs.
            try:
                mapped[-1].append(apply_mapping(source.table, source.recipe, city))
            except ConfigurationError as error:
                faults += error.faults
    if faults:
        raise ConfigurationError(recipe.path, faults)
    return mapped


def _title_faults(reading: Reading, recipe: Recipe) -> Iterator[Fault]:
    """Yield a fault for the first file whose period lacks a part of the date that the title's template needs."""
    for group in reading.groups:
        member = group[0].member
        lacking = (
            lacking_parts(recipe.series.title, member.period) if recipe.series and member and member.period else []
        )
        if lacking:
            yield Fault("series.title", "series-title-lacking", {"value": lacking, "name": group[0].name})
            return


def prepare_tables(
    reading: Reading,
    mapped: Sequence[Sequence[Mapped]],
    recipe: Recipe,
    fiscal_start: int,
    identifier: Identifier | None = None,
    home: Municipality | None = None,
) -> list[list[Prepared]]:
    """Return the sources of each published table cleaned, with IDs and checked, in the groups of the reading.

    Args:
        reading: The sources.
        mapped: Each source mapped to the recipe's fields, in the same groups.
        recipe: The recipe.
        fiscal_start: The month in which a fiscal year starts.
        identifier: The identifier of the rows, if the recipe has a register.
        home: The municipality of addresses that name no municipality.

    Raises:
        ConfigurationError: If the mapping already fills the field of the IDs.
    """
    return [
        _prepare_table(group, parts, recipe, fiscal_start, identifier, home)
        for group, parts in zip(reading.groups, mapped, strict=True)
    ]


def _prepare_table(
    group: Sequence[SourceTable],
    mapped: Sequence[Mapped],
    recipe: Recipe,
    fiscal_start: int,
    identifier: Identifier | None,
    home: Municipality | None,
) -> list[Prepared]:
    """Return the parts of one published table, checked together."""
    ready = [_ready(source, part, recipe, home) for source, part in zip(group, mapped, strict=True)]
    frames, found = [part.frame for part in ready], [list(part.findings) for part in ready]
    # After cleaning: the register holds names and addresses in their published form, and compares them with it.
    if identifier is not None:
        identified = identifier.identify(group, [part.mapped for part in ready], frames)
        frames = list(identified.frames)
        found = [[*own, *ids] for own, ids in zip(found, identified.findings, strict=True)]
    parts = [(group[at].table, ready[at].mapped, frame, group[at].name) for at, frame in enumerate(frames)]
    reports = validate_stacked(parts, recipe, home)
    keys = _key_findings(group, frames, recipe)
    prepared = []
    for source, part, frame, report, own, key in zip(group, ready, frames, reports, found, keys, strict=True):
        more = [*own, *key, *repeated_rows(source.table, frame), *_cut_cells(source.table, frame, recipe)]
        more += [*layer_remarks(source.table), *unplaced_rows(source.table, frame, recipe)]
        more += _other_periods(source, part.mapped, frame, recipe, fiscal_start)
        whole = report.with_findings(settled((*report.findings, *waived(_unreported(more, report), recipe.waive))))
        prepared.append(Prepared(source, part.mapped, frame, part.changes, whole, coordinates=part.coordinates))
    # Last: personal values are masked in every finding, also in those that were added just before.
    return [_with_disclosures(part, recipe) for part in prepared]


def _unreported(more: Sequence[Finding], report: Report) -> list[Finding]:
    """Return the findings that the validation has not already reported on the same cell."""
    known = {(one.code, one.row, one.field) for one in report.findings if one.check}
    return [one for one in more if (one.code, one.row, one.field) not in known]


@dataclass(frozen=True)
class _Ready:
    """One source's rows, mapped, cleaned and georeferenced, before the rows of all sources are checked together."""

    mapped: Mapped
    frame: pl.DataFrame
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    coordinates: Mapping[str, Any] | None


def _ready(source: SourceTable, mapped: Mapped, recipe: Recipe, home: Municipality | None) -> _Ready:
    fields = schema_fields(recipe.schema)
    mapped = in_order(mapped, fields, source.recipe.source)
    mapped, shown = as_shown(source.table, mapped, fields, recipe.base_fields)
    # Cleaned before they are moved: a coordinate with units or full-width digits is no number yet.
    cleaned = _clean(source, mapped, recipe)
    placed = place(source.table, mapped, cleaned, fields, source.recipe.source)
    estimated = estimate_positions(source.table, mapped, placed.frame, recipe, home)
    return _Ready(
        mapped,
        estimated.frame,
        (
            *reading_changes(source.table, mapped.origins),
            *mapped.changes,
            *shown,
            *cleaned.changes,
            *placed.changes,
            *estimated.changes,
        ),
        (*_doubts(source, mapped, placed), *estimated.findings),
        placed.record,
    )


def _with_disclosures(part: Prepared, recipe: Recipe) -> Prepared:
    """Return the part with findings on personal data; personal values are masked in all its findings."""
    kinds = {field.name: field.kind for field in schema_fields(recipe.schema)}
    read = [column for rule in recipe.mapping.values() for column in rule.columns]
    table, origins = part.source.table, part.mapped.origins
    hits = screen(part.frame, kinds)
    personal = disclosures(table, hits, origins, read)
    cells = secrets(table, part.frame, hits, origins)
    others = masked(part.report.findings, cells)
    report = part.report.with_findings((*others, *allowed(personal, recipe.allow)))
    return dataclasses.replace(part, report=report, secrets=cells)


def _clean(source: SourceTable, mapped: Mapped, recipe: Recipe) -> Cleaned:
    keep = {name: rule.keep for name, rule in recipe.mapping.items()}
    keep |= {extension.name: extension.keep for extension in recipe.extensions}
    fields = fields_to_clean(source.table, mapped, schema_fields(recipe.schema), source.recipe.source)
    return clean(mapped.frame, fields, mapped.origins, source.table.rows, keep)


def _doubts(source: SourceTable, mapped: Mapped, placed: Placed) -> Iterator[Finding]:
    """Yield a warning for each value that cleaning left unchanged because it is ambiguous or damaged."""
    table = source.table
    yield from placed.findings
    if source.recipe.mapping or source.recipe.same_names:  # a conversion has no recipe to declare a system in
        yield from undeclared(table, mapped, placed.frame, schema_fields(source.recipe.schema), source.recipe.source)
    suggestions = Suggestions(source.recipe.schema)
    for doubt in placed.doubts:
        more: dict[str, Any] = {"field": doubt.field, "value": doubt.value}
        more["suggestion"] = suggestions.only(doubt.field, Unsure(doubt.rule, doubt.readings, doubt.partial))
        more["params"] = {"readings": " / ".join(doubt.readings)}
        column = mapped.origins[doubt.field]
        if column is not None and column in table.frame.columns:
            yield table.cell_finding(doubt.rule, "warning", doubt.position, column, **more)
        else:
            row, line = table.rows[doubt.position], table.line_of(doubt.position)
            yield Finding(doubt.rule, "warning", sheet=table.grid.sheet, row=row, line=line, **more)


def _key_findings(group: Sequence[SourceTable], frames: Sequence[pl.DataFrame], recipe: Recipe) -> list[list[Finding]]:
    """Return an error for a table without rows, and for each row that repeats a key named in the recipe."""
    found: list[list[Finding]] = [[] for _ in group]
    if not any(frame.height for frame in frames):
        found[0].append(Finding("no-rows", "error", sheet=group[0].table.grid.sheet))
    # The standard's own key only compares releases; a recipe that names a key promises that it is unique.
    if not recipe.key_is_own:
        return found
    seen: dict[tuple[str, ...], tuple[int, int]] = {}
    for part, (source, frame) in enumerate(zip(group, frames, strict=True)):
        for row, cells in zip(source.table.rows, frame.select(recipe.key).iter_rows(), strict=True):
            if cells in seen:
                first = _row_name(group, seen[cells], part)
                found[part].append(_repeated_key(source.table, row, cells, recipe, first))
            seen.setdefault(cells, (part, row))
    return found


def _repeated_key(table: Table, row: int, cells: Iterable[str], recipe: Recipe, first: object) -> Finding:
    value = " / ".join(map(str, cells))
    params = {"fields": list(recipe.key), "first": first}
    return Finding("key-repeated", "error", sheet=table.grid.sheet, row=row, value=value, params=params)


def _row_name(group: Sequence[SourceTable], place: tuple[int, int], part: int) -> object:
    """Return the number of a row, with the name of its file if that is another file."""
    return place[1] if place[0] == part else f"{group[place[0]].name} {place[1]}"


def _cut_cells(table: Table, frame: pl.DataFrame, recipe: Recipe) -> Iterator[Finding]:
    """Yield a warning for each value that is cut in an Excel cell or a shapefile; the CSV contains it whole.

    An Excel cell holds 32,767 characters, a text field of a shapefile 254 bytes.
    """
    if "shp" in recipe.formats:
        from meguro_opendata.geo.gis.writing import cut_values

        for name, at in cut_values(frame, recipe.gis.encoding):
            yield Finding("shapefile-cut", "warning", row=table.rows[at], field=name)
    if "xlsx" not in recipe.formats:
        return
    for name in frame.columns:
        for at in (frame[name].str.len_chars() > LONGEST_CELL).arg_true():
            params = {"limit": LONGEST_CELL, "length": len(frame[name][at])}
            yield Finding("cell-cut", "warning", row=table.rows[at], field=name, params=params)


def _other_periods(
    source: SourceTable, mapped: Mapped, frame: pl.DataFrame, recipe: Recipe, fiscal_start: int
) -> Iterator[Finding]:
    """Yield findings on values outside the period of their file: errors if the recipe asks for it, else warnings.

    Without the recipe's word the check runs only on the one date field of a table: of several it is not known which
    one dates the rows.
    """
    settings = recipe.source.period
    asked = settings.confirm if settings else None
    dates = [field.name for field in schema_fields(recipe.schema) if field.kind == "date"]
    field = asked or (dates[0] if len(dates) == 1 else None)
    if source.member is None or field is None:
        return
    severity = "error" if asked else "warning"
    for at, value, found in differing_periods(source.member, frame[field], field, severity, fiscal_start):
        column = mapped.origins.get(field)
        if column is None:
            yield dataclasses.replace(found, row=source.table.rows[at], value=value)
            continue
        place = source.table.cell_finding(found.code, severity, at, column, field=field)
        yield dataclasses.replace(place, params=found.params, file=found.file)
