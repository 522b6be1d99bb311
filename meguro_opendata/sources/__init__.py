"""From bytes to a ``Table``: true container, encoding, sheet, header row; each cell keeps its address."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.choice import choices
from meguro_opendata.sources.header import cut_table, folded
from meguro_opendata.sources.structure import structure_findings
from meguro_opendata.sources.table import Grid, Table, column_letter
from meguro_opendata.sources.text import read_text_grid
from meguro_opendata.sources.workbook import read_workbook_grids, read_workbook_sheet

__all__ = [
    "Grid",
    "Table",
    "column_letter",
    "container_of",
    "folded",
    "propose_source",
    "read_bytes",
    "read_grid",
    "read_source",
    "structure_findings",
]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = ((_OLE, "xls"), (b"%PDF", "pdf"))
_MARKUP = (b"<html", b"<table", b"<!doctype html", b"<?xml")
_HEAD = 4096
_WORKBOOKS = ("xlsx", "xls", "ods", "xlsb")


def container_of(raw: bytes) -> str:
    """The true container by content: a workbook's kind, ``pdf``, ``zip``, ``html``, or ``text``.

    >>> container_of(b"%PDF-1.7"), container_of("名称,住所".encode("cp932"))
    ('pdf', 'text')
    """
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    if marked:
        return marked
    if raw.startswith(b"PK\x03\x04"):
        return _zip_kind(raw)
    start = raw[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "html" if start.startswith(b"<") and any(mark in start for mark in _MARKUP) else "text"


def _zip_kind(raw: bytes) -> str:
    """The kind of a zip by the names of its members; a damaged one by the names that still stand in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        names = {name for name in ("xl/workbook.xml", "xl/workbook.bin") if name.encode() in raw}
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "ods" if "content.xml" in names and b"opendocument.spreadsheet" in raw[:_HEAD] else "zip"


def read_source(
    path: Path | str,
    *,
    sheet: str | None = None,
    header_row: int = 1,
    header_rows: int = 1,
    encoding: str | None = None,
    skip: Mapping[int, str] | None = None,
    keep_all: bool = False,
) -> Table:
    """The table in a file, read as told.

    Args:
        path: A CSV or TSV file, or a workbook.
        sheet: The sheet of a workbook; default the first visible one.
        header_row: Record number of the lowest header line (1 = first record of the sheet or file).
        header_rows: How many lines the header has; they are joined with ``_``.
        encoding: Of a text file; default: decided by BOM, strict UTF-8, strict CP932.
        skip: Record numbers to leave out, with reasons.
        keep_all: Keep blank rows, notes and totals as rows.

    Returns:
        A table whose ``frame`` is a polars DataFrame of strings.

    Raises:
        SourceError: If the file is missing, empty, of another kind, or has no such sheet or header.
    """
    grid = read_grid(Path(path), sheet, encoding)
    return cut_table(grid, header_row, header_rows, skip, keep_all)


def read_grid(path: Path, sheet: str | None = None, encoding: str | None = None) -> Grid:
    """All cells of a file's sheet; errors as :func:`read_source`."""
    container, raw = _open(path)
    if container in _WORKBOOKS:
        return read_workbook_sheet(path, raw, container, sheet)
    if sheet is not None:
        raise SourceError("sheet-of-text", file=path, sheet=sheet)
    return read_text_grid(path, encoding)


def propose_source(path: Path, names: Collection[str], keep_all: bool = True) -> Table:
    """The table in a file whose sheet and header row are not declared: those that fit the names best.

    Raises:
        SourceError: As :func:`read_source`, and if no record can be a header.
    """
    container, raw = _open(path)
    grids = read_workbook_grids(path, raw, container) if container in _WORKBOOKS else [read_text_grid(path)]
    found = choices(grids, names)
    if not found:
        raise SourceError("file-empty", file=path)
    best = found[0]
    return cut_table(best.grid, best.header_row, best.header_rows, keep_all=keep_all)


def read_bytes(path: Path) -> bytes:
    """The content of a file that must hold something; errors as :func:`read_source`."""
    return _content(path, None)


def _open(path: Path) -> tuple[str, bytes]:
    """The container, and the content but for text files, which are read in blocks.

    Raises:
        SourceError: As :func:`read_source`.
    """
    container = container_of(_content(path, _HEAD))
    raw = b"" if container == "text" else read_bytes(path)
    if raw:
        container = container_of(raw)
    if container in _WORKBOOKS or container == "text":
        return container, raw
    raise SourceError("container-refused", file=path, container=container)


def _content(path: Path, size: int | None) -> bytes:
    """The first bytes of a file, or all."""
    try:
        with path.open("rb") as file:
            raw = file.read(size)
    except FileNotFoundError:
        raise SourceError("file-missing", file=path) from None
    except IsADirectoryError:
        raise SourceError("file-is-folder", file=path) from None
    except PermissionError:
        raise SourceError("file-is-folder" if path.is_dir() else "file-locked", file=path) from None
    except OSError as error:
        raise SourceError("file-unreadable", file=path, reason=error.strerror) from None
    if not raw.strip(b"\xef\xbb\xbf \t\r\n\x1a") and len(raw) < (size or len(raw) + 1):
        raise SourceError("file-empty", file=path)
    return raw
