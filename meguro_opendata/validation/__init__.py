"""Checking tables against a standard or any Table Schema; frictionless is the judge.

Both engine names give the same answers. In this version ``"fast"`` has no column tests of its own yet and hands
every table to frictionless.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.filestandard import load_file_standard
from meguro_opendata.findings import Finding, Report
from meguro_opendata.mapping import Mapped
from meguro_opendata.recipe import Recipe, Waiver
from meguro_opendata.schemafile import check_schema
from meguro_opendata.sources import Grid, Table, propose_source, read_grid, structure_findings
from meguro_opendata.standard import Standard, load_standard, schema_fields
from meguro_opendata.validation.columns import match_columns
from meguro_opendata.validation.frictionless_engine import TextTable, check_package, check_table
from meguro_opendata.validation.gtfs import validate_gtfs
from meguro_opendata.validation.translate import places_in, places_of_grid, translate

__all__ = ["Engine", "check_package", "validate_file", "validate_gtfs", "validate_mapped", "validate_table"]

Engine = Literal["fast", "frictionless"]


def validate_file(path: Path | str, standard: str | Standard, engine: Engine = "fast") -> Report:
    """Check a file against a standard, as it stands: nothing is rewritten, columns match by name.

    Args:
        path: A CSV, TSV or workbook; sheet and header row are those that fit the standard best. For a standard of
            files (``gtfs_jp``) a ZIP or a folder.
        standard: An id, ``id@version``, or a loaded standard.
        engine: ``"fast"`` or ``"frictionless"``; the findings are the same.

    Raises:
        SourceError: If the file cannot be read.
        UnknownStandardError: If there is no such standard.
    """
    _refuse_unknown_engine(engine)
    of_files = load_file_standard(standard if isinstance(standard, str) else standard.id)
    if of_files is not None:
        return validate_gtfs(path, of_files)
    chosen = load_standard(standard) if isinstance(standard, str) else standard
    schema = chosen.schema or {"fields": []}
    table = propose_source(Path(path), [field.name for field in chosen.fields])
    own = [*_header_findings(table), *match_columns(table, schema)]
    header = table.frame.columns[: table.header_width]
    raw = check_table(TextTable(header, _records(table)), schema, by_name=True)
    found = translate(raw, schema, places_in(table, table.frame.columns))
    return Report(
        file=str(path),
        standard=(chosen.id, str(chosen.version)),
        rows=table.frame.height,
        rows_checked=table.frame.height,
        findings=(*own, *found),
        encoding=table.grid.encoding,
        header=table.labels[: table.header_width],
    )


def validate_table(
    path: Path | str,
    schema: Mapping[str, Any],
    engine: Engine = "fast",
    tables: Mapping[str, Path | str] | None = None,
) -> Report:
    """Check a table against any Table Schema, as frictionless does by default: header first, columns by position.

    Args:
        path: A CSV, TSV or workbook whose first record is the header.
        schema: A Table Schema descriptor.
        engine: ``"fast"`` or ``"frictionless"``; the findings are the same.
        tables: Further tables that foreign keys refer to, by resource name.

    Raises:
        SourceError: If a file cannot be read.
        ConfigurationError: If the schema is no Table Schema.
    """
    _refuse_unknown_engine(engine)
    grid = read_grid(Path(path))
    checked = check_schema(schema, "schema")
    main = _whole(grid)
    others = {name: _whole(read_grid(Path(other))) for name, other in (tables or {}).items()}
    raw = check_table(main, checked, by_name=False, others=others)
    found = translate(raw, checked, places_of_grid(grid))
    return Report(
        file=str(path),
        standard=None,
        rows=len(main.records),
        rows_checked=len(main.records),
        findings=tuple(found),
        encoding=grid.encoding,
        header=tuple(main.header),
    )


def validate_mapped(table: Table, mapped: Mapped, frame: pl.DataFrame, recipe: Recipe, file: str) -> Report:
    """Check a mapped and cleaned table; findings name the cells of the source, the recipe's waivers are applied."""
    header = frame.columns
    origins = [mapped.origins.get(name) for name in header]
    raw = check_table(TextTable(header, frame.rows()), recipe.schema, by_name=False)
    found = translate(raw, recipe.schema, places_in(table, origins))
    own = [*structure_findings(table), *_extensions(table, recipe), *mapped.findings]
    return Report(
        file=file,
        standard=(recipe.standard.id, str(recipe.standard.version)) if recipe.standard else None,
        rows=frame.height,
        rows_checked=frame.height,
        findings=tuple(_waived([*_by_place(own), *found], recipe.waive)),
        encoding=table.grid.encoding,
        header=table.labels[: table.header_width],
    )


def _refuse_unknown_engine(engine: str) -> None:
    if engine not in get_args(Engine):
        raise MeguroOpendataError("engine-unknown", value=engine, known=list(get_args(Engine)))


def _header_findings(table: Table) -> list[Finding]:
    return [finding for finding in structure_findings(table) if finding.code != "ragged-row"]


def _records(table: Table) -> list[list[str]]:
    """The rows as text; a text file's records keep their own width, but for empty cells beyond the header."""
    wide = [list(map(str, row)) for row in table.frame.iter_rows()]
    if table.grid.is_workbook:
        return [cells[: table.header_width] for cells in wide]
    widths = table.widths or [table.grid.width] * len(wide)
    return [_own_width(cells, width, table.header_width) for cells, width in zip(wide, widths, strict=True)]


def _own_width(cells: list[str], width: int, header_width: int) -> list[str]:
    while width > header_width and not cells[min(width, len(cells)) - 1].strip():
        width -= 1
    return cells[:width]


def _whole(grid: Grid) -> TextTable:
    if not grid.height:
        raise SourceError("file-empty", file=grid.path)
    records = grid.head(grid.height)
    return TextTable(records[0], records[1:])


def _extensions(table: Table, recipe: Recipe) -> list[Finding]:
    names = [field.name for field in schema_fields(recipe.schema)][len(recipe.base_fields) :]
    columns = {extension.name: extension.column for extension in recipe.extensions}
    return [table.header_finding("extension-column", "info", columns[name], field=name) for name in names]


def _by_place(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda found: (found.row or 0, found.column or "", found.code))


def _waived(findings: Sequence[Finding], waivers: Sequence[Waiver]) -> list[Finding]:
    reasons: dict[tuple[str, str | None], str] = {(waiver.code, waiver.field): waiver.reason for waiver in waivers}
    return [
        found.waive(reasons[found.code, found.field])
        if found.severity == "error" and (found.code, found.field) in reasons
        else found
        for found in findings
    ]
