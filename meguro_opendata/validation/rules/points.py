"""Rules on latitude and longitude: the pair of one row, and many rows at one point."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from meguro_opendata.cleaning.points import point_doubts
from meguro_opendata.validation.rules.data import Hit, Rows, first_of, limits, rule_data, rules

__all__ = ["heaps", "points"]


def points(rows: Rows) -> Iterator[Hit]:
    """Yield coordinates that are exchanged, equal, half, or rough, as cleaning doubts them."""
    for name, at, value, why in point_doubts(rows.frame, rows.fields):
        if why.code in rules():
            yield Hit(why.code, at, name, value, " / ".join(why.readings) or None)


def heaps(rows: Rows) -> Iterator[Hit]:
    """Yield one point in many rows with different addresses: the first row of each, with the number of rows.

    The point of a town hall, or of a district's middle, is often put for places that were not found.
    """
    north, east = rows.of_kind("latitude"), rows.of_kind("longitude")
    address = first_of([name for entry in rule_data()["addresses"] for name in entry["joined"]] + ["住所"], rows)
    if len(north) != 1 or len(east) != 1 or address is None:
        return
    point = rows.frame.select(pl.col(north[0]).alias("n"), pl.col(east[0]).alias("e"), pl.col(address).alias("a"))
    filled = point.with_row_index("at").filter((pl.col("n") != "") & (pl.col("e") != ""))
    for at, count, places in _heaps(filled).iter_rows():
        yield Hit("coordinate-heap", at, north[0], rows[north[0]][at], params={"count": count, "places": places})


def _heaps(filled: pl.DataFrame) -> pl.DataFrame:
    """Return the first row (``at``) of each point in many rows, their number, and that of the addresses in them.

    An address without a number is an area rather than a place: many of these are a heap if two of them differ.
    """
    many = filled.group_by("n", "e", maintain_order=True).len().filter(pl.col("len") >= limits("heap_rows"))
    found = filled.join(many, on=["n", "e"], maintain_order="left").group_by("n", "e", maintain_order=True)
    vague = (~pl.col("a").str.contains("[0-9０-９]")).sum().alias("vague")
    places = pl.col("a").filter(pl.col("a") != "").n_unique().alias("places")
    counted = found.agg(pl.col("at").first(), pl.len().alias("count"), places, vague)
    differ = (pl.col("places") > 1) & (pl.col("vague") >= limits("heap_rows"))
    return counted.filter((pl.col("places") >= limits("heap_addresses")) | differ).select("at", "count", "places")
