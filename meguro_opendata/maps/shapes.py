"""Areas and lines of a GIS file as the map draws them, simplified where there are too many vertices."""

from __future__ import annotations

from collections.abc import Iterator

from meguro_opendata.geo.gis.features import Geometries
from meguro_opendata.maps.drawing import Shape
from meguro_opendata.maps.rows import preview_data

__all__ = ["shapes_of"]


def shapes_of(geometries: Geometries) -> list[Shape]:
    """Return each ring and line; simplify them until they have at most ``most_vertices`` vertices.

    Points are left out: the map draws them as rows.

    Args:
        geometries: Geometries in degrees, x = longitude.
    """
    import shapely

    tolerance, most = preview_data()["shape_tolerance"], preview_data()["most_vertices"]
    drawn = geometries
    while shapely.get_num_coordinates(drawn).sum() > most:
        drawn = shapely.simplify(drawn, tolerance)
        tolerance *= 2
    return [shape for part in shapely.get_parts(drawn[~shapely.is_missing(drawn)]) for shape in _shapes(part)]


def _shapes(part: object) -> Iterator[Shape]:
    import shapely

    kind = shapely.get_type_id(part)
    if kind == shapely.GeometryType.POLYGON:
        yield from ((shapely.get_coordinates(ring).tolist(), True) for ring in shapely.get_rings(part))
    elif kind in (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING):
        yield shapely.get_coordinates(part).tolist(), False
    elif kind == shapely.GeometryType.GEOMETRYCOLLECTION:
        for one in shapely.get_parts(part):
            yield from _shapes(one)
