"""Facts of an xlsb file that calamine omits, read from its records: hidden rows and columns.

The records are those of [MS-XLSB] 2.1.4: kind and length as numbers of seven bits a byte, then the content. They are
untrusted: each is taken by its length, and none is followed anywhere.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.sources.facts import MOST_COLUMNS, MOST_ROWS, NO_FACTS, NO_PARTS, SheetParts
from meguro_opendata.sources.workbook.xlsxparts import targets_of
from meguro_opendata.sources.workbook.zipparts import read_part

__all__ = ["xlsb_parts"]

_BOOK = "xl/workbook.bin"
_ROW, _COLUMN, _SHEET = 0, 60, 156
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x10, 0x01
_LONGEST_NUMBER = 4


def xlsb_parts(raw: bytes, sheet: str) -> SheetParts:
    """Return the hidden rows and columns of an xlsb sheet; no facts if its records cannot be read."""
    rows, columns = set[int](), set[int]()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            part = targets_of(archive, _BOOK).get(_relation_of(read_part(archive, _BOOK), sheet), "")
            content = read_part(archive, part)
        for kind, data in _records(content):
            if kind == _ROW and data[11] & _ROW_HIDDEN:
                rows.add(min(struct.unpack_from("<I", data)[0], MOST_ROWS))
            elif kind == _COLUMN and data[16] & _COLUMN_HIDDEN:
                first, last = struct.unpack_from("<II", data)
                columns.update(range(first, min(last + 1, MOST_COLUMNS)))
    except DAMAGED_ARCHIVE:
        return NO_PARTS
    if not content:
        return NO_PARTS
    known = frozenset({"hidden_rows", "hidden_columns"})
    facts = replace(NO_FACTS, known=known, hidden_rows=tuple(sorted(rows)), hidden_columns=tuple(sorted(columns)))
    return SheetParts({}, facts)


def _relation_of(book: bytes, sheet: str) -> str:
    """Return the id of the relation to a sheet's part."""
    for kind, data in _records(book):
        if kind == _SHEET:
            relation, begin = _text(data, 8)
            if _text(data, begin)[0] == sheet:
                return relation
    return ""


def _text(data: bytes, begin: int) -> tuple[str, int]:
    """Return a text, and where it ends."""
    length = struct.unpack_from("<I", data, begin)[0]
    end = begin + 4 + 2 * (length if length != 0xFFFFFFFF else 0)  # noqa: PLR2004 (no text at all)
    return data[begin + 4 : end].decode("utf-16-le", "replace"), end


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    r"""Yield kind and content of each record.

    >>> list(_records(b"\x9c\x01\x02ab\x00\x00"))
    [(156, b'ab'), (0, b'')]
    """
    at = 0
    while at < len(content):
        kind, at = _number(content, at)
        length, at = _number(content, at)
        yield kind, content[at : at + length]
        at += length


def _number(content: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, lowest first, and its end; :class:`IndexError` without an end."""
    number = 0
    for step in range(_LONGEST_NUMBER):
        number |= (content[at + step] & 0x7F) << 7 * step
        if content[at + step] < 0x80:  # noqa: PLR2004
            return number, at + step + 1
    return number, at + _LONGEST_NUMBER
