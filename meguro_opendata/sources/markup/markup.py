"""Tables in web pages and in XML Spreadsheet 2003, both of which are often saved as ``.xls`` or ``.csv``."""

from __future__ import annotations

import re
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.data import read_data
from meguro_opendata.sources.facts import NO_FACTS, SheetFacts
from meguro_opendata.sources.markup.htmltables import tables_of
from meguro_opendata.sources.markup.sheet import MarkupSheet
from meguro_opendata.sources.markup.spreadsheetml import sheets_of
from meguro_opendata.sources.table import Grid
from meguro_opendata.sources.text.blocks import BOMS, BadByteError, utf8
from meguro_opendata.sources.text.textfile import decode
from meguro_opendata.sources.workbook.extent import MOST_CELLS

__all__ = ["read_markup_grids", "read_markup_sheet"]

_HEAD = 4096
_CHARSET = re.compile(
    rb"""<\?xml[^<>]*\bencoding\s*=\s*["']([\w.:-]+)|<meta[^<>]*\bcharset\s*=\s*["']?\s*([\w.:-]+)""", re.I
)
_Sheet = tuple[MarkupSheet, SheetFacts]


def read_markup_sheet(path: Path, raw: bytes, container: str, sheet: str | None) -> Grid:
    """Return one table of a file: the named one; else a web page's largest one, else the first visible sheet.

    Raises:
        SourceError: If the file cannot be read, holds no table, or none of that name; those that it has are named.
    """
    sheets, encoding = _sheets(path, raw, container)
    named = [each for each in sheets if each[0].name == sheet] if sheet is not None else _shown(sheets, container)
    if not named:
        raise SourceError("sheet-missing", file=path, sheet=sheet or "-", sheets=[found.name for found, _ in sheets])
    return _grid(named[0], sheets, path, container, encoding)


def read_markup_grids(path: Path, raw: bytes, container: str) -> list[Grid]:
    """Return every table of a web page, the one that holds most first, or every visible sheet in its order."""
    sheets, encoding = _sheets(path, raw, container)
    if sum(sheet.height * sheet.width for sheet, _ in sheets) > MOST_CELLS:
        raise SourceError("sheets-too-far", file=path, limit=MOST_CELLS)
    return [_grid(each, sheets, path, container, encoding) for each in _shown(sheets, container)]


def _sheets(path: Path, raw: bytes, container: str) -> tuple[list[_Sheet], str]:
    most = read_data("bounds.toml")["markup_bytes"]
    if len(raw) > most:
        raise SourceError("markup-too-large", file=path, limit=most)
    text, encoding = _decoded(raw, path)
    if container == "spreadsheetml":
        return sheets_of(text, path), encoding
    tables = tables_of(text, path)
    if not tables:
        raise SourceError("html-without-table", file=path)
    return [(table, NO_FACTS) for table in tables], encoding


def _shown(sheets: list[_Sheet], container: str) -> list[_Sheet]:
    visible = [each for each in sheets if not each[0].hidden]
    return sorted(visible, key=lambda each: -each[0].filled) if container == "html" else visible


def _grid(each: _Sheet, sheets: list[_Sheet], path: Path, container: str, encoding: str) -> Grid:
    sheet, facts = each
    return Grid.of_records(
        path,
        container,
        sheet.records(),
        sheet=sheet.name,
        sheets=tuple(found.name for found, _ in sheets),
        encoding=encoding,
        merged=tuple(sheet.merged),
        facts=facts,
    )


def _decoded(raw: bytes, path: Path) -> tuple[str, str]:
    """Return the text and its encoding: by mark, else the one the file declares if every byte fits, else by rule."""
    if not any(raw.startswith(mark) for mark, _ in BOMS):
        named = _charset(raw[:_HEAD])
        try:
            if named == "cp932":
                return utf8(raw, named).decode("utf-8"), named
            if named:
                return raw.decode(named), named
        except (BadByteError, UnicodeDecodeError):
            pass
    return decode(raw, path)


def _charset(head: bytes) -> str | None:
    """Return the encoding that a file names at its beginning, if it is one in which Japanese is written.

    >>> _charset(b'<meta http-equiv="Content-Type" content="text/html; charset=x-sjis">'), _charset(b"<html>")
    ('cp932', None)
    """
    found = _CHARSET.search(head)
    names: dict[str, str] = read_data("containers.toml")["charsets"]
    return names.get((found[1] or found[2]).decode("ascii").lower()) if found else None
