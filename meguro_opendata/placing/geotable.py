"""A GIS file as a ``Table``: attributes as columns of text, and the degrees of a point in each feature."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from meguro_opendata.geo.crs import datum_code
from meguro_opendata.geo.features import point_columns
from meguro_opendata.geo.files import read_features
from meguro_opendata.geo.filewords import file_words
from meguro_opendata.geo.opening import geo_container
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table

__all__ = ["is_geo_file", "point_names", "read_geo_table"]


def is_geo_file(path: Path) -> bool:
    """Whether a file is there and is a GIS file by its content."""
    return path.is_file() and geo_container(path) is not None


def point_names() -> tuple[str, str]:
    """The columns of latitude and longitude of a geometry's point."""
    names = file_words()["columns"]
    return names["lat"], names["lon"]


def read_geo_table(
    path: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    skip: Mapping[int, str] | None = None,
) -> Table:
    """The features of a GIS file as the rows of a table; row 2 is the first feature, as in a sheet with a header.

    Args:
        path: The file.
        layer: Its layer, where there are several.
        crs: The reference system, for a file that does not say so.
        encoding: Of a shapefile's attributes.
        skip: Rows to leave out, with reasons.

    Raises:
        SourceError: If it cannot be read.
        UnknownCrsError: If its reference system is not known, or is not the declared one.
    """
    features = read_features(path, layer=layer, crs=crs, encoding=encoding)
    frame = point_columns(features)
    container = str(geo_container(path))
    sheet = layer or path.stem
    records = [frame.columns, *map(list, frame.iter_rows())]
    grid = Grid.of_records(path, container, records, sheet=sheet, crs=datum_code(features.crs.datum))
    return cut_table(grid, 1, 1, skip, keep_all=True)
