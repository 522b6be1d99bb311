"""Web Mercator, the projection of map tiles: degrees to a square world with sides of length 1."""

from __future__ import annotations

import math

__all__ = ["Tile", "metres_per_unit", "project", "tiles_over"]

Tile = tuple[int, int, int]
# Metres: the circumference of the WGS 84 ellipsoid at the equator (2π × 6 378 137 m).
_EQUATOR = 40_075_016.686


def project(lat: float, lon: float) -> tuple[float, float]:
    """Return the projected position of a point: x to the east and y to the south, each from 0 to 1.

    >>> project(0, 0)
    (0.5, 0.5)
    """
    y = math.asinh(math.tan(math.radians(lat)))
    return lon / 360 + 0.5, 0.5 - y / (2 * math.pi)


def metres_per_unit(lat: float) -> float:
    """Return the length in metres of the unit (the width of the world) at a latitude.

    >>> round(metres_per_unit(60) / metres_per_unit(0), 3)
    0.5
    """
    return _EQUATOR * math.cos(math.radians(lat))


def tiles_over(left: float, top: float, right: float, bottom: float, most: int, deepest: int) -> list[Tile]:
    """Return the tiles (zoom, x, y) that cover an area at the deepest zoom that needs at most ``most`` tiles.

    >>> tiles_over(0.49, 0.49, 0.51, 0.51, 4, 18)
    [(6, 31, 31), (6, 32, 31), (6, 31, 32), (6, 32, 32)]
    """
    for zoom in range(deepest, 0, -1):
        count = 2**zoom
        columns = range(int(left * count), int(right * count) + 1)
        rows = range(int(top * count), int(bottom * count) + 1)
        if len(columns) * len(rows) <= most:
            return [(zoom, x, y) for y in rows for x in columns]
    return []
