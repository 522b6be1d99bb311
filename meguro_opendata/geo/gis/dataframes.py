"""The edge to geopandas: features as a ``GeoDataFrame``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.geo.datum.crs import Crs
from meguro_opendata.geo.gis.features import Features
from meguro_opendata.geo.gis.files import read_features

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["read_geodataframe", "to_geodataframe"]


def to_geodataframe(features: Features) -> GeoDataFrame:
    """Return the features with attributes as text and x = east, in the reference system of the EPSG register."""
    import geopandas

    columns = {name: features.frame[name].to_list() for name in features.frame.columns}
    return geopandas.GeoDataFrame(columns, geometry=list(features.geometries), crs=f"EPSG:{features.crs.epsg}")


def read_geodataframe(
    path: Path | str, *, layer: str | None = None, crs: str | int | Crs | None = None, encoding: str | None = None
) -> GeoDataFrame:
    """Return a GIS file as a ``GeoDataFrame``, read by :func:`meguro_opendata.geo.gis.files.read_features`.

    Raises:
        SourceError: If it is no GIS file that can be read.
        UnknownCrsError: If neither the file nor ``crs`` says which system it is in.
    """
    return to_geodataframe(read_features(path, layer=layer, crs=crs, encoding=encoding))
