"""Workbooks of examples, made of their cells."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime

import xlsxwriter

__all__ = ["workbook_bytes"]

_CREATED = datetime(2025, 6, 10)  # noqa: DTZ001 (what the format has; the same cells give the same bytes)


def workbook_bytes(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    hidden: Sequence[str] = (),
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
) -> bytes:
    """A workbook with these sheets.

    Args:
        sheets: The cells of each sheet.
        hidden: Sheets that Excel does not show.
        hidden_rows: Rows of the first sheet that it does not show, counted from 0.
        hidden_columns: Its columns, likewise.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    for number, (name, rows) in enumerate(sheets.items()):
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
        for row in () if number else hidden_rows:
            sheet.set_row(row, None, None, {"hidden": True})
        for column in () if number else hidden_columns:
            sheet.set_column(column, column, None, None, {"hidden": True})
        if name in hidden:
            sheet.hide()
    book.close()
    return written.getvalue()
