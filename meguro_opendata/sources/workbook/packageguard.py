"""Workbooks that would fill the memory are refused before anything unpacks them: bombs, and cells far away."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.workbook.compoundfile import is_cut, workbook_sheets
from meguro_opendata.sources.workbook.cutzip import is_cut_zip, kind_of_rest

__all__ = ["MOST_CELLS", "refuse_bomb"]

MOST_CELLS = 5_000_000
_MOST_UNPACKED = 200_000_000
_MOST_MEMBERS = 10_000
_MOST_OLD_SHEETS = 100
_PIECE = 1 << 19
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_LOCAL = struct.Struct("<4s22xHH")
_EQUALS, _R, _QUOTE = b'=r"'
_IS_SPACE = np.isin(np.arange(256), np.frombuffer(b" \t\r\n", dtype=np.uint8))
_IS_UNUSUAL = np.isin(np.arange(256), np.frombuffer(b" \t\r\n'", dtype=np.uint8))
_REFERENCE = 10  # letters and digits of the longest cell's name
_FILLED = re.compile(rb"""<(?:\w+:)?c\b([^>]*[^/>])>(?!</)""")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_UNIQUE = b"uniqueCount"
_COUNT = re.compile(rb"""uniqueCount\s*=\s*["']\s*\+?(\d+)""")
_ODS = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^<>]*)>")
_REPEATED = re.compile(rb"""table:number-(?:rows|columns)-repeated\s*=\s*["'](\d{1,10})""")


@dataclass
class _Extent:
    """The farthest row and column of the cells seen, counted from 1."""

    row: int = 0
    column: int = 0

    @property
    def cells(self) -> int:
        """How many cells a sheet up to there has."""
        return self.row * self.column

    @property
    def is_too_large(self) -> bool:
        """Whether a sheet up to there has more cells than are read."""
        return self.cells > MOST_CELLS

    def reach(self, row: int, column: int) -> None:
        """Make it hold a cell."""
        self.row, self.column = max(self.row, row), max(self.column, column)


def refuse_bomb(path: Path, raw: bytes) -> None:
    """Raise for a workbook that unpacks into too much, or whose sheets reach too far, one or all together.

    Raises:
        SourceError: So, and if its packing is damaged or its end is missing.
    """
    if raw.startswith(b"PK"):
        _refuse_package(path, raw)
    elif is_cut(io.BytesIO(raw)):
        raise SourceError("workbook-cut", file=path)
    elif workbook_sheets(io.BytesIO(raw)) > _MOST_OLD_SHEETS:
        raise SourceError("workbook-too-large", file=path, limit=_MOST_UNPACKED)


