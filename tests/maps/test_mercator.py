"""Web Mercator: positions of points, metres in a unit, and the tiles that cover an area."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.maps.mercator import metres_per_unit, project, tiles_over

_PLACES = st.floats(0, 0.999)


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [(0, 0, (0.5, 0.5)), (0, -180, (0, 0.5)), (0, 180, (1, 0.5)), (85.0511287798, 0, (0.5, 0))],
    ids=["origin", "western edge", "eastern edge", "northern edge of the square world"],
)
def test_a_point_is_projected_into_the_unit_square(lat: float, lon: float, expected: tuple[float, float]) -> None:
    """A point is projected into the unit square."""
    assert project(lat, lon) == pytest.approx(expected, abs=1e-9)


@given(st.floats(-85, 85), st.floats(-180, 180))
def test_projection_can_be_inverted(lat: float, lon: float) -> None:
    """Projection can be inverted."""
    x, y = project(lat, lon)
    assert (x - 0.5) * 360 == pytest.approx(lon, abs=1e-9)
    assert math.degrees(math.atan(math.sinh((0.5 - y) * 2 * math.pi))) == pytest.approx(lat, abs=1e-9)


def test_the_unit_at_the_equator_is_the_circumference_of_the_earth() -> None:
    """The unit at the equator is the circumference of the earth."""
    assert metres_per_unit(0) == pytest.approx(2 * math.pi * 6_378_137, abs=0.01)
    assert metres_per_unit(60) == pytest.approx(metres_per_unit(0) / 2)


@pytest.mark.parametrize(
    ("most", "zoom", "count"),
    [(4, 6, 4), (3, 5, None), (0, None, 0)],
)
def test_the_deepest_zoom_within_the_limit_is_chosen(most: int, zoom: int | None, count: int | None) -> None:
    """The deepest zoom within the limit is chosen."""
    tiles = tiles_over(0.49, 0.49, 0.51, 0.51, most, 18)
    if count is None:  # the area crosses the middle of the world, so that no zoom needs fewer than four tiles
        assert tiles == []
    else:
        assert len(tiles) == count
        assert {tile[0] for tile in tiles} == ({zoom} if zoom else set())


@given(_PLACES, _PLACES, st.floats(0, 0.001), st.integers(4, 60), st.integers(1, 18))
def test_tiles_cover_the_area_within_the_limits(left: float, top: float, side: float, most: int, deepest: int) -> None:
    """Tiles cover the area within the limits."""
    right, bottom = min(left + side, 0.9999), min(top + side, 0.9999)
    tiles = tiles_over(left, top, right, bottom, most, deepest)
    assert 1 <= len(tiles) <= most
    assert len(set(tiles)) == len(tiles)
    (zoom,) = {tile[0] for tile in tiles}
    assert zoom <= deepest
    scale = 2**zoom
    assert min(x for _, x, _ in tiles) <= left * scale
    assert right * scale < max(x for _, x, _ in tiles) + 1
    assert min(y for _, _, y in tiles) <= top * scale
    assert bottom * scale < max(y for _, _, y in tiles) + 1
