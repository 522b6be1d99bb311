"""Workbooks (xlsx, xls, ods) through calamine: every cell as the text that a clerk would read in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
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
from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.sources.data import read_data
from meguro_opendata.sources.facts import CellTexts, SheetParts
from meguro_opendata.sources.rewriting import rewritten_cells
from meguro_opendata.sources.table import Grid
from meguro_opendata.sources.text.records import MOST_COLUMNS
from meguro_opendata.sources.workbook.biffglobals import CodePageError
from meguro_opendata.sources.workbook.extent import MOST_CELLS
from meguro_opendata.sources.workbook.odsparts import ods_parts
from meguro_opendata.sources.workbook.odstext import with_plain_texts
from meguro_opendata.sources.workbook.xlsbparts import xlsb_parts
from meguro_opendata.sources.workbook.xlsparts import old_sheet_names, xls_parts
from meguro_opendata.sources.workbook.xlsxparts import xlsx_parts

__all__ = ["cell_text", "read_workbook_grids", "read_workbook_sheet"]

_BOUNDS = read_data("bounds.toml")
_BATCH = 200_000  # cells that are converted at a time
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
    """Return one sheet of a workbook: the named one, or the first visible one.

    The caller has passed the file through :func:`~.packageguard.refuse_bomb`.

    Raises:
        SourceError: If the workbook cannot be read or has no such sheet; the sheets that it has are named.
    """
    book = _open(path, raw, container)
    names = book.visible
    wanted = sheet or (names[0] if names else "")
    return _grid(wanted, path, raw, container, book)


def read_workbook_grids(path: Path, raw: bytes, container: str) -> list[Grid]:
    """Return every visible sheet of a workbook, in its order; as :func:`read_workbook_sheet`."""
    book = _open(path, raw, container)
    return [_grid(name, path, raw, container, book) for name in book.visible]


def cell_text(value: Any) -> str:
    """Return a cell's value as text: whole numbers without a point, dates and times in ISO form.

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
        """Return the sheets of cells that Excel shows."""
        return [
            name
            for name, sheet in zip(self.names, self.opened.sheets_metadata, strict=True)
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return the sheets that Excel does not show."""
        sheets = zip(self.names, self.opened.sheets_metadata, strict=True)
        return tuple(name for name, sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)


def _open(path: Path, raw: bytes, container: str) -> _Book:
    try:
        decoded = old_sheet_names(raw) if container == "xls" else []
    except CodePageError as error:
        raise SourceError("workbook-codepage", file=path, codepage=error.args[0]) from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(with_plain_texts(raw) if container == "ods" else raw))
    except PasswordError:
        raise SourceError("workbook-encrypted", file=path) from None
    except (CalamineError, *DAMAGED_ARCHIVE):
        raise SourceError("workbook-broken", file=path) from None
    names = tuple(sheet.name for sheet in book.sheets_metadata)
    return _Book(book, tuple(decoded) if len(decoded) == len(names) else names)


def _grid(name: str, path: Path, raw: bytes, container: str, book: _Book) -> Grid:
    sheet, parts = _read(name, path, raw, container, book)
    columns = _columns(path, sheet, parts.texts)
    texts = _with_one_newline(pl.DataFrame([texts for texts, _ in columns]))
    texts, rewritten = rewritten_cells(texts)
    return Grid(
        path=path,
        container=container,
        cells=texts,
        sheet=name,
        sheets=book.names,
        merged=_merged(path, parts.merged or tuple(sheet.merged_cell_ranges or ())),
        rewritten=tuple(rewritten),
        facts=replace(
            parts.facts,
            hidden_sheets=book.hidden,
            numbers={at: rows for at, (_, rows) in enumerate(columns) if len(rows)},
            known=parts.facts.known | _ALWAYS_KNOWN,
        ),
    )


def _merged(path: Path, ranges: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(ranges) > _BOUNDS["merged"]:
        raise SourceError("workbook-too-many-merged", file=path, limit=_BOUNDS["merged"])
    return ranges


def _read(name: str, path: Path, raw: bytes, container: str, book: _Book) -> tuple[CalamineSheet, SheetParts]:
    """Return a sheet, and what its parts say, each read beside the other."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        waiting = beside.submit(_PARTS[container], raw, name)
        sheet = _sheet(name, path, book)
        try:
            return sheet, waiting.result()
        except CodePageError as error:
            raise SourceError("workbook-codepage", file=path, codepage=error.args[0]) from None


def _sheet(name: str, path: Path, book: _Book) -> CalamineSheet:
    if name not in book.names:
        raise SourceError("sheet-missing", file=path, sheet=name, sheets=list(book.names))
    try:
        sheet = book.opened.get_sheet_by_index(book.names.index(name))
    except CalamineError:
        raise SourceError("workbook-broken", file=path) from None
    if sheet.width > MOST_COLUMNS:
        raise SourceError("too-many-columns", file=path, count=sheet.width, limit=MOST_COLUMNS)
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise SourceError("sheet-too-large", file=path, sheet=name, limit=MOST_CELLS)
    return sheet


def _columns(path: Path, sheet: CalamineSheet, overlaid: CellTexts) -> list[tuple[pl.Series, pl.Series]]:
    """Return each column as text, with the rows of its numbers, dates and times; converted in batches.

    Args:
        path: The file, for messages.
        sheet: The sheet.
        overlaid: Texts that replace the values of some cells.
    """
    batches: list[list[tuple[pl.Series, pl.Series]]] = []
    first = size = 0
    for rows in _batches(sheet):
        _overlay(rows, first, overlaid)
        converted = [_column(index, values, first) for index, values in enumerate(zip(*rows, strict=True))]
        size += sum(int(texts.str.len_bytes().sum()) for texts, _ in converted)
        if size > _BOUNDS["text"]:
            raise SourceError("workbook-too-much-text", file=path, limit=_BOUNDS["text"])
        batches.append(converted)
        first += len(rows)
    return [
        (pl.concat([texts for texts, _ in column]), pl.concat([numeric for _, numeric in column]))
        for column in zip(*batches, strict=True)
    ]


def _batches(sheet: CalamineSheet) -> Iterator[list[list[Any]]]:
    """Yield the rows of a sheet in batches, so that its cells are never all Python objects at once."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    rows = sheet.iter_rows()
    while batch := [[*left, *row] if left else row for row in islice(rows, max(1, _BATCH // (sheet.total_width + 1)))]:
        yield batch


def _overlay(rows: list[list[Any]], first: int, texts: CellTexts) -> None:
    if not texts:
        return
    for (row, column), text in texts.items():
        if 0 <= row - first < len(rows) and column < len(rows[row - first]):
            rows[row - first][column] = text


def _column(index: int, values: Sequence[Any], first: int) -> tuple[pl.Series, pl.Series]:
    """Return a column as text, and the rows of its numbers, dates and times; its first row is ``first``."""
    try:
        return pl.Series(str(index), values, dtype=pl.String), _NO_ROWS
    except TypeError:  # not all of them are text
        numeric = {kind: kind not in (str, bool) for kind in set(map(type, values))}
    texts = pl.Series(str(index), list(map(cell_text, values)), dtype=pl.String)
    return texts, pl.Series([numeric[type(value)] for value in values], dtype=pl.Boolean).arg_true() + first


def _with_one_newline(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with line breaks written in one way, as a line feed."""
    seen = cells.select(pl.all().str.contains("\r", literal=True).any()).row(0) if cells.width else ()
    returns = [name for name, has in zip(cells.columns, seen, strict=True) if has]
    return cells.with_columns(pl.col(returns).str.replace_all("\r\n", "\n", literal=True))
