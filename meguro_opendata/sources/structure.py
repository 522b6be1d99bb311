"""Findings on the shape of a table that its reader sees: repeated headers, records of another length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from meguro_opendata.findings import Finding
from meguro_opendata.sources.table import Table, column_letter

__all__ = ["duplicate_headers", "structure_findings"]


def structure_findings(table: Table) -> list[Finding]:
    """Repeated headers, then records longer or shorter than the header, in that order."""
    return [*duplicate_headers(table), *_ragged_rows(table)]


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


def _only_blank_tail(table: Table, position: int, width: int) -> bool:
    """Whether a record is longer than the header by empty cells alone, as spreadsheets write them."""
    if width < table.header_width:
        return False
    beyond = table.frame.columns[table.header_width :]
    return not any(str(table.frame.item(position, name)).strip() for name in beyond)
