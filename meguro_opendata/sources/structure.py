"""Findings on the shape of a table that its reader sees: repeated headers, records of another length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl

from meguro_opendata.findings import Finding
from meguro_opendata.sources.header import blank_rows, row_patterns
from meguro_opendata.sources.table import Table, column_letter
from meguro_opendata.sources.text.delimiters import is_usual

__all__ = ["READING_CODES", "duplicate_headers", "structure_findings", "text_findings"]

READING_CODES = {"nul": "nul-characters", "stray_mark": "stray-mark", "text_formula": "text-formula"}


def structure_findings(table: Table) -> list[Finding]:
    """Return findings on unusual reading, on headers and records that do not fit; cells without a usable value."""
    return [
        *text_findings(table.grid.delimiter, table.grid.marks),
        *_rewritten(table),
        *duplicate_headers(table),
        *_blank_headers(table),
        *_ragged_rows(table),
        *_error_cells(table),
        *_formulas(table),
    ]


def text_findings(delimiter: str | None, marks: Sequence[int]) -> Iterator[Finding]:
    """Yield a warning for a separator that programs do not expect, and one for stray byte order marks."""
    if not is_usual(delimiter):
        yield Finding("delimiter-unusual", "warning", value=delimiter)
    if marks:
        yield Finding("stray-mark", "warning", line=marks[0], params={"count": len(marks)})


def _rewritten(table: Table) -> Iterator[Finding]:
    """Yield a warning for each cell of the header and the rows that was read otherwise than it is written."""
    if not table.grid.rewritten:
        return
    positions = {row: at for at, row in enumerate(table.rows)}
    header = range(table.header_row - table.header_rows + 1, table.header_row + 1)
    for one in table.grid.rewritten:
        row = one.row + 1
        if one.column >= table.frame.width or (row not in positions and row not in header):
            continue
        name, more = table.frame.columns[one.column], {"value": one.before, "suggestion": one.after}
        code, params = READING_CODES[one.rule], {"count": 1}
        if row in positions:
            yield table.cell_finding(code, "warning", positions[row], name, params=params, **more)
        else:
            yield table.header_finding(
                code, "warning", name, row=row, cell=table.address(row, name), params=params, **more
            )


def duplicate_headers(table: Table) -> Iterator[Finding]:
    """Yield one error for each label that is in more than one column, with all its places."""
    for label, count in Counter(label for label in table.labels if label).items():
        if count > 1:
            columns = [index for index, other in enumerate(table.labels) if other == label]
            second = table.frame.columns[columns[1]]
            params = {"places": [column_letter(index) for index in columns], "count": count}
            yield table.header_finding("duplicate-header", "error", second, column=label, value=label, params=params)


def _blank_headers(table: Table) -> Iterator[Finding]:
    """Yield one error for each column within the header that has values but no label."""
    for index, name in enumerate(table.frame.columns[: table.header_width]):
        if not table.labels[index] and any(table.frame[name].str.strip_chars() != ""):
            yield table.header_finding("blank-label", "error", name)


def _ragged_rows(table: Table) -> Iterator[Finding]:
    """Yield an error for each record of a text file shorter than the header, or longer by more than empty cells."""
    if table.grid.is_workbook or (table.widths is None and table.grid.width == table.header_width):
        return
    widths = pl.Series(table.widths or [table.grid.width] * len(table.rows), dtype=pl.Int64)
    ragged = widths < table.header_width
    if table.frame.width > table.header_width:
        ragged |= (widths > table.header_width) & ~blank_rows(table.frame[:, table.header_width :])
    for position in ragged.arg_true():
        yield Finding(
            code="ragged-row",
            severity="error",
            row=table.rows[position],
            line=table.line_of(position),
            value=str(widths[position]),
            params={"width": widths[position], "expected": table.header_width},
        )


def _error_cells(table: Table) -> Iterator[Finding]:
    values = row_patterns()["error"]
    for name in table.frame.columns:
        for at in table.frame[name].is_in(values).arg_true():
            yield table.cell_finding("error-cell", "error", at, name)


def _formulas(table: Table) -> Iterator[Finding]:
    positions = {row: at for at, row in enumerate(table.rows)}
    for row, column in sorted(table.grid.facts.uncalculated):
        if row + 1 in positions and column < len(table.frame.columns):
            yield table.cell_finding("formula-empty", "error", positions[row + 1], table.frame.columns[column])
