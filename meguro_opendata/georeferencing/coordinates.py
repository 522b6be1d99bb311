"""Coordinates of a table: read in the reference system of the recipe and transformed to the published one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from meguro_opendata.cleaning import Cleaned, Doubt
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.findings import Change, Finding
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.words import point_names
from meguro_opendata.georeferencing.column_pairs import Located, PointWords, Trouble, locate
from meguro_opendata.mapping import Mapped
from meguro_opendata.recipe.sourcewords import FileSettings
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Field, coordinate_fields

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.features import Geometries

__all__ = ["PUBLISHED", "RULE", "Placed", "fields_to_clean", "in_order", "place", "placed_geometries", "undeclared"]

PUBLISHED = "EPSG:6668"
RULE = "coordinates"
_FIRST = 2  # the record of the first feature, as in a sheet with a header
# WGS 84 agrees with JGD2011 at the metre level, so its points are published without a transformation.
_SAME = "EPSG:4326"
_MOST_DEGREES = 360.0
_NUMBER = "decimal"
# Codes that cleaning and validation already report for degrees; a second finding would count the cell twice.
_ALREADY_REPORTED = ("coordinates-swapped", "coordinates-equal", "coordinate-half", "ambiguous-value")

Part = TypeVar("Part")


@dataclass(frozen=True)
class Placed:
    """A table whose coordinates are in the published reference system.

    Attributes:
        frame: The rows.
        changes: Each rewritten coordinate.
        findings: Findings about coordinates and about the operation.
        doubts: Doubts of cleaning that the transformation did not settle.
        record: Operation, grids and expected error; ``None`` if no system is declared or no row has a point.
    """

    frame: pl.DataFrame
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    doubts: tuple[Doubt, ...]
    record: Mapping[str, Any] | None = None


def _declared(settings: FileSettings, table: Table, mapped: Mapped, names: Sequence[str]) -> str | None:
    """Return the CRS of a GIS file's geometries if they are published, else the CRS of the recipe."""
    if table.grid.crs is not None and tuple(mapped.origins.get(name) for name in names) == point_names():
        return table.grid.crs
    return settings.crs


def _words(crs: str, settings: FileSettings) -> PointWords:
    return PointWords(
        parse_crs(crs), notation=settings.notation or "decimal", allow_approximate=settings.allow_approximate
    )


def in_order(mapped: Mapped, fields: Sequence[Field], settings: FileSettings) -> Mapped:
    """Return the mapped table, with its two coordinates exchanged if the recipe declares them swapped."""
    names = coordinate_fields(fields)
    if names is None or settings.axes != "swapped":
        return mapped
    lat, lon = names
    frame = mapped.frame.with_columns(pl.col(lon).alias(lat), pl.col(lat).alias(lon))
    return replace(mapped, frame=frame, origins={**mapped.origins, lat: mapped.origins[lon], lon: mapped.origins[lat]})


def fields_to_clean(table: Table, mapped: Mapped, fields: Sequence[Field], settings: FileSettings) -> Sequence[Field]:
    """Return the fields for cleaning; coordinates in metres become plain numbers, not degrees."""
    names = coordinate_fields(fields)
    crs = _declared(settings, table, mapped, names) if names is not None else None
    if names is None or crs is None or parse_crs(crs).geographic:
        return fields
    return [replace(field, kind=_NUMBER) if field.name in names else field for field in fields]


def place(table: Table, mapped: Mapped, cleaned: Cleaned, fields: Sequence[Field], settings: FileSettings) -> Placed:
    """Return the cleaned table with its coordinates in JGD2011.

    Raises:
        MissingGridError: If a needed grid has not been added and the recipe allows nothing approximate.
    """
    names = coordinate_fields(fields)
    crs = _declared(settings, table, mapped, names) if names is not None else None
    if names is None or crs is None:
        return Placed(cleaned.frame, (), (), tuple(cleaned.doubts))
    words = _words(crs, settings)
    columns = [cleaned.frame[name] for name in names]
    located = locate(*_axes(columns, words), words, parse_crs(PUBLISHED))
    after = [located.first, located.second] if located.done else columns
    frame = cleaned.frame.with_columns(*(column.alias(name) for column, name in zip(after, names, strict=True)))
    changes = tuple(_changes(cleaned.frame, frame, names, mapped, table))
    findings = tuple(_findings(located, table, mapped, names, words))
    doubts = tuple(doubt for doubt in cleaned.doubts if not _is_settled(doubt, names, cleaned.frame, frame))
    return Placed(frame, changes, findings, doubts, located.record())


