"""A GIS file as a ``Table``: attributes as columns of text, and the degrees of a point in each feature."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from meguro_opendata.geo.datum.crs import Crs, datum_code
from meguro_opendata.geo.gis.features import point_columns, with_texts
from meguro_opendata.geo.gis.files import Layer, read_layer
from meguro_opendata.geo.gis.opening import is_geo_file
from meguro_opendata.geo.gis.words import LayerWords, file_words
from meguro_opendata.sources import Grid, Table, propose_source
from meguro_opendata.sources.header import cut_table

__all__ = ["geo_table", "propose_table", "read_geo_table"]


def read_geo_table(
    path: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    skip: Mapping[int, str] | None = None,
) -> Table:
    """Return the features of a GIS file as rows of a table; row 2 is the first feature, as below a header.

    Args:
        path: The file.
        layer: Its layer, where there are several.
        crs: The reference system, for a file that does not say so.
        encoding: Of its texts.
        skip: Rows to leave out, with reasons.

    Raises:
        SourceError: If it cannot be read.
        UnknownCrsError: If its reference system is not known, or is not the declared one.
    """
    found = read_layer(path, layer=layer, encoding=encoding)
    return geo_table(path, found, found.features(crs).crs, skip)


def geo_table(path: Path, layer: Layer, crs: Crs | None = None, skip: Mapping[int, str] | None = None) -> Table:
    """Return a layer as a table; without a known system the columns of the points are blank.

    Args:
        path: The file.
        layer: Parts of the file that were read.
        crs: The system of its geometries; default the one that the file names.
        skip: Rows to leave out, with reasons.
    """
    known = crs or layer.crs
    features = layer.features(known) if known else None
    frame = point_columns(features) if features else _unplaced(layer)
    records = [frame.columns, *map(list, frame.iter_rows())]
    grid = Grid.of_records(
        path,
        layer.container,
        records,
        sheet=layer.layer,
        sheets=layer.layers,
        encoding=layer.encoding,
        crs=datum_code(known.datum) if known else None,
        features=features,
    )
    return cut_table(grid, 1, 1, skip, keep_all=True)


def _unplaced(layer: Layer) -> pl.DataFrame:
    names = file_words()["columns"]
    blank = [""] * len(layer.geometries)
    kinds = ["" if shape is None else str(shape.geom_type) for shape in layer.geometries]
    columns = ((names["lat"], blank), (names["lon"], blank), (names["kind"], kinds))
    return with_texts(layer.frame, dict(columns))


def propose_table(
    path: Path,
    names: Collection[str] = (),
    *,
    keep_all: bool = True,
    needs_crs: bool = False,
    words: LayerWords | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Table:
    """Return the table of a file without a recipe: of a GIS file its features, else what the header's labels suggest.

    Args:
        path: The file.
        names: Labels that a header may have.
        keep_all: Whether rows that look like notes or totals are kept.
        needs_crs: Whether a GIS file has to say which system it is in; else its points may be blank.
        words: Declarations about a GIS file.
        sheet: The sheet, if that is known; of a GIS file the layer.
        header_row: As for :func:`propose_source`; a GIS file has no header line.

    Raises:
        SourceError: If it cannot be read.
        UnknownCrsError: If it has to say which system it is in, and does not.
    """
    words = words or LayerWords()
    if is_geo_file(path):
        layer = read_layer(path, layer=words.layer or sheet, encoding=words.encoding)
        known = layer.features(words.crs).crs if needs_crs or words.crs else None
        return geo_table(path, layer, known)
    words.refuse_for(path)
    return propose_source(path, names, keep_all=keep_all, sheet=sheet, header_row=header_row)
