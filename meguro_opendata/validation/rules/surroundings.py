"""Rules on points against what is around: in the municipality, near the address, not all shifted as by another datum.

What is known of the municipality decides what a point is checked against: a boundary that the user imported, else the
reach of the gazetteer's towns, else the coarse extent of the municipality. The report counts the points of each. Points
that lie outside because the whole table was read in a wrong zone, or with exchanged axes, are reported once, as that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from meguro_opendata.geo.places.boundary import boundary_of
from meguro_opendata.geo.places.extents import extent_data, extent_of
from meguro_opendata.geo.places.gazetteer.base import gazetteer_data, source_title
from meguro_opendata.geo.places.geocoding import Geocoded, Geocoder
from meguro_opendata.geo.places.misreading import Misread, misread
from meguro_opendata.geo.places.nearness import distance
from meguro_opendata.geo.places.plausibility import apart, datum_offset, outside_reach, plausibility_data
from meguro_opendata.japan.municipalities import municipalities, municipality
from meguro_opendata.standard.model import value_kinds
from meguro_opendata.validation.rules.data import Hit, Rows, first_of, rule_data

__all__ = ["surroundings"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Basis:
    """What points are checked against: its name, the finding of a point outside, and how far outside points lie."""

    name: str
    finding: str
    outside: Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class _Points:
    """The rows whose coordinates lie in Japan: positions, coordinates, the municipality and the address of each."""

    field: str
    at: list[int]
    lat: Floats
    lon: Floats
    codes: list[str]
    found: list[Geocoded | None]

    def where(self, code: str) -> NDArray[np.int64]:
        """Return the places in these lists of the points of one municipality."""
        return np.array([place for place, own in enumerate(self.codes) if own == code])


def surroundings(rows: Rows, home: str = "") -> Iterator[Hit]:
    """Yield the faults of the points of a table with one pair of coordinates, and the basis of the check.

    Args:
        rows: The table.
        home: The municipality of rows that name none; empty if it is not known.
    """
    north, east = rows.of_kind("latitude"), rows.of_kind("longitude")
    if len(north) != 1 or len(east) != 1 or not rows.frame.height:
        return
    geocoder = Geocoder()
    points = _points(rows, north[0], east[0], geocoder, home)
    checked: Counter[str] = Counter()
    misread_codes: set[str] = set()
    hits: dict[int, Hit] = {}
    for code in dict.fromkeys(points.codes):
        where = points.where(code)
        basis = _basis(code, geocoder)
        checked[basis.name] += len(where)
        wrong = _misread(points, where, code)
        if wrong is not None:
            misread_codes.add(code)
            yield _misread_hit(points, code, wrong)
            continue
        hits |= _outside(points, where, code, basis)
    for place, hit in _apart(points):
        if points.codes[place] not in misread_codes:
            hits.setdefault(place, hit)
    yield from _told(points, checked)
    yield from _shifted(points)
    yield from (hits[place] for place in sorted(hits))


def _misread(points: _Points, where: NDArray[np.int64], code: str) -> Misread | None:
    """Return the common fault of a municipality's points, if there are enough and one misreading explains them."""
    lat, lon = points.lat[where], points.lon[where]
    wrong = misread(lat, lon, code) if code else None
    if wrong is None or wrong.read is None:
        return None
    distinct = len(set(zip(lat.tolist(), lon.tolist(), strict=True)))
    return wrong if distinct >= extent_data()["reading"]["least"] else None


def _misread_hit(points: _Points, code: str, wrong: Misread) -> Hit:
    params = {"city": municipality(code).full_name, **wrong.params()}
    return Hit(wrong.code, None, points.field, params=params)


def _outside(points: _Points, where: NDArray[np.int64], code: str, basis: _Basis) -> dict[int, Hit]:
    """Return the points of a municipality that lie outside of it, by their place in the lists."""
    far = basis.outside(points.lat[where], points.lon[where])
    beyond = np.flatnonzero(far > plausibility_data()["tolerance"])
    return {int(where[at]): _outside_hit(points, int(where[at]), code, basis.finding, float(far[at])) for at in beyond}


def _told(points: _Points, checked: Counter[str]) -> Iterator[Hit]:
    """By what the points were checked, each basis once; the points for which there is none."""
    for name, count in checked.items():
        if name:
            yield Hit("place-checked", None, points.field, params={"count": count, "place": name})
        else:
            yield Hit("place-unchecked", None, points.field, params={"count": count})


def _points(rows: Rows, north: str, east: str, geocoder: Geocoder, home: str) -> _Points:
    lat, lon = (rows[name].cast(pl.Float64, strict=False) for name in (north, east))
    inside = _in_japan(lat, "latitude") & _in_japan(lon, "longitude") & _measured(rows)
    at = inside.arg_true().to_list()
    addresses, declared = _addresses(rows), _declared(rows, home)
    found = [_found(addresses[place], declared[place], geocoder) for place in at]
    codes = [
        one.address.code if one and one.address.code else declared[place] for one, place in zip(found, at, strict=True)
    ]
    return _Points(north, at, lat.gather(at).to_numpy(), lon.gather(at).to_numpy(), codes, found)


def _measured(rows: Rows) -> pl.Series:
    """Return which rows have their own position; one estimated from the address cannot confirm that address."""
    flag = gazetteer_data()["flags"]["level"]["name"]
    if flag not in rows:
        return pl.repeat(value=True, n=rows.frame.height, eager=True)
    return rows[flag] == ""