def placed_geometries(table: Table, settings: FileSettings) -> Geometries:
    """Return the geometries of a GIS file's rows in JGD2011, vertex by vertex.

    Raises:
        MeguroOpendataError: If the table does not come from a GIS file.
        MissingGridError: If a needed grid has not been added and the recipe allows nothing approximate.
        OutsideGridError: If vertices lie outside a needed grid.
    """
    from meguro_opendata.geo.gis.features import moved

    features = table.grid.features
    if features is None:
        raise MeguroOpendataError("gis-geometry-of-table", file=table.path.name)
    there, _ = moved(features, parse_crs(PUBLISHED), allow_approximate=settings.allow_approximate)
    placed: Geometries = there.geometries[[row - _FIRST for row in table.rows]]
    return placed


def _axes(pair: Sequence[Part], words: PointWords) -> tuple[Part, Part]:
    """Return the values for 緯度 and 経度 in the axis order of the declared system.

    In a recipe 緯度 takes the northing and 経度 the easting, in any axis order of the system.
    """
    north, east = pair
    return (east, north) if words.crs.east_first else (north, east)


def _changes(
    before: pl.DataFrame, after: pl.DataFrame, names: Sequence[str], mapped: Mapped, table: Table
) -> Iterator[Change]:
    for name in names:
        for at in (before[name] != after[name]).arg_true():
            column = mapped.origins.get(name) or ""
            yield Change(table.rows[at], column, name, RULE, before[name][at], after[name][at])


def _findings(
    located: Located, table: Table, mapped: Mapped, names: Sequence[str], words: PointWords
) -> Iterator[Finding]:
    for one in located.troubles:
        if one.position is None:
            yield Finding(one.code, one.severity, sheet=table.grid.sheet, params=one.params)
        elif not (words.crs.geographic and one.code in _ALREADY_REPORTED):
            yield _placed_finding(one, table, mapped, _axes(names, words)[one.part or 0])


def _placed_finding(one: Trouble, table: Table, mapped: Mapped, name: str) -> Finding:
    position, column = one.position or 0, mapped.origins.get(name)
    if column is None or column not in table.frame.columns:
        row, line = table.rows[position], table.line_of(position)
        return Finding(one.code, one.severity, sheet=table.grid.sheet, row=row, line=line, field=name)
    return table.cell_finding(one.code, one.severity, position, column, field=name, suggestion=one.suggestion)


def _is_settled(doubt: Doubt, names: Sequence[str], before: pl.DataFrame, after: pl.DataFrame) -> bool:
    """Return whether a doubt of cleaning is about a coordinate that could be read after all."""
    if doubt.field not in names:
        return False
    return bool(before[doubt.field][doubt.position] != after[doubt.field][doubt.position])


def undeclared(
    table: Table, mapped: Mapped, frame: pl.DataFrame, fields: Sequence[Field], settings: FileSettings
) -> Iterator[Finding]:
    """Yield findings on coordinates that are published without a declared CRS; values in metres are an error.

    A geometry's point on another datum is also an error in a field other than latitude or longitude, because
    only those two fields are transformed.
    """
    names = coordinate_fields(fields)
    yield from _unplaced(table, mapped, names or ())
    if names is None or _declared(settings, table, mapped, names) is not None:
        return
    numbers = [frame[name].cast(pl.Float64, strict=False) for name in names]
    if all(column.is_null().all() for column in numbers):
        return
    if all((column.abs() > _MOST_DEGREES).any() for column in numbers):
        yield Finding("crs-undeclared-metres", "error", field=names[0])
    else:
        yield Finding("crs-undeclared", "info", field=names[0])


def _unplaced(table: Table, mapped: Mapped, names: Sequence[str]) -> Iterator[Finding]:
    """Yield points of geometries on another datum in fields that are no coordinates."""
    if table.grid.crs not in (None, PUBLISHED, _SAME):
        for name, column in mapped.origins.items():
            if column in point_names() and name not in names:
                yield Finding("geometry-unplaced", "error", field=name, params={"crs": table.grid.crs})
