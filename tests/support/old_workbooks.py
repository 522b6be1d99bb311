"""Old workbooks (xls) made by hand: compound files, records, and workbooks of Excel 95 and 97."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file (OLE) with these streams, each long enough to have sectors of its own."""
    table, sectors = [TABLE], list[bytes]()
    entries = [("Root Entry", 5, END, 0)]
    for name, content in streams.items():
        count = max(-(-len(content) // SECTOR), 8)
        first = len(sectors) + 2
        sectors += [content[at * SECTOR : (at + 1) * SECTOR].ljust(SECTOR, b"\0") for at in range(count)]
        entries.append((name, 2, first, count * SECTOR))
    folder = b""
    for number, (name, kind, first, size) in enumerate(entries):
        letters = name.encode("utf-16-le")
        child = 1 if not number and streams else FREE
        right = number + 1 if 0 < number < len(streams) else FREE
        folder += letters.ljust(64, b"\0") + struct.pack("<HBBIII", len(letters) + 2, kind, 1, FREE, right, child)
        folder += bytes(36) + struct.pack("<IQ", first, size)
    sectors = [folder.ljust(SECTOR, b"\0"), *sectors]
    table.append(END)
    for _, _, first, size in entries[1:]:
        table += [*range(first + 1, first + size // SECTOR), END]
    assert len(table) <= SECTOR // 4
    assert len(folder) <= SECTOR
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<I", 0) + b"\xff" * 432
    fat = struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff")
    return b"".join([head, fat, *sectors])


def record(kind: int, content: bytes) -> bytes:
    """A record of an old workbook's stream."""
    return struct.pack("<HH", kind, len(content)) + content


def excel_97(cells: bytes, formats: Sequence[str] = ()) -> bytes:
    """The stream of an Excel 97 workbook whose one sheet, 表, holds some records; style N has format N."""
    more = b"".join(
        record(0x41E, struct.pack("<HHB", 164 + at, len(code), 1) + code.encode("utf-16-le"))
        for at, code in enumerate(formats)
    )
    more += b"".join(record(0xE0, struct.pack("<HH16x", 0, 164 + at)) for at in range(len(formats)))
    name = struct.pack("<BB", 1, 1) + "表".encode("utf-16-le")
    return _stream(0x600, more, name, cells)


def excel_95(cells: bytes, name: bytes, codepage: int | None = 932) -> bytes:
    """An Excel 95 workbook with one sheet."""
    more = b"" if codepage is None else record(0x42, struct.pack("<H", codepage))
    return compound({"Book": _stream(0x500, more, bytes([len(name)]) + name, cells)})


def label(row: int, column: int, text: bytes) -> bytes:
    """A cell with text that is not Unicode."""
    return record(0x204, struct.pack("<HHHH", row, column, 0, len(text)) + text)


def _stream(version: int, more: bytes, name: bytes, cells: bytes) -> bytes:
    begin = record(0x809, struct.pack("<HHHH", version, 5, 0, 0)) + more
    begin += record(0x85, struct.pack("<IH", len(begin) + 4 + 6 + len(name) + 4, 0) + name) + record(0xA, b"")
    return begin + record(0x809, struct.pack("<HHHH", version, 0x10, 0, 0)) + cells + record(0xA, b"")
