"""Workbooks to be marked, and what a marked one shows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from meguro_opendata.findings import Finding
from meguro_opendata.reports.workbook.marked import Marked, mark_grid
from meguro_opendata.reports.workbook.opc import rules
from meguro_opendata.sources import read_grid

RED, YELLOW, BLUE = (rules()["fills"][severity] for severity in ("error", "warning", "info"))
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)


def bad(cell: str | None = "B2", code: str = "type-date", severity: str = "error", **more: Any) -> Finding:
    """A finding; by default a date in B2 that is none."""
    parts: dict[str, Any] = {
        "sheet": "一覧",
        "cell": cell,
        "column": "開設日",
        "field": "開設日",
        "value": "春",
        **more,
    }
    return Finding(code, severity, **parts)


def rows_of(sheet: Any, book: Any) -> None:
    """A header and three rows with formats of their own; the third row is empty, C2 does not exist."""
    date = book.add_format({"num_format": "yyyy/m/d", "border": 1, "font_color": "#112233"})
    sheet.write_row(0, 0, ["名称", "開設日", "備考"])
    sheet.write_string(1, 0, "見本図書館")
    sheet.write_number(1, 1, 45017, date)
    sheet.write_rich_string(3, 0, "見本", book.add_format({"bold": True}), "公園", "です")
    sheet.write_formula(3, 1, "=1+1", date, 2)


def rich(sheet: Any, book: Any) -> None:
    """What offices put into workbooks: notes, a picture, print settings, a filter, merged cells, other sheets."""
    rows_of(sheet, book)
    sheet.write_comment("B2", "課の注記", {"author": "見本課"})
    sheet.write_comment("C4", "もう1つ")
    sheet.insert_image("E5", "見本.png", {"image_data": io.BytesIO(PIXEL)})
    sheet.merge_range("A6:B7", "結合", book.add_format({"align": "center"}))
    sheet.set_header("&L見本")
    sheet.freeze_panes(1, 0)
    sheet.autofilter("A1:C4")
    sheet.protect()
    sheet.data_validation("C2:C4", {"validate": "list", "source": ["有", "無"]})
    sheet.conditional_format("B2:B4", {"type": "cell", "criteria": ">", "value": 1, "format": book.add_format()})
    book.define_name("見本", "=一覧!$A$1")
    other = book.add_worksheet("検査結果")
    other.write_comment("A1", "別のシート")
    other.insert_image("C5", "見本.png", {"image_data": io.BytesIO(PIXEL)})


def workbook(folder: Path, fill: Callable[[Any, Any], None] = rows_of, name: str = "見本.xlsx") -> Path:
    """A workbook with one filled sheet."""
    path = folder / name
    book = xlsxwriter.Workbook(str(path))
    fill(book.add_worksheet("一覧"), book)
    book.close()
    return path


def parts(data: bytes | Path) -> dict[str, bytes]:
    """The parts of a package in its order."""
    with zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data) as archive:
        return {member.filename: archive.read(member) for member in archive.infolist()}


def changed(path: Path, **texts: Callable[[bytes], bytes] | bytes | None) -> Path:
    """A package with some parts rewritten (the key is the end of the name), added (a path) or taken out (``None``)."""
    with zipfile.ZipFile(path) as archive:
        members = [(member, archive.read(member)) for member in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members:
            edit = next((edit for name, edit in texts.items() if member.filename.endswith(name)), data)
            if edit is not None:
                archive.writestr(member, edit(data) if callable(edit) else edit)
        known = [member.filename for member, _ in members]
        for name, data in texts.items():
            if isinstance(data, bytes) and not any(other.endswith(name) for other in known):
                archive.writestr(name, data)
    return path


def mark(path: Path, *findings: Finding, lang: str = "ja") -> Marked:
    """A file marked with findings."""
    return mark_grid(read_grid(path), findings, lang)


def opened(marked: Marked, sheet: str = "一覧") -> Any:
    """A sheet of the marked workbook, as openpyxl reads it."""
    return openpyxl.load_workbook(io.BytesIO(marked.content))[sheet]


def coloured(sheet: Any) -> dict[str, str]:
    """The colours of ours by address."""
    cells = ((cell.coordinate, cell.fill.fgColor.rgb) for row in sheet.iter_rows() for cell in row)
    return {place: colour for place, colour in cells if colour in (RED, YELLOW, BLUE)}


def text_file(folder: Path) -> Path:
    """A CSV in CP932 whose cells look like formulas and codes."""
    path = folder / "見本.csv"
    path.write_bytes("名称,開設日\r\n見本図書館,=1+1\r\n001,\r\n見本公園,春\r\n".encode("cp932"))
    return path
