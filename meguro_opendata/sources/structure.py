"""Findings on the shape of a table that its reader sees: repeated headers, records of another length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from meguro_opendata.findings import Finding
from meguro_opendata.sources.header import row_patterns
from meguro_opendata.sources.table import Table, column_letter

__all__ = ["duplicate_headers", "structure_findings"]


def structure_findings(table: Table) -> list[Finding]:
    """Repeated and blank headers, records longer or shorter than the header, cells without a usable value."""
    return [
        *duplicate_headers(table),
        *_blank_headers(table),
        *_ragged_rows(table),
        *_error_cells(table),
        *_formulas(table),
    ]


def duplicate_headers(table: Table) -> Iterator[Finding]:
    """One error for each label that stands in more than one column, with all its places."""
    counts = Counter(label for label in table.labels if label)
    for label, count in counts.items():
        if count < 2:  # noqa: PLR2004 (twice is what the finding is about)
            continue
        places = [column_letter(index) for index, other in enumerate(table.labels) if other == label]
        yield Finding(
            code="duplicate-header",
            severity="error",
            sheet=table.grid.sheet,
            cell=f"{places[1]}{table.header_row}" if table.grid.is_workbook else None,
            row=table.header_row,
            column=label,
            value=label,
            params={"places": places, "count": count},
        )


def _blank_headers(table: Table) -> Iterator[Finding]:
    """One error for each column within the header that has values but no label."""
    for index, name in enumerate(table.frame.columns[: table.header_width]):
        if not table.labels[index] and any(table.frame[name].str.strip_chars() != ""):
            letter = column_letter(index)
            yield Finding(
                code="blank-label",
                severity="error",
                sheet=table.grid.sheet,
                cell=f"{letter}{table.header_row}" if table.grid.is_workbook else None,
                row=table.header_row,
                column=name,
            )


def _ragged_rows(table: Table) -> Iterator[Finding]:
    if table.grid.is_workbook:
        return
    for position, width in enumerate(table.widths):
        if width != table.header_width and not _only_blank_tail(table, position, width):
            yield Finding(
                code="ragged-row",
                severity="error",
                row=table.rows[position],
                line=table.line_of(position),
                value=str(width),
                params={"width": width, "expected": table.header_width},
            )


def _error_cells(table: Table) -> Iterator[Finding]:
    values = row_patterns()["error"]
    for name in table.frame.columns:
        for at in table.frame[name].is_in(values).arg_true():
            yield Finding(
                code="error-cell",
                severity="error",
                sheet=table.grid.sheet,
                cell=table.address(table.rows[at], name),
                row=table.rows[at],
                line=table.line_of(at),
                column=name,
                value=str(table.frame[name][at]),
            )


def _formulas(table: Table) -> Iterator[Finding]:
    positions = {row: at for at, row in enumerate(table.rows)}
    for row, column in sorted(table.grid.uncalculated):
        if row + 1 in positions and column < len(table.frame.columns):
            name = table.frame.columns[column]
            yield Finding(
                code="formula-empty",
                severity="error",
                sheet=table.grid.sheet,
                cell=table.address(row + 1, name),
                row=row + 1,
                column=name,
                value=str(table.frame[name][positions[row + 1]]),
            )


def _only_blank_tail(table: Table, position: int, width: int) -> bool:
    """Whether a record is longer than the header by empty cells alone, as spreadsheets write them."""
    if width < table.header_width:
        return False
    beyond = table.frame.columns[table.header_width :]
    return not any(str(table.frame.item(position, name)).strip() for name in beyond)
