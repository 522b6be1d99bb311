"""Places: datums and grids, coordinates in every notation, mesh codes, GIS files."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meguro_opendata.geo.datum.crs import Crs, parse_crs
    from meguro_opendata.geo.datum.grids import add_grid, known_grids, read_grid
    from meguro_opendata.geo.datum.transformation import Transformed, transform, transform_points
    from meguro_opendata.geo.gis.dataframes import read_geodataframe, to_geodataframe
    from meguro_opendata.geo.gis.features import Features, point_features
    from meguro_opendata.geo.gis.files import read_features
    from meguro_opendata.geo.gis.geojson import feature_collection
    from meguro_opendata.geo.mesh import mesh_bounds, mesh_codes

__all__ = [
    "Crs",
    "Features",
    "Transformed",
    "add_grid",
    "feature_collection",
    "known_grids",
    "mesh_bounds",
    "mesh_codes",
    "parse_crs",
    "point_features",
    "read_features",
    "read_geodataframe",
    "read_grid",
    "to_geodataframe",
    "transform",
    "transform_points",
]

# Loaded when first used: cleaning reads notations from here and needs neither numpy nor pyproj; a catalogue reads the
# names of file formats and needs no polars.
_HOMES = {
    "Crs": "datum.crs",
    "Features": "gis.features",
    "Transformed": "datum.transformation",
    "add_grid": "datum.grids",
    "feature_collection": "gis.geojson",
    "known_grids": "datum.grids",
    "parse_crs": "datum.crs",
    "mesh_bounds": "mesh",
    "mesh_codes": "mesh",
    "point_features": "gis.features",
    "read_features": "gis.files",
    "read_geodataframe": "gis.dataframes",
    "read_grid": "datum.grids",
    "to_geodataframe": "gis.dataframes",
    "transform": "datum.transformation",
    "transform_points": "datum.transformation",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
