"""Checking tables against a standard or any Table Schema; frictionless is the judge.

Both engines give the same answers: ``"fast"`` proves most cells good by column tests and asks frictionless's own cell
readers about the others, ``"frictionless"`` runs all of frictionless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import polars as pl

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.findings import Finding, Report
from meguro_opendata.sources import Grid, Table, container_at, propose_source, read_grid, structure_findings
from meguro_opendata.standard.filesets import load_file_standard
from meguro_opendata.standard.model import Standard, load_standard, schema_fields
from meguro_opendata.standard.schemafile import check_schema
from meguro_opendata.validation.engine import fast as fast_engine
from meguro_opendata.validation.engine import frictionless as frictionless_engine
from meguro_opendata.validation.engine.frictionless import RawError, TextTable, check_package
from meguro_opendata.validation.engine.streaming import Streamed, check_text
from meguro_opendata.validation.engine.translate import places_in, places_of_grid, places_of_text, translate

# What a check against a schema alone never needs is loaded where it is used: a small file is checked in half a second.
if TYPE_CHECKING:
    from meguro_opendata.mapping import Mapped
    from meguro_opendata.recipe import Recipe, Waiver
    from meguro_opendata.validation.gtfs import validate_gtfs
    from meguro_opendata.validation.rules import Place

__all__ = [
    "Engine",
    "Place",
    "check_package",
    "validate_file",
    "validate_gtfs",
    "validate_stacked",
    "validate_table",
    "waived",
]


def __getattr__(name: str) -> Any:
    if name == "validate_gtfs":
        from meguro_opendata.validation import gtfs

        return gtfs.validate_gtfs
    if name == "Place":
        from meguro_opendata.validation import rules

        return rules.Place
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


Engine = Literal["fast", "frictionless"]
_SETTLED = {"duplicate-header": "duplicate-header-named", "blank-label": "blank-label-named"}


def validate_file(
    path: Path | str,
    standard: str | Standard,
    engine: Engine = "fast",
    place: Place | None = None,
    *,
    personal: bool = False,
) -> Report:
    """Check a file against a standard, as it stands: nothing is rewritten, columns match by name.

    Args:
        path: A CSV, TSV or workbook; sheet and header row are those that fit the standard best. For a standard of
            files (``gtfs_jp``) a ZIP or a folder.
        standard: An id, ``id@version``, or a loaded standard.
        engine: ``"fast"`` or ``"frictionless"``; the findings are the same.
        place: Where the points should lie, if that is known: a boundary or a gazetteer. The report names it.
        personal: Also look for personal and undisclosable data, as ``build`` does; such values are masked.

    Raises:
        SourceError: If the file cannot be read.
        UnknownStandardError: If there is no such standard.
    """
    from meguro_opendata.validation.engine.columns import match_columns
    from meguro_opendata.validation.rules import rule_findings

    _refuse_unknown_engine(engine)
    of_files = load_file_standard(standard if isinstance(standard, str) else standard.id)
    if of_files is not None:
        from meguro_opendata.validation.gtfs import validate_gtfs

        return validate_gtfs(path, of_files)
    chosen = load_standard(standard) if isinstance(standard, str) else standard
    schema = chosen.schema or {"fields": []}
    table = propose_source(Path(path), [field.name for field in chosen.fields])
    own = [*_header_findings(table), *match_columns(table, schema, chosen)]
    raw = _errors(engine, _own_widths(table), schema, by_name=True)
    found = translate(raw, schema, places_in(table, table.frame.columns))
    rows = table.frame[:, : table.header_width]
    found += rule_findings(table, rows, chosen.fields, found, standard=chosen, place=place)
    if personal:
        found = _with_disclosures(found, table, rows, chosen)
    return Report(
        file=str(path),
        standard=(chosen.id, str(chosen.version)),
        rows=table.frame.height,
        rows_checked=_checked(raw, table.frame.height),
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
    is_text = container_at(Path(path)) == "text"
    checked = check_schema(schema, "schema")
    others = {name: _whole(read_grid(Path(other))) for name, other in (tables or {}).items()}
    if engine == "fast" and is_text:
        streamed = check_text(Path(path), checked, others)
        if streamed is not None:
            return _streamed_report(str(path), streamed, checked)
    grid = read_grid(Path(path))
    main = _whole(grid)
    raw = _errors(engine, main, checked, by_name=False, others=others)
    found = translate(raw, checked, places_of_grid(grid))
    return Report(
        file=str(path),
        standard=None,
        rows=main.cells.height,
        rows_checked=_checked(raw, main.cells.height),
        findings=tuple(found),
        encoding=grid.encoding,
        header=tuple(main.header),
    )


def _errors(
    engine: Engine,
    table: TextTable,
    schema: Mapping[str, Any],
    *,
    by_name: bool,
    others: Mapping[str, TextTable] | None = None,
) -> list[RawError]:
    if engine == "fast":
        return fast_engine.check_table(table, schema, by_name=by_name, others=others)
    return frictionless_engine.check_table(table, schema, by_name=by_name, others=others)


def _streamed_report(file: str, streamed: Streamed, schema: Mapping[str, Any]) -> Report:
    found = translate(streamed.errors, schema, places_of_text(streamed.header, streamed.lines))
    return Report(
        file=file,
        standard=None,
        rows=len(streamed.lines),
        rows_checked=streamed.rows,
        findings=tuple(found),
        encoding=streamed.encoding,
        header=tuple(streamed.header),
    )


def validate_stacked(
    parts: Sequence[tuple[Table, Mapped, pl.DataFrame, str]], recipe: Recipe, place: Place | None = None
) -> list[Report]:
    """Check the parts of one table as the whole that they are; one report a part.

    Findings name the cells of the source, and the recipe's waivers are applied.
    """
    from meguro_opendata.validation.rules import expectation_findings

    header = parts[0][2].columns
    whole = TextTable(header, pl.concat([frame for _, _, frame, _ in parts]))
    raw = fast_engine.check_table(whole, recipe.schema, by_name=False)
    unexpected = [*expectation_findings(whole.cells, recipe.expect)]
    reports: list[Report] = []
    start = 0
    for table, mapped, frame, file in parts:
        own = _errors_between(raw, start, start + frame.height)
        reports.append(_part_report(own, table, mapped, frame, recipe, file, place))
        start += frame.height
    if unexpected:
        reports[0] = reports[0].with_findings((*reports[0].findings, *waived(unexpected, recipe.waive)))
    return reports


def _checked(raw: Iterable[RawError], rows: int) -> int:
    """How many rows were checked: none, if frictionless went no further than the header, for a reason that it tells."""
    return 0 if any(error.ends_at_header for error in raw) else rows


def _errors_between(errors: Iterable[RawError], start: int, end: int) -> list[RawError]:
    """The errors on some records, counted from the first of these; those on the header go with the first part."""
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
    place: Place | None,
) -> Report:
    from meguro_opendata.sources.joining import JoinedTable
    from meguro_opendata.validation.rules import rule_findings

    origins = [mapped.origins.get(name) for name in frame.columns]
    found = translate(raw, recipe.schema, places_in(table, origins))
    fields = schema_fields(recipe.schema)
    single = recipe.source.series is None
    found += rule_findings(table, frame, fields, found, mapped.origins, cleaned=True, named=single, place=place)
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
    )


def _refuse_unknown_engine(engine: str) -> None:
    if engine not in get_args(Engine):
        raise MeguroOpendataError("engine-unknown", value=engine, known=list(get_args(Engine)))


def _with_disclosures(found: Sequence[Finding], table: Table, rows: pl.DataFrame, standard: Standard) -> list[Finding]:
    """The findings with what may be personal in the table, none of which shows such a value."""
    from meguro_opendata.privacy import disclosures, masked, screen, secrets

    origins = {name: name for name in rows.columns}
    hits = screen(rows, {field.name: field.kind for field in standard.fields})
    return [*masked(found, secrets(table, rows, hits, origins)), *disclosures(table, hits, origins)]


def _header_findings(table: Table) -> list[Finding]:
    return [finding for finding in structure_findings(table) if finding.code != "ragged-row"]


def _own_widths(table: Table) -> TextTable:
    """The rows with their own widths, but for empty cells beyond the header."""
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
    """The widths of a text file's records, none greater than the header's; ``None`` if all have as many cells."""
    if table.grid.is_workbook or table.widths is None:
        return None
    return [min(width, table.header_width) for width in table.widths]


def _whole(grid: Grid) -> TextTable:
    if not grid.height:
        raise SourceError("file-empty", file=grid.path)
    widths = grid.widths[1:] if grid.widths is not None else None
    return TextTable(grid.record(0), grid.cells[1:], widths)


def _extensions(table: Table, recipe: Recipe) -> list[Finding]:
    names = [field.name for field in schema_fields(recipe.schema)][len(recipe.base_fields) :]
    columns = {extension.name: extension.column for extension in recipe.extensions}
    own = [name for name in names if name in columns]
    return [table.header_finding("extension-column", "info", columns[name], field=name) for name in own]


def _shape_findings(table: Table, mapped: Mapped, recipe: Recipe) -> Iterator[Finding]:
    """What is wrong with the table's shape; a header that the recipe itself tells apart or names is no error."""
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
    """By row, then by the column's place in the table, then by code."""
    places = {name: place for place, name in reversed(list(enumerate(table.labels)))}
    places |= {name: place for place, name in enumerate(table.frame.columns)}
    last = len(places)
    return sorted(findings, key=lambda found: (found.row or 0, places.get(found.column or "", last), found.code))


def waived(findings: Iterable[Finding], waivers: Sequence[Waiver]) -> list[Finding]:
    """The findings, with each error that the recipe waives as a warning."""
    reasons: dict[tuple[str, str | None], str] = {(waiver.code, waiver.field): waiver.reason for waiver in waivers}
    return [
        found.waive(reasons[found.code, found.field])
        if found.severity == "error" and (found.code, found.field) in reasons
        else found
        for found in findings
    ]
