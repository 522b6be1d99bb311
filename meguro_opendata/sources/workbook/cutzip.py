"""ZIP packages whose end is missing, as after a download that broke off: what they were, by what is left of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["is_cut_zip", "kind_of_rest"]

# The list of a package's members is at its very end: a record of 22 bytes and a comment of up to 65,535.
_END = b"PK\x05\x06"
_SHORTEST_END = 22
_LONGEST_END = _SHORTEST_END + 0xFFFF
_MEMBER = b"PK\x03\x04"
_LOCAL = struct.Struct("<4s2xHH8xI4xHH")
_MOST_MEMBERS = 50
_DEFLATED, _UNPACKED, _PACKED = 8, 1 << 16, 1 << 17
_ODS = b"application/vnd.oasis.opendocument."
_FOLDERS = {"xl/": "xlsx", "word/": "document", "ppt/": "document"}
_SAID = ((b"spreadsheetml", "xlsx"), (b"Microsoft Excel", "xlsx"), (b"wordprocessingml", "document"))


def is_cut_zip(file: BinaryIO) -> bool:
    """Return whether a file that begins as a ZIP package has no list of members at its end."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_END))
    held = file.read()
    at = held.rfind(_END)
    return at < 0 or len(held) < at + _SHORTEST_END + int.from_bytes(held[at + 20 : at + 22], "little")


def kind_of_rest(held: bytes) -> str:
    """Return the kind of a package by the beginning of it: ``xlsx``, ``xlsb``, ``ods``, ``document`` or ``zip``."""
    if held[30:].startswith(b"mimetype" + _ODS):
        return "ods" if held[38 + len(_ODS) :].startswith(b"spreadsheet") else "document"
    return next(filter(None, (_kind(name, content) for name, content in _members(held))), "zip")


def _kind(name: str, content: bytes) -> str | None:
    """Return the kind of a package that one member tells, by its name or its text."""
    if name.startswith("xl/") and name.endswith(".bin"):
        return "xlsb"
    known = next((kind for folder, kind in _FOLDERS.items() if name.startswith(folder)), None)
    return known or next((kind for mark, kind in _SAID if mark in content), None)


def _members(held: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the names of the first members, and the beginnings of what they hold."""
    at = held.find(_MEMBER)
    for _ in range(_MOST_MEMBERS):
        if at < 0 or at + _LOCAL.size > len(held):
            return
        _, _, method, packed, name, extra = _LOCAL.unpack_from(held, at)
        begin = at + _LOCAL.size + name + extra
        data = held[begin : begin + (packed or _PACKED)][:_PACKED]
        yield (
            held[at + _LOCAL.size : at + _LOCAL.size + name].decode("utf-8", errors="replace"),
            _inflated(data) if method == _DEFLATED else data,
        )
        at = held.find(_MEMBER, begin)


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, _UNPACKED)
    except zlib.error:
        return b""
