"""Synthetic correction grids for tests: plainly made up, in every form that the project reads."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

Shift = Callable[[float, float], tuple[float, float]]
TKY_HEAD = "JGD2000-TokyoDatum Ver.9.9.9\nMeshCode   dB(sec)   dL(sec)\n"
PATCH_HEAD = "for PatchJGD        Ver.9.0.0\n" + "example\n" * 14 + "MeshCode   dB(sec)   dL(sec)\n"


def smooth(row: float, column: float) -> tuple[float, float]:
    """A shift in seconds that changes gently, about as strong as the real patch in Tokyo."""
    return 0.01 * np.sin(row / 7), -0.02 * np.cos(column / 5)


def mesh_code(row: int, column: int) -> str:
    """The 3rd mesh whose south-western corner lies so many steps from the equator and from 100° east."""
    first = f"{row // 80:02}{column // 80:02}"
    return f"{first}{row // 10 % 8}{column // 10 % 8}{row % 10}{column % 10}"


def nodes_around(lat: float, lon: float, size: int = 20) -> list[tuple[int, int]]:
    """Places of nodes in a square around a point."""
    row, column = int(lat * 120), int((lon - 100) * 80)
    span = range(-size // 2, size // 2 + 1)
    return [(row + up, column + right) for up in span for right in span]


def par_file(path: Path, places: Iterable[tuple[int, int]], shift: Shift = smooth, head: str = PATCH_HEAD) -> Path:
    """Write a ``.par`` file."""
    lines = [f"{mesh_code(*place)} {shift(*place)[0]:9.5f} {shift(*place)[1]:9.5f}" for place in sorted(places)]
    path.write_bytes((head + "\n".join(lines) + "\n").encode("cp932"))
    return path


def geotiff_file(
    path: Path,
    lat: np.ndarray,
    lon: np.ndarray,
    west: float,
    north: float,
    *,
    deflated: bool = False,
    order: str = "<",
    source: int = 4612,
    target: int = 6668,
    no_data: str = "",
) -> Path:
    """Write shifts in seconds, north first, as a GeoTIFF of two bands in strips; its cells are nodes."""
    height, width = lat.shape
    metadata = (
        f'<GDALMetadata><Item name="target_crs_epsg_code">{target}</Item>'
        '<Item name="UNITTYPE" sample="0" role="unittype">arc-second</Item>'
        '<Item name="DESCRIPTION" sample="0" role="description">latitude_offset</Item>'
        '<Item name="DESCRIPTION" sample="1" role="description">longitude_offset</Item></GDALMetadata>'
    )
    strips = [band.astype(f"{order}f4").tobytes() for band in (lat, lon)]
    strips = [zlib.compress(strip) for strip in strips] if deflated else strips
    keys = [1, 1, 0, 2, 1025, 0, 1, 2, 2048, 0, 1, source]
    tags: list[tuple[int, int, bytes, int]] = [
        _tag(order, 256, "I", [width]),
        _tag(order, 257, "I", [height]),
        _tag(order, 258, "H", [32, 32]),
        _tag(order, 259, "H", [8 if deflated else 1]),
        _tag(order, 270, "c", b"example Version 1.2.3\0"),
        _tag(order, 273, "I", [8, 8 + len(strips[0])]),
        _tag(order, 277, "H", [2]),
        _tag(order, 278, "I", [height]),
        _tag(order, 279, "I", [len(strip) for strip in strips]),
        _tag(order, 284, "H", [2]),
        _tag(order, 339, "H", [3, 3]),
        _tag(order, 33550, "d", [1 / 80, 1 / 120, 0.0]),
        _tag(order, 33922, "d", [0.0, 0.0, 0.0, west, north, 0.0]),
        _tag(order, 34735, "H", keys),
        _tag(order, 42112, "c", metadata.encode() + b"\0"),
        *([_tag(order, 42113, "c", no_data.encode() + b"\0")] if no_data else []),
    ]
    body = b"".join(strips)
    start = 8 + len(body)
    beyond = start + 2 + 12 * len(tags) + 4
    entries, rest = b"", b""
    for number, kind, value, count in tags:
        entries += struct.pack(f"{order}HHI", number, kind, count)
        if len(value) <= 4:
            entries += value.ljust(4, b"\0")
        else:
            entries += struct.pack(f"{order}I", beyond + len(rest))
            rest += value
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", start)
    path.write_bytes(head + body + struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + rest)
    return path


def _tag(order: str, number: int, form: str, values: bytes | list[int] | list[float]) -> tuple[int, int, bytes, int]:
    kind = {"c": 2, "H": 3, "I": 4, "d": 12}[form]
    if isinstance(values, bytes):
        return number, kind, values, len(values)
    return number, kind, struct.pack(f"{order}{len(values)}{form}", *values), len(values)
