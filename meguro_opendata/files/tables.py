"""A published table as bytes: CSV that opens rightly in Japanese Excel, and an XLSX twin whose cells are all text.

The same table gives the same bytes, whenever and wherever it is written.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from meguro_opendata.files.csvrows import plain_csv_bytes, read_csv_rows, written_rows
from meguro_opendata.files.formulas import FIRST_SIGNS, guarded

__all__ = [
    "LONGEST_CELL",
    "csv_bytes",
    "guarded_frame",
    "legal_text",
    "plain_csv_bytes",
    "read_csv_rows",
    "text_width",
    "workbook_bytes",
    "xlsx_bytes",
]

_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 (a fixed stamp instead of a clock)
# XML 1.0 (section 2.2) forbids these; Excel calls a workbook that contains one damaged.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SHEET = "データ"
_MEANING = "項目の説明"
# The first rows set the width of a column, so that a long table need not be measured as a whole.
_MEASURED = 200
# Letters: narrower, a header is cut; wider, one long note fills the screen.
_NARROWEST, _WIDEST = 8, 60
# Excel's limit of characters in a cell (Excel specifications and limits); XlsxWriter cuts a longer text.
LONGEST_CELL = 32_767


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a CSV file: UTF-8 with a byte order mark, comma, CRLF; text that Excel would run is guarded."""
    # Without the mark, Japanese Excel opens the file as CP932 and shows garbled text.
    return b"\xef\xbb\xbf" + written_rows(frame.columns, guarded_frame(frame).iter_rows())


def guarded_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the table with text that Excel would run guarded; other columns stay unchanged.

    >>> guarded_frame(pl.DataFrame({"名称": ["=1", "a"]})).rows()
    [("'=1",), ('a',)]
    """
    return frame.with_columns(map(_guarded_column, frame.select(pl.col(pl.String)).get_columns()))


def _guarded_column(column: pl.Series) -> pl.Series:
    suspects = column.filter(column.str.contains(FIRST_SIGNS)).unique().to_list()
    changes = {text: safe for text in suspects if (safe := guarded(text)) != text}
    return column.replace(changes) if changes else column


def xlsx_bytes(frame: pl.DataFrame, described: Iterable[tuple[str, str]]) -> bytes:
    """Return a workbook with the table as text cells (codes keep their zeros) and a sheet that explains its columns.

    Args:
        frame: The table.
        described: The name of each column with its description, in the order of the second sheet.
    """
    meaning = [("項目", "説明"), *described]

    def fill(book: Any) -> None:
        """Write the sheet with the table and the sheet that explains its columns."""
        head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#DDEBF7", "border": 1})
        text = book.add_format({"num_format": "@"})
        for name, rows in ((_SHEET, [tuple(frame.columns), *frame.iter_rows()]), (_MEANING, meaning)):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                for index, value in enumerate(row):
                    if value:
                        sheet.write_string(number, index, legal_text(value), text if number else head)
            for index in range(len(rows[0])):
                sheet.set_column(index, index, text_width([row[index] for row in rows[:_MEASURED]]), text)

    return workbook_bytes(fill)


def workbook_bytes(fill: Callable[[Any], None]) -> bytes:
    """Return the bytes of the workbook (of XlsxWriter) that ``fill`` writes into; they contain no time of writing."""
    from xlsxwriter import Workbook

    written = io.BytesIO()
    book = Workbook(written, {"in_memory": True})
    book.set_properties({"created": _EPOCH})
    fill(book)
    book.close()
    return written.getvalue()


def text_width(values: Sequence[str], widest: int = _WIDEST) -> int:
    """Return a column's width in letters: wide enough for most values, with full-width letters counted as two.

    >>> text_width(["名称", "a"]), text_width(["所在地_連結表記"])
    (8, 17)
    """
    longest = max((sum(1 if sign.isascii() else 2 for sign in value) for value in values), default=0)
    return min(max(longest + 2, _NARROWEST), widest)


def legal_text(value: str) -> str:
    """Return a text without the control characters that XML forbids, cut to the length of an Excel cell."""
    return _ILLEGAL.sub("", value)[:LONGEST_CELL]
