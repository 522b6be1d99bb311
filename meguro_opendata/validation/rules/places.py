"""Whether the points of a table lie in their municipality, where somebody knows its boundary or its places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import polars as pl

from meguro_opendata.validation.rules.data import Hit, Rows, first_of, rule_data

__all__ = ["Place", "places"]


class Place(Protocol):
    """Where the points of a municipality may lie: its boundary, or the places that a gazetteer knows."""

    @property
    def code(self) -> str:
        """Return the municipality's code, of six digits."""

    @property
    def name(self) -> str:
        """Return the name and year of the boundary data, as the report shows them."""

    def outside(self, points: pl.DataFrame) -> pl.Series:
        """Return whether each point certainly lies outside.

        Args:
            points: The columns ``lat`` and ``lon``, in degrees; none is missing.
        """


def places(rows: Rows, place: Place | None) -> Iterator[Hit]:
    """Yield the points outside, and by what they were checked, or that they could not be.

    Rows that name another municipality than the place's are left out.
    """
    north, east = rows.of_kind("latitude"), rows.of_kind("longitude")
    if len(north) != 1 or len(east) != 1:
        return
    points = _points(rows, north[0], east[0])
    if not points.height:
        return
    if place is None:
        yield Hit("place-unchecked", None, north[0], params={"count": points.height})
        return
    own = points.filter((pl.col("code") == place.code) | (pl.col("code") == ""))
    yield Hit("place-checked", None, north[0], params={"count": own.height, "place": place.name})
    if not own.height:
        return
    for at in own.filter(place.outside(own.select("lat", "lon")))["at"]:
        value = f"{rows[north[0]][at]}, {rows[east[0]][at]}"
        yield Hit("point-outside", at, north[0], value, params={"place": place.name})


def _points(rows: Rows, north: str, east: str) -> pl.DataFrame:
    """Return position, latitude, longitude and municipality code of each row that has both coordinates."""
    code = first_of([name for entry in rule_data()["names"] for name in entry["code"] if "_" in name], rows)
    named = pl.col(code) if code else pl.lit("")
    numbers = [pl.col(name).cast(pl.Float64, strict=False).alias(to) for name, to in ((north, "lat"), (east, "lon"))]
    return rows.frame.select(*numbers, named.alias("code")).with_row_index("at").drop_nulls(["lat", "lon"])