def _refuse_package(path: Path, raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _damaged(path, raw) from None
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise SourceError("workbook-too-large", file=path, limit=_MOST_UNPACKED)
    parts = [member for member in members if member.filename.endswith((".xml", ".bin"))]
    try:
        _refuse_extents(path, chain.from_iterable(_extents(path, raw, part) for part in parts))
    except (zlib.error, struct.error):
        raise SourceError("workbook-broken", file=path) from None


def _damaged(path: Path, raw: bytes) -> SourceError:
    """The error for a package without a readable list of members: its end is missing, or it is damaged otherwise."""
    if not is_cut_zip(io.BytesIO(raw)):
        return SourceError("workbook-broken", file=path)
    return SourceError("workbook-cut-ods" if kind_of_rest(raw) == "ods" else "workbook-cut", file=path)


def _refuse_extents(path: Path, extents: Iterable[_Extent]) -> None:
    """Raise for the first sheet that is too large, or if all are too large together."""
    cells = 0
    for far in extents:
        if far.is_too_large:
            raise SourceError("sheet-too-far", file=path, row=far.row, columns=far.column, limit=MOST_CELLS)
        cells += far.cells
        if cells > MOST_CELLS:
            raise SourceError("sheets-too-far", file=path, limit=MOST_CELLS)


def _extents(path: Path, raw: bytes, member: zipfile.ZipInfo) -> Iterator[_Extent]:
    """Where the cells of each sheet in a member lie; it is unpacked for its true size, whatever it holds."""
    if member.filename == "content.xml":
        yield from _ods_extents(_unpacked(path, raw, member))
        return
    far = _quick_extent(_unpacked(path, raw, member))
    # Empty cells that only have a colour are not in the way.
    yield _filled_extent(_unpacked(path, raw, member)) if far.is_too_large else far


def _unpacked(path: Path, raw: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member in pieces; one that holds more than it declares is refused when that is seen."""
    mark, name, extra = _LOCAL.unpack_from(raw, member.header_offset)
    begin = member.header_offset + _LOCAL.size + name + extra
    packed = memoryview(raw)[begin : begin + member.compress_size]
    if mark != b"PK\x03\x04" or member.compress_type not in (_STORED, _DEFLATED) or member.flag_bits & 1:
        raise SourceError("workbook-broken", file=path)
    seen = 0
    for piece in _inflated(packed) if member.compress_type == _DEFLATED else (bytes(packed),):
        seen += len(piece)
        if seen > member.file_size:
            raise SourceError("workbook-too-large", file=path, limit=_MOST_UNPACKED)
        yield piece


def _inflated(packed: memoryview) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    waiting: bytes | memoryview = packed
    while not unpacking.eof:
        piece = unpacking.decompress(waiting, _PIECE)
        waiting = unpacking.unconsumed_tail
        if not piece and not waiting:
            return
        yield piece


def _in_tags(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces cut before a tag, so that none is cut in two; a text without tags may be cut anywhere."""
    rest = b""
    for piece in pieces:
        held = rest + piece
        end = held.rfind(b"<")
        if end < 0 or len(held) - end > _PIECE:
            end = len(held)
        yield held[:end]
        rest = held[end:]
    yield rest


def _quick_extent(pieces: Iterator[bytes]) -> _Extent:
    """At least the extent of the filled cells of a sheet's XML: of all cells with a name, filled or not."""
    far, is_sheet = _Extent(), False
    for piece in _in_tags(pieces):
        is_sheet = is_sheet or b"sheetData" in piece
        if is_sheet:
            far.reach(*_farthest(piece))
        if any(count > MOST_CELLS for count in _declared_texts(piece)):
            raise struct.error  # room would be made for all of them
    return far


def _declared_texts(piece: bytes) -> Iterator[int]:
    """How many shared texts a part says that it holds."""
    at = piece.find(_UNIQUE)
    while at >= 0:
        declared = _COUNT.match(piece, at)
        if declared:
            yield int(declared[1])
        at = piece.find(_UNIQUE, at + 1)


def _farthest(piece: bytes) -> tuple[int, int]:
    """The farthest row and column that an attribute ``r`` names.

    >>> _farthest(b'<row r="3"><c r="AB3"/><c s="1" r="C7">')
    (7, 28)
    """
    signs = np.frombuffer(piece + bytes(_REFERENCE + 2), dtype=np.uint8)
    equals = np.flatnonzero(signs[1:] == _EQUALS) + 1
    before, behind = signs[equals - 1], signs[equals + 1]
    if _IS_SPACE[before].any() or _IS_UNUSUAL[behind].any():
        return _slowly_farthest(piece)
    begins = equals[(before == _R) & (behind == _QUOTE)]
    begins = begins[begins > 1]
    return _named_places(signs, begins[_IS_SPACE[signs[begins - 2]]] + len('="'))


def _named_places(signs: NDArray[np.uint8], begins: NDArray[np.intp]) -> tuple[int, int]:
    """The farthest row and column of the names that begin at these places."""
    row = np.zeros(len(begins), dtype=np.int64)
    column = np.zeros(len(begins), dtype=np.int64)
    open_ = np.ones(len(begins), dtype=bool)
    for step in range(_REFERENCE):
        sign = signs[begins + step].astype(np.int64)
        letter, digit = sign & ~0x20, sign - 48
        is_letter = open_ & (letter >= 65) & (letter <= 90)  # noqa: PLR2004 (A to Z)
        is_digit = open_ & (digit >= 0) & (digit <= 9)  # noqa: PLR2004
        column = np.where(is_letter, column * 26 + letter - 64, column)
        row = np.where(is_digit, row * 10 + digit, row)
        open_ &= is_letter | is_digit
        if not open_.any():
            break
    named = column > 0
    return (int(row[named].max()), int(column[named].max())) if named.any() else (0, 0)


def _slowly_farthest(piece: bytes) -> tuple[int, int]:
    far = _Extent()
    for letters, row in _PLACE.findall(piece):
        far.reach(int(row), _column(letters))
    return far.row, far.column


def _filled_extent(pieces: Iterator[bytes]) -> _Extent:
    """The extent of the cells of a sheet's XML that hold something."""
    far = _Extent()
    for piece in _in_tags(pieces):
        for attributes in _FILLED.findall(piece):
            far.reach(*_slowly_farthest(attributes))
    return far


def _column(letters: bytes) -> int:
    """The number of a column from its letters, the first being 1.

    >>> _column(b"A"), _column(b"aa")
    (1, 27)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _ods_extents(pieces: Iterator[bytes]) -> Iterator[_Extent]:
    """The extent of each table of an OpenDocument's XML, up to the first that is too large.

    Repeated rows and cells count as often as they are repeated; more tags than a sheet may have cells are too large.
    """
    table, row, column = _Extent(), 0, 0
    tags = chain.from_iterable(_ODS.findall(piece) for piece in _in_tags(pieces))
    for seen, (closing, name, attributes) in enumerate(tags, 1):
        if name == b"table":
            yield table
            table, row = _Extent(), 0
        elif name == b"table-row" and not closing:
            row, column = row + _times(attributes), 0
        elif not closing:
            column += _times(attributes)
            if not attributes.endswith(b"/"):
                table.reach(row, column)
        if table.is_too_large:
            break
        if seen > MOST_CELLS:
            yield _Extent(seen, MOST_CELLS)
    yield table


def _times(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return max(int(found[1]), 1) if found else 1
