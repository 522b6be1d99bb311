"""How far apart points are, on the ellipsoid's scale but a plane: good to a metre over some kilometres."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["distance", "metres_per_degree"]

_AXIS = 6_378_137.0  # GRS80: metres, and the squared eccentricity
_SQUARED = 0.006_694_380_022_9


def metres_per_degree(lat: Any) -> tuple[Any, Any]:
    """Return metres of one degree to the north and to the east, at a latitude or an array of latitudes.

    >>> [round(metres) for metres in metres_per_degree(35.64)]
    [110952, 90572]
    """
    flat = 1 - _SQUARED * np.sin(np.radians(lat)) ** 2
    north = _AXIS * (1 - _SQUARED) / flat**1.5
    east = _AXIS * np.cos(np.radians(lat)) / np.sqrt(flat)
    return np.radians(north), np.radians(east)


def distance(lat: Any, lon: Any, other_lat: Any, other_lon: Any) -> Any:
    """Return metres from one point, or each of an array of points, to another.

    >>> round(distance(35.64, 139.69, 35.65, 139.69))
    1110
    """
    north, east = metres_per_degree(other_lat)
    return np.hypot((lat - other_lat) * north, (lon - other_lon) * east)
