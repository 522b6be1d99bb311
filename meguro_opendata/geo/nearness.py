"""How far apart points are, on the ellipsoid's scale but a plane: good to a metre over some kilometres."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["distance", "metres_per_degree"]

_AXIS = 6_378_137.0  # GRS80: metres, and the squared eccentricity
_SQUARED = 0.006_694_380_022_9


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres of one degree to the north and to the east.

    >>> [round(metres) for metres in metres_per_degree(35.64)]
    [110952, 90572]
    """
    flat = 1 - _SQUARED * math.sin(math.radians(lat)) ** 2
    north = _AXIS * (1 - _SQUARED) / flat**1.5
    east = _AXIS * math.cos(math.radians(lat)) / math.sqrt(flat)
    return math.radians(north), math.radians(east)


def distance(lat: Any, lon: Any, other_lat: float, other_lon: float) -> Any:
    """Metres from one point, or an array of points, to another.

    >>> round(distance(35.64, 139.69, 35.65, 139.69))
    1110
    """
    north, east = metres_per_degree(other_lat)
    return np.hypot((lat - other_lat) * north, (lon - other_lon) * east)
