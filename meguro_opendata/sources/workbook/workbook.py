"""Workbooks (xlsx, xls, ods) through calamine: every cell as the text that a clerk would read in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.facts import SheetParts
from meguro_opendata.sources.rewriting import rewritten_cells
from meguro_opendata.sources.table import Grid
from meguro_opendata.sources.workbook.biffglobals import CodePageError
from meguro_opendata.sources.workbook.odsparts import ods_parts
from meguro_opendata.sources.workbook.odstext import with_plain_texts
from meguro_opendata.sources.workbook.packageguard import MOST_CELLS, refuse_bomb
from meguro_opendata.sources.workbook.xlsbparts import xlsb_parts
from meguro_opendata.sources.workbook.xlsparts import old_sheet_names, xls_parts
from meguro_opendata.sources.workbook.xlsxparts import xlsx_parts

__all__ = ["cell_text", "read_workbook_grids", "read_workbook_sheet"]

_EXACT = 1e21
_PARTS: dict[str, Callable[[bytes, str], SheetParts]] = {
    "xlsx": xlsx_parts,
    "ods": ods_parts,
    "xls": xls_parts,
    "xlsb": xlsb_parts,
}
_NO_ROWS = pl.Series(dtype=pl.UInt32)
_ALWAYS_KNOWN = frozenset({"hidden_sheets", "numbers"})


def read_workbook_sheet(path: Path, raw: bytes, container: str, sheet: str | None) -> Grid:
    """One sheet of a workbook: the named one, or the first visible one.

    Raises:
        SourceError: If the workbook cannot be read or has no such sheet; the sheets that it has are named.
    """
    book = _open(path, raw, container)
    names = book.visible
    wanted = sheet or (names[0] if names else "")
    return _grid(wanted, path, raw, container, book)


def read_workbook_grids(path: Path, raw: bytes, container: str) -> list[Grid]:
    """Every visible sheet of a workbook, in its order."""
    book = _open(path, raw, container)
    return [_grid(name, path, raw, container, book) for name in book.visible]


def cell_text(value: Any) -> str:
    """A cell's value as text: whole numbers without a point, dates and times in ISO form.

    >>> cell_text(65.0), cell_text(22.14), cell_text(True)
    ('65', '22.14', 'TRUE')
    >>> cell_text(date(2023, 4, 1)), cell_text(time(9, 0))
    ('2023-04-01', '09:00')
    """
    return _AS_TEXT.get(type(value), str)(value)


def _text(value: str) -> str:
    return value.replace("\r\n", "\n")


def _truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def _moment(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")


def _clock(value: time) -> str:
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


_AS_TEXT: dict[type, Callable[[Any], str]] = {
    str: _text,
    bool: _truth,
    float: _number,
    datetime: _moment,
    date: date.isoformat,
    time: _clock,
    timedelta: _duration,
}


@dataclass(frozen=True)
class _Book:
    """A workbook that is open, and the names of its sheets, hidden ones too, in their order."""

    opened: CalamineWorkbook
    names: tuple[str, ...]

    @property
    def visible(self) -> list[str]:
        """The sheets of cells that Excel shows."""
        return [
            name
            for name, sheet in zip(self.names, self.opened.sheets_metadata, strict=True)
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]

    @property
    def hidden(self) -> tuple[str, ...]:
        """The sheets that Excel does not show."""
        sheets = zip(self.names, self.opened.sheets_metadata, strict=True)
        return tuple(name for name, sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)


def _open(path: Path, raw: bytes, container: str) -> _Book:
    refuse_bomb(path, raw)
    try:
        decoded = old_sheet_names(raw) if container == "xls" else []
    except CodePageError as error:
        raise SourceError("workbook-codepage", file=path, codepage=error.args[0]) from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(with_plain_texts(raw) if container == "ods" else raw))
    except PasswordError:
        raise SourceError("workbook-encrypted", file=path) from None
    except (CalamineError, zipfile.BadZipFile, KeyError):
        raise SourceError("workbook-broken", file=path) from None
    names = tuple(sheet.name for sheet in book.sheets_metadata)
    return _Book(book, tuple(decoded) if len(decoded) == len(names) else names)


def _grid(name: str, path: Path, raw: bytes, container: str, book: _Book) -> Grid:
    sheet, cells, parts = _read(name, path, raw, container, book)
    for (row, column), text in parts.texts.items():
        if row < len(cells) and column < len(cells[row]):
            cells[row][column] = text
    flat, width = list(chain.from_iterable(cells)), len(cells[0]) if cells else 0
    columns = [_column(index, flat[index::width]) for index in range(width)]
    texts = _with_one_newline(pl.DataFrame([texts for texts, _ in columns]))
    texts, rewritten = rewritten_cells(texts)
    return Grid(
        path=path,
        container=container,
        cells=texts,
        sheet=name,
        sheets=book.names,
        merged=parts.merged or tuple(sheet.merged_cell_ranges or ()),
        rewritten=tuple(rewritten),
        facts=replace(
            parts.facts,
            hidden_sheets=book.hidden,
            numbers={at: rows for at, (_, rows) in enumerate(columns) if len(rows)},
            known=parts.facts.known | _ALWAYS_KNOWN,
        ),
    )


def _read(
    name: str, path: Path, raw: bytes, container: str, book: _Book
) -> tuple[CalamineSheet, list[list[Any]], SheetParts]:
    """A sheet, the values of its cells, and what its parts say, each read beside the other."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        waiting = beside.submit(_PARTS[container], raw, name)
        sheet, cells = _cells(name, path, book)
        try:
            return sheet, cells, waiting.result()
        except CodePageError as error:
            raise SourceError("workbook-codepage", file=path, codepage=error.args[0]) from None


def _cells(name: str, path: Path, book: _Book) -> tuple[CalamineSheet, list[list[Any]]]:
    """A sheet and the values of its cells."""
    if name not in book.names:
        raise SourceError("sheet-missing", file=path, sheet=name, sheets=list(book.names))
    try:
        sheet = book.opened.get_sheet_by_index(book.names.index(name))
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            raise SourceError("sheet-too-large", file=path, sheet=name, limit=MOST_CELLS)
        return sheet, sheet.to_python(skip_empty_area=False)
    except CalamineError:
        raise SourceError("workbook-broken", file=path) from None


def _column(index: int, values: list[Any]) -> tuple[pl.Series, pl.Series]:
    """A column as text, and the rows of its cells that are numbers, dates or times."""
    try:
        return pl.Series(str(index), values, dtype=pl.String), _NO_ROWS
    except TypeError:  # not all of them are text
        numeric = {kind: kind not in (str, bool) for kind in set(map(type, values))}
    texts = pl.Series(str(index), list(map(cell_text, values)), dtype=pl.String)
    return texts, pl.Series([numeric[type(value)] for value in values], dtype=pl.Boolean).arg_true()


def _with_one_newline(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells with line breaks written in one way, as a line feed."""
    seen = cells.select(pl.all().str.contains("\r", literal=True).any()).row(0) if cells.width else ()
    returns = [name for name, has in zip(cells.columns, seen, strict=True) if has]
    return cells.with_columns(pl.col(returns).str.replace_all("\r\n", "\n", literal=True))
