"""What lies in a release: the data files of each published table, the lists and the reports; how they are written."""

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
from meguro_opendata.messages.harmless import escaped_json
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
_MARK = b"\xef\xbb\xbf"
_CHANGES = ("file", "sheet", "row", "column", "field", "rule", "before", "after")
_REJECTED = ("file", "sheet", "row", "reason", "text")


@dataclass(frozen=True)
class PublishedTable:
    """A table as it is published: of a series one a period, else only one.

    ``shapes`` are the geometries of its rows in JGD2011, where they are to be published as they are.
    """

    frame: pl.DataFrame
    period: Period | None = None
    shapes: Geometries | None = None


@dataclass(frozen=True)
class DataFile:
    """A data file of a release: name, bytes, title and rows of its table, and its period if it is one of a series."""

    name: str
    data: bytes
    title: str
    rows: int
    period: Period | None = None


def published_tables(draft: Draft) -> list[PublishedTable]:
    """Return the tables of a draft as they are published, in the order of time."""
    return [_published(table, draft.recipe) for table in draft.tables]


def _published(table: Sequence[Prepared], recipe: Recipe) -> PublishedTable:
    member = table[0].source.member
    frame, period = pl.concat([part.frame for part in table]), member.period if member else None
    if recipe.gis.geometry == "point":
        return PublishedTable(frame, period)
    shapes = [placed_geometries(part.source.table, part.source.recipe.source) for part in table]
    return PublishedTable(frame, period, np.concatenate(shapes))


def data_files(tables: Sequence[PublishedTable], recipe: Recipe, municipality: str) -> list[DataFile]:
    """Return every table in the recipe's formats: the newest period first, before it its copy under a fixed name."""
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
    """Yield the GIS files that the recipe asks for, in the reference system that it asks for."""
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
        data = geo_bytes(kept if form == "kml" else projected, form, stem, recipe.gis.encoding)
        yield ("shp.zip" if form == "shp" else form), data


def report_files(draft: Draft, lang: str) -> dict[str, bytes]:
    """Return the lists of rewritten values and left out rows, and the report.

    Args:
        draft: What was built.
        lang: Language of the report.
    """
    report, changes, rejected = draft.report, draft.changes, draft.rejected
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
        REPORT: (escaped_json(report.to_dict(lang)) + "\n").encode("utf-8"),
        REPORT_PAGE: page.encode("utf-8"),
    }


def _list_bytes(columns: Sequence[str], entries: Iterable[Change | Rejection]) -> bytes:
    """Return the entries as CSV; each column is the attribute of the same name."""
    return _MARK + plain_csv_bytes(columns, map(attrgetter(*columns), entries))


def write_release_folder(
    contents: Mapping[str, bytes], target: Path, beside: Mapping[Path, bytes]
) -> tuple[ReleasedFile, ...]:
    """Write the files as a folder that appears whole, and remove the reports of an earlier build that failed.

    Args:
        contents: The files by name.
        target: The release's folder.
        beside: Files elsewhere, which are written just before.
    """
    files = _write_whole_folder(contents, target, beside)
    shutil.rmtree(failed_folder(target), ignore_errors=True)
    return files


def write_failed(contents: Mapping[str, bytes], folder: Path) -> tuple[ReleasedFile, ...]:
    """Write the reports on what keeps a release back, as a folder that appears whole."""
    return _write_whole_folder(contents, folder, {})


def failed_folder(target: Path) -> Path:
    """Return the folder of the reports as long as errors keep a release back: beside the release's own."""
    return target.with_name(target.name + _FAILED)


def _write_whole_folder(
    contents: Mapping[str, bytes], folder: Path, beside: Mapping[Path, bytes]
) -> tuple[ReleasedFile, ...]:
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
    """Write the files beside a folder as they were, since the folder could not be replaced."""
    for path, data in before.items():
        if data is not None:
            write_whole(path, data)
        else:
            path.unlink(missing_ok=True)


def write_into(contents: Mapping[str, bytes], target: Path) -> tuple[ReleasedFile, ...]:
    """Write the files one by one into a folder that may contain others, which stay."""
    for name, data in contents.items():
        write_whole(target / name, data)
    return _released(contents, target)


def _released(contents: Mapping[str, bytes], target: Path) -> tuple[ReleasedFile, ...]:
    return tuple(ReleasedFile(target / name, sha256(data), len(data)) for name, data in contents.items())
