"""Places: datums and grids, coordinates in every notation, mesh codes, GIS files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meguro_opendata.packaged import attach

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
    "datum.crs": ("Crs", "parse_crs"),
    "datum.grids": ("add_grid", "known_grids", "read_grid"),
    "datum.transformation": ("Transformed", "transform", "transform_points"),
    "gis.dataframes": ("read_geodataframe", "to_geodataframe"),
    "gis.features": ("Features", "point_features"),
    "gis.files": ("read_features",),
    "gis.geojson": ("feature_collection",),
    "mesh": ("mesh_bounds", "mesh_codes"),
}

__getattr__, __dir__ = attach(__name__, _HOMES)
