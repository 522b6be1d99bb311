"""Findings on a source's geometries, and on rows that are missing in the GIS files of the release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from meguro_opendata.findings import Finding
from meguro_opendata.geo.gis.words import GIS_FORMATS
from meguro_opendata.recipe import Recipe
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import coordinate_fields, schema_fields

__all__ = ["layer_remarks", "unplaced_rows"]

_SHOWN = 10  # row numbers in the finding; the count says how many there are
_MOST_LAT, _MOST_LON = 90, 180
_FIRST = 2  # the record of the first feature, as in a sheet with a header


def layer_remarks(table: Table) -> Iterator[Finding]:
    """Yield the findings on the GIS file of a table; those on single rows only if the rows are published."""
    features = table.grid.features
    positions = {row: position for position, row in enumerate(table.rows)}
    for found in features.findings if features is not None else ():
        if found.column in table.frame.columns and found.row in positions:
            place = table.cell_finding(found.code, found.severity, positions[found.row], found.column)
            yield replace(place, params=found.params)
        elif found.column is None or found.row is None:
            yield replace(found, sheet=table.grid.sheet)


def unplaced_rows(table: Table, frame: pl.DataFrame, recipe: Recipe) -> Iterator[Finding]:
    """Yield a finding on the rows without a place, which are in the table but in no GIS file."""
    forms = [form for form in ("geojson", *GIS_FORMATS) if form in recipe.formats]
    places = coordinate_fields(schema_fields(recipe.schema))
    if not forms or places is None or not frame.height:
        return
    there = _with_place(table, frame, recipe, places)
    rows = [row for row, has_place in zip(table.rows, there.tolist(), strict=True) if not has_place]
    if rows:
        shown = ", ".join(map(str, rows[:_SHOWN])) + (" ..." if len(rows) > _SHOWN else "")
        params = {"count": len(rows), "rows": shown, "forms": ", ".join(forms)}
        yield Finding("gis-rows-unplaced", "info", sheet=table.grid.sheet, params=params)


def _with_place(table: Table, frame: pl.DataFrame, recipe: Recipe, places: tuple[str, str]) -> npt.NDArray[np.bool_]:
    """Return whether each row has a place: a geometry or degrees, depending on the origin of the GIS files."""
    features = table.grid.features
    if recipe.gis.geometry == "source" and features is not None:
        return np.array([features.geometries[row - _FIRST] is not None for row in table.rows], dtype=bool)
    lat, lon = (frame[name].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy() for name in places)
    found: npt.NDArray[np.bool_] = (np.abs(lat) <= _MOST_LAT) & (np.abs(lon) <= _MOST_LON)
    return found
