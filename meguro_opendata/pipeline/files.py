"""The files of a release: data files of each published table, lists of changes and rejections, and reports."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from meguro_opendata.errors import StorageError
from meguro_opendata.files.releasenames import CHANGES, REJECTED, REPORT, REPORT_PAGE
from meguro_opendata.files.tables import csv_bytes, plain_csv_bytes, xlsx_bytes
from meguro_opendata.files.whole import folder_aside, plain_bytes, sha256, write_whole
from meguro_opendata.findings import Change, Rejection
from meguro_opendata.geo import feature_collection
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.geojson import shape_collection
from meguro_opendata.geo.gis.words import GIS_FORMATS
from meguro_opendata.georeferencing.coordinates import PUBLISHED, placed_geometries
from meguro_opendata.messages.harmless import escaped_json_bytes
from meguro_opendata.pipeline.outcome import Draft, ReleasedFile
from meguro_opendata.pipeline.preparation import Prepared
from meguro_opendata.pipeline.report import shown_sources
from meguro_opendata.privacy import masked_changes, masked_rejections
from meguro_opendata.recipe import Recipe
from meguro_opendata.recipe.series.periods import Period, titled
from meguro_opendata.reports.html import as_html
from meguro_opendata.standard.model import coordinate_fields, schema_fields

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.features import Geometries

__all__ = [
    "DataFile",
    "PublishedTable",
    "data_files",
    "failed_folder",
    "published_tables",
    "report_files",
    "write_failed",
    "write_into",
    "write_release_folder",
]

_FAILED = ".failed"
_MARK = b"\xef\xbb\xbf"  # without it Excel opens the list as CP932
_CHANGES = ("file", "sheet", "row", "column", "field", "rule", "before", "after")
_REJECTED = ("file", "sheet", "row", "reason", "text")


@dataclass(frozen=True)
class PublishedTable:
    """A published table: one for each period of a series, else only one.

    Attributes:
        frame: The rows.
        period: The period in a series.
        shapes: The geometries of the rows in JGD2011, if areas and lines are published instead of points.
    """

    frame: pl.DataFrame
    period: Period | None = None
    shapes: Geometries | None = None


@dataclass(frozen=True)
class DataFile:
    """A data file of a release: name, bytes, title, number of rows, and the period in a series."""

    name: str
    data: bytes
    title: str
    rows: int
    period: Period | None = None


def published_tables(draft: Draft) -> list[PublishedTable]:
    """Return the published tables of a draft, in the order of time."""
    return [_published(table, draft.recipe) for table in draft.tables]


def _published(table: Sequence[Prepared], recipe: Recipe) -> PublishedTable:
    member = table[0].source.member
    frame, period = pl.concat([part.frame for part in table]), member.period if member else None
    if recipe.gis.geometry == "point":
        return PublishedTable(frame, period)
    shapes = [placed_geometries(part.source.table, part.source.recipe.source) for part in table]
    return PublishedTable(frame, period, np.concatenate(shapes))


def data_files(tables: Sequence[PublishedTable], recipe: Recipe, municipality: str) -> list[DataFile]:
    """Return every table in the recipe's formats, the newest period first.

    If the recipe asks for it, a copy of the newest period under a name without period comes before all others, so
    that links to it stay valid.
    """
    stem = recipe.file_stem(municipality)
    made: list[DataFile] = []
    for table in reversed(tables):
        if table.period is None:
            made += _files_of(table, recipe, stem, recipe.title)
            continue
        title = titled(recipe.series.title if recipe.series else None, recipe.title, table.period)
        if recipe.series is not None and recipe.series.latest and not made:
            made += _files_of(table, recipe, stem, recipe.title)
        made += _files_of(table, recipe, f"{stem}_{table.period.compact}", title)
    return made


def _files_of(table: PublishedTable, recipe: Recipe, stem: str, title: str) -> Iterator[DataFile]:
    for ending, data in _formats(table, recipe, stem):
        yield DataFile(f"{stem}.{ending}", data, title, table.frame.height, table.period)


def _formats(table: PublishedTable, recipe: Recipe, stem: str) -> Iterator[tuple[str, bytes]]:
    frame = table.frame
    fields = schema_fields(recipe.schema)
    yield "csv", csv_bytes(frame)
    if "xlsx" in recipe.formats:
        yield "xlsx", xlsx_bytes(frame, [(field.name, field.description) for field in fields])
    places = coordinate_fields(fields)
    if "geojson" in recipe.formats and places is not None:
        yield "geojson", _geojson(table, places).encode("utf-8")
    if places is not None:
        yield from _gis_files(table, places, recipe, stem)


def _geojson(table: PublishedTable, places: tuple[str, str]) -> str:
    if table.shapes is None:
        return feature_collection(table.frame, *places)
    from meguro_opendata.geo.gis.features import Features

    return shape_collection(Features("", table.frame, table.shapes, parse_crs(PUBLISHED)).located())


def _gis_files(
    table: PublishedTable, places: tuple[str, str], recipe: Recipe, stem: str
) -> Iterator[tuple[str, bytes]]:
    """Yield the GIS files of the recipe's formats, in the recipe's reference system."""
    wanted = [form for form in GIS_FORMATS if form in recipe.formats]
    if not wanted:
        return
    from meguro_opendata.geo.gis.features import Features, moved, point_features
    from meguro_opendata.geo.gis.writing import geo_bytes

    if table.shapes is None:
        kept = point_features(table.frame, *places, stem, parse_crs(PUBLISHED)).located()
    else:
        kept = Features(stem, table.frame, table.shapes, parse_crs(PUBLISHED)).located()
    projected, _ = moved(kept, parse_crs(recipe.gis.crs))
    for form in wanted:
        # KML is defined in WGS 84 degrees only (OGC KML 2.3), so that it is never projected.
        data = geo_bytes(kept if form == "kml" else projected, form, stem, recipe.gis.encoding)
        yield ("shp.zip" if form == "shp" else form), data


def report_files(draft: Draft, lang: str) -> dict[str, bytes]:
    """Return the lists of rewritten values and rejected rows, and the report as JSON and as a page.

    Args:
        draft: The draft of the release.
        lang: Language of the report.
    """
    report, changes, rejected = draft.report, draft.changes, draft.rejected
    # The page is made to be shown to others: personal values in it are masked. The lists stay with the office.
    page = as_html(
        report,
        lang,
        title=draft.recipe.title,
        changes=masked_changes(changes, report.findings),
        rejected=masked_rejections(rejected),
        checked=shown_sources(draft.parts, draft.reading),
    )
    return {
        CHANGES: _list_bytes(_CHANGES, changes),
        REJECTED: _list_bytes(_REJECTED, rejected),
        REPORT: escaped_json_bytes(report.to_write(lang)),
        REPORT_PAGE: page.encode("utf-8"),
    }


def _list_bytes(columns: Sequence[str], entries: Iterable[Change | Rejection]) -> bytes:
    """Return the entries as CSV; each column is the attribute of that name."""
    return _MARK + plain_csv_bytes(columns, map(attrgetter(*columns), entries))


def write_release_folder(
    contents: Mapping[str, bytes], target: Path, beside: Mapping[Path, bytes]
) -> tuple[ReleasedFile, ...]:
    """Write the files as a folder that appears whole, and remove the reports of an earlier failed build.

    Args:
        contents: The files by name.
        target: The release's folder.
        beside: Files in other folders, by path, which are written just before the folder appears.
    """
    files = _write_whole_folder(contents, target, beside)
    shutil.rmtree(failed_folder(target), ignore_errors=True)
    return files


def write_failed(contents: Mapping[str, bytes], folder: Path) -> tuple[ReleasedFile, ...]:
    """Write the reports on the errors that prevent a release, as a folder that appears whole."""
    return _write_whole_folder(contents, folder, {})


def failed_folder(target: Path) -> Path:
    """Return the folder of the reports while errors prevent a release: beside the release's own folder."""
    return target.with_name(target.name + _FAILED)


