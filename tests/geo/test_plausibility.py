"""Points against the place: boundary, the gazetteer's reach, the address, and the offset of a datum mistake."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from gazetteer_files import yaizu_blocks
from geo_grids import nodes_around, par_file
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError, MissingGridError, SourceError, UnknownCrsError
from meguro_opendata.findings import Report
from meguro_opendata.geo.datum.grids import add_grid
from meguro_opendata.geo.gis.files import read_features
from meguro_opendata.geo.gis.words import GisFormat, LayerWords
from meguro_opendata.geo.gis.writing import geo_bytes
from meguro_opendata.geo.places.boundary import Boundary, boundary_of, boundary_path, import_boundary
from meguro_opendata.geo.places.gazetteer.builtin import Builtin
from meguro_opendata.geo.places.gazetteer.importing import import_addresses
from meguro_opendata.geo.places.nearness import distance, metres_per_degree
from meguro_opendata.geo.places.plausibility import datum_offset
from meguro_opendata.japan.municipalities import municipality
from meguro_opendata.validation import validate_file

WARD = "131105"
OFFICE = ("東京都目黒区上目黒2-19-15", 35.641463, 139.698171)
PLACES = {"point-outside-boundary", "point-outside-reach", "point-apart", "datum-offset", "datum-offset-twice"}
# A square around 34.85–34.90 N, 138.30–138.35 E, with a hole in its middle: an example of a boundary.
SQUARE = [[138.30, 34.85], [138.35, 34.85], [138.35, 34.90], [138.30, 34.90], [138.30, 34.85]]
HOLE = [[138.32, 34.87], [138.33, 34.87], [138.33, 34.88], [138.32, 34.88], [138.32, 34.87]]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a data folder of its own."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))


@pytest.fixture
def checked(tmp_path: Path) -> Callable[..., Report]:
    """Check rows of address, latitude, longitude and, if wanted, code as a list of AEDs."""

    def check(rows: Sequence[tuple[str, float, float]], code: str = WARD) -> Report:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(["全国地方公共団体コード", "ID", "名称", "所在地_連結表記", "緯度", "経度"])
        writer.writerows([code, f"A{at}", f"見本{at}", *row] for at, row in enumerate(rows))
        path = tmp_path / "aed.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        return validate_file(path, "aed")

    return check


def found(report: Report) -> list[tuple[str, int | None]]:
    """The findings on places: code and row."""
    return [(finding.code, finding.row) for finding in report.findings if finding.code in PLACES]


def bases(report: Report) -> list[int]:
    """How many points were checked against something, and how many against nothing."""
    counts = {"place-checked": 0, "place-unchecked": 0}
    for finding in report.findings:
        if finding.code in counts:
            counts[finding.code] += int(str(finding.params["count"]))
    return list(counts.values())


def square(properties: dict[str, object], **more: object) -> bytes:
    """A GeoJSON file with the square."""
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [SQUARE, HOLE]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more}).encode("utf-8")


def test_points_in_order_are_silent(checked: Callable[..., Report]) -> None:
    """A point near its address in the ward has no finding, and the report says what it was checked against."""
    report = checked([OFFICE])
    assert found(report) == []
    assert bases(report) == [1, 0]
    [told] = [finding for finding in report.findings if finding.code == "place-checked"]
    assert "東京都目黒区 アドレス・ベース・レジストリ" in told.text("message", "ja")


def test_a_point_beyond_the_towns(checked: Callable[..., Report]) -> None:
    """Without a boundary, a point is checked against the reach of the gazetteer."""
    report = checked([OFFICE, ("東京都目黒区目黒1-1-1", 35.69, 139.70)])
    assert found(report) == [("point-outside-reach", 3)]


def test_a_point_far_from_its_address(checked: Callable[..., Report]) -> None:
    """A point in the ward, but in another corner than its address says."""
    report = checked([OFFICE, ("東京都目黒区自由が丘2-7-10", 35.650, 139.690), ("目黒区", 35.650, 139.690)])
    assert found(report) == [("point-apart", 3)]
    [finding] = [one for one in report.findings if one.code == "point-apart"]
    assert "自由が丘二丁目" in finding.text("message", "ja")


@pytest.mark.parametrize("sign", [1, -1])
def test_the_offset_of_a_datum_mistake(sign: int, checked: Callable[..., Report]) -> None:
    """Chome points shifted as Tokyo datum is, or the other way, are told once; a single such shift is not."""
    towns = list(Builtin().towns(WARD) or ())[:30]
    points = [Builtin().point(WARD, town, ()) for town in towns]
    rows = [
        (f"東京都目黒区{town.name}1-1", point.lat - sign * 11.6 / 3600, point.lon + sign * 11.7 / 3600)
        for town, point in zip(towns, points, strict=True)
        if point
    ]
    codes = [code for code, _ in found(checked(rows))]
    assert codes.count("datum-offset" if sign > 0 else "datum-offset-twice") == 1
    assert [code for code, _ in found(checked(rows[:9])) if code.startswith("datum")] == []


def test_true_points_of_the_ward(shared: Path, checked: Callable[..., Report]) -> None:
    """Of 261 true addresses none is called wrong, by the gazetteer or by the boundary; shifted, all are as a whole."""
    text = (shared / "geo" / "meguro_addresses_rsdt_sample.csv").read_text(encoding="utf-8-sig")
    rows = [(row["input"], float(row["lat"]), float(row["lon"])) for row in csv.DictReader(text.splitlines())]
    assert found(checked(rows)) == []
    import_boundary(shared / "geo" / "meguro_ward_N03.geojson")
    report = checked(rows)
    assert (found(report), bases(report)) == ([], [261, 0])
    shifted = [(address, lat - 11.6 / 3600, lon + 11.7 / 3600) for address, lat, lon in rows]
    assert ("datum-offset", 1) in found(checked(shifted))


def test_a_boundary_is_exact(tmp_path: Path, checked: Callable[..., Report]) -> None:
    """A point 20 m outside is inside, one 40 m outside is not; the name of the basis stands in the report."""
    (tmp_path / "b.geojson").write_bytes(square({"N03_007": "22212"}))
    assert import_boundary(tmp_path / "b.geojson") == {"222127": 1}
    north, _ = metres_per_degree(34.9)
    rows = [("静岡県焼津市本町5-9-1", 34.90 + metres / north, 138.31) for metres in (-40, 20, 40)]
    report = checked([*rows, ("焼津市本町5-9-1", 34.875, 138.325)], "222127")
    assert found(report) == [("point-outside-boundary", 4), ("point-outside-boundary", 5)]
    assert bases(report) == [4, 0]
    assert any("静岡県焼津市 b.geojson" in finding.text("message", "ja") for finding in report.findings)


def test_a_place_that_nobody_knows(checked: Callable[..., Report]) -> None:
    """Without boundary and gazetteer the coarse extent is asked; without a municipality, nothing."""
    report = checked([("静岡県焼津市本町5-9-1", 34.9, 138.3)], "222127")
    assert (found(report), bases(report)) == ([], [1, 0])
    assert bases(checked([("本町5-9-1", 34.9, 138.3)], "")) == [0, 1]


def test_a_gazetteer_of_another_city(tmp_path: Path, checked: Callable[..., Report]) -> None:
    """An imported gazetteer checks the points of its city."""
    (tmp_path / "a.csv").write_bytes(yaizu_blocks())
    import_addresses(tmp_path / "a.csv")
    rows = [("静岡県焼津市焼津2-2-1", 34.8682, 138.3252), ("静岡県焼津市焼津2-2-1", 34.8670, 138.3240)]
    assert found(checked(rows, "222127")) == [("point-apart", 3)]


@given(
    st.lists(st.tuples(st.floats(34.84, 34.91), st.floats(138.29, 138.36)), min_size=1, max_size=20),
)
def test_outside_of_a_square_with_a_hole(points: list[tuple[float, float]]) -> None:
    """The distance from the square is that of its sides; in the hole, that of the hole's."""
    boundary = Boundary("222127", "x", ([SQUARE, HOLE],))
    lat, lon = np.array([point[0] for point in points]), np.array([point[1] for point in points])
    north, east = metres_per_degree(34.875)
    for metres, y, x in zip(boundary.outside(lat, lon), lat, lon, strict=True):
        beyond = np.hypot(max(34.85 - y, y - 34.90, 0) * north, max(138.30 - x, x - 138.35, 0) * east)
        in_hole = min((y - 34.87) * north, (34.88 - y) * north, (x - 138.32) * east, (138.33 - x) * east)
        assert metres == pytest.approx(max(beyond, in_hole, 0), abs=0.6)


