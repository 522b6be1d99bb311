"""Reader of the first part of an old workbook (BIFF5 and BIFF8): version, code page, number formats, sheets."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meguro_opendata.sources.workbook.biff import BOF, EOF, SHEET, records
from meguro_opendata.sources.workbook.numberformats import BUILT_IN, NumberFormat, number_format

__all__ = ["BIFF5", "BIFF8", "NO_GLOBALS", "BiffGlobals", "CodePageError", "biff_globals"]

BIFF5, BIFF8 = 0x0500, 0x0600
_CODEPAGE, _FORMAT, _XF = 0x0042, 0x041E, 0x00E0
_JAPANESE = 932
_UNNAMED = {
    367: "ascii",
    1200: "utf-16-le",
    10000: "mac_roman",
    10001: "shift_jis",
    32768: "mac_roman",
    32769: "cp1252",
}


class CodePageError(Exception):
    """Text of Excel 95 that is not of the code page that the workbook names; the argument is its number."""


@dataclass(frozen=True)
class BiffGlobals:
    """The first part of a workbook.

    Attributes:
        version: :data:`BIFF5` or :data:`BIFF8`; 0 if it is another one.
        codepage: The number of the code page of text that is not Unicode.
        formats: The formats that show more than digits, by the number of the style that has them.
        sheets: The name of each sheet and where its records begin.
    """

    version: int
    codepage: int
    formats: Mapping[int, NumberFormat]
    sheets: tuple[tuple[str, int], ...]

    def text(self, raw: bytes) -> str:
        """Return text of BIFF5.

        Raises:
            CodePageError: If it is not of the code page, or no program knows that.
        """
        return _decoded(raw, self.codepage)

    def begin_of(self, sheet: str) -> int | None:
        """Return where the records of a sheet begin; ``None`` if there is no such sheet."""
        return dict(reversed(self.sheets)).get(sheet)


NO_GLOBALS = BiffGlobals(0, 0, {}, ())


def biff_globals(stream: bytes) -> BiffGlobals:
    """Return what the first part of a workbook's records says.

    Raises:
        struct.error: If a record is too short.
        CodePageError: If a name is not of the code page.
    """
    version, codepage, sheets = 0, _JAPANESE, list[bytes]()
    codes, styles = dict[int, bytes](), list[int]()
    for kind, data in _first_part(stream):
        if kind == BOF:
            version = struct.unpack_from("<H", data)[0]
        elif kind == _CODEPAGE:
            codepage = struct.unpack_from("<H", data)[0]
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = data[2:]
        elif kind == _XF:
            styles.append(struct.unpack_from("<2xH", data)[0])
        elif kind == SHEET:
            sheets.append(data)
    if version not in (BIFF5, BIFF8):
        return BiffGlobals(0, codepage, {}, ())
    formats = dict(_formats(codes, styles, version, codepage))
    named = tuple((_name(data, version, codepage), struct.unpack_from("<I", data)[0]) for data in sheets)
    return BiffGlobals(version, codepage, formats, named)


def _first_part(stream: bytes) -> Iterator[tuple[int, bytes]]:
    for kind, data in records(stream):
        yield kind, data
        if kind == EOF:
            return


def _formats(
    codes: Mapping[int, bytes], styles: list[int], version: int, codepage: int
) -> Iterator[tuple[int, NumberFormat]]:
    """Yield the formats by the number of the style; each code is decoded once."""
    known = {number: number_format(code) for number, code in BUILT_IN.items()}
    for number, written in codes.items():
        known[number] = number_format(_code(written, version, codepage))
    for style, number in enumerate(styles):
        found = known.get(number)
        if found is not None:
            yield style, found


def _code(written: bytes, version: int, codepage: int) -> str:
    if version == BIFF8:
        length, wide = struct.unpack_from("<HB", written)
        return _unicode(written[3:], length, wide)
    try:
        return _decoded(written[1 : 1 + written[0]], codepage)
    except (CodePageError, IndexError):
        return ""


def _name(data: bytes, version: int, codepage: int) -> str:
    if version == BIFF5:
        return _decoded(data[7 : 7 + data[6]], codepage) if len(data) > 6 else ""  # noqa: PLR2004
    length, wide = struct.unpack_from("<BB", data, 6)
    return _unicode(data[8:], length, wide)


def _unicode(raw: bytes, length: int, wide: int) -> str:
    return raw[: length * 2].decode("utf-16-le", "replace") if wide & 1 else raw[:length].decode("latin-1")


def _decoded(raw: bytes, codepage: int) -> str:
    """Return text in a code page.

    >>> _decoded("名称".encode("cp932"), 932)
    '名称'
    """
    try:
        return codecs.decode(raw, _UNNAMED.get(codepage, f"cp{codepage}"))
    except (UnicodeDecodeError, LookupError):
        raise CodePageError(codepage) from None
