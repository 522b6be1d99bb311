"""Validation of the published rows, table by table, and the findings that a recipe waives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from meguro_opendata.findings import Finding, Report
from meguro_opendata.japan.municipalities import Municipality
from meguro_opendata.mapping import Mapped
from meguro_opendata.recipe import Recipe, Waiver
from meguro_opendata.sources import Table, structure_findings
from meguro_opendata.sources.joining import JoinedTable
from meguro_opendata.standard.model import schema_fields
from meguro_opendata.validation.engine import fast as fast_engine
from meguro_opendata.validation.engine.boundedpatterns import judged_in_time, within_limits
from meguro_opendata.validation.engine.frictionless import RawError, TextTable
from meguro_opendata.validation.engine.translate import places_in, translate
from meguro_opendata.validation.rules import expectation_findings, rule_findings, without_unchecked

__all__ = ["validate_stacked", "waived"]

# A duplicate or blank label is an error only where a mapping could pick the wrong column; else it becomes information.
_SETTLED = {"duplicate-header": "duplicate-header-named", "blank-label": "blank-label-named"}


@within_limits
def validate_stacked(
    parts: Sequence[tuple[Table, Mapped, pl.DataFrame, str]], recipe: Recipe, home: Municipality | None = None
) -> list[Report]:
    """Check the parts of one table together, and return one report for each part.

    Findings name the cells of the source, and the recipe's waivers are applied.

    Args:
        parts: For each part the source table, its mapping, the published rows and the file's name.
        recipe: The recipe.
        home: The municipality of rows that name no municipality.
    """
    # Together, because a value can repeat in another file: unique fields and keys concern the whole table.
    header = parts[0][2].columns
    whole = TextTable(header, pl.concat([frame for _, _, frame, _ in parts]))
    raw = judged_in_time(fast_engine.check_table(whole, recipe.schema, by_name=False))
    unexpected = [*expectation_findings(whole.cells, recipe.expect)]
    reports: list[Report] = []
    start = 0
    for table, mapped, frame, file in parts:
        own = _errors_between(raw, start, start + frame.height)
        reports.append(_part_report(own, table, mapped, frame, recipe, file, home))
        start += frame.height
    # Totals and row counts concern no part alone; the first part's report has them.
    if unexpected:
        reports[0] = reports[0].with_findings((*reports[0].findings, *waived(unexpected, recipe.waive)))
    return reports


def _errors_between(errors: Iterable[RawError], start: int, end: int) -> list[RawError]:
    """Return the errors in a range of records, counted from its start; header errors belong to the first part."""
    return [
        error if error.record is None else replace(error, record=error.record - start)
        for error in errors
        if (start == 0 if error.record is None else start <= error.record < end)
    ]


def _part_report(
    raw: Sequence[RawError],
    table: Table,
    mapped: Mapped,
    frame: pl.DataFrame,
    recipe: Recipe,
    file: str,
    home: Municipality | None,
) -> Report:
    origins = [mapped.origins.get(name) for name in frame.columns]
    found = translate(raw, recipe.schema, places_in(table, origins))
    fields = schema_fields(recipe.schema)
    single = recipe.source.series is None
    found += rule_findings(
        table, frame, fields, found, mapped.origins, cleaned=True, named=single, home=home.code if home else ""
    )
    found, unchecked = without_unchecked(found)
    if isinstance(table, JoinedTable):
        found = [table.at_home(finding) for finding in found]
    shape = table.own or table if isinstance(table, JoinedTable) else table
    own = [*_shape_findings(shape, mapped, recipe), *_extensions(table, recipe), *mapped.findings]
    return Report(
        file=file,
        standard=(recipe.standard.id, str(recipe.standard.version)) if recipe.standard else None,
        rows=frame.height,
        rows_checked=frame.height,
        findings=tuple(waived([*_by_place(own, table), *found], recipe.waive)),
        encoding=table.grid.encoding,
        header=table.labels[: table.header_width],
        not_checked=unchecked,
    )


def _extensions(table: Table, recipe: Recipe) -> list[Finding]:
    names = [field.name for field in schema_fields(recipe.schema)][len(recipe.base_fields) :]
    columns = {extension.name: extension.column for extension in recipe.extensions}
    own = [name for name in names if name in columns]
    return [table.header_finding("extension-column", "info", columns[name], field=name) for name in own]


def _shape_findings(table: Table, mapped: Mapped, recipe: Recipe) -> Iterator[Finding]:
    """Yield findings on the table's structure; a duplicate or blank label that the recipe resolves is no error."""
    open_columns = {*mapped.unmapped, *(table.frame.columns if recipe.same_names else ())}
    for found in structure_findings(table):
        alike = [found.column or ""]
        if found.code == "duplicate-header":
            alike = [
                name for name, label in zip(table.frame.columns, table.labels, strict=True) if label == found.value
            ]
        settled = found.code in _SETTLED and open_columns.isdisjoint(alike)
        more = {**found.params, "columns": alike}
        yield replace(found, code=_SETTLED[found.code], severity="info", params=more) if settled else found


def _by_place(findings: Iterable[Finding], table: Table) -> list[Finding]:
    """Return the findings by row, then by the column's position in the table, then by code."""
    places = {name: place for place, name in reversed(list(enumerate(table.labels)))}
    places |= {name: place for place, name in enumerate(table.frame.columns)}
    last = len(places)
    return sorted(findings, key=lambda found: (found.row or 0, places.get(found.column or "", last), found.code))


def waived(findings: Iterable[Finding], waivers: Sequence[Waiver]) -> list[Finding]:
    """Return the findings; each error that the recipe waives becomes a warning with the waiver's reason."""
    reasons: dict[tuple[str, str | None], str] = {(waiver.code, waiver.field): waiver.reason for waiver in waivers}
    return [
        found.waive(reasons[found.code, found.field])
        if found.severity == "error" and (found.code, found.field) in reasons
        else found
        for found in findings
    ]
