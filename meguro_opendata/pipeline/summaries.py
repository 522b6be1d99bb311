"""Parts of a descriptor besides the files: facts, coordinates, places, and the list of sources."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.japan.calendar import JST, year_days
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.pipeline.files import PublishedTable
from meguro_opendata.pipeline.outcome import Draft
from meguro_opendata.recipe import Recipe
from meguro_opendata.recipe.series.periods import Period, periods_in, stem_of
from meguro_opendata.release.facts import ReleaseFacts
from meguro_opendata.release.freshness import SeriesFiles, SourceList
from meguro_opendata.release.places import PlaceStamp, place_stamp
from meguro_opendata.standard.model import Field, coordinate_fields, schema_fields

__all__ = [
    "coordinate_records",
    "facts_of",
    "iso_period",
    "place_stamp_of",
    "read_facts",
    "saved_day",
    "source_list",
]

_LONGEST_PART = 200_000  # bytes of a workbook's properties that are read: a small file can unpack to gigabytes


def facts_of(draft: Draft, tables: Sequence[PublishedTable]) -> ReleaseFacts:
    """Return the facts that the published tables and the sources of a draft contain."""
    sources = [part.source.table for part in draft.parts]
    return read_facts(
        [table.frame for table in tables],
        [table.period for table in tables],
        schema_fields(draft.recipe.schema),
        [(source.path, source.grid.container) for source in sources],
    )


def coordinate_records(draft: Draft) -> list[dict[str, Any]]:
    """Return the record of the datum transformation of each source; empty if no source declares a system."""
    return [{"file": part.source.name, **part.coordinates} for part in draft.parts if part.coordinates]


def place_stamp_of(draft: Draft, coordinates: Sequence[Mapping[str, Any]]) -> PlaceStamp | None:
    """Return the stamp of the grids, gazetteers and boundaries behind a release; ``None`` outside a workspace."""
    if isinstance(draft.city, str):
        return None
    has_points = coordinate_fields(schema_fields(draft.recipe.schema)) is not None
    moved = any(record["steps"] for record in coordinates)
    return place_stamp(draft.recipe.source_files(), draft.city.code if has_points else None, moved=moved)


def source_list(recipe: Recipe) -> SourceList:
    """Return the files from which a recipe's release is made, with the recipe itself."""
    beside = {
        "recipe": recipe.path,
        "schema": recipe.schema_path,
        "mapping": recipe.mapping_path,
        "earlier": recipe.earlier_path,
        "ids": recipe.register_path if recipe.ids is not None else None,
    }
    files = {use: path.name for use, path in beside.items() if path is not None}
    if recipe.source.series is not None:
        return SourceList(files, SeriesFiles(recipe.source.series, tuple(recipe.left_out_of_series())))
    names = [path.name for path in recipe.source_files()]
    if recipe.sources is not None:
        return SourceList(files | {f"source:{name}": name for name in names})
    return SourceList(files | {"source": names[0]})


def read_facts(
    frames: Sequence[pl.DataFrame],
    periods: Iterable[Period | None],
    fields: Sequence[Field],
    sources: Sequence[tuple[Path, str]],
) -> ReleaseFacts:
    """Return the facts that tables and their sources contain: extent, period, and the day of the last saving.

    Args:
        frames: The published tables.
        periods: The periods of the tables, in a series.
        fields: The fields of the tables.
        sources: The path and the container of each source.
    """
    known = sorted(period for period in periods if period is not None)
    return ReleaseFacts(
        _box(frames, fields),
        # From the surest to the least sure: the recipe's periods, days in the rows, the name of the file.
        _span(known) or _as_of(frames) or _named(sources),
        max(filter(None, (saved_day(path, container) for path, container in sources)), default=None),
    )


def _box(frames: Sequence[pl.DataFrame], fields: Sequence[Field]) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of all points with valid degrees; ``None`` without points."""
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
    """Return the first and last day in the fields that date the rows (``as_of``); ``None`` without such a field."""
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
    """Return the period in the file name of a single source; ``None`` unless there is exactly one period."""
    names = {path for path, _ in sources}
    found = periods_in(stem_of(next(iter(names)).name)) if len(names) == 1 else []
    return _span(found) if len(found) == 1 else None


def _span(periods: Sequence[Period]) -> str | None:
    """Return the time from the beginning of the first period to the end of the last one, in the form of ISO 8601."""
    if not periods:
        return None
    return _joined(iso_period(periods[0]).partition("/")[0], iso_period(periods[-1]).rpartition("/")[2])


def _joined(start: str, end: str) -> str:
    return start if start == end else f"{start}/{end}"


def iso_period(period: Period) -> str:
    """Return a period in the form of ISO 8601.

    >>> iso_period(Period(2020, 11, 1)), iso_period(Period(2020, 11)), iso_period(Period(2024, fiscal=True))
    ('2020-11-01', '2020-11', '2024-04-01/2025-03-31')
    """
    if not period.fiscal:
        return period.label
    return "/".join(day.isoformat() for day in year_days(period.year))


def _is_day(text: str | None) -> bool:
    try:
        return bool(text) and date.fromisoformat(str(text)).isoformat() == text
    except ValueError:
        return False


def saved_day(path: Path, container: str) -> str | None:
    """Return the day in Japan on which a workbook was last saved, by its own properties; ``None`` if unknown.

    Args:
        path: The file.
        container: The file's true form (``xlsx``, ``ods``, …).
    """
    words = _data()["saved"]
    part = words["parts"].get(container)
    if part is None:
        return None
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part) as file:
            written = file.read(_LONGEST_PART).decode("utf-8", errors="replace")
    except DAMAGED_ARCHIVE:
        return None
    # A pattern instead of an XML parser: the part comes from an unknown file, and one date is all that is needed.
    found = re.search(words["pattern"], written)
    try:
        moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC).astimezone(JST) if found else None
    except (ValueError, OverflowError):
        return None
    day = moment.date().isoformat() if moment else ""
    return day if day >= words["earliest"] else None


def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "summaries.toml")
