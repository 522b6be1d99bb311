"""The records of an old workbook (BIFF), as Microsoft documents them in [MS-XLS], and the kinds that tell its parts."""

from __future__ import annotations

import struct
from collections.abc import Iterator

__all__ = ["BOF", "EOF", "FILEPASS", "SHEET", "records"]

BOF, EOF, SHEET, FILEPASS = 0x0809, 0x000A, 0x0085, 0x002F


def records(stream: bytes, begin: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record; each is taken by its length, and a last one may be cut off.

    >>> list(records(struct.pack("<HH2s", 0x1C, 2, b"ab")))
    [(28, b'ab')]
    """
    at = begin
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
