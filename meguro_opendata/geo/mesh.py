"""Mesh codes (JIS X 0410) of points, exact at the edges, and the edges of a mesh."""

from __future__ import annotations

import re
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from meguro_opendata.errors import CoordinateError, MeguroOpendataError
from meguro_opendata.geo.datum.lattice import Floats

__all__ = ["LEVELS", "Level", "mesh_bounds", "mesh_codes"]

Level = Literal["1", "2", "3", "1/2", "1/4", "1/8"]
LEVELS: tuple[Level, ...] = get_args(Level)
_LAT_UNITS, _LON_UNITS = 960, 640  # eighths of a 3rd mesh in a degree: 3.75 and 5.625 seconds
_SECONDS = 3600
_SNAP = 1e-9  # seconds: a point so near to an edge lies on it, and belongs to the mesh to the north or east
_WEST = 100
_NORTH, _EAST = 100 * 2 / 3, 200  # codes have two digits for each; the last row ends at 66°40'
_FINEST = 8
_FORM = re.compile("[0-9]{4}(?:[0-7]{2}(?:[0-9]{2}(?:[1-4]{1,3})?)?)?")
_DIGITS = {4: 640, 6: 80, 8: 8, 9: 4, 10: 2, 11: 1}  # of a code: its side in units


def mesh_codes(lat: npt.ArrayLike, lon: npt.ArrayLike, level: Level = "3") -> npt.NDArray[np.str_]:
    """Return the mesh of each point, ``""`` where a coordinate is NaN.

    Args:
        lat: Latitudes in degrees of JGD2011.
        lon: Longitudes in degrees.
        level: ``1`` (80 km), ``2`` (10 km), ``3`` (1 km), ``1/2``, ``1/4`` or ``1/8`` of the latter.

    Raises:
        CoordinateError: If a point is outside the range of codes: latitude 0° to 66°40′, longitude 100° to 200°.

    >>> mesh_codes([35.641463, 35 + 2 / 3], [139.698171, 139.5], "3").tolist()
    ['53393565', '53394400']
    >>> mesh_codes([35.641463], [139.698171], "1/8").tolist()
    ['53393565443']
    """
    north, east = np.atleast_1d(np.asarray(lat, dtype=np.float64)), np.atleast_1d(np.asarray(lon, dtype=np.float64))
    missing = np.isnan(north) | np.isnan(east)
    reached = (north >= 0) & (north < _NORTH) & (east >= _WEST) & (east < _EAST) | missing
    if not reached.all():
        outside = np.flatnonzero(~reached).tolist()
        raise CoordinateError("mesh-not-reached", count=len(outside), indices=outside)
    rows = _units(np.where(missing, 0, north), _LAT_UNITS)
    columns = _units(np.where(missing, 0, east - _WEST), _LON_UNITS)
    codes = _joined(rows, columns, LEVELS.index(level))
    return np.where(missing, "", codes)


def _units(degrees: Floats, per_degree: int) -> npt.NDArray[np.int64]:
    """Return whole units from the origin; a value just below an edge (within ``_SNAP``) counts as on the edge."""
    scaled = degrees * per_degree
    return np.floor(scaled + _SNAP / _SECONDS * per_degree).astype(np.int64)


def _joined(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], depth: int) -> npt.NDArray[np.str_]:
    """Join the digits of each level into a code."""
    number = rows // 640 * 100 + columns // 640
    digits = 4
    for level, (side, parts) in enumerate(((80, 8), (8, 10)), start=1):
        if depth >= level:
            number = number * 100 + rows // side % parts * 10 + columns // side % parts
            digits += 2
    for level, side in enumerate((4, 2, 1), start=3):
        if depth >= level:
            number = number * 10 + rows // side % 2 * 2 + columns // side % 2 + 1
            digits += 1
    return np.char.zfill(number.astype(np.str_), digits)


def mesh_bounds(code: str) -> tuple[float, float, float, float]:
    """Return the south, west, north and east edge of a mesh in degrees.

    Raises:
        MeguroOpendataError: If the code is malformed.

    >>> mesh_bounds("5339")
    (35.333333333333336, 139.0, 36.0, 140.0)
    >>> mesh_bounds("53393565443")
    (35.640625, 139.696875, 35.641666666666666, 139.6984375)
    """
    if not _FORM.fullmatch(code):
        raise MeguroOpendataError("mesh-code", value=code)
    row, column, side = int(code[:2]) * 640, int(code[2:4]) * 640, _DIGITS[len(code)]
    for at, unit in ((4, 80), (6, 8)):
        if len(code) > at:
            row, column = row + int(code[at]) * unit, column + int(code[at + 1]) * unit
    for digit, unit in zip(code[8:], (4, 2, 1), strict=False):
        row, column = row + (int(digit) - 1) // 2 * unit, column + (int(digit) - 1) % 2 * unit
    north, east = row + side, column + side
    return row / _LAT_UNITS, _WEST + column / _LON_UNITS, north / _LAT_UNITS, _WEST + east / _LON_UNITS
