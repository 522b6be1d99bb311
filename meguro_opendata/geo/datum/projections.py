"""Degrees ↔ metres within one datum, by pyproj; the only module that calls it, and never across datums."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from meguro_opendata.geo.datum.crs import Crs, parse_crs
from meguro_opendata.geo.datum.lattice import Floats

if TYPE_CHECKING:
    from pyproj import Transformer

__all__ = ["geocentric_shift", "to_axes", "to_degrees"]


Metres = Sequence[float]  # three of them
Ellipsoid = Sequence[float]  # semi-major axis in metres, inverse flattening


@cache
def _projection(epsg: int, geographic: int) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(geographic, epsg, always_xy=True)


def to_degrees(first: Floats, second: Floats, crs: Crs) -> tuple[Floats, Floats]:
    """Return latitude and longitude in degrees of the system's own datum.

    Args:
        first: Values of the system's first axis, degrees or metres.
        second: Values of its second axis.
        crs: The system.
    """
    east, north = (first, second) if crs.east_first else (second, first)
    if crs.geographic:
        return north, east
    lon, lat = _transformer(crs).transform(east, north, direction="INVERSE")
    return lat, lon


def to_axes(lat: Floats, lon: Floats, crs: Crs) -> tuple[Floats, Floats]:
    """Return the values of the system's two axes, in their order, from degrees of its own datum."""
    east, north = (lon, lat) if crs.geographic else _transformer(crs).transform(lon, lat)
    return (east, north) if crs.east_first else (north, east)


def _transformer(crs: Crs) -> Transformer:
    return _projection(crs.epsg, parse_crs(crs.datum).epsg)


def geocentric_shift(
    lat: Floats, lon: Floats, shift: Metres, before: Ellipsoid, after: Ellipsoid, *, inverse: bool = False
) -> tuple[Floats, Floats]:
    """Return degrees on another ellipsoid after a shift of its centre, for points at sea level.

    Args:
        lat: Latitudes in degrees.
        lon: Longitudes in degrees.
        shift: Along the three axes from the earth's centre.
        before: What the degrees lie on.
        after: What those that come back lie on.
        inverse: The other way round: the degrees lie on ``after``.
    """
    move = _geocentric(tuple(shift), tuple(before), tuple(after)).transform
    moved: tuple[Floats, Floats] = move(lat, lon, direction="INVERSE" if inverse else "FORWARD")
    return moved


@cache
def _geocentric(shift: Metres, before: Ellipsoid, after: Ellipsoid) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=axisswap +order=2,1 +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=cart +a={before[0]} +rf={before[1]}"
        f" +step +proj=helmert +x={shift[0]} +y={shift[1]} +z={shift[2]}"
        f" +step +inv +proj=cart +a={after[0]} +rf={after[1]}"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg +step +proj=axisswap +order=2,1"
    )
