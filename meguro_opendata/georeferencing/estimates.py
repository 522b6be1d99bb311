"""Positions that a recipe wants estimated from addresses: only where the table has none, only so near, and flagged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from meguro_opendata.findings import Change, Finding
from meguro_opendata.geo.places.gazetteer.base import Point, gazetteer_data, level_rank
from meguro_opendata.geo.places.geocoding import Geocoded, Geocoder
from meguro_opendata.japan.municipalities import Municipality
from meguro_opendata.mapping import Mapped
from meguro_opendata.recipe import Recipe
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import schema_fields

__all__ = ["Estimated", "estimate_positions"]

_RULE = "geocode"
_DECIMALS = 6


@dataclass(frozen=True)
class Estimated:
    """A table with the positions that were estimated, and what is to be said of them."""

    frame: pl.DataFrame
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()


def estimate_positions(
    table: Table, mapped: Mapped, frame: pl.DataFrame, recipe: Recipe, home: Municipality | None
) -> Estimated:
    """Fill latitude and longitude from the address where both are empty, as far as the recipe asks for it.

    Args:
        table: The source, which knows the rows.
        mapped: Where the fields come from.
        frame: The published columns, cleaned; those that flag a position are empty.
        recipe: Its word ``geocode`` names the field of the address and the poorest level that is published.
        home: The municipality that the table is about.
    """
    if recipe.geocode is None:
        return Estimated(frame)
    if recipe.geocode.confirm is not None:
        return _unconfirmed(table, frame, recipe.geocode.confirm)
    fields = schema_fields(recipe.schema)
    lat, lon = (next(one.name for one in fields if one.kind == kind) for kind in ("latitude", "longitude"))
    wanted = (frame[lat] == "") & (frame[lon] == "") & (frame[recipe.geocode.address].str.strip_chars() != "")
    geocoder, poorest = Geocoder(home), level_rank(recipe.geocode.level)
    found = {at: geocoder.find(frame[recipe.geocode.address][at]) for at in wanted.arg_true()}
    points = _sure_points(found, poorest)
    good = {at: found[at] for at in points}
    filled = _filled(frame, good, points, lat, lon)
    column = mapped.origins.get(recipe.geocode.address)
    return Estimated(
        filled,
        tuple(_changes(table, filled, good, (lat, lon), column or recipe.geocode.address)),
        tuple(_findings(table, frame[recipe.geocode.address], good, [at for at in found if at not in good], column)),
    )


def _sure_points(found: Mapping[int, Geocoded], poorest: int) -> dict[int, Point]:
    """Return the points of addresses without a problem that are as near as is asked for."""
    sure = {at: one for at, one in found.items() if not one.problem and level_rank(one.level) <= poorest}
    return {at: one.point for at, one in sure.items() if one.point is not None}


def _filled(
    frame: pl.DataFrame, good: Mapping[int, Geocoded], points: Mapping[int, Point], lat: str, lon: str
) -> pl.DataFrame:
    """Return the frame with the positions, their level and their expected error."""
    flags = gazetteer_data()["flags"]
    columns = {name: frame[name].to_list() for name in (lat, lon, flags["level"]["name"], flags["error"]["name"])}
    for at, point in points.items():
        columns[lat][at] = f"{point.lat:.{_DECIMALS}f}"
        columns[lon][at] = f"{point.lon:.{_DECIMALS}f}"
        columns[flags["level"]["name"]][at] = good[at].level
        columns[flags["error"]["name"]][at] = str(round(point.error))
    return frame.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in columns.items())


def _unconfirmed(table: Table, frame: pl.DataFrame, question: str) -> Estimated:
    """Return the frame unchanged, with a finding that the recipe's question is not answered yet."""
    params = {"question": question}
    return Estimated(
        frame, findings=(Finding("position-unconfirmed", "warning", sheet=table.grid.sheet, params=params),)
    )


def _changes(
    table: Table, frame: pl.DataFrame, good: dict[int, Geocoded], fields: tuple[str, str], column: str
) -> Iterator[Change]:
    for at in good:
        yield from (Change(table.rows[at], column, name, _RULE, "", frame[name][at]) for name in fields)


def _findings(
    table: Table, addresses: pl.Series, good: dict[int, Geocoded], lost: list[int], column: str | None
) -> Iterator[Finding]:
    """Yield how many positions are estimated, by level; each row whose address says too little."""
    if good:
        counts = Counter(one.level for one in good.values())
        shown = [f"{level} {counts[level]}" for level in gazetteer_data()["levels"]["order"] if counts[level]]
        params: dict[str, Any] = {
            "count": len(good),
            "levels": shown,
            "flag": gazetteer_data()["flags"]["level"]["name"],
        }
        yield Finding("position-estimated", "warning", sheet=table.grid.sheet, params=params)
    for at in lost:
        if column is not None and column in table.frame.columns:
            yield table.cell_finding("position-not-estimated", "warning", at, column, value=addresses[at])
        else:
            yield Finding("position-not-estimated", "warning", row=table.rows[at], value=addresses[at])
