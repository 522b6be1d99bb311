"""``Crs``: which datum, which projection, which axis comes first; every spelling of a code, from a data file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from meguro_opendata.errors import UnknownCrsError
from meguro_opendata.japan.folding import one_width, plain
from meguro_opendata.packaged import packaged_toml

__all__ = ["ZONES", "Crs", "datum_code", "datum_of_name", "datum_title", "parse_crs", "supported"]

ZONES = 19
_UTM_ZONES = 5
_FIRST_UTM = 51
_ROMAN = {"i": 1, "v": 5, "x": 10}


@dataclass(frozen=True)
class Crs:
    """A coordinate reference system.

    Attributes:
        code: As it was asked for, ``EPSG:6677``.
        datum: ``tokyo``, ``jgd2000``, ``jgd2011`` (horizontally JGD2024 too) or ``wgs84``.
        epsg: The system of the EPSG register that has the same numbers, but for the order of axes.
        geographic: Whether the numbers are degrees; else they are metres.
        east_first: Whether the first axis goes east (longitude, easting); else it goes north.
    """

    code: str
    datum: str
    epsg: int
    geographic: bool
    east_first: bool = False

    @property
    def axes(self) -> tuple[str, str]:
        """Return the meaning of the first and the second value.

        >>> parse_crs("EPSG:6677").axes, parse_crs("EPSG:6668").axes, parse_crs("EPSG:3099").axes
        (('x_north', 'y_east'), ('lat', 'lon'), ('y_east', 'x_north'))
        """
        north, east = ("lat", "lon") if self.geographic else ("x_north", "y_east")
        return (east, north) if self.east_first else (north, east)


@cache
def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "crs.toml")


@cache
def _all() -> dict[str, Crs]:
    """Return every system that is known, by its code."""
    known = {crs.code: crs for crs in _registered()}
    for datum in _data()["datums"].values():
        for code, same in datum.get("same", {}).items():
            known[code] = _named(known[same], code)
    for run in _data()["runs"]:
        for code, same in zip(_run(run["first"], run["count"]), _run(run["same"], run["count"]), strict=True):
            known[code] = _named(known[same], code, east_first=run.get("east_first", False))
    return known


def _registered() -> Iterator[Crs]:
    for name, datum in _data()["datums"].items():
        yield _of_epsg(datum["geographic"], name, geographic=True)
        if "zones" in datum:
            yield from (_of_epsg(datum["zones"] + zone, name) for zone in range(ZONES))
            yield from (_of_epsg(datum["utm"] + zone, name, east_first=True) for zone in range(_UTM_ZONES))
    for other in _data()["others"]:
        yield Crs(other["code"], other["datum"], other["epsg"], other["geographic"], east_first=True)
    for utm in _data()["world_utm"]:
        yield from (_of_epsg(utm["first"] + zone, utm["datum"], east_first=True) for zone in range(utm["count"]))


def _of_epsg(epsg: int, datum: str, *, geographic: bool = False, east_first: bool = False) -> Crs:
    return Crs(f"EPSG:{epsg}", datum, epsg, geographic, east_first)


def _named(crs: Crs, code: str, *, east_first: bool | None = None) -> Crs:
    return Crs(code, crs.datum, crs.epsg, crs.geographic, crs.east_first if east_first is None else east_first)


def _run(first: str, count: int) -> list[str]:
    """Return the codes of a run.

    >>> _run("EPSG:6669", 3)
    ['EPSG:6669', 'EPSG:6670', 'EPSG:6671']
    """
    authority, _, number = first.partition(":")
    return [f"{authority}:{int(number) + step}" for step in range(count)]


def supported() -> tuple[Crs, ...]:
    """Return every system that coordinates can be in, aliases included."""
    return tuple(_all().values())


def parse_crs(written: str | int | Crs) -> Crs:
    """Return the system of a code or a name.

    Args:
        written: ``EPSG:6677``, ``6677``, ``urn:ogc:def:crs:EPSG::6677``, ``JGD2011``, ``JGD2011 第9系``.

    Raises:
        UnknownCrsError: If nothing known is called that; its advice lists what is.

    >>> parse_crs("urn:ogc:def:crs:EPSG::6677") == parse_crs("JGD2011 / Japan Plane Rectangular CS IX")
    True
    >>> parse_crs("JGD2024").epsg, parse_crs("日本測地系 第9系").code, parse_crs("CRS84").east_first
    (6668, 'EPSG:30169', True)
    """
    if isinstance(written, Crs):
        return written
    text = plain(str(written))
    spellings = _data()["spellings"]
    if re.match(spellings["number"], text):
        text = f"EPSG:{text}"
    elif text.upper() == "CRS84":
        text = "OGC:CRS84"
    match = re.match(spellings["code"], text)
    found = _all().get(f"{match['authority']}:{match['code']}".upper()) if match else _of_name(text)
    if found is None:
        raise UnknownCrsError("crs-unknown", value=str(written))
    return found


def _of_name(text: str) -> Crs | None:
    """Return the system of a datum's name, alone or with a plane rectangular zone."""
    datum = datum_of_name(text)
    if datum is not None:
        return _all()[f"EPSG:{_data()['datums'][datum]['geographic']}"]
    match = re.match(_data()["spellings"]["zone"], text, re.IGNORECASE)
    datum = datum_of_name(match["datum"]) if match else None
    if match is None or datum is None or "zones" not in _data()["datums"][datum]:
        return None
    zone = int(match["number"]) if match["number"] else _roman(match["roman"].lower())
    return _all()[f"EPSG:{_data()['datums'][datum]['zones'] + zone - 1}"] if 1 <= zone <= ZONES else None


def _roman(digits: str) -> int:
    """Return the number that Roman digits stand for.

    >>> [_roman(digits) for digits in ("i", "iv", "ix", "xiv", "xix")]
    [1, 4, 9, 14, 19]
    """
    values = [_ROMAN[digit] for digit in digits]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def datum_of_name(name: str) -> str | None:
    """Return the datum that a name means, ``None`` if it means none.

    >>> datum_of_name("GCS_JGD_2011"), datum_of_name("Tokyo"), datum_of_name("世界測地系")
    ('jgd2011', 'tokyo', None)
    """
    folded = "".join(sign for sign in one_width(name).lower() if sign.isalnum())
    return next((datum for datum, known in _data()["datums"].items() if folded in known["names"]), None)


def datum_code(datum: str) -> str:
    """Return the code of latitude and longitude on a datum.

    >>> datum_code("jgd2000")
    'EPSG:4612'
    """
    return f"EPSG:{_data()['datums'][datum]['geographic']}"


def datum_title(datum: str) -> str:
    """Return the name of a datum."""
    title: str = _data()["datums"][datum]["title"]
    return title
