"""Zones and coarse extents of every municipality; wrong zones and exchanged axes told from them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from meguro_opendata.geo.datum.projections import to_axes, to_degrees
from meguro_opendata.geo.places.extents import Extent, extent_data, extent_of, zone_crs, zone_of, zones_of
from meguro_opendata.geo.places.extents_source import extent_lines
from meguro_opendata.geo.places.misreading import exchangeable, misread
from meguro_opendata.japan.municipalities import Municipality, municipalities, municipality
from meguro_opendata.packaged import packaged_toml

Floats = NDArray[np.float64]
EVERY = municipalities()
ZONES = range(1, 20)
FARTHEST = 140_000  # metres from the central meridian: zones are about 260 km wide, 宮古島 is the farthest


def extent(code: str) -> Extent:
    """The extent of a municipality that has one."""
    found = extent_of(code)
    assert found is not None
    return found


def grid(code: str) -> tuple[Floats, Floats]:
    """Nine points over the first box of a municipality."""
    south, north, west, east, _ = extent(code).boxes[0]
    lat, lon = np.meshgrid(np.linspace(south, north, 3), np.linspace(west, east, 3))
    return lat.ravel(), lon.ravel()


def read_in(zone: int, lat: Floats, lon: Floats, code: str) -> tuple[Floats, Floats]:
    """Degrees of points whose numbers are of the municipality's own zone, but were read in another."""
    return to_degrees(*to_axes(lat, lon, zone_crs(zones_of(code)[0])), zone_crs(zone))


@pytest.mark.parametrize(
    ("name", "zones"),
    [
        *[(name, (11,)) for name in ("函館市", "小樽市", "北斗市", "洞爺湖町", "奥尻町", "倶知安町", "余市町")],
        *[(name, (12,)) for name in ("札幌市", "札幌市西区", "室蘭市", "紋別市", "遠軽町", "えりも町")],
        *[(name, (13,)) for name in ("北見市", "大空町", "佐呂間町", "帯広市", "陸別町", "羅臼町", "釧路町")],
        *[(name, (9,)) for name in ("目黒区", "八丈町", "青ヶ島村", "いわき市")],
        *[(name, (1,)) for name in ("奄美市", "与論町", "喜界町", "十島村", "対馬市", "長崎市")],
        *[(name, (2,)) for name in ("鹿児島市", "屋久島町", "西之表市", "長島町", "福岡市西区")],
        *[(name, (15,)) for name in ("那覇市", "久米島町")],
        *[(name, (16,)) for name in ("宮古島市", "石垣市", "与那国町", "多良間村")],
        *[(name, (17,)) for name in ("南大東村", "北大東村")],
        *[(name, (2, 1)) for name in ("薩摩川内市", "三島村", "南さつま市")],
        ("小笠原村", (14, 18, 19)),
        *[
            ("隠岐の島町", (3,)),
            ("神戸市灘区", (5,)),
            ("堺市", (6,)),
            ("高山市", (7,)),
            ("佐渡市", (8,)),
            ("飛島村", (7,)),
        ],
        *[("高松市", (4,)), ("北海道伊達市", (11,)), ("仙台市青葉区", (10,))],
    ],
)
def test_the_zones_of_a_municipality(name: str, zones: tuple[int, ...]) -> None:
    """The zones are those of the notice of 2002, as it parts Hokkaido, Tokyo, Kagoshima and Okinawa."""
    assert {zones_of(one.code) for one in EVERY if name in (one.name, one.full_name)} == {zones}


def test_each_name_of_the_zones_is_one_municipality() -> None:
    """No name of the data is misspelt or of two municipalities, and every prefecture has a zone."""
    known = packaged_toml("meguro_opendata.geo.places", "zones.toml")
    named = [(one["prefecture"], name) for one in known["exceptions"] for name in one["names"]]
    assert len(named) == len(set(named))
    for prefecture, name in named:
        assert [one.name for one in EVERY if (one.prefecture, one.name) == (prefecture, name)] == [name]
    assert {one.prefecture for one in EVERY} == set(known["prefectures"])
    assert known["count"] == len(ZONES)


def test_every_municipality_lies_near_the_meridian_of_its_zone() -> None:
    """Zones and extents come from different sources and agree: no centre is farther than zones are wide."""
    for one in EVERY:
        lat, lon = grid(one.code)
        _, y_east = to_axes(lat.mean(keepdims=True), lon.mean(keepdims=True), zone_crs(zones_of(one.code)[0]))
        assert abs(y_east[0]) < FARTHEST, one.full_name


