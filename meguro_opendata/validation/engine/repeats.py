"""Rows of a table that repeat an earlier row."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from meguro_opendata.findings import Finding
from meguro_opendata.sources import Table

__all__ = ["repeated_rows"]


def repeated_rows(table: Table, frame: pl.DataFrame) -> Iterator[Finding]:
    """Yield a warning for each row of a published table that has an earlier one's value in every field."""
    if not frame.width:
        return
    first: dict[tuple[str, ...], int] = {}
    for at in frame.is_duplicated().arg_true():
        number, values = table.rows[at], frame.row(at)
        if values in first:
            line, params = table.line_of(at), {"first": first[values]}
            yield Finding("row-repeated", "warning", sheet=table.grid.sheet, row=number, line=line, params=params)
        first.setdefault(values, number)
