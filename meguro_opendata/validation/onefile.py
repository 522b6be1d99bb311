"""One file checked against a standard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from meguro_opendata.findings import Finding, Report
from meguro_opendata.sources import Table, propose_source, structure_findings
from meguro_opendata.standard.filesets import load_file_standard
from meguro_opendata.standard.model import Standard, counts_as_shown, load_standard
from meguro_opendata.validation.engine.boundedpatterns import within_limits
from meguro_opendata.validation.engine.choice import Engine, refuse_unknown_engine, rows_checked, table_errors
from meguro_opendata.validation.engine.frictionless import TextTable
from meguro_opendata.validation.engine.translate import places_in, translate

# What a check against a schema alone never needs is loaded where it is used: a small file is checked in half a second.
if TYPE_CHECKING:
    from meguro_opendata.validation.rules import Place

__all__ = ["validate_file"]


@within_limits
def validate_file(
    path: Path | str,
    standard: str | Standard,
    engine: Engine = "fast",
    place: Place | None = None,
    *,
    personal: bool = False,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Report:
    """Check a file against a standard unchanged: nothing is rewritten, columns match by name.

    Args:
        path: A CSV, TSV or workbook; sheet and header row are those that fit the standard best. For a standard of
            files (``gtfs_jp``) a ZIP or a folder.
        standard: An id, ``id@version``, or a loaded standard.
        engine: ``"fast"`` or ``"frictionless"``; the findings are the same.
        place: Where the points should lie, if that is known: a boundary or a gazetteer. The report names it.
        personal: Also look for personal and undisclosable data, as ``build`` does; such values are masked.
        sheet: The sheet to check, if that is known.
        header_row: Record number of its lowest header line, if that is known.

    Raises:
        SourceError: If the file cannot be read.
        UnknownStandardError: If there is no such standard.
    """
    from meguro_opendata.validation.engine.columns import match_columns
    from meguro_opendata.validation.rules import rule_findings, without_unchecked

    refuse_unknown_engine(engine)
    of_files = load_file_standard(standard if isinstance(standard, str) else standard.id)
    if of_files is not None:
        from meguro_opendata.validation.gtfs import validate_gtfs

        return validate_gtfs(path, of_files)
    chosen = load_standard(standard) if isinstance(standard, str) else standard
    schema = chosen.schema or {"fields": []}
    names = [field.name for field in chosen.fields]
    table, shown = _as_shown(propose_source(Path(path), names, sheet=sheet, header_row=header_row), chosen)
    raw = table_errors(engine, _own_widths(table), schema, by_name=True)
    found, rows = translate(raw, schema, places_in(table, table.frame.columns)), table.frame[:, : table.header_width]
    found += rule_findings(table, rows, chosen.fields, found, standard=chosen, place=place)
    found, unchecked = without_unchecked(found)
    if personal:
        found = _with_disclosures(found, table, rows, chosen)
    return Report(
        file=str(path),
        standard=(chosen.id, str(chosen.version)),
        rows=table.frame.height,
        rows_checked=rows_checked(raw, table.frame.height),
        findings=(*_header_findings(table), *shown, *match_columns(table, schema, chosen), *found),
        encoding=table.grid.encoding,
        header=table.labels[: table.header_width],
        coverage=table.coverage,
        header_row=table.header_row,
        not_checked=unchecked,
    )


def _as_shown(table: Table, standard: Standard) -> tuple[Table, list[Finding]]:
    """Return the table with codes as the program shows them, and an info finding for each such column."""
    frame, found = table.frame, list[Finding]()
    for field in standard.fields:
        shown = {
            at: (before, after)
            for at, before, after in table.shown_in(field.name)
            if counts_as_shown(field, after, is_named=True)
        }
        if not shown:
            continue
        frame = frame.with_columns(
            frame[field.name].clone().scatter(list(shown), [after for _, after in shown.values()])
        )
        first, (before, after) = next(iter(shown.items()))
        more: dict[str, Any] = {"field": field.name, "value": before, "suggestion": after}
        found.append(
            table.cell_finding("shown-by-format", "info", first, field.name, params={"count": len(shown)}, **more)
        )
    return replace(table, frame=frame), found


def _with_disclosures(found: Sequence[Finding], table: Table, rows: pl.DataFrame, standard: Standard) -> list[Finding]:
    """Return the findings with those on personal data added; such values are masked in all of them."""
    from meguro_opendata.privacy import disclosures, masked, screen, secrets

    origins = {name: name for name in rows.columns}
    hits = screen(rows, {field.name: field.kind for field in standard.fields})
    return [*masked(found, secrets(table, rows, hits, origins)), *disclosures(table, hits, origins)]


def _header_findings(table: Table) -> list[Finding]:
    return [finding for finding in structure_findings(table) if finding.code != "ragged-row"]


def _own_widths(table: Table) -> TextTable:
    """Return the rows with their own widths; empty cells beyond the header do not count."""
    header = table.frame.columns[: table.header_width]
    if table.grid.is_workbook or table.frame.width == table.header_width == table.grid.width:
        return TextTable(header, table.frame[:, : table.header_width], _short(table))
    widths = pl.Series(table.widths or [table.grid.width] * len(table.rows), dtype=pl.Int64)
    filled = pl.Series([table.header_width] * len(widths), dtype=pl.Int64)
    for index in range(table.header_width, table.frame.width):
        there = table.frame[:, index].str.strip_chars() != ""
        filled = filled.zip_with(~there, pl.Series([index + 1] * len(widths), dtype=pl.Int64))
    own = widths.zip_with(widths < filled, filled)
    return TextTable(header, table.frame, own.to_list())


def _short(table: Table) -> list[int] | None:
    """Return the widths of a text file's records, none greater than the header's; ``None`` if all are alike."""
    if table.grid.is_workbook or table.widths is None:
        return None
    return [min(width, table.header_width) for width in table.widths]