def _in_japan(numbers: pl.Series, kind: str) -> pl.Series:
    bounds = value_kinds()[kind]["constraints"]
    return numbers.is_between(bounds["minimum"], bounds["maximum"]).fill_null(value=False)


def _addresses(rows: Rows) -> list[str]:
    """Return the address of each row: the one in one string, else its parts put together."""
    for entry in rule_data()["addresses"]:
        joined = first_of([*entry["joined"], *rule_data()["places"]["joined"]], rows)
        if joined is not None:
            return rows[joined].to_list()
        parts = [name for part in ("prefecture", "city", "town", "lot") if (name := first_of(entry[part], rows))]
        if parts:
            return rows.frame.select(pl.concat_str(parts)).to_series().to_list()
    return [""] * rows.frame.height


def _declared(rows: Rows, home: str) -> list[str]:
    """Return the municipality of each row by its code: that of the place, else the publisher's, else the home's."""
    first = [name for name in rule_data()["places"]["codes"] if name in rows]
    names = list(dict.fromkeys([*first, *rows.of_kind("lgcode6")]))
    if not names:
        return [home] * rows.frame.height
    known = pl.coalesce(pl.when(pl.col(name).is_in(_codes())).then(pl.col(name)) for name in names)
    return rows.frame.select(known.fill_null(home)).to_series().to_list()


@cache
def _codes() -> list[str]:
    return [one.code for one in municipalities()]


def _found(address: str, code: str, geocoder: Geocoder) -> Geocoded | None:
    """Return an address in the gazetteer; one that names no municipality lies in the declared one."""
    if not address.strip():
        return None
    geocoder.at_home(municipality(code) if code else None)
    return geocoder.find(address)


def _basis(code: str, geocoder: Geocoder) -> _Basis:
    """Return the basis for checking a municipality's points; empty without a name."""
    boundary = boundary_of(code) if code else None
    if boundary is not None:
        return _Basis(f"{municipality(code).full_name} {boundary.file}", "point-outside-boundary", boundary.outside)
    towns = geocoder.towns(code) if code else None
    reach = [point for town in towns or () if (point := geocoder.gazetteer.point(code, town, ())) is not None]
    if not reach:
        return _coarse_basis(code)
    around = [(point.lat, point.lon, point.error) for point in reach]
    sources = ", ".join(dict.fromkeys(source_title(code, point.source) for point in reach))
    name = f"{municipality(code).full_name} {sources}"
    return _Basis(name, "point-outside-reach", lambda lat, lon: outside_reach(lat, lon, around))


def _coarse_basis(code: str) -> _Basis:
    """Return the coarse extent of a municipality; nothing without a name where the municipality is not known."""
    extent = extent_of(code)
    if extent is None:
        return _Basis("", "", lambda lat, lon: np.zeros(len(lat)))
    return _Basis(f"{municipality(code).full_name} {extent_data()['title']}", "point-outside-extent", extent.outside)


def _outside_hit(points: _Points, place: int, code: str, finding: str, metres: float) -> Hit:
    params = {"city": municipality(code).full_name, "metres": round(metres)}
    return Hit(finding, points.at[place], points.field, _written(points, place), params=params)


def _apart(points: _Points) -> Iterator[tuple[int, Hit]]:
    """Yield points that are farther from their address than the expected error explains."""
    located = [(place, found, found.point) for place, found in enumerate(points.found) if found and found.point]
    if not located:
        return
    there = np.array([(point.lat, point.lon, point.error) for _, _, point in located])
    where = [place for place, _, _ in located]
    far = distance(points.lat[where], points.lon[where], there[:, 0], there[:, 1])
    for at in np.flatnonzero(apart(far, there[:, 2])):
        place, found, point = located[at]
        shown = f"{found.address.city}{found.address.town}"
        params = {"metres": round(float(far[at])), "error": round(point.error), "town": shown}
        yield place, Hit("point-apart", points.at[place], points.field, _written(points, place), params=params)


def _shifted(points: _Points) -> Iterator[Hit]:
    """Yield a table whose points share the offset of a datum mistake."""
    located = [place for place, found in enumerate(points.found) if found is not None and found.point is not None]
    distinct = {(points.lat[place], points.lon[place]): place for place in located}
    chosen = list(distinct.values())
    by_address = [(found.point.lat, found.point.lon) for found in _of(points.found, chosen) if found and found.point]
    offset = datum_offset(points.lat[chosen], points.lon[chosen], by_address)
    if points.at:
        yield from _datum_unchecked(points.field, len(chosen))
    if offset is not None:
        params = {"north": round(offset.north), "east": round(offset.east), "points": offset.points}
        yield Hit("datum-offset-twice" if offset.twice else "datum-offset", None, points.field, params=params)


def _datum_unchecked(field: str, located: int) -> Iterator[Hit]:
    """Report that too few points have a known address to determine the datum."""
    least = plausibility_data()["offset"]["points"]
    if located < least:
        reason = "unchecked-datum-few" if located else "unchecked-datum-addresses"
        yield Hit("datum-unchecked", None, field, params={"reason": reason, "points": least})


def _of(found: Sequence[Geocoded | None], places: Sequence[int]) -> list[Geocoded | None]:
    return [found[place] for place in places]


def _written(points: _Points, place: int) -> str:
    return f"{float(points.lat[place])}, {float(points.lon[place])}"
