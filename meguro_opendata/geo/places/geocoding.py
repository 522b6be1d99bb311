"""Addresses → points with a level and an expected error. Nothing is guessed: what is not certain has no point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from meguro_opendata.geo.places.gazetteer.available import open_gazetteer
from meguro_opendata.geo.places.gazetteer.base import Gazetteer, Point, gazetteer_data
from meguro_opendata.geo.places.nearness import distance
from meguro_opendata.japan.addresses import Address, Towns, parse_address
from meguro_opendata.japan.municipalities import Municipality

__all__ = ["COLUMNS", "Geocoded", "Geocoder", "geocode"]

COLUMNS = {
    "prefecture": pl.String,
    "city": pl.String,
    "code": pl.String,
    "town": pl.String,
    "town_id": pl.String,
    "locality": pl.String,
    "lot": pl.String,
    "building": pl.String,
    "postal": pl.String,
    "note": pl.String,
    "lat": pl.Float64,
    "lon": pl.Float64,
    "level": pl.String,
    "error_m": pl.Float64,
    "source": pl.String,
    "problem": pl.String,
    "readings": pl.String,
}
_DEGREES = 9


@dataclass(frozen=True)
class Geocoded:
    """An address, its parts and, where it is certain, its point.

    Attributes:
        level: ``residence``, ``block``, ``town`` or ``oaza``: what the point stands for; where there is none, ``city``
            if the municipality is certain, else ``none``.
    """

    address: Address
    point: Point | None
    level: str
    problem: str

    @property
    def is_position(self) -> bool:
        """Return whether the point may be published as a position: a block or nearer."""
        return self.point is not None and self.point.level in gazetteer_data()["levels"]["published"]

    def row(self) -> tuple[object, ...]:
        """Return the values of ``COLUMNS``."""
        parts, point = self.address, self.point
        where = (point.lat, point.lon, self.level, point.error, point.source) if point else (None, None, self.level)
        return (
            *(parts.prefecture, parts.city, parts.code, parts.town, parts.town_id, parts.locality, parts.lot),
            *(parts.building, parts.postal, parts.note, *where, *(() if point else (None, ""))),
            *(self.problem, " / ".join(parts.readings)),
        )


class Geocoder:
    """Finds addresses in a gazetteer; each distinct address is looked at once.

    Args:
        home: The municipality that the data is about, for addresses that begin with the town.
        gazetteer: Default: what the user imported, and what the project holds.
    """

    def __init__(self, home: Municipality | None = None, gazetteer: Gazetteer | None = None) -> None:
        self.home = home
        self._given = gazetteer
        self._towns: dict[str, Towns | None] = {}
        self._known: dict[tuple[str, str], Geocoded] = {}

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Return where names and points come from."""
        return self._given if self._given is not None else open_gazetteer()

    def towns(self, code: str) -> Towns | None:
        """Return the towns of a municipality, ``None`` if no gazetteer has it."""
        if code not in self._towns:
            self._towns[code] = self.gazetteer.towns(code)
        return self._towns[code]

    def find(self, text: str) -> Geocoded:
        """Return one address.

        >>> found = Geocoder().find("東京都目黒区上目黒２－１９－１５")
        >>> found.level, found.address.town_id, found.point.error if found.point else None
        ('town', '0024002', 398.0)
        """
        key = (self.home.code if self.home else "", text)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._found(text)
        return known

    def at_home(self, home: Municipality | None) -> None:
        """Continue with the addresses of another municipality."""
        self.home = home

    def _found(self, text: str) -> Geocoded:
        address = parse_address(text, self.home, self.towns)
        if address.problem and address.problem not in gazetteer_data()["located"]:
            return Geocoded(address, None, "city" if address.city else "none", address.problem)
        if not address.known:
            problem = "gazetteer-missing" if address.city and address.town else ""
            return Geocoded(address, None, "city" if address.city else "none", problem)
        point = self._point(address)
        if point is None:
            return Geocoded(address, None, "city", address.problem or "point-missing")
        return Geocoded(address, point, point.level, address.problem)

    def _point(self, address: Address) -> Point | None:
        """Return the point of a lot, or the middle of the towns that a name without chome or 小字 stands for."""
        if len(address.place) == 1 and not (address.locality and address.level == "oaza"):
            numbers = address.lot.split("-") if address.lot else ()
            return self.gazetteer.point(address.code, address.place[0], numbers)
        found = [self.gazetteer.point(address.code, town, ()) for town in address.place]
        return _middle([point for point in found if point is not None])

    def frame(self, addresses: pl.Series) -> pl.DataFrame:
        """Return one row an address, with the columns of ``COLUMNS``."""
        distinct = addresses.fill_null("").unique(maintain_order=True)
        rows = [self.find(text).row() for text in distinct.to_list()]
        table = pl.DataFrame(rows, schema=COLUMNS, orient="row").with_columns(distinct.alias("_address"))
        wanted = addresses.fill_null("").alias("_address").to_frame()
        return wanted.join(table, on="_address", how="left", maintain_order="left").drop("_address")


def geocode(
    addresses: Iterable[str], home: Municipality | None = None, gazetteer: Gazetteer | None = None
) -> pl.DataFrame:
    """Return addresses → their parts and points, row by row.

    Args:
        addresses: In any spelling.
        home: The municipality that they are about, for those that begin with the town.
        gazetteer: Default: what the user imported, and what the project holds.

    >>> geocode(["目黒区目黒1-2-3", "東京都目黒区"])["level"].to_list()
    ['town', 'city']
    """
    return Geocoder(home, gazetteer).frame(pl.Series("address", list(addresses), dtype=pl.String))


def _middle(points: list[Point]) -> Point | None:
    """Return the middle of the towns that share a name; its error reaches to the end of the farthest."""
    if not points:
        return None
    lat = round(sum(point.lat for point in points) / len(points), _DEGREES)
    lon = round(sum(point.lon for point in points) / len(points), _DEGREES)
    error = max(distance(lat, lon, point.lat, point.lon) + point.error for point in points)
    return Point(lat, lon, "oaza", float(round(error)), points[0].source)
