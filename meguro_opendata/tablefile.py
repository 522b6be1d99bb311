"""A published table as bytes: CSV that opens rightly in Japanese Excel, and an XLSX twin whose cells are all text.

The same table gives the same bytes, whenever and wherever it is written.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import polars as pl

from meguro_opendata.standard import Field

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["csv_bytes", "plain_csv_bytes", "read_csv_rows", "xlsx_bytes"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CLOCK = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_SHEET = "データ"
_MEANING = "項目の説明"
_WIDTHS = (8, 40)


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, comma, CRLF, a header and one record a row."""
    return b"\xef\xbb\xbf" + plain_csv_bytes(frame.columns, frame.iter_rows())


def plain_csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8, comma, CRLF; quotes only where needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def read_csv_rows(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV that :func:`csv_bytes` wrote.

    >>> read_csv_rows(csv_bytes(pl.DataFrame({"名称": ["a"]})))
    (['名称'], [['a']])
    """
    records = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return (records[0], records[1:]) if records else ([], [])


def xlsx_bytes(frame: pl.DataFrame, fields: Sequence[Field]) -> bytes:
    """A workbook with the table as text cells (codes keep their zeros), and a sheet that explains the columns."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(_SHEET)
    _fill(sheet, [tuple(frame.columns), *frame.iter_rows()])
    sheet.freeze_panes = "A2"
    meaning = book.create_sheet(_MEANING)
    _fill(meaning, [("項目", "説明"), *((field.name, field.description) for field in fields)])
    written = io.BytesIO()
    book.save(written)
    return _without_clock(written.getvalue())


def _fill(sheet: Worksheet, rows: Sequence[tuple[str, ...]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    bold = Font(bold=True)
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row, start=1):
            if value == "" and number > 1:
                continue
            cell = sheet.cell(row=number, column=index)
            cell.value = _legal(value)
            cell.data_type = "s"
            cell.number_format = "@"
            if number == 1:
                cell.font = bold
    for index in range(len(rows[0])):
        longest = max((len(row[index]) for row in rows[:100]), default=0)
        width = min(max(longest * 2, _WIDTHS[0]), _WIDTHS[1])
        sheet.column_dimensions[get_column_letter(index + 1)].width = width


def _legal(value: str) -> str:
    """Without the control characters that XML cannot hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return ILLEGAL_CHARACTERS_RE.sub("", value)


def _without_clock(data: bytes) -> bytes:
    """The package with fixed times in its members and properties."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _CLOCK.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            new.writestr(member, content)
    return packed.getvalue()