def test_no_points_at_all() -> None:
    """No points, no distances."""
    assert len(Boundary("222127", "x", ([SQUARE],)).outside(np.array([]), np.array([]))) == 0


def test_an_offset_needs_points() -> None:
    """Nine points are too few to speak of an offset."""
    assert datum_offset(np.zeros(9), np.zeros(9), [(0.0, 0.0)] * 9) is None


@pytest.mark.parametrize(
    "properties",
    [
        {"N03_007": "22212"},
        {"code": "222127"},
        {"name": "静岡県焼津市"},
        {"N03_001": "静岡県", "N03_003": None, "N03_004": "焼津市"},
    ],
)
def test_whose_boundary_it_is(properties: dict[str, object], tmp_path: Path) -> None:
    """Codes with and without check digit, and names, say whose area it is; a ZIP is read as well."""
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x/N03.geojson", square(properties))
        archive.writestr("x/readme.txt", "x")
    assert import_boundary(tmp_path / "b.zip") == {"222127": 1}
    boundary = boundary_of("222127")
    assert boundary is not None
    assert (boundary.code, boundary.file) == ("222127", "b.zip")


@pytest.mark.parametrize("form", ["gpkg", "fgb", "kml", "shp"])
def test_a_boundary_of_any_gis_format_is_the_same(form: GisFormat, tmp_path: Path) -> None:
    """Shapefile (ZIP and folder), GeoPackage, FlatGeobuf and KML give the polygons that GeoJSON gives."""
    (tmp_path / "b.geojson").write_bytes(square({"name": "静岡県焼津市"}))
    import_boundary(tmp_path / "b.geojson")
    expected = boundary_of("222127")
    boundary_path("222127").unlink()
    ending = "zip" if form == "shp" else form
    path = tmp_path / f"b.{ending}"
    path.write_bytes(geo_bytes(read_features(tmp_path / "b.geojson"), form, "b"))
    places = [path]
    if form == "shp":
        zipfile.ZipFile(path).extractall(tmp_path / "folder")
        places.append(tmp_path / "folder")
    for place in places:
        assert import_boundary(place) == {"222127": 1}
        found = boundary_of("222127")
        assert found is not None
        assert expected is not None
        assert [sorted(map(tuple, ring)) for ring in found.polygons[0]] == [
            sorted(map(tuple, ring)) for ring in expected.polygons[0]
        ]
        boundary_path("222127").unlink()


