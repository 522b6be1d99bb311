"""Latitude and longitude of one row together: swapped, equal, one missing, too rough, or damaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import polars as pl

from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.standard.model import Field, value_kinds

__all__ = ["PointDoubt", "point_doubts"]

PointDoubt = tuple[str, int, str, Unsure]  # field, position, value, why

_ROUGH = r"\A[0-9]{2,3}(?:\.[0-9]{0,3})?\z"  # 0.001 degrees are 100 m
_POINTLESS = r"\A[0-9]{6,17}\z"  # fewer digits are no coordinate without its point, more than 17 no double
_INTEGER_DIGITS = {"latitude": 2, "longitude": 3}
_LOST_HUNDRED = 100  # all longitudes of Japan begin with 1, which is lost in 39.698171


def point_doubts(frame: pl.DataFrame, fields: Sequence[Field]) -> Iterator[PointDoubt]:
    """Yield every coordinate that is doubtful by its pair or by its number of digits.

    >>> frame = pl.DataFrame({"緯度": ["139.698171", "35.641463"], "経度": ["35.641463", "39.698171"]})
    >>> fields = [Field("緯度", "latitude", "", "", {}), Field("経度", "longitude", "", "", {})]
    >>> [(name, at, found.code, found.readings) for name, at, _, found in point_doubts(frame, fields)]
    [('緯度', 0, 'coordinates-swapped', ('35.641463',)), ('経度', 0, 'coordinates-swapped', ('139.698171',)), \
('経度', 1, 'ambiguous-value', ('139.698171',))]
    """
    for latitude, longitude in _pairs(fields):
        yield from _of_pair(frame[latitude], frame[longitude])
    for field in fields:
        if field.kind in _INTEGER_DIGITS:
            yield from _without_point(frame[field.name], field)


def _pairs(fields: Sequence[Field]) -> list[tuple[str, str]]:
    """Return the pairs of latitude and longitude fields: the only ones, or those whose names differ in that word."""
    norths = [field.name for field in fields if field.kind == "latitude"]
    easts = [field.name for field in fields if field.kind == "longitude"]
    if len(norths) == len(easts) == 1:
        return [(norths[0], easts[0])]
    return [(name, east) for name in norths if (east := name.replace("緯度", "経度")) in easts]


def _of_pair(latitude: pl.Series, longitude: pl.Series) -> Iterator[PointDoubt]:
    north, east = (column.cast(pl.Float64, strict=False) for column in (latitude, longitude))
    inside = _within(north, "latitude")
    swapped = _within(north, "longitude") & _within(east, "latitude")
    same = (latitude == longitude) & (latitude != "") & (north != 0).fill_null(value=False)
    half = (latitude == "") != (longitude == "")
    short = inside & _within(east + _LOST_HUNDRED, "longitude") & ~same
    rough = inside & _within(east, "longitude")
    rough &= latitude.str.contains(_ROUGH) & longitude.str.contains(_ROUGH)
    for at in swapped.arg_true():
        yield latitude.name, at, latitude[at], Unsure("coordinates-swapped", (longitude[at],))
        yield longitude.name, at, longitude[at], Unsure("coordinates-swapped", (latitude[at],))
    for at in same.arg_true():
        wrong = longitude if inside[at] else latitude
        yield wrong.name, at, wrong[at], Unsure("coordinates-equal")
    for at in half.arg_true():
        empty = longitude if latitude[at] else latitude
        yield empty.name, at, "", Unsure("coordinate-half")
    for at in short.arg_true():
        yield longitude.name, at, longitude[at], Unsure("ambiguous-value", ("1" + longitude[at],))
    for at in rough.arg_true():
        yield latitude.name, at, latitude[at], Unsure("coordinate-rough")


def _without_point(column: pl.Series, field: Field) -> Iterator[PointDoubt]:
    """Yield coordinates without a decimal point that lie in Japan once the point is restored."""
    digits = _INTEGER_DIGITS[field.kind]
    found = column.str.contains(_POINTLESS).arg_true()
    if not len(found):
        return
    values = column.gather(found)
    readings = values.str.slice(0, digits) + "." + values.str.slice(digits)
    fits = _within(readings.cast(pl.Float64, strict=False), field.kind)
    for at, value, reading, fit in zip(found, values, readings, fits, strict=True):
        if fit:
            yield field.name, at, value, Unsure("ambiguous-value", (reading,))


def _within(numbers: pl.Series, kind: str) -> pl.Series:
    """Return whether each number lies in the range of latitudes, or longitudes, of Japan."""
    first, last = _limits(kind)
    return numbers.is_between(first, last).fill_null(value=False)


@cache
def _limits(kind: str) -> tuple[float, float]:
    bounds = value_kinds()[kind]["constraints"]
    return bounds["minimum"], bounds["maximum"]
