"""Geometry facts in the header of a FlatGeobuf: GDAL reads them without measures, and curves as lines."""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["flatgeobuf_kind"]

_MAGIC, _HEAD = 8, 1 << 16
_KIND, _HAS_Z, _HAS_M = 2, 3, 4  # the places of these fields in the header's table


def flatgeobuf_kind(path: Path, count: int) -> dict[str, int]:
    """The kind of all geometries as the number by which ISO WKB calls it, and how many they are; empty if not said."""
    with path.open("rb") as file:
        head = file.read(_HEAD)[_MAGIC + 4 :]
    try:
        table = struct.unpack_from("<I", head)[0]
        kind, tall, measured = (_byte(head, table, field) for field in (_KIND, _HAS_Z, _HAS_M))
    except struct.error:
        return {}
    return {str(kind + 1000 * tall + 2000 * measured): count} if kind or measured else {}


def _byte(head: bytes, table: int, field: int) -> int:
    """Return a field of one byte in a flatbuffer's table, 0 if it is left out."""
    listed = table - struct.unpack_from("<i", head, table)[0]
    if 4 + 2 * field >= struct.unpack_from("<H", head, listed)[0]:
        return 0
    place: int = struct.unpack_from("<H", head, listed + 4 + 2 * field)[0]
    found: int = struct.unpack_from("<B", head, table + place)[0] if place else 0
    return found