def test_a_boundary_of_another_datum_is_moved_or_refused(tmp_path: Path) -> None:
    """A shapefile without .prj needs its system declared; Tokyo datum needs grids, or a word and more tolerance."""
    inland = square({"code": "222127"}).replace(b"138.3", b"138.9").replace(b"34.8", b"35.2").replace(b"34.9", b"35.3")
    features = read_features(_file(tmp_path, inland))
    zipped = tmp_path / "b.zip"
    zipped.write_bytes(geo_bytes(features, "shp", "b"))
    zipfile.ZipFile(zipped).extractall(tmp_path / "bare")
    (tmp_path / "bare" / "b.prj").unlink()
    with pytest.raises(UnknownCrsError, match="--from"):
        import_boundary(tmp_path / "bare")
    tokyo = LayerWords(crs="EPSG:4301")
    with pytest.raises(MissingGridError):
        import_boundary(tmp_path / "bare", words=tokyo)
    import_boundary(tmp_path / "bare", words=tokyo, allow_approximate=True)
    rough = boundary_of("222127")
    assert rough is not None
    assert 1 < rough.error < 25
    add_grid(par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.275, 138.925)))
    import_boundary(tmp_path / "bare", words=tokyo)
    exact = boundary_of("222127")
    assert exact is not None
    assert exact.error == 0
    lon, lat = exact.polygons[0][0][0]
    assert (abs(lat - 35.25) > 0.002, abs(lon - 138.90) > 0.002) == (True, True)


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "b.geojson"
    path.write_bytes(content)
    return path


def test_the_same_boundary_twice_is_no_error(tmp_path: Path) -> None:
    """A second import writes the same bytes; a file without a name takes the one that is given."""
    (tmp_path / "b.geojson").write_bytes(square({}))
    import_boundary(tmp_path / "b.geojson", municipality("222127"))
    before = boundary_path("222127").read_bytes()
    import_boundary(tmp_path / "b.geojson", municipality("222127"))
    assert boundary_path("222127").read_bytes() == before


FAR = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
POINT = {"type": "Feature", "properties": {"code": "222127"}, "geometry": {"type": "Point", "coordinates": [138, 35]}}
BAD = {
    "empty": (b"", "geo-unreadable"),
    "no json": (b"\x81\x00PK", "geo-unreadable"),
    "a list": (b"[1]", "geo-unreadable"),
    "deep": (b'{"type": "FeatureCollection", "features": ' + b"[" * 100_000, "geo-unreadable"),
    "a point": (json.dumps(POINT).encode(), "boundary-no-areas"),
    "no features": (b'{"type": "FeatureCollection", "features": []}', "boundary-nobodys"),
    "nobody's": (square({"name": "どこか"}), "boundary-nobodys"),
    "tokyo datum without the patch": (
        square({"code": "222127"}, crs={"properties": {"name": "urn:ogc:def:crs:EPSG::4301"}}),
        "grid-missing",
    ),
    "a system that is none": (square({"code": "222127"}, crs=None), "crs-missing"),
    "elsewhere": (
        json.dumps({"type": "Feature", "properties": {"code": "222127"}, "geometry": FAR}).encode(),
        "boundary-elsewhere",
    ),
    "no numbers": (square({"code": "222127"}).replace(b"138.3,", b'"x",'), "boundary-no-areas"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_boundaries_are_refused(name: str, tmp_path: Path) -> None:
    """What is no area in Japan of a known system is refused as what it is, and nothing is kept."""
    content, code = BAD[name]
    (tmp_path / "b.geojson").write_bytes(content)
    with pytest.raises(MeguroOpendataError) as caught:
        import_boundary(tmp_path / "b.geojson")
    assert caught.value.code == code
    assert not boundary_path("222127").exists()


def test_a_damaged_boundary_is_told() -> None:
    """What somebody damaged in the data folder is named, with what to do."""
    boundary_path("222127").parent.mkdir(parents=True)
    boundary_path("222127").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match="geo import-boundary"):
        boundary_of("222127")


def test_distance_of_a_degree() -> None:
    """One minute of latitude is a sea mile, more or less."""
    assert distance(35 + 1 / 60, 139.0, 35.0, 139.0) == pytest.approx(1849, abs=2)