def _write_whole_folder(
    contents: Mapping[str, bytes], folder: Path, beside: Mapping[Path, bytes]
) -> tuple[ReleasedFile, ...]:
    # Read before they are replaced: if the folder cannot be renamed, they must be as they were.
    before = {path: plain_bytes(path) if path.is_file() else None for path in beside}
    try:
        with folder_aside(folder) as aside:
            for name, data in contents.items():
                (aside / name).write_bytes(data)
            for path, data in beside.items():
                write_whole(path, data)
    except StorageError:
        _put_back(before)
        raise
    return _released(contents, folder)


def _put_back(before: Mapping[Path, bytes | None]) -> None:
    """Restore the files beside a folder after the folder could not be replaced."""
    for path, data in before.items():
        if data is not None:
            write_whole(path, data)
        else:
            path.unlink(missing_ok=True)


def write_into(contents: Mapping[str, bytes], target: Path) -> tuple[ReleasedFile, ...]:
    """Write the files one by one into a folder; other files in it stay."""
    for name, data in contents.items():
        write_whole(target / name, data)
    return _released(contents, target)


def _released(contents: Mapping[str, bytes], target: Path) -> tuple[ReleasedFile, ...]:
    return tuple(ReleasedFile(target / name, sha256(data), len(data)) for name, data in contents.items())
