"""Rows of a table as places: the table's own point, or else a point estimated from the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from meguro_opendata.geo.places.gazetteer.base import gazetteer_data
from meguro_opendata.geo.places.geocoding import Geocoder
from meguro_opendata.japan.folding import folded
from meguro_opendata.messages import LANGUAGES, word
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.model import Field, coordinate_fields

__all__ = ["SWAPPED", "PlaceRow", "TableRoles", "place_rows", "preview_data", "roles_of", "roles_of_fields"]

SWAPPED = "address-point-swapped"
# Degrees around Japan from Okinotorishima to the Kuriles. The ranges are disjoint, which reveals swapped columns.
_LAT, _LON = (20.0, 46.0), (122.0, 154.0)


@dataclass(frozen=True)
class PlaceRow:
    """One row of the table on the page.

    Attributes:
        number: Number of the record; the first is 1.
        level: ``measured`` for the table's own point, else the level of the estimated one, or ``none``.
        error: Expected error of an estimated point in metres.
        problem: Key of the message about a fault of the address or of the table's own point, or empty.
    """

    number: int
    name: str
    address: str
    lat: float | None
    lon: float | None
    level: str
    error: float = 0.0
    problem: str = ""

    @property
    def is_measured(self) -> bool:
        """Return whether the point comes from the table itself."""
        return self.level == "measured"

    @property
    def is_rough(self) -> bool:
        """Return whether the point represents an area larger than a block."""
        return not self.is_measured and self.level not in gazetteer_data()["levels"]["published"]


@dataclass(frozen=True)
class TableRoles:
    """The columns of a table by their role; ``None`` for a role without a column.

    Attributes:
        level: Column with the level of points that were estimated when the table was made.
        error: Column with the expected error of those points.
    """

    name: str
    address: str | None
    lat: str | None
    lon: str | None
    level: str | None = None
    error: str | None = None


def preview_data() -> Mapping[str, Any]:
    """Return the content of ``preview.toml``.

    >>> preview_data()["width"]
    960
    """
    return packaged_toml(__package__, "preview.toml")


def roles_of(columns: Sequence[str]) -> TableRoles:
    """Find the columns by their usual names.

    >>> roles_of(["No", "施設名", "住所", "緯度", "経度"])
    TableRoles(name='施設名', address='住所', lat='緯度', lon='経度', level=None, error=None)
    """
    known = preview_data()
    lat, lon = _first(columns, known["lat"]), _first(columns, known["lon"])
    guessed = lat is None or lon is None
    if guessed:
        lat, lon = _first(columns, _geocoded("lat")), _first(columns, _geocoded("lon"))
    has_point = lat is not None and lon is not None
    address = _first(columns, gazetteer_data()["address_columns"])
    flags = gazetteer_data()["flags"]
    return TableRoles(
        name=_first(columns, known["names"]) or address or columns[0],
        address=address,
        lat=lat if has_point else None,
        lon=lon if has_point else None,
        level=_first(columns, [flags["level"]["name"], *(_geocoded("level") if guessed else ())]),
        error=_first(columns, [flags["error"]["name"], *(_geocoded("error_m") if guessed else ())]),
    )


def _geocoded(name: str) -> list[str]:
    """Return the name that ``geo geocode`` gives a column, in each language."""
    return [word(f"geocode-{name}", lang) for lang in LANGUAGES]


def roles_of_fields(columns: Sequence[str], fields: Sequence[Field]) -> TableRoles:
    """Return the columns of a published table: coordinates by the kind of their fields, names by what they end with."""
    usual = roles_of(columns)
    pair = coordinate_fields(fields)
    ends = tuple(f"_{name}" for name in preview_data()["names"])
    name = next((column for column in columns if column.endswith(ends)), usual.name)
    named = usual.name if _first(columns, preview_data()["names"]) else name
    return replace(usual, name=named, **(dict(zip(("lat", "lon"), pair, strict=True)) if pair else {}))


def _first(columns: Sequence[str], names: Sequence[str]) -> str | None:
    here = {folded(name): name for name in reversed(columns)}
    return next((here[folded(name)] for name in names if folded(name) in here), None)


def place_rows(frame: pl.DataFrame, roles: TableRoles, geocoder: Geocoder) -> list[PlaceRow]:
    """Return every row with its place, where a place is known."""
    empty = [""] * frame.height
    columns = [
        frame[name].fill_null("").to_list() if name is not None else empty
        for name in (roles.name, roles.address, roles.lat, roles.lon, roles.level, roles.error)
    ]
    return [_row(number, *cells, geocoder) for number, cells in enumerate(zip(*columns, strict=True), start=1)]


def _row(number: int, *cells_and_geocoder: Any) -> PlaceRow:
    name, address, lat, lon, level, error, geocoder = cells_and_geocoder
    shown = (number, " ".join(name.split()), " ".join(address.split()))
    point = _point(lat, lon)
    if point is not None:
        return PlaceRow(*shown, *point, *(_flagged(level, error) if level else ("measured", 0.0)))
    outside = _fault_of(lat, lon)
    if not address.strip():
        return PlaceRow(*shown, None, None, "none", problem=outside or "address-address-empty")
    found = geocoder.find(address)
    if found.point is None:
        problem = found.problem or "town-unclear"
        return PlaceRow(*shown, None, None, "none", problem=outside or f"address-{problem}")
    return PlaceRow(*shown, found.point.lat, found.point.lon, found.level, found.point.error, outside)


def _fault_of(lat: str, lon: str) -> str:
    """Return the key of the fault of coordinates outside Japan; empty if both cells are empty."""
    if not (lat.strip() or lon.strip()):
        return ""
    return SWAPPED if _point(lon, lat) is not None else "address-point-outside"


def _flagged(level: str, error: str) -> tuple[str, float]:
    """Return level and expected error of a point that was estimated when the table was made."""
    known = gazetteer_data()["levels"]["order"]
    named = {word(f"level-{level}", lang): level for level in known for lang in LANGUAGES}
    level = named.get(level, level)
    return (level if level in known else "town"), float(error) if error.replace(".", "", 1).isdigit() else 0.0


def _point(lat: str, lon: str) -> tuple[float, float] | None:
    """Return the coordinates if both are within Japan."""
    try:
        north, east = float(lat), float(lon)
    except ValueError:
        return None
    return (north, east) if _LAT[0] <= north <= _LAT[1] and _LON[0] <= east <= _LON[1] else None
