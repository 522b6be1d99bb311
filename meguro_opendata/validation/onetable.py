"""One table checked against any Table Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from meguro_opendata.findings import Report
from meguro_opendata.sources import container_at, read_grid
from meguro_opendata.sources.structure import text_findings
from meguro_opendata.standard.schemafile import check_schema
from meguro_opendata.validation.engine.boundedpatterns import within_limits
from meguro_opendata.validation.engine.choice import Engine, refuse_unknown_engine, rows_checked, table_errors
from meguro_opendata.validation.engine.frictionless import RawError
from meguro_opendata.validation.engine.streaming import Streamed, check_text
from meguro_opendata.validation.engine.translate import Places, places_of_grid, places_of_text, translate
from meguro_opendata.validation.references import Tables, referred_tables, whole_table
from meguro_opendata.validation.specification.demands import engine_gaps

__all__ = ["engine_report", "validate_table"]

# Frictionless's errors on the schema itself, after which it reads no row.
_REFUSALS = ("field-error", "schema-error", "package-error", "resource-error")


@within_limits
def validate_table(
    path: Path | str,
    schema: Mapping[str, Any],
    engine: Engine = "fast",
    tables: Tables | None = None,
    specification: bool = False,
) -> Report:
    """Check a table against any Table Schema, as frictionless does by default: header first, columns by position.

    Args:
        path: A CSV, TSV or workbook whose first record is the header.
        schema: A Table Schema descriptor.
        engine: ``"fast"`` or ``"frictionless"``; the findings are the same.
        tables: Further tables that foreign keys refer to, by resource name, each with its schema if it has one.
        specification: Whether to judge by Data Package 2 where frictionless does not. Without it, the report names
            what frictionless does not check.

    Raises:
        SourceError: If a file cannot be read.
        ConfigurationError: If the schema is no Table Schema, or refers to fields that another table lacks.
    """
    refuse_unknown_engine(engine)
    is_text = container_at(Path(path)) == "text"
    checked = check_schema(schema, "schema")
    others = referred_tables(checked, tables or {})
    if engine == "fast" and is_text and not specification:
        streamed = check_text(Path(path), checked, others)
        if streamed is not None:
            return _streamed_report(str(path), streamed, checked)
    grid = read_grid(Path(path), as_written=True)
    main = whole_table(grid)
    shell = Report(str(path), None, main.cells.height, 0, (), encoding=grid.encoding, header=tuple(main.header))
    if specification:
        from meguro_opendata.validation.byspecification import specification_report

        report = specification_report(shell, main, checked, engine, others, places_of_grid(grid))
    else:
        raw = table_errors(engine, main, checked, by_name=False, others=others)
        report = engine_report(shell, raw, checked, places_of_grid(grid))
    return report.with_findings((*text_findings(grid.delimiter, grid.marks), *report.findings))


def engine_report(shell: Report, raw: list[RawError], schema: Mapping[str, Any], places: Places) -> Report:
    """Return a report filled with what an engine found, and with what it does not check."""
    return replace(
        shell,
        rows_checked=rows_checked(raw, shell.rows),
        findings=tuple(translate(raw, schema, places)),
        not_checked=tuple(engine_gaps(schema, refused=any(error.type in _REFUSALS for error in raw))),
    )


def _streamed_report(file: str, streamed: Streamed, schema: Mapping[str, Any]) -> Report:
    shell = Report(file, None, len(streamed.lines), 0, (), encoding=streamed.encoding, header=tuple(streamed.header))
    report = engine_report(shell, streamed.errors, schema, places_of_text(streamed.header, streamed.lines))
    findings = (*text_findings(streamed.delimiter, streamed.marks), *report.findings)
    return replace(report, rows_checked=streamed.rows, findings=findings)
