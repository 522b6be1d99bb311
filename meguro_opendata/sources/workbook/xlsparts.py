"""Facts of an xls file that calamine omits, read from its records: errors, formulas, hidden rows, notes, objects.

The records are those of BIFF8 (Excel 97 to 2003), as Microsoft documents them in [MS-XLS], and of BIFF5 (Excel 95). The
text of the latter is in a code page, of which calamine takes each byte for a letter: it is decoded here. They are
untrusted: each is taken by its length, and none is followed anywhere but to the beginning of a sheet.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from meguro_opendata.sources.facts import NO_FACTS, Place, SeenParts, SheetParts
from meguro_opendata.sources.workbook.biff import BOF, EOF, records
from meguro_opendata.sources.workbook.biffglobals import BIFF5, NO_GLOBALS, BiffGlobals, biff_globals
from meguro_opendata.sources.workbook.compoundfile import workbook_stream

__all__ = ["biff_parts", "old_sheet_names", "xls_parts"]

_FORMULA, _BOOLERR, _ROW, _COLINFO, _NOTE, _OBJ = 0x0006, 0x0205, 0x0208, 0x007D, 0x001C, 0x005D
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_NUMBER, _RK, _MULRK, _LABEL, _RSTRING, _STRING = 0x0203, 0x027E, 0x00BD, 0x0204, 0x00D6, 0x0207
_ERROR_RESULT, _NO_NUMBER = 2, 0xFFFF
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_OBJECT = 0x15
_KINDS = {0x05: "chart", 0x08: "picture", 0x07: "control", **dict.fromkeys(range(0x0B, 0x14), "control")}
# Objects that are no drawings: the arrows of a filter, and the boxes of notes, which have a record of their own.
_NO_DRAWINGS = (0x14, 0x19)
_COLUMNS = 256
_MERGES_ALONE = SheetParts({}, replace(NO_FACTS, known=frozenset({"merged"})))


@dataclass
class _Found(SeenParts):
    """What has been seen so far; ``last`` is the cell of the last formula, whose text is in a record of its own."""

    book: BiffGlobals = NO_GLOBALS
    last: Place = (0, 0)

    def take(self, kind: int, data: bytes) -> None:
        """Add what one record says."""
        if kind == _FORMULA:
            self._formula(data)
        elif kind in (_NUMBER, _RK, _MULRK):
            self._number(kind, data)
        elif kind == _BOOLERR:
            row, column, code, is_error = struct.unpack_from("<HH2xBB", data)
            if is_error:
                self.texts[row, column] = _ERRORS.get(code, _ERRORS[0x2A])
        elif kind in (_LABEL, _RSTRING, _STRING):
            self._text(kind, data)
        elif kind == _NOTE:
            self.notes.add(struct.unpack_from("<HH", data))
        elif kind == _OBJ:
            self._object(data)
        else:
            self._hidden(kind, data)

    def _text(self, kind: int, data: bytes) -> None:
        """Take text that is not Unicode; calamine reads the text of BIFF8."""
        if self.book.version != BIFF5:
            return
        begin = 0 if kind == _STRING else 6
        place = self.last if kind == _STRING else struct.unpack_from("<HH", data)
        length = struct.unpack_from("<H", data, begin)[0]
        self.texts[place] = self.book.text(data[begin + 2 : begin + 2 + length])

    def _number(self, kind: int, data: bytes) -> None:
        """Take the numbers of a record whose format adds something to their digits."""
        if not self.book.formats:
            return
        row, column, style = struct.unpack_from("<HHH", data)
        if kind == _NUMBER:
            self._show(row, column, style, struct.unpack_from("<d", data, 6)[0])
        elif kind == _RK:
            self._show(row, column, style, _rk(struct.unpack_from("<I", data, 6)[0]))
        else:
            for at in range(4, len(data) - 2 - 5, 6):
                own, packed = struct.unpack_from("<HI", data, at)
                self._show(row, column + (at - 4) // 6, own, _rk(packed))

    def _show(self, row: int, column: int, style: int, value: float) -> None:
        known = self.book.formats.get(style)
        shown = known.show(value) if known else None
        if shown is not None:
            self.shown[row, column] = shown

    def _formula(self, data: bytes) -> None:
        row, column, result, code, number = struct.unpack_from("<HH2xBxB3xH", data)
        self.formulas.add((row, column))
        self.last = row, column
        if number != _NO_NUMBER and self.book.formats:
            self._show(row, column, *struct.unpack_from("<Hd", data, 4))
        if number == _NO_NUMBER and result == _ERROR_RESULT:
            self.texts[row, column] = _ERRORS.get(code, _ERRORS[0x2A])

    def _object(self, data: bytes) -> None:
        first, kind = struct.unpack_from("<H2xH", data)
        if first == _OBJECT and kind not in _NO_DRAWINGS:
            self.objects.append((_KINDS.get(kind, "shape"), None))

    def _hidden(self, kind: int, data: bytes) -> None:
        if kind == _ROW:
            row, flags = struct.unpack_from("<H10xH", data)
            if flags & _ROW_HIDDEN:
                self.hidden_rows.add(row)
        elif kind == _COLINFO:
            first, last, flags = struct.unpack_from("<HH4xH", data)
            if flags & _COLUMN_HIDDEN:
                self.hidden_columns.update(range(first, min(last, _COLUMNS - 1) + 1))


def xls_parts(raw: bytes, sheet: str) -> SheetParts:
    """Return the facts of one sheet of a workbook; only its merged ranges if its records cannot be read.

    Raises:
        CodePageError: If text of Excel 95 is not of the code page that the workbook names.
    """
    return biff_parts(workbook_stream(io.BytesIO(raw)), sheet)


def old_sheet_names(raw: bytes) -> list[str]:
    """Return the sheets of a workbook of Excel 95, whose names calamine does not decode; empty for any other.

    Raises:
        CodePageError: If they are not of the code page that the workbook names.
    """
    try:
        book = biff_globals(workbook_stream(io.BytesIO(raw)))
    except struct.error:
        return []
    return [name for name, _ in book.sheets] if book.version == BIFF5 else []


def biff_parts(stream: bytes, sheet: str) -> SheetParts:
    """Return the facts of one sheet from a workbook's records; errors as :func:`xls_parts`."""
    try:
        book = biff_globals(stream)
        found, begin = _Found(book=book), book.begin_of(sheet)
        if begin is None:
            return _MERGES_ALONE
        for kind, data in _records_of_sheet(stream, begin):
            found.take(kind, data)
    except struct.error:
        return _MERGES_ALONE
    return found.parts()


def _rk(packed: int) -> float:
    """Return a number in the short form ([MS-XLS] 2.5.220).

    >>> _rk(0x3FF00000), _rk((1530001 << 2) | 2), _rk((1234 << 2) | 3)
    (1.0, 1530001.0, 12.34)
    """
    if packed & 2:
        value = float(packed >> 2 if packed < 1 << 31 else (packed >> 2) - (1 << 30))
    else:
        value = float(struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))[0])
    return value / 100 if packed & 1 else value


def _records_of_sheet(stream: bytes, begin: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a sheet itself, without those of charts in it.

    Raises:
        struct.error: If the sheet has no end.
    """
    depth = 0
    for kind, data in records(stream, begin):
        depth += (kind == BOF) - (kind == EOF)
        if not depth:
            return
        if depth == 1:
            yield kind, data
    raise struct.error
