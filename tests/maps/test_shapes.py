"""Areas and lines of a GIS file as rings and lines of the map."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from meguro_opendata.maps import shapes
from meguro_opendata.maps.shapes import shapes_of

_RING = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]
_HOLE = [[0.6, 0.2], [0.8, 0.2], [0.8, 0.4], [0.6, 0.2]]
_LINE = [[0.0, 0.0], [2.0, 1.0]]


def _drawn(*geometries: object) -> list[tuple[list[list[float]], bool]]:
    return [(list(points), is_area) for points, is_area in shapes_of(np.array(geometries, dtype=object))]


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (shapely.Polygon(_RING), [(_RING, True)]),
        (shapely.Polygon(_RING, [_HOLE]), [(_RING, True), (_HOLE, True)]),
        (shapely.LineString(_LINE), [(_LINE, False)]),
        (shapely.MultiLineString([_LINE, _LINE]), [(_LINE, False), (_LINE, False)]),
        (shapely.Point(1, 2), []),
        (None, []),
        (
            shapely.GeometryCollection([shapely.LineString(_LINE), shapely.Point(1, 2), shapely.Polygon(_RING)]),
            [(_LINE, False), (_RING, True)],
        ),
    ],
    ids=["area", "area with a hole", "line", "several lines", "point", "missing", "collection"],
)
def test_areas_become_rings_and_lines_stay_open(geometry: object, expected: list[tuple[list, bool]]) -> None:
    """Areas become rings and lines stay open."""
    assert _drawn(geometry) == expected


@pytest.mark.parametrize(("most", "left"), [(5, 5), (4, 2)], ids=["at the limit", "one above the limit"])
def test_shapes_are_simplified_only_above_the_limit_of_vertices(
    most: int, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shapes are simplified only above the limit of vertices."""
    monkeypatch.setattr(shapes, "preview_data", lambda: {"shape_tolerance": 0.001, "most_vertices": most})
    line = shapely.LineString([(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)])
    ((points, _),) = _drawn(line)
    assert len(points) == left
    assert (points[0], points[-1]) == ([0.0, 0.0], [4.0, 0.0])
