"""Compound files (OLE): enough of them to tell an old workbook from an encrypted one and from a document."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, takewhile
from typing import BinaryIO

from meguro_opendata.sources.workbook.biff import EOF, FILEPASS, SHEET, records

__all__ = ["compound_kind", "is_cut", "is_endless", "workbook_sheets", "workbook_stream"]

# The library ``olefile`` (0.47) reads compound files, too; on 21 old workbooks it gives the same. It is not used:
# - Of 300 copies with damage in the header or the directory it refuses 28, all of which calamine reads. A single wrong
#   byte would thus switch off the limit of sheets (``packageguard``) and hide formulas and hidden rows (``xlsparts``).
#   Like calamine, this module takes the directory as a list and does not ask whether its tree is sound.
# - It reads all tables when it opens a file: 0.2 to 6 ms to tell the kind, against 0.03 to 0.08 ms here.
# - Its import costs 10 ms of every command that reads an old workbook.
_ENTRY = 128
_MOST_SECTORS = 1 << 16
_LAST = 0xFFFFFFFA  # sector numbers from here on are marks, not sectors
_IN_HEADER = 109
_SMALL = 4096
_LEAST = 3 * 512  # header, table and directory
_DAMAGED = (struct.error, IndexError, ValueError, OverflowError)
_WORKBOOKS = ("workbook", "book")
_KINDS = {
    "encryptedpackage": "encrypted",
    "worddocument": "document",
    "powerpoint document": "document",
    "__properties_version1.0": "document",
}


def compound_kind(file: BinaryIO) -> str:
    """Return ``xls``, ``encrypted`` or ``document`` for a compound file; one that is damaged counts as ``xls``."""
    try:
        entries = dict(_entries(file))
        stream = _workbook_of(entries)
        if stream is not None:
            return "encrypted" if _is_locked(_begin(file, *stream)) else "xls"
        return next((kind for name, kind in _KINDS.items() if name in entries), "xls")
    except _DAMAGED:
        return "xls"


def is_cut(file: BinaryIO) -> bool:
    """Return whether the list of an old workbook's streams, or its records, go on behind the end of the file."""
    try:
        whole, sector = file.seek(0, 2), _size(file)
        lists = [*_table(file), *(_number(file, at) for at in (48, 60))]  # of sectors, of streams, of small sectors
        more = _chain(file, _number(file, 48), _table(file))
        if any(_begins(number + 1, sector) > whole for number in chain(lists, more) if number < _LAST):
            return True
        start, size = _workbook_of(dict(_entries(file))) or (0, 0)
        return size >= _SMALL and _goes_on(file, start, size, whole)
    except _DAMAGED:
        return file.seek(0, 2) < _LEAST


