"""Points read in a wrong plane rectangular zone, or with exchanged axes: told from where their municipality lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from meguro_opendata.findings import Finding, NotChecked
from meguro_opendata.geo.datum.crs import Crs
from meguro_opendata.geo.datum.projections import to_axes, to_degrees
from meguro_opendata.geo.places.extents import Extent, extent_data, extent_of, zone_crs, zone_of, zones_of
from meguro_opendata.geo.places.nearness import distance
from meguro_opendata.japan.municipalities import Municipality
from meguro_opendata.packaged import packaged_toml

__all__ = ["Judged", "Misread", "exchangeable", "judged", "misread"]

Floats = NDArray[np.float64]
Reading = tuple[int, int, bool]  # the zone that was read, the one that is meant, whether the axes are exchanged


@dataclass(frozen=True)
class Misread:
    """Faults of a table of points as a whole.

    Attributes:
        outside: How many of the points lie outside of the municipality's extent as they were read.
        points: How many were looked at.
        read: The zone in which they seem to have been read, ``None`` if no reading explains them.
        meant: The zone in which they lie inside; the same as ``read`` where only the axes are exchanged.
        exchanged: Whether X (north) and Y (east) are exchanged.
    """

    outside: int
    points: int
    read: int | None = None
    meant: int | None = None
    exchanged: bool = False

    @property
    def code(self) -> str:
        """Return the finding's code: exchanged axes, another zone, both, or simply elsewhere."""
        if self.read is None:
            return "points-elsewhere"
        if self.read == self.meant:
            return "axes-mistaken"
        return "zone-axes-mistaken" if self.exchanged else "zone-mistaken"

    def params(self) -> dict[str, object]:
        """Return what the finding's message needs beside the name of the municipality."""
        counts: dict[str, object] = {"outside": self.outside, "points": self.points}
        if self.meant is None:
            return counts
        return {**counts, "read": self.read, "meant": self.meant, "crs": zone_crs(self.meant).code}


@dataclass(frozen=True)
class Judged:
    """Findings about the points of a file as a whole, and about checks that were not possible."""

    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()


def judged(lat: ArrayLike, lon: ArrayLike, home: Municipality | None, crs: Crs | None = None) -> Judged:
    """Return whether points lie in a municipality, as far as anything but their addresses can tell.

    Args:
        lat: Degrees on any datum, as the points were read; those that are no numbers are left out.
        lon: Degrees.
        home: The municipality, ``None`` if it is not known.
        crs: The system that they were read in, ``None`` if it is not declared.
    """
    north, east = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
    there = np.isfinite(north) & np.isfinite(east)
    if not there.any():
        return Judged()
    return _judged(north[there], east[there], home, crs)


def _judged(lat: Floats, lon: Floats, home: Municipality | None, crs: Crs | None) -> Judged:
    """Judge numbers as ``judged`` does."""
    unchecked = [NotChecked("datum", None, "unchecked-datum")]
    extent = extent_of(home.code) if home is not None else None
    if home is None or extent is None:
        return Judged((), (NotChecked("place", None, "unchecked-municipality"), *unchecked))
    zone = zone_of(crs) if crs is not None else None
    wrong = misread(lat, lon, home.code, zone)
    if wrong is None:
        outside = int((extent.outside(lat, lon) > 0).sum())
        wrong = Misread(outside, len(lat)) if outside else None
        if exchangeable(lat, lon, home.code, zone):
            unchecked.insert(0, NotChecked("axes", None, "unchecked-axes"))
    found = [Finding(wrong.code, "warning", params={"city": home.full_name, **wrong.params()})] if wrong else []
    return Judged(tuple(found), tuple(unchecked))


