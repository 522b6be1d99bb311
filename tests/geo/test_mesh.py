"""Mesh codes of JIS X 0410 and the edges of a mesh as inverse functions."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import CoordinateError, MeguroOpendataError
from meguro_opendata.geo.mesh import LEVELS, Level, mesh_bounds, mesh_codes


@given(st.floats(0, 66.6), st.floats(100, 199.9), st.sampled_from(LEVELS))
def test_the_mesh_of_a_point_contains_the_point(lat: float, lon: float, level: Level) -> None:
    """The mesh of a point contains the point."""
    (code,) = mesh_codes([lat], [lon], level).tolist()
    south, west, north, east = mesh_bounds(code)
    assert south - 1e-9 <= lat < north
    assert west - 1e-9 <= lon < east
    assert mesh_codes([south], [west], level).tolist() == [code]


@given(st.floats(0, 66.6), st.floats(100, 199.9))
def test_each_finer_mesh_lies_in_the_coarser_one(lat: float, lon: float) -> None:
    """Each finer mesh lies in the coarser one."""
    codes = [mesh_codes([lat], [lon], level).tolist()[0] for level in LEVELS]
    assert [len(code) for code in codes] == [4, 6, 8, 9, 10, 11]
    assert all(fine.startswith(coarse) for coarse, fine in pairwise(codes))


@pytest.mark.parametrize("point", [(-0.001, 139), (200 / 3, 139), (35, 99.999), (35, 200)])
def test_a_point_beyond_the_codes_is_refused_with_its_index(point: tuple[float, float]) -> None:
    """A point beyond the codes is refused with its index."""
    with pytest.raises(CoordinateError) as raised:
        mesh_codes([35, point[0]], [139, point[1]])
    assert raised.value.code == "mesh-not-reached"


def test_a_missing_coordinate_has_an_empty_code() -> None:
    """A missing coordinate has an empty code."""
    nan = float("nan")
    assert mesh_codes([nan, 35.0, 35.641463], [139.0, nan, 139.698171]).tolist() == ["", "", "53393565"]


@pytest.mark.parametrize(
    "code", ["", "533", "53398", "533980", "533908", "5339356", "533935655", "53393565444x", "５３３９"]
)
def test_a_malformed_code_has_no_edges(code: str) -> None:
    """A malformed code has no edges."""
    with pytest.raises(MeguroOpendataError) as raised:
        mesh_bounds(code)
    assert raised.value.code == "mesh-code"