def _goes_on(file: BinaryIO, start: int, size: int, whole: int) -> bool:
    """Return whether a stream of that size has parts that the file is too short for."""
    sector, table = _size(file), _table(file)
    number = start
    for seen in range(0, min(size, _MOST_SECTORS * sector), sector):
        entry = table[number // (sector // 4)]
        if max(_begins(number, sector) + min(sector, size - seen), _begins(entry, sector) + 1) > whole:
            return True
        number = struct.unpack_from("<I", _sector(file, entry), 4 * (number % (sector // 4)))[0]
    return False


def _begins(number: int, sector: int) -> int:
    return (number + 1) * sector


def is_endless(file: BinaryIO) -> bool:
    """Return whether a sector chain of the workbook, or of a table that leads to it, has a loop.

    A reader that follows it would fill the memory with the same sectors.
    """
    try:
        whole, sector = file.seek(0, 2), _size(file)
        lists = _further_lists(file, whole // sector // 32 + 2)  # a sector of the table lists 128 others, or 1024
        if lists is None:
            return True
        table = _joined(file, (*_table(file), *lists))
        entries = list(_entries(file))
        begins = [_number(file, 48), _number(file, 60), *(start for _, (start, _) in entries[:1])]
        start, size = _workbook_of(dict(entries)) or (_LAST, 0)
        if any(_chained(table, begin) is None for begin in (*begins, *([start] if size >= _SMALL else []))):
            return True
        if size >= _SMALL:
            return False
        return _chained(_joined(file, _chained(table, begins[1]) or ()), start) is None
    except _DAMAGED:
        return False


def _further_lists(file: BinaryIO, most: int) -> list[int] | None:
    """Return the table's sectors beyond those in the header; ``None`` if their list has a loop."""
    found: list[int] = []
    number, seen = _number(file, 68), set[int]()
    while number < _LAST and number not in seen:
        seen.add(number)
        *named, following = _numbers(file, number)
        found.extend(entry for entry in named if entry < _LAST)
        number = following
        if len(found) > most:
            return None
    return None if number in seen else found


def _joined(file: BinaryIO, sectors: Iterable[int]) -> list[int]:
    """Return the numbers in sectors of a table."""
    return [number for sector in sectors for number in _numbers(file, sector)]


def _numbers(file: BinaryIO, sector: int) -> tuple[int, ...]:
    """Return the numbers in a sector of a table; a truncated one has fewer."""
    held = _sector(file, sector)
    return struct.unpack(f"<{len(held) // 4}I", held[: len(held) & ~3])


def _chained(table: Sequence[int], start: int) -> list[int] | None:
    """Return the sectors of a chain; ``None`` if it has a loop."""
    found: list[int] = []
    seen = set[int]()
    number = start
    while number < len(table) and number < _LAST:
        if number in seen:
            return None
        seen.add(number)
        found.append(number)
        number = table[number]
    return found


def workbook_sheets(file: BinaryIO) -> int:
    """Return how many sheets an old workbook declares, 0 if it is damaged."""
    return sum(kind == SHEET for kind in _first_kinds(workbook_stream(file)))


def workbook_stream(file: BinaryIO) -> bytes:
    """Return the records of an old workbook, empty if it is damaged."""
    try:
        stream = _workbook_of(dict(_entries(file)))
        return _begin(file, *stream, whole=True) if stream else b""
    except _DAMAGED:
        return b""


def _workbook_of(entries: Mapping[str, tuple[int, int]]) -> tuple[int, int] | None:
    """Return first sector and size of the workbook's stream, if the file has one."""
    return next((entries[name] for name in _WORKBOOKS if name in entries), None)


def _entries(file: BinaryIO) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the streams and storages by name, in lower case: first sector and size."""
    for sector in _chain(file, _number(file, 48), _table(file)):
        raw = _sector(file, sector)
        for at in range(0, len(raw) - _ENTRY + 1, _ENTRY):
            length, start, size = struct.unpack_from("<H50xI I", raw, at + 64)
            if 2 <= length <= 64:  # noqa: PLR2004 (a name's bytes with their end)
                name = raw[at : at + length - 2].decode("utf-16-le", errors="replace").lower()
                yield name, (start, size)


def _begin(file: BinaryIO, start: int, size: int, *, whole: bool = False) -> bytes:
    """Return the first sector of a stream, or the whole of it; none for a stream too small to be a workbook."""
    if size < _SMALL:
        return b""
    if not whole:
        return _sector(file, start)
    return b"".join(_sector(file, sector) for sector in _chain(file, start, _table(file)))[:size]


def _is_locked(stream: bytes) -> bool:
    """Return whether a workbook's stream says, before anything else, how it is encrypted.

    >>> _is_locked(struct.pack("<HH2xHH", 0x0809, 2, FILEPASS, 0))
    True
    """
    return FILEPASS in list(_first_kinds(stream))[:8]


def _first_kinds(stream: bytes) -> Iterator[int]:
    """Yield the kinds of the records of a workbook's first part, which is about the whole of it."""
    return takewhile(lambda kind: kind != EOF, (kind for kind, _ in records(stream)))


def _number(file: BinaryIO, at: int) -> int:
    file.seek(at)
    number: int = struct.unpack("<I", file.read(4))[0]
    return number


def _size(file: BinaryIO) -> int:
    file.seek(30)
    shift: int = struct.unpack("<H", file.read(2))[0]
    if shift not in (9, 12):
        raise ValueError(shift)
    return 1 << shift


def _sector(file: BinaryIO, number: int) -> bytes:
    size = _size(file)
    file.seek((number + 1) * size)
    return file.read(size)


def _table(file: BinaryIO) -> tuple[int, ...]:
    """Return the sectors that hold the table of sectors, as far as the header names them."""
    file.seek(76)
    named = struct.unpack(f"<{_IN_HEADER}I", file.read(4 * _IN_HEADER))
    return tuple(number for number in named if number < _LAST)


def _chain(file: BinaryIO, start: int, table: tuple[int, ...]) -> Iterator[int]:
    """Yield the sectors of a stream one after the other; a circle or a missing part ends it."""
    entries = _size(file) // 4
    number, seen = start, set[int]()
    while len(seen) < _MOST_SECTORS:
        if number >= _LAST or number // entries >= len(table) or number in seen:
            return
        seen.add(number)
        yield number
        number = struct.unpack_from("<I", _sector(file, table[number // entries]), 4 * (number % entries))[0]
