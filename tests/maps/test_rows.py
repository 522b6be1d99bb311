"""Rows of a table as places of the map: roles of columns, points, and problems of coordinates."""

from __future__ import annotations

import polars as pl
import pytest

from meguro_opendata.geo.places.geocoding import Geocoder
from meguro_opendata.maps.drawing import Drawing
from meguro_opendata.maps.rows import SWAPPED, TableRoles, place_rows, roles_of

_ROLES = TableRoles(name="名称", address="住所", lat="緯度", lon="経度")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["緯度", "名称", "経度"], TableRoles("名称", None, "緯度", "経度")),
        (["名称", "緯度"], TableRoles("名称", None, None, None)),
        (["No", "住所"], TableRoles("住所", "住所", None, None)),
        (["No", "備考"], TableRoles("No", None, None, None)),
        (["施設名", "名称", "lat", "lng"], TableRoles("名称", None, "lat", "lng")),
    ],
    ids=["no address", "latitude alone is no point", "address as name", "first column as name", "best name first"],
)
def test_columns_are_found_by_their_usual_names(columns: list[str], expected: TableRoles) -> None:
    """Columns are found by their usual names."""
    assert roles_of(columns) == expected


@pytest.mark.parametrize(
    ("lat", "lon", "point", "problem"),
    [
        ("35.64", "139.69", (35.64, 139.69), ""),
        ("20.0", "122.0", (20.0, 122.0), ""),
        ("46.0", "154.0", (46.0, 154.0), ""),
        ("19.99", "139.69", (None, None), "address-point-outside"),
        ("46.01", "139.69", (None, None), "address-point-outside"),
        ("35.64", "121.99", (None, None), "address-point-outside"),
        ("35.64", "154.01", (None, None), "address-point-outside"),
        ("139.69", "35.64", (None, None), SWAPPED),
        ("不明", "", (None, None), "address-point-outside"),
        ("nan", "139.69", (None, None), "address-point-outside"),
        ("", " ", (None, None), "address-address-empty"),
    ],
)
def test_a_row_has_its_own_point_only_within_japan(
    lat: str, lon: str, point: tuple[float | None, float | None], problem: str
) -> None:
    """A row has its own point only within Japan."""
    frame = pl.DataFrame({"名称": ["中央  図書館"], "住所": [""], "緯度": [lat], "経度": [lon]})
    (row,) = place_rows(frame, _ROLES, Geocoder(None))
    assert ((row.lat, row.lon), row.problem, row.name) == (point, problem, "中央 図書館")
    assert row.is_measured == (point[0] is not None)


@pytest.mark.parametrize(
    ("metres", "expected"),
    [(0.6, 50), (6.0, 500), (6.24, 500), (6.25, 1000), (1.25, 200), (1.24, 100)],
)
def test_the_scale_is_the_longest_round_length_within_a_sixth_of_the_width(metres: float, expected: int) -> None:
    """The scale is the longest round length within a sixth of the width."""
    assert Drawing(960, 680, metres, (), (), (), ()).scale_metres == expected
