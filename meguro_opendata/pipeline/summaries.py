"""What the files of a release say themselves, for the catalogue: where its points lie, its period, when it was made."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from meguro_opendata.packaged import packaged_toml
from meguro_opendata.recipe.series.periods import FISCAL_YEAR_START, Period, periods_in, stem_of
from meguro_opendata.standard.model import Field, coordinate_fields

__all__ = ["ReleaseFacts", "iso_period", "read_facts", "saved_day"]

_LONGEST_PART = 200_000
_JAPAN = timedelta(hours=9)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, KeyError, NotImplementedError)


@dataclass(frozen=True)
class ReleaseFacts:
    """What is known without asking anybody.

    Attributes:
        bbox: West, south, east, north of its points, in degrees.
        temporal: A day, month or year, or ``start/end``.
        modified: The day on which the newest source was last saved.
    """

    bbox: tuple[float, float, float, float] | None = None
    temporal: str | None = None
    modified: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The facts as ``datapackage.json`` has them."""
        return {
            "bbox": list(self.bbox) if self.bbox else None,
            "temporal": self.temporal,
            "modified": self.modified,
        }


def read_facts(
    frames: Sequence[pl.DataFrame],
    periods: Iterable[Period | None],
    fields: Sequence[Field],
    sources: Sequence[tuple[Path, str]],
) -> ReleaseFacts:
    """What the tables and their sources say.

    Args:
        frames: The published tables.
        periods: Their periods, of a series.
        fields: Their fields.
        sources: Each source's path and container.
    """
    known = sorted(period for period in periods if period is not None)
    return ReleaseFacts(
        _box(frames, fields),
        _span(known) or _as_of(frames) or _named(sources),
        max(filter(None, (saved_day(path, container) for path, container in sources)), default=None),
    )


def _box(frames: Sequence[pl.DataFrame], fields: Sequence[Field]) -> tuple[float, float, float, float] | None:
    """The corners of all points that lie on earth; ``None`` without points."""
    names = coordinate_fields(fields)
    if names is None:
        return None
    degrees = [pl.col(name).cast(pl.Float64, strict=False).alias(axis) for name, axis in zip(names, "yx", strict=True)]
    points = pl.concat([frame.select(degrees) for frame in frames])
    points = points.filter(pl.col("y").is_between(-90, 90) & pl.col("x").is_between(-180, 180))
    if points.is_empty():
        return None
    lons, lats = points["x"].to_list(), points["y"].to_list()
    return min(lons), min(lats), max(lons), max(lats)


def _as_of(frames: Sequence[pl.DataFrame]) -> str | None:
    """The first and the last day in a field that says as of when the table is."""
    days = {
        value
        for frame in frames
        for name in _data()["as_of"]
        if name in frame.columns
        for value in frame[name].unique().to_list()
        if _is_day(value)
    }
    return _joined(min(days), max(days)) if days else None


def _named(sources: Sequence[tuple[Path, str]]) -> str | None:
    """The period that the name of a single source holds."""
    names = {path for path, _ in sources}
    found = periods_in(stem_of(next(iter(names)).name)) if len(names) == 1 else []
    return _span(found) if len(found) == 1 else None


def _span(periods: Sequence[Period]) -> str | None:
    """From the beginning of the first period to the end of the last."""
    if not periods:
        return None
    return _joined(iso_period(periods[0]).partition("/")[0], iso_period(periods[-1]).rpartition("/")[2])


def _joined(start: str, end: str) -> str:
    return start if start == end else f"{start}/{end}"


def iso_period(period: Period) -> str:
    """A period in the form of ISO 8601.

    >>> iso_period(Period(2020, 11, 1)), iso_period(Period(2020, 11)), iso_period(Period(2024, fiscal=True))
    ('2020-11-01', '2020-11', '2024-04-01/2025-03-31')
    """
    if not period.fiscal:
        return period.label
    start = date(period.year, FISCAL_YEAR_START, 1)
    end = start.replace(year=period.year + 1) - timedelta(days=1)
    return f"{start.isoformat()}/{end.isoformat()}"


def _is_day(text: str | None) -> bool:
    try:
        return bool(text) and date.fromisoformat(str(text)).isoformat() == text
    except ValueError:
        return False


def saved_day(path: Path, container: str) -> str | None:
    """The day, in Japan, on which a workbook was last saved as it says itself; ``None`` if it says nothing.

    Args:
        path: The file.
        container: What it really is (``xlsx``, ``ods``, …).
    """
    words = _data()["saved"]
    part = words["parts"].get(container)
    if part is None:
        return None
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part) as file:
            written = file.read(_LONGEST_PART).decode("utf-8", errors="replace")
    except _BROKEN:
        return None
    found = re.search(words["pattern"], written)
    try:
        moment = datetime.fromisoformat(found[1]) + _JAPAN if found else None
    except (ValueError, OverflowError):
        return None
    day = moment.date().isoformat() if moment else ""
    return day if day >= words["earliest"] else None


def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "releasefacts.toml")
