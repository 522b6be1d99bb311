"""One table checked against any Table Schema."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Report
from meguro_opendata.sources import Grid, container_at, read_grid
from meguro_opendata.standard.schemafile import check_schema
from meguro_opendata.validation.engine.choice import Engine, refuse_unknown_engine, rows_checked, table_errors
from meguro_opendata.validation.engine.frictionless import TextTable
from meguro_opendata.validation.engine.streaming import Streamed, check_text
from meguro_opendata.validation.engine.translate import places_of_grid, places_of_text, translate

__all__ = ["validate_table"]


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
    refuse_unknown_engine(engine)
    is_text = container_at(Path(path)) == "text"
    checked = check_schema(schema, "schema")
    others = {name: _whole(read_grid(Path(other))) for name, other in (tables or {}).items()}
    if engine == "fast" and is_text:
        streamed = check_text(Path(path), checked, others)
        if streamed is not None:
            return _streamed_report(str(path), streamed, checked)
    grid = read_grid(Path(path))
    main = _whole(grid)
    raw = table_errors(engine, main, checked, by_name=False, others=others)
    found = translate(raw, checked, places_of_grid(grid))
    return Report(
        file=str(path),
        standard=None,
        rows=main.cells.height,
        rows_checked=rows_checked(raw, main.cells.height),
        findings=tuple(found),
        encoding=grid.encoding,
        header=tuple(main.header),
    )


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


def _whole(grid: Grid) -> TextTable:
    if not grid.height:
        raise SourceError("file-empty", file=grid.path)
    widths = grid.widths[1:] if grid.widths is not None else None
    return TextTable(grid.record(0), grid.cells[1:], widths)
