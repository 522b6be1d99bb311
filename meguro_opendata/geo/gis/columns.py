"""A column of text as the field of a GIS file: of the kind that its source had, or with numbers as numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from meguro_opendata.geo.gis.features import FieldWords
from meguro_opendata.geo.gis.words import GisFormat

__all__ = ["Column", "column_of"]

_WHOLE, _FRACTION = r"\A-?(?:0|[1-9][0-9]{0,8})\z", r"\A-?(?:0|[1-9][0-9]{0,8})\.[0-9]{1,9}\z"
_ZONE = re.compile(r"(?:Z|([+-])([0-9]{2}):?([0-9]{2}))\Z")
_UTC, _QUARTER = 100, 15  # GDAL counts time zones in quarters of an hour from here
_TIMELESS: tuple[GisFormat, ...] = ("shp", "kml")  # they keep a time only as a text


@dataclass(frozen=True)
class Column:
    """A field as GDAL takes it.

    Attributes:
        missing: The rows without a value.
        zones: Of times, GDAL's number for each one's zone.
    """

    name: str
    values: Any
    missing: npt.NDArray[np.bool_]
    zones: npt.NDArray[np.int32] | None = None


def column_of(name: str, text: pl.Series, words: FieldWords | None, form: GisFormat) -> Column:
    """Return a field; without a known kind, it is numeric where every filled cell is a plain number."""
    if words is None:
        return _guessed(name, text)
    make = _MAKERS.get(words.kind)
    if make is None or (words.kind == "datetime" and form in _TIMELESS):
        return Column(name, np.array(text.to_list(), dtype=object), words.null)
    try:
        values, zones = make(["" if null else value for value, null in zip(text, words.null, strict=True)])
    except (ValueError, OverflowError):  # a date of the year 0, a number beyond 64 bits: kept as the text that it is
        return Column(name, np.array(text.to_list(), dtype=object), words.null)
    return Column(name, values, words.null, zones)


def _guessed(name: str, text: pl.Series) -> Column:
    filled = text != ""
    values = text.filter(filled)
    missing = (~filled).to_numpy()
    if len(values) and values.str.contains(_WHOLE).all():
        return Column(name, text.cast(pl.Int64, strict=False).fill_null(0).to_numpy(), missing)
    if len(values) and values.str.contains(f"{_WHOLE}|{_FRACTION}").all():
        return Column(name, text.cast(pl.Float64, strict=False).fill_null(0.0).to_numpy(), missing)
    return Column(name, np.array(text.to_list(), dtype=object), missing)


_Made = tuple[npt.NDArray[Any], npt.NDArray[np.int32] | None]


def _whole(texts: list[str]) -> _Made:
    return np.array([int(text or 0) for text in texts], dtype=np.int64), None


def _fractions(texts: list[str]) -> _Made:
    return np.array([float(text or 0) for text in texts], dtype=np.float64), None


def _truths(texts: list[str]) -> _Made:
    return np.array([text == "1" for text in texts], dtype=bool), None


def _days(texts: list[str]) -> _Made:
    return np.array([text or "1970-01-01" for text in texts], dtype="datetime64[D]"), None


def _times(texts: list[str]) -> _Made:
    """Return times as their own clocks show them, and the zones of these."""
    values = np.array([_ZONE.sub("", text) or "1970-01-01" for text in texts], dtype="datetime64[ms]")
    return values, np.array([_zone(text) for text in texts], dtype=np.int32)


def _zone(text: str) -> int:
    """Return GDAL's number of a time's zone, 0 if the time has no zone.

    >>> _zone("2026-04-01T10:00:00+09:00"), _zone("2026-04-01T10:00:00Z"), _zone("2026-04-01T10:00:00")
    (136, 100, 0)
    """
    found = _ZONE.search(text)
    if found is None:
        return 0
    minutes = int(found[2] or 0) * 60 + int(found[3] or 0)
    return _UTC + (-minutes if found[1] == "-" else minutes) // _QUARTER


_MAKERS: Mapping[str, Callable[[list[str]], _Made]] = {
    "integer": _whole,
    "number": _fractions,
    "boolean": _truths,
    "date": _days,
    "datetime": _times,
}
