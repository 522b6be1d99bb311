"""The reference system that a ``.prj`` file, or a GIS file's own description, means; never guessed from numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from meguro_opendata.errors import UnknownCrsError
from meguro_opendata.geo.datum.crs import Crs, datum_of_name, parse_crs, supported

if TYPE_CHECKING:
    import pyproj

__all__ = ["crs_alike", "crs_of_wkt"]

_CLOSE = 1e-9
_LONGEST = 60
_SAME = 1e-6  # of inverse flattenings; those of GRS 80 and WGS 84 differ by 1.5e-6
_NEWEST = ("jgd2011", "jgd2000", "tokyo", "wgs84")
_MEANT = {"lat_0": 0.0, "lon_0": 0.0, "k": 1.0, "x_0": 0.0, "y_0": 0.0}
_Parameters = tuple[str, tuple[float, ...]]


def crs_of_wkt(text: str) -> Crs:
    """Return the system of a well-known text, or of a code such as ``EPSG:6677``, by its datum and projection.

    Geometries of GIS files are east first, whatever the system's own order of axes is.

    Raises:
        UnknownCrsError: If it cannot be read, or is none of the supported systems.

    >>> crs_of_wkt('GEOGCS["GCS_JGD_2011",DATUM["D_JGD_2011",SPHEROID["GRS_1980",6378137.0,298.257222101]],'
    ...            'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]').code
    'EPSG:6668'
    """
    import pyproj

    try:
        described = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        raise UnknownCrsError("crs-unknown", value=_short(text)) from None
    found = _found(_horizontal(described))
    if found is None:
        raise UnknownCrsError("crs-unknown", value=described.name)
    return found


def crs_alike(text: str) -> tuple[str, ...]:
    """Return the codes of the supported systems with a text's projection and ellipsoid, whatever their datum.

    >>> crs_alike("+proj=tmerc +lat_0=36 +lon_0=139.833333333333333 +k=0.9999 +ellps=GRS80 +units=m +type=crs")
    ('EPSG:6677', 'EPSG:2451')
    """
    import pyproj

    try:
        described = _horizontal(pyproj.CRS.from_user_input(text))
    except pyproj.exceptions.CRSError:
        return ()
    if described.is_geographic or described.ellipsoid is None:
        return ()
    wanted, flat = _parameters(described), described.ellipsoid.inverse_flattening
    found = {
        crs.epsg: crs
        for crs in supported()
        if not crs.geographic and _alike(wanted, _of_epsg(crs.epsg)) and abs(_flattening(crs.epsg) - flat) < _SAME
    }
    return tuple(f"EPSG:{epsg}" for epsg in sorted(found, key=lambda epsg: _NEWEST.index(found[epsg].datum)))


@cache
def _flattening(epsg: int) -> float:
    import pyproj

    shape = pyproj.CRS.from_epsg(epsg).ellipsoid
    return float(shape.inverse_flattening) if shape else 0.0


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _horizontal(described: pyproj.CRS) -> pyproj.CRS:
    """Return the part without heights."""
    parts = described.sub_crs_list
    return parts[0] if described.is_compound and parts else described


def _found(described: pyproj.CRS) -> Crs | None:
    base = described.geodetic_crs
    if base is None or base.prime_meridian is None or base.prime_meridian.longitude != 0:
        return None
    names = [base.name, *([base.datum.name] if base.datum else [])]
    datum = next((known for name in names if (known := datum_of_name(name)) is not None), None)
    if datum is None:
        return None
    if described.is_geographic:
        return parse_crs(datum)
    wanted = _parameters(described)
    return next((crs for epsg, crs in _projected(datum).items() if _alike(wanted, _of_epsg(epsg))), None)


def _projected(datum: str) -> Mapping[int, Crs]:
    """Return the projected systems of a datum, each once."""
    found: dict[int, Crs] = {}
    for crs in supported():
        if crs.datum == datum and not crs.geographic:
            found.setdefault(crs.epsg, crs)
    return found


@cache
def _of_epsg(epsg: int) -> _Parameters:
    import pyproj

    return _parameters(pyproj.CRS.from_epsg(epsg))


def _parameters(described: pyproj.CRS) -> _Parameters:
    """Return the projection as PROJ names it, and its parameters; nothing in a unit other than metres."""
    given = _as_dict(described)
    if given.get("proj") == "utm":
        zone = int(given["zone"])
        given = {"proj": "tmerc", "lon_0": zone * 6 - 183, "k": 0.9996, "x_0": 500000}
    name = str(given.get("proj", "")) if given.get("units", "m") == "m" else ""
    values = tuple(
        float(given.get(part, given.get("k_0", usual) if part == "k" else usual)) for part, usual in _MEANT.items()
    )
    return name, values


def _as_dict(described: pyproj.CRS) -> dict[str, Any]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # that a PROJ string says less than a text: the datum is read above
        return described.to_dict()


def _alike(one: _Parameters, other: _Parameters) -> bool:
    pairs = zip(one[1], other[1], strict=True)
    return one[0] == other[0] != "" and all(abs(first - second) < _CLOSE for first, second in pairs)
