"""Points against the place: inside the municipality, near their addresses, all of them shifted as by another datum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meguro_opendata.geo.places.nearness import distance, metres_per_degree
from meguro_opendata.packaged import packaged_toml

__all__ = ["Offset", "apart", "datum_offset", "outside_reach", "plausibility_data"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Offset:
    """A common offset of many points from their addresses.

    Attributes:
        north: Metres.
        east: Metres.
        points: How many different points it was found in.
        twice: Whether it is the opposite of what Tokyo datum has: a conversion too many.
    """

    north: float
    east: float
    points: int
    twice: bool


def plausibility_data() -> Mapping[str, Any]:
    """Return the content of ``plausibility.toml``.

    >>> plausibility_data()["tolerance"]
    25
    """
    return packaged_toml(__package__, "plausibility.toml")


def outside_reach(lat: Floats, lon: Floats, towns: Sequence[tuple[float, float, float]]) -> Floats:
    """Return how many metres each point lies outside of the reach of every town; 0 inside.

    Args:
        lat: Degrees.
        lon: Degrees.
        towns: Latitude, longitude and expected error of each town.

    >>> [round(metres) for metres in outside_reach(np.array([35.0, 35.01]), np.array([139.0, 139.0]), [(35, 139, 300)])]
    [0, 809]
    """
    nearest = np.full(len(lat), np.inf)
    for north, east, error in towns:
        np.minimum(nearest, distance(lat, lon, north, east) - error, out=nearest)
    beyond: Floats = np.maximum(nearest, 0)
    return beyond


def apart(metres: Floats, error: Floats) -> NDArray[np.bool_]:
    """Find points that are farther from their address than their expected error explains.

    >>> apart(np.array([500.0, 700.0, 80.0]), np.array([400.0, 400.0, 30.0])).tolist()
    [False, True, False]
    """
    known = plausibility_data()
    beyond: NDArray[np.bool_] = metres > np.maximum(known["apart"] * error, known["apart_least"])
    return beyond


def datum_offset(lat: Floats, lon: Floats, by_address: Sequence[tuple[float, float]]) -> Offset | None:
    """Return the offset that many points share, if it is the one between Tokyo datum and JGD2011.

    Args:
        lat: Degrees, of points that differ.
        lon: Degrees.
        by_address: Latitude and longitude of the address of each.
    """
    known = plausibility_data()["offset"]
    if len(lat) < known["points"]:
        return None
    there = np.array(by_address)
    north, east = metres_per_degree(float(np.median(there[:, 0])))
    own = np.median((lat - there[:, 0]) * north), np.median((lon - there[:, 1]) * east)
    middle = float(np.median(lat)), float(np.median(lon))
    shift = [float(np.dot(known[axis], (*middle, 1.0))) for axis in ("lat", "lon")]
    for sign in (-1, 1):
        expected = sign * shift[0] * north, sign * shift[1] * east
        if np.hypot(own[0] - expected[0], own[1] - expected[1]) <= known["nearness"]:
            return Offset(float(own[0]), float(own[1]), len(lat), twice=sign > 0)
    return None