def test_extents_are_those_of_the_given_figures(shared: Path) -> None:
    """Every box holds the one that was computed elsewhere of the same source, within two hundredths of a degree."""
    own = {part["code"] for part in extent_data()["parts"]}
    with (shared / "geo" / "municipality_extents.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["code"] not in own]
    assert len(rows) > 1900
    for row in rows:
        south, north, west, east, _ = extent(row["code"]).boxes[0]
        given = np.array([float(row[side]) for side in ("lat_min", "lat_max", "lon_min", "lon_max")])
        assert (np.array([1, -1, 1, -1]) * (given - [south, north, west, east]) > -1e-9).all(), row
        assert np.abs(given - [south, north, west, east]).max() < 0.02


def test_right_points_of_every_municipality_are_silent() -> None:
    """Points all over the box of any municipality, read in each of its own zones where they lie, show nothing."""
    for one in EVERY:
        lat, lon = grid(one.code)
        assert misread(lat, lon, one.code) is None, one.full_name
        assert misread(lat, lon, one.code, zones_of(one.code)[0]) is None, one.full_name
        assert not extent(one.code).outside(lat, lon).any()


def test_any_wrong_zone_of_any_municipality_is_told() -> None:
    """Each of the 18 other zones is reported with the zone that was read and the one that is meant."""
    for one in EVERY:
        lat, lon = grid(one.code)
        own = zones_of(one.code)[0]
        for zone in (zone for zone in ZONES if zone != own):
            found = misread(*read_in(zone, lat, lon, one.code), one.code, zone)
            assert found is not None, (one.full_name, zone)
            assert (found.code, found.read, found.meant) == ("zone-mistaken", zone, own), (one.full_name, zone)


def test_exchanged_axes_of_any_municipality_are_told_or_known_as_not_to_be_told() -> None:
    """Exchanged X and Y are reported, but of the few municipalities on the diagonal of their zone: these are known."""
    silent: list[Municipality] = []
    for one in EVERY:
        crs = zone_crs(zones_of(one.code)[0])
        x_north, y_east = to_axes(*grid(one.code), crs)
        wrong = to_degrees(y_east, x_north, crs)
        found = misread(*wrong, one.code, zones_of(one.code)[0])
        if found is None:
            assert exchangeable(*wrong, one.code, zones_of(one.code)[0]), one.full_name
            silent.append(one)
        else:
            assert (found.code, found.exchanged) == ("axes-mistaken", True), one.full_name
    assert len(silent) < 60


@given(
    st.sampled_from(EVERY), st.sampled_from(ZONES), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1)
)
def test_any_points_in_any_wrong_zone(one: Municipality, zone: int, places: list[tuple[float, float]]) -> None:
    """Any points of any municipality: none flagged in the right zone, flagged in any other, whatever their number."""
    south, north, west, east, _ = extent(one.code).boxes[0]
    lat = np.array([south + up * (north - south) for up, _ in places])
    lon = np.array([west + across * (east - west) for _, across in places])
    found = misread(*read_in(zone, lat, lon, one.code), one.code, zone)
    assert (found is not None) == (zone != zones_of(one.code)[0])


def test_degrees_without_a_zone_tell_which_zones_were_confused() -> None:
    """Of degrees that were converted in a wrong zone, both zones are found."""
    found = misread(*read_in(7, *grid("221007"), "221007"), "221007")
    assert found is not None
    assert (found.code, found.read, found.meant, found.outside) == ("zone-mistaken", 7, 8, 9)


def test_points_elsewhere_have_no_explanation() -> None:
    """Points of Osaka in a table of the ward are outside, and no zone explains them."""
    found = misread(*grid("271004"), "131105")
    assert found is not None
    assert (found.code, found.read) == ("points-elsewhere", None)


def test_a_few_points_outside_are_no_misreading() -> None:
    """A minority outside is a matter of rows; nothing is known without a municipality or without points."""
    lat, lon = grid("131105")
    assert misread(np.append(lat, 34.7), np.append(lon, 135.5), "131105") is None
    assert misread(lat, lon, "130001") is None
    assert misread(lat[:0], lon[:0], "131105") is None
    assert extent_of("130001") is None
    assert zones_of("130001") == ()


def test_every_zone_on_every_datum_is_known() -> None:
    """A zone's system and its number lead to each other."""
    for datum in ("tokyo", "jgd2000", "jgd2011"):
        assert [zone_of(zone_crs(zone, datum)) for zone in ZONES] == list(ZONES)


def test_extents_are_computed_of_the_source() -> None:
    """A designated city has the box of its wards; codes of today only; rows without a place are left out."""
    rows = [
        {"市区町村コード": code, "緯度": lat, "経度": lon}
        for code, lat, lon in (
            ("01101", "43.05", "141.3512"),
            ("1102", "43.1", "141.26"),
            ("13110", "", ""),
            ("13999", "35.0", "139.0"),
        )
    ]
    assert list(extent_lines(rows)) == [
        "code,south,north,west,east,points",
        "011002,4305,4310,14126,14136,2",
        "011011,4305,4305,14135,14136,1",
        "011029,4310,4310,14126,14126,1",
    ]
    assert municipality("011029").name == "札幌市北区"
