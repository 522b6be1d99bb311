"""Tables whose points were read in a wrong zone, with exchanged axes, or on a datum that nothing can tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from meguro_opendata.findings import NotChecked, Report
from meguro_opendata.geo.datum.projections import to_axes, to_degrees
from meguro_opendata.geo.places.extents import extent_of, zone_crs, zones_of
from meguro_opendata.geo.places.gazetteer.builtin import Builtin
from meguro_opendata.japan.municipalities import municipality
from meguro_opendata.validation import validate_file

CITIES = ("131130", "221007", "012025", "472018", "462225", "012084")
ABOUT_PLACES = ("point-", "zone-", "axes-", "datum-")
Check = Callable[..., Report]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Check points of a municipality, which only the code names unless addresses are given, as a list of AEDs."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))

    def run(code: str, lat: Sequence[float], lon: Sequence[float], addresses: Sequence[str] | None = None) -> Report:
        frame = pl.DataFrame(
            {
                "全国地方公共団体コード": [code] * len(lat),
                "ID": [f"A{at}" for at in range(len(lat))],
                "名称": [f"見本{at}" for at in range(len(lat))],
                "所在地_連結表記": addresses or [""] * len(lat),
                "緯度": [f"{value:.6f}" for value in lat],
                "経度": [f"{value:.6f}" for value in lon],
            }
        )
        frame.write_csv(tmp_path / "aed.csv")
        return validate_file(tmp_path / "aed.csv", "aed")

    return run


def points(code: str) -> tuple[np.ndarray, np.ndarray]:
    """Four points in a municipality."""
    found = extent_of(code)
    assert found is not None
    south, north, west, east, _ = found.boxes[0]
    share = np.array([0.2, 0.4, 0.6, 0.7])
    return south + share * (north - south), west + share[::-1] * (east - west)


def told(report: Report) -> list[str]:
    """The codes of what was found of places."""
    return [found.code for found in report.findings if found.code.startswith(ABOUT_PLACES)]


@pytest.mark.parametrize("code", CITIES)
def test_points_in_the_wrong_zone_are_told_once(code: str, check: Check) -> None:
    """Of degrees that were converted in a wrong zone the right one is named, and no row is reported beside it."""
    own = zones_of(code)[0]
    for zone in (own % 19 + 1, (own + 5) % 19 + 1):
        report = check(code, *to_degrees(*to_axes(*points(code), zone_crs(own)), zone_crs(zone)))
        wrong = [found for found in report.findings if found.code in {"zone-mistaken", "coordinate-elsewhere"}]
        if wrong:  # else the points lie outside Japan, which is an error of its own
            assert told(report) == ["zone-mistaken"]
            assert f"{own}系" in wrong[0].text("message", "ja")
            assert f"{municipality(code).full_name}の外" in wrong[0].text("message", "ja")
            assert zone_crs(own).code in wrong[0].text("advice", "en")
        else:
            assert report.counts["error"] > 0


@pytest.mark.parametrize("code", CITIES)
def test_right_points_are_silent_and_the_datum_is_not_checked(code: str, check: Check) -> None:
    """Points in order have no finding; that no gazetteer covers them is a demand that was not checked."""
    report = check(code, *points(code))
    assert told(report) == []
    assert report.not_checked == (NotChecked("datum", "緯度", "unchecked-datum-addresses"),)


def test_exchanged_axes_are_told(check: Check) -> None:
    """X and Y exchanged before the conversion are reported as that."""
    x_north, y_east = to_axes(*points("131105"), zone_crs(9))
    assert told(check("131105", *to_degrees(y_east, x_north, zone_crs(9)))) == ["axes-mistaken"]
    assert told(check("131105", *to_degrees(y_east, x_north, zone_crs(8)))) == ["zone-axes-mistaken"]


def test_a_datum_is_checked_where_a_gazetteer_covers_the_addresses(check: Check) -> None:
    """Ten addresses of the ward are enough to look at the datum, nine are too few."""
    towns = list(Builtin().towns("131105") or ())[:10]
    there = [point for town in towns if (point := Builtin().point("131105", town, ()))]
    for count, unchecked in ((10, ()), (9, (NotChecked("datum", "緯度", "unchecked-datum-few"),))):
        rows = there[:count]
        addresses = [f"東京都目黒区{town.name}1-1" for town in towns[:count]]
        report = check("131105", [one.lat for one in rows], [one.lon for one in rows], addresses)
        assert (told(report), report.not_checked) == ([], unchecked)


def test_two_points_outside_are_told_by_row(check: Check) -> None:
    """Two points are too few to speak of a zone: each is reported, at its place."""
    assert told(check("221007", [35.69, 35.70], [139.70, 139.71])) == ["point-outside-extent"] * 2
