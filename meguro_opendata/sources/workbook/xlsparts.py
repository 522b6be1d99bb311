"""What calamine does not tell of an xls file, read from its records: errors, formulas, hidden rows, notes, objects.

The records are those of BIFF8 (Excel 97 to 2003), as Microsoft documents them in [MS-XLS]. They are untrusted: each is
taken by its length, and none is followed anywhere but to the beginning of a sheet.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import replace

from meguro_opendata.sources.facts import NO_FACTS, SeenParts, SheetParts
from meguro_opendata.sources.workbook.biff import BOF, EOF, SHEET, records
from meguro_opendata.sources.workbook.compoundfile import workbook_stream

__all__ = ["biff_parts", "xls_parts"]

_BIFF8 = 0x0600
_FORMULA, _BOOLERR, _ROW, _COLINFO, _NOTE, _OBJ = 0x0006, 0x0205, 0x0208, 0x007D, 0x001C, 0x005D
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_ERROR_RESULT, _NO_NUMBER = 2, 0xFFFF
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_OBJECT = 0x15
_KINDS = {0x05: "chart", 0x08: "picture", 0x07: "control", **dict.fromkeys(range(0x0B, 0x14), "control")}
# Objects that are no drawings: the arrows of a filter, and the boxes of notes, which have a record of their own.
_NO_DRAWINGS = (0x14, 0x19)
_COLUMNS = 256
_MERGES_ALONE = SheetParts({}, replace(NO_FACTS, known=frozenset({"merged"})))


class _Found(SeenParts):
    """What has been seen so far."""

    def take(self, kind: int, data: bytes) -> None:
        """Add what one record says."""
        if kind == _FORMULA:
            self._formula(data)
        elif kind == _BOOLERR:
            row, column, code, is_error = struct.unpack_from("<HH2xBB", data)
            if is_error:
                self.texts[row, column] = _ERRORS.get(code, _ERRORS[0x2A])
        elif kind == _NOTE:
            self.notes.add(struct.unpack_from("<HH", data))
        elif kind == _OBJ:
            self._object(data)
        else:
            self._hidden(kind, data)

    def _formula(self, data: bytes) -> None:
        row, column, result, code, number = struct.unpack_from("<HH2xBxB3xH", data)
        self.formulas.add((row, column))
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
    """What the records of one sheet of a workbook say; nothing but merged ranges is known if they cannot be read."""
    return biff_parts(workbook_stream(io.BytesIO(raw)), sheet)


def biff_parts(stream: bytes, sheet: str) -> SheetParts:
    """What one sheet of a workbook's stream of records holds."""
    found = _Found()
    try:
        begin = _begin_of(stream, sheet)
        if begin is None:
            return _MERGES_ALONE
        for kind, data in _records_of_sheet(stream, begin):
            found.take(kind, data)
    except struct.error:
        return _MERGES_ALONE
    return found.parts()


def _begin_of(stream: bytes, sheet: str) -> int | None:
    """Where the records of a sheet begin, ``None`` if the workbook is of another version or has no such sheet."""
    for kind, data in records(stream):
        if kind == BOF and struct.unpack_from("<H", data)[0] != _BIFF8:
            return None
        if kind == SHEET and _name(data) == sheet:
            begin: int = struct.unpack_from("<I", data)[0]
            return begin
        if kind == EOF:
            return None
    return None


def _name(data: bytes) -> str:
    length, wide = struct.unpack_from("<BB", data, 6)
    return (
        data[8 : 8 + length * 2].decode("utf-16-le", "replace") if wide & 1 else data[8 : 8 + length].decode("latin-1")
    )


def _records_of_sheet(stream: bytes, begin: int) -> Iterator[tuple[int, bytes]]:
    """The records of a sheet itself, without those of charts in it.

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
