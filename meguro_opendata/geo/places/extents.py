"""Where every municipality lies, roughly: its statutory plane rectangular zones, and boxes around its towns."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meguro_opendata.geo.datum.crs import Crs, parse_crs
from meguro_opendata.geo.places.nearness import metres_per_degree
from meguro_opendata.japan.municipalities import municipalities
from meguro_opendata.packaged import packaged_text, packaged_toml

__all__ = ["Extent", "extent_data", "extent_of", "zone_crs", "zone_of", "zones_of"]

Floats = NDArray[np.float64]
_PARTS = 100.0  # of a degree, in the data file


@dataclass(frozen=True, eq=False)
class Extent:
    """The coarse area of a municipality.

    Attributes:
        code: The municipality.
        boxes: South, north, west and east in degrees of JGD2011, and the margin in metres; one row a part.
    """

    code: str
    boxes: Floats

    def outside(self, lat: Floats, lon: Floats) -> Floats:
        """Return how many metres each point lies outside of every box and its margin; 0 inside."""
        return self._beyond(lat, lon, 1.0)

    def beyond(self, lat: Floats, lon: Floats) -> Floats:
        """Return how many metres each point lies outside of every bare box; 0 inside."""
        return self._beyond(lat, lon, 0.0)

    def _beyond(self, lat: Floats, lon: Floats, share: float) -> Floats:
        nearest = np.full(len(lat), np.inf)
        for south, north, west, east, margin in self.boxes:
            high, wide = metres_per_degree((south + north) / 2)
            up = np.maximum(np.maximum(south - lat, lat - north) * high - share * margin, 0)
            across = np.maximum(np.maximum(west - lon, lon - east) * wide - share * margin, 0)
            np.minimum(nearest, np.hypot(up, across), out=nearest)
        return nearest


def extent_data() -> Mapping[str, Any]:
    """Return everything that ``extents.toml`` says.

    >>> extent_data()["reading"]["misread"]
    0.5
    """
    return packaged_toml(__package__, "extents.toml")


@cache
def extent_of(code: str) -> Extent | None:
    """Return the coarse area of a municipality or ward; ``None`` if there is no municipality of this code.

    >>> extent = extent_of("131105")
    >>> extent.outside(np.array([35.64, 35.64]), np.array([139.69, 138.36])).round(-3).tolist() if extent else None
    [0.0, 110000.0]
    """
    found = _boxes().get(code)
    return Extent(code, found) if found is not None else None


@cache
def _boxes() -> dict[str, Floats]:
    """Return the boxes of every municipality, by its code."""
    known = {}
    for row in csv.DictReader(packaged_text(__package__, "extents.csv").splitlines()):
        south, north, west, east = (int(row[side]) / _PARTS for side in ("south", "north", "west", "east"))
        margin = _margin(south, north, west, east, int(row["points"]))
        known[row["code"]] = np.array([[south, north, west, east, margin]])
    least = float(extent_data()["margin"]["least"])
    for part in extent_data()["parts"]:
        known[part["code"]] = np.array([[*box, least] for box in part["boxes"]])
    return known


def _margin(south: float, north: float, west: float, east: float, points: int) -> float:
    """Return how many metres a municipality may reach beyond the box around so many points.

    >>> round(_margin(35.62, 35.67, 139.66, 139.72, 88)), round(_margin(36.6, 36.7, 137.8, 137.9, 2))
    (8000, 25000)
    """
    known = extent_data()["margin"]
    high, wide = metres_per_degree((south + north) / 2)
    side = max((north - south) * high, (east - west) * wide)
    least = known["least_of_few"] if points < known["few"] else known["least"]
    gap = known["of_gap"] * side / (points - 1) if points > 1 else 0.0
    return float(min(known["most"], max(least, known["of_size"] * side, gap)))


def zones_of(code: str) -> tuple[int, ...]:
    """Return the plane rectangular zones of a municipality by law, that of its town hall first; empty if unknown.

    >>> zones_of("131105"), zones_of("134210"), zones_of("012033"), zones_of("462152")
    ((9,), (14, 18, 19), (11,), (2, 1))
    """
    return _zones().get(code, ())


@cache
def _zones() -> dict[str, tuple[int, ...]]:
    known = packaged_toml(__package__, "zones.toml")
    by_name = {(entry["prefecture"], name): entry["zones"] for entry in known["exceptions"] for name in entry["names"]}
    return {
        one.code: tuple(by_name.get((one.prefecture, one.name), known["prefectures"][one.prefecture]))
        for one in municipalities()
    }


def zone_crs(zone: int, datum: str = "jgd2011") -> Crs:
    """Return the plane rectangular system of a zone on a datum.

    >>> zone_crs(9).code, zone_crs(8, "tokyo").code
    ('EPSG:6677', 'EPSG:30168')
    """
    return parse_crs(f"{datum} 第{zone}系")


def zone_of(crs: Crs) -> int | None:
    """Return the plane rectangular zone of a system, ``None`` if it is none of these.

    >>> zone_of(parse_crs("EPSG:2451")), zone_of(parse_crs("EPSG:6668"))
    (9, None)
    """
    return _zone_numbers().get(crs.epsg)


@cache
def _zone_numbers() -> dict[int, int]:
    count = packaged_toml(__package__, "zones.toml")["count"]
    datums = ("tokyo", "jgd2000", "jgd2011")
    return {zone_crs(zone, datum).epsg: zone for datum in datums for zone in range(1, count + 1)}