def misread(lat: Floats, lon: Floats, code: str, zone: int | None = None) -> Misread | None:
    """Return what is wrong with points that should lie in a municipality; ``None`` if nothing shows.

    Args:
        lat: Degrees, as the points were read.
        lon: Degrees.
        code: The municipality; one that is not known has no extent, and nothing shows.
        zone: The plane rectangular zone in which they were read; ``None``: any may have been.

    >>> ward = np.array([35.6414, 35.6355, 35.6200]), np.array([139.6981, 139.7010, 139.6850])
    >>> misread(*ward, "131105") is None
    True
    >>> x_north, y_east = to_axes(*ward, zone_crs(9))
    >>> wrong = misread(*to_degrees(x_north, y_east, zone_crs(8)), "131105", 8)
    >>> (wrong.code, wrong.read, wrong.meant, wrong.outside) if wrong else None
    ('zone-mistaken', 8, 9, 3)
    """
    extent = extent_of(code)
    if extent is None or not len(lat):
        return None
    outside = int((extent.outside(lat, lon) > 0).sum())
    some = _some(lat), _some(lon)
    if outside > extent_data()["reading"]["misread"] * len(lat):
        return Misread(outside, len(lat), *_explained(some, _readings(code, zone), extent, bare=False))
    if float(extent.beyond(*some).mean()) < extent_data()["reading"]["close"]:
        return None
    exchanged = ((one, one, True) for one in zones_of(code) if zone in (None, one))
    meant = _explained(some, exchanged, extent, bare=True)
    return Misread(int((extent.beyond(lat, lon) > 0).sum()), len(lat), *meant) if meant else None


def _explained(
    points: tuple[Floats, Floats], readings: Iterable[Reading], extent: Extent, *, bare: bool
) -> Reading | tuple[()]:
    """Return the first reading that puts the points into the extent, nothing if none does."""
    return next((one for one in readings if _fits(*points, one, extent, bare=bare)), ())


def exchangeable(lat: Floats, lon: Floats, code: str, zone: int | None) -> bool:
    """Return whether points of a zone would lie in their municipality with exchanged axes as well, so nothing tells.

    >>> exchangeable(np.array([35.6414]), np.array([139.6981]), "131105", 9)
    False
    """
    extent = extent_of(code)
    lat, lon = _some(lat), _some(lon)
    if extent is None or zone is None or not len(lat):
        return False
    other = _read_again(lat, lon, (zone, zone, True))
    if float(np.mean(distance(lat, lon, *other))) <= extent_data()["reading"]["apart"]:
        return False
    return _inside(*other, extent, bare=False) > float(extent_data()["reading"]["misread"])


def _some(values: Floats) -> Floats:
    """Sample a limited number of values, spread evenly over the column."""
    step = max(1, len(values) // int(extent_data()["reading"]["points"]))
    return values[::step]


def _readings(code: str, zone: int | None) -> Iterator[Reading]:
    """Yield the ways in which a table can be misread: its zone, the zone that is meant, exchanged axes."""
    read, own = [zone] if zone is not None else _all_zones(), zones_of(code)
    yield from ((one, other, False) for other in own for one in read if one != other)
    yield from ((one, other, True) for other in own for one in read)


@cache
def _all_zones() -> list[int]:
    return list(range(1, packaged_toml(__package__, "zones.toml")["count"] + 1))


def _fits(lat: Floats, lon: Floats, reading: Reading, extent: Extent, *, bare: bool) -> bool:
    there = _read_again(lat, lon, reading)
    return _inside(*there, extent, bare=bare) >= float(extent_data()["reading"]["fits"])


def _read_again(lat: Floats, lon: Floats, reading: Reading) -> tuple[Floats, Floats]:
    """Return the points as another reading of the same numbers gives them; infinite where it gives none."""
    read, meant, exchanged = reading
    first, second = to_axes(lat, lon, zone_crs(read))
    pair: Sequence[Floats] = (second, first) if exchanged else (first, second)
    there = to_degrees(pair[0], pair[1], zone_crs(meant))
    return there[0], there[1]


def _inside(lat: Floats, lon: Floats, extent: Extent, *, bare: bool) -> float:
    """Return the share of points in the extent, or in its bare boxes."""
    there = np.isfinite(lat) & np.isfinite(lon)
    if not there.any():
        return 0.0
    far = extent.beyond(lat[there], lon[there]) if bare else extent.outside(lat[there], lon[there])
    return float((far <= extent_data()["reading"]["near"]).sum() / len(lat))
