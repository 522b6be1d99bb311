"""Workbooks (xlsx, xls, ods) through calamine: every cell as the text that a clerk would read in it."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.facts import SheetFacts
from meguro_opendata.sources.table import Grid
from meguro_opendata.sources.xlsxparts import hidden_texts

__all__ = ["cell_text", "read_workbook_grids", "read_workbook_sheet"]

_MAX_UNPACKED = 1_000_000_000
_MAX_CELLS = 20_000_000
_EXACT = 1e21


def read_workbook_sheet(path: Path, raw: bytes, container: str, sheet: str | None) -> Grid:
    """One sheet of a workbook: the named one, or the first visible one.

    Raises:
        SourceError: If the workbook cannot be read or has no such sheet; the sheets that it has are named.
    """
    book = _open(path, raw)
    names = _visible(book)
    wanted = sheet or (names[0] if names else "")
    try:
        found = book.get_sheet_by_name(wanted)
    except WorksheetNotFound:
        raise SourceError("sheet-missing", file=path, sheet=wanted, sheets=book.sheet_names) from None
    return _grid(found, path, raw, container, tuple(book.sheet_names))


def read_workbook_grids(path: Path, raw: bytes, container: str) -> list[Grid]:
    """Every visible sheet of a workbook, in its order."""
    book = _open(path, raw)
    names = tuple(book.sheet_names)
    return [_grid(book.get_sheet_by_name(name), path, raw, container, names) for name in _visible(book)]


def cell_text(value: Any) -> str:
    """A cell's value as text: whole numbers without a point, dates and times in ISO form.

    >>> cell_text(65.0), cell_text(22.14), cell_text(True)
    ('65', '22.14', 'TRUE')
    >>> cell_text(date(2023, 4, 1)), cell_text(time(9, 0))
    ('2023-04-01', '09:00')
    """
    match value:
        case str():
            return value.replace("\r\n", "\n")
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return _number(value)
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
        case timedelta():
            return _duration(value)
        case _:
            return str(value)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def _moment(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def _open(path: Path, raw: bytes) -> CalamineWorkbook:
    _refuse_bomb(path, raw)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(raw))
    except PasswordError:
        raise SourceError("workbook-encrypted", file=path) from None
    except CalamineError:
        raise SourceError("workbook-broken", file=path) from None


def _refuse_bomb(path: Path, raw: bytes) -> None:
    if not raw.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile:
        raise SourceError("workbook-broken", file=path) from None
    if unpacked > _MAX_UNPACKED:
        raise SourceError("workbook-too-large", file=path, limit=_MAX_UNPACKED)


def _visible(book: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _grid(sheet: CalamineSheet, path: Path, raw: bytes, container: str, sheets: tuple[str, ...]) -> Grid:
    if sheet.total_height * sheet.total_width > _MAX_CELLS:
        raise SourceError("sheet-too-large", file=path, sheet=sheet.name, limit=_MAX_CELLS)
    try:
        cells = sheet.to_python(skip_empty_area=False)
    except CalamineError:
        raise SourceError("workbook-broken", file=path) from None
    records = [
        [value if type(value) is str and "\r" not in value else cell_text(value) for value in row] for row in cells
    ]
    errors, formulas = hidden_texts(raw, sheet.name) if container == "xlsx" else ({}, {})
    for (row, column), text in {**errors, **formulas}.items():
        if row < len(records) and column < len(records[row]):
            records[row][column] = text
    return Grid.of_records(
        path,
        container,
        records,
        sheet=sheet.name,
        sheets=sheets,
        merged=tuple(sheet.merged_cell_ranges or ()),
        facts=SheetFacts(known=container == "xlsx", uncalculated=frozenset(formulas)),
    )
