"""`geo transform`, `geo mesh` and `geo grids`: what is written, what is refused and how it is told."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from conftest import Ran
from geo_grids import nodes_around, par_file
from hypothesis import given
from hypothesis import strategies as st

import meguro_opendata as mo
from meguro_opendata.errors import CoordinateError, MeguroOpendataError
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.writing import geo_bytes
from meguro_opendata.geo.mesh import LEVELS, Level, mesh_bounds, mesh_codes
from meguro_opendata.geo.notation import Notation, read_degrees
from meguro_opendata.georeferencing.column_pairs import PointWords
from meguro_opendata.georeferencing.files.layers import transform_layer
from meguro_opendata.georeferencing.files.points import transform_file

Command = Callable[..., Ran]
COLUMNS = ("--first", "緯度", "--second", "経度")


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write a table of named points."""

    def write(*rows: tuple[str, str], encoding: str = "utf-8") -> Path:
        lines = ["名称,緯度,経度", *(f"例{at},{lat},{lon}" for at, (lat, lon) in enumerate(rows))]
        path = tmp_path / "points.csv"
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return write


@pytest.fixture
def geo(command: Command, tmp_path: Path) -> Command:
    """`geo …` with a data folder of its own."""
    return lambda *arguments, **more: command("geo", *arguments, MEGURO_OPENDATA_DATA=str(tmp_path / "data"), **more)


def rows_of(path: Path) -> list[list[str]]:
    """The rows of a CSV that was written."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_users_day_with_old_coordinates(geo: Command, table: Callable[..., Path], tmp_path: Path) -> None:
    """Refused without the grid, which is then added twice and listed; then the table comes out with its record."""
    path = table(("35度38分29.1秒", "139度41分53.4秒"), ("", ""), encoding="cp932")
    arguments = ("transform", path, "--from", "EPSG:4301", "--to", "EPSG:6668", *COLUMNS, "-o", "new.csv")
    refused = geo(*arguments)
    assert refused.code == 2
    assert "geo grids add" in refused.err
    assert not (tmp_path / "new.csv").exists()
    grid = par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7))
    assert [geo("grids", "add", grid).code for _ in range(2)] == [0, 0]
    listed = geo("grids", "list", "--format", "json")
    grids = json.loads(listed.out)["grids"]
    assert [one["name"] for one in grids] == ["TKY2JGD", "touhokutaiheiyouoki2011"]
    told = geo("grids", "list").out
    assert all(text in told for one in grids for text in (one["name"], one["version"], one["sha256"]))
    done = geo(*arguments)
    assert done.code == 0, done.text
    assert "TKY2JGD 2.1.1" in done.out
    header, first, second = rows_of(tmp_path / "new.csv")
    assert header == ["名称", "緯度", "経度"]
    exact = mo.geo.transform(35.641416667, 139.698166667, 4301, 6668, grids=[grid])
    assert [float(value) for value in first[1:]] == pytest.approx([float(value) for value in exact], abs=1e-9)
    assert second == ["例1", "", ""]
    record = json.loads((tmp_path / "new.operation.json").read_text(encoding="utf-8"))
    assert [step["grid"]["version"] for step in record["steps"]] == ["2.1.1", "9.0.0"]


def test_axes_are_the_systems_own(geo: Command, table: Callable[..., Path], tmp_path: Path) -> None:
    """Into zone 9 the first column becomes X (north); into UTM it becomes E (east), as the register has it."""
    path = table(("35.658596", "139.745403"))
    plane = geo("transform", path, "--from", "6668", "--to", "JGD2011 第9系", *COLUMNS, "-o", "a.csv")
    assert plane.code == 0, plane.text
    assert rows_of(tmp_path / "a.csv")[1][1:] == ["-37873.4184", "-7961.3583"]
    assert geo("transform", path, "--from", "6668", "--to", "EPSG:6691", *COLUMNS, "-o", "b.csv").code == 0
    assert float(rows_of(tmp_path / "b.csv")[1][1]) == pytest.approx(386423, abs=50)
    assert geo("transform", "a.csv", "--from", "EPSG:6677", "--to", "EPSG:6668", *COLUMNS, "-o", "c.csv").code == 0
    back = [float(value) for value in rows_of(tmp_path / "c.csv")[1][1:]]
    assert back == pytest.approx([35.658596, 139.745403], abs=1e-9)


def test_columns_that_hold_other_axes_are_told_and_may_be_renamed(
    geo: Command, table: Callable[..., Path], tmp_path: Path
) -> None:
    """Metres that become degrees: what each column holds is said; new names are used, and never twice."""
    path = table(("-37873.4184", "-7961.3583"))
    path.write_text(path.read_text(encoding="utf-8").replace("緯度,経度", "X座標,Y座標"), encoding="utf-8")
    words = ("transform", path, "--from", "EPSG:6677", "--to", "EPSG:6668", "--first", "X座標", "--second", "Y座標")
    kept = geo(*words, "-o", "kept.csv")
    assert kept.code == 0
    assert "列「X座標」の値: 緯度（度）" in kept.out
    assert "--names" in kept.out
    renamed = geo(*words, "--names", "緯度", "経度", "-o", "new.csv", "--format", "json")
    assert json.loads(renamed.out)["columns"] == [
        {"name": "緯度", "was": "X座標", "axis": "lat"},
        {"name": "経度", "was": "Y座標", "axis": "lon"},
    ]
    assert (tmp_path / "new.csv").read_text(encoding="utf-8-sig").splitlines()[0] == "名称,緯度,経度"
    for names in (("名称", "経度"), ("緯度", "緯度"), (" ", "経度")):
        assert geo(*words, "--names", *names, "-o", "bad.csv").code == 2
    assert not (tmp_path / "bad.csv").exists()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("35.3829", "139.4153"), "coordinate-ambiguous"),
        (("353829", "1394153"), "coordinate-ambiguous"),
        (("139.69", "35.64"), "coordinates-swapped"),
        (("東経139.69度", "北緯35.64度"), "coordinates-swapped"),
        (("35.64", ""), "coordinate-half"),
        (("35.64", "39.69"), "ambiguous-value"),
        (("35641463", "139698171"), "ambiguous-value"),
        (("35.64", "35.64"), "coordinates-equal"),
        (("0", "0"), "coordinate-zero"),
        (("-37873.4", "-7961.3"), "crs-mixed"),
        (("35.64", "約139度"), "coordinate-unreadable"),
        (("35度61分1秒", "139度41分53秒"), "coordinate-unreadable"),
        (("10.5", "100.5"), "coordinate-elsewhere"),
        (("30.5", "150.5"), "point-outside-grid"),
    ],
)
def test_a_wrong_row_keeps_the_file_back(
    table: Callable[..., Path], tmp_path: Path, row: tuple[str, str], code: str
) -> None:
    """Each mistake is an error of its row, exit code 1, and nothing is written."""
    path = table(("35.641463", "139.698171"), row) if code != "coordinate-ambiguous" else table(row)
    words = PointWords(parse_crs("EPSG:4301"))
    done = transform_file(path, tmp_path / "new.csv", ("緯度", "経度"), words, parse_crs("EPSG:4612"))
    assert code in [found.code for found in done.report.findings if found.severity == "error"]
    assert (done.report.exit_code, done.out, done.points) == (1, None, 0)
    assert not list(tmp_path.glob("new*"))


@pytest.mark.parametrize(
    ("others", "notation", "wanted"),
    [
        ([("35.641463", "139.698171")], None, ["35.3829", "139.4153"]),
        ([], "dms", ["35.641388889", "139.698055556"]),
        ([], "decimal", ["35.3829", "139.4153"]),
    ],
)
def test_a_column_tells_how_it_is_written(
    table: Callable[..., Path],
    tmp_path: Path,
    others: list[tuple[str, str]],
    notation: Notation | None,
    wanted: list[str],
) -> None:
    """`35.3829` is decimal beside numbers that can be nothing else; alone it has to be declared, and then is obeyed."""
    path, out = table(("35.3829", "139.4153"), *others), tmp_path / "new.csv"
    words = PointWords(parse_crs("EPSG:6668"), notation=notation)
    assert transform_file(path, out, ("緯度", "経度"), words, parse_crs("EPSG:6668")).out == out
    assert rows_of(out)[1][1:] == wanted


def test_an_approximate_result_says_so(geo: Command, table: Callable[..., Path], tmp_path: Path) -> None:
    """With the option the step without its grid is done, with a warning and a record that state the error."""
    ends = ("--from", "EPSG:4301", "--to", "EPSG:6668", *COLUMNS, "-o", "new.csv", "--allow-approximate")
    ran = geo("transform", table(("35.64", "139.69")), *ends, "--format", "json")
    assert ran.code == 0, ran.text
    value = json.loads(ran.out)
    assert value["operation"]["approximate"] is True
    assert value["operation"]["expected_error_m"] == pytest.approx(6.2)
    found = value["report"]["findings"][0]
    assert (found["code"], found["severity"]) == ("coordinate-approximate", "warning")
    assert "6.2 m" in found["message"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--from": "EPSG:9"}, "EPSG:6668"),
        ({"--first": "北緯"}, "名称"),
        ({"--second": "緯度"}, "同じ列"),
        ({"-o": "points.csv"}, "上書き"),
        ({"FILE": "none.csv"}, "none.csv"),
        ({"--from": ""}, "EPSG:6668"),
    ],
)
def test_wrong_use_is_told(
    geo: Command, table: Callable[..., Path], changes: dict[str, str], words: str, tmp_path: Path
) -> None:
    """Unknown systems and columns, the source as target, a file that is not there: exit code 2 and what to do."""
    path = table(("35.64", "139.69"))
    before = path.read_bytes()
    given = {"--from": "6668", "--to": "6677", "--first": "緯度", "--second": "経度", "-o": "new.csv", **changes}
    file = given.pop("FILE", "points.csv")
    ran = geo("transform", file, *(part for pair in given.items() for part in pair))
    assert (ran.code, "Traceback" in ran.text) == (2, False)
    assert words in ran.err
    assert path.read_bytes() == before
    assert not (tmp_path / "new.csv").exists()


def test_everything_prints_on_an_old_terminal(geo: Command, table: Callable[..., Path]) -> None:
    """Under CP932 neither lists nor errors break."""
    ends = ("--from", "EPSG:4301", "--to", "EPSG:6668", *COLUMNS, "-o", "new.csv")
    path = table(("35°38′29.1″", "139.69"))
    for arguments in (("grids", "list"), ("transform", path, *ends), ("transform", path, *ends, "--allow-approximate")):
        ran = geo(*arguments, encoding="cp932:strict")
        assert "Traceback" not in ran.text


def test_a_grid_that_is_none_is_told(geo: Command, tmp_path: Path) -> None:
    """Garbage, a missing file and an unknown datum: exit code 2, nothing kept."""
    (tmp_path / "x.par").write_bytes(b"garbage")
    for arguments in (("x.par",), ("none.par",), ("x.par", "--from", "nothing")):
        ran = geo("grids", "add", *arguments)
        assert (ran.code, "Traceback" in ran.text) == (2, False)
        assert "→" in ran.err
    assert not (tmp_path / "data").exists()


def test_a_gis_file_needs_no_columns(geo: Command, shared: Path, tmp_path: Path) -> None:
    """A given shapefile of JGD2011 goes into zone 8, into another format, and comes back as GeoJSON."""
    source = shared / "corpus" / "yaizu" / "整備区域.shp"
    assert geo("transform", source, "--to", "JGD2011 第8系", "-o", "zone.gpkg").code == 0
    there = mo.geo.read_features(tmp_path / "zone.gpkg")
    assert (there.crs.code, there.frame.height) == ("EPSG:6676", 6)
    back = geo("transform", "zone.gpkg", "--to", "EPSG:6668", "-o", "back.geojson", "--format", "json")
    assert json.loads(back.out)["points"] == 6
    rings = shapely.orient_polygons(mo.geo.read_features(source).geometries)  # as RFC 7946 wants them
    before = shapely.get_coordinates(rings)
    after = shapely.get_coordinates(mo.geo.read_features(tmp_path / "back.geojson").geometries)
    assert np.abs(before - after).max() < 1e-9
    assert (tmp_path / "back.operation.json").is_file()


@pytest.mark.parametrize(
    ("target", "out", "words"),
    [
        ("EPSG:6677", "x.geojson", "緯度・経度"),
        ("EPSG:6677", "x.csv", ".gpkg"),
        ("EPSG:30169", "x.gpkg", "geo grids add"),
    ],
)
def test_a_gis_file_that_cannot_be_written_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, out: str, words: str
) -> None:
    """Metres as GeoJSON, a wrong ending, a missing grid: refused, and nothing is written."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))
    frame = pl.DataFrame({"名称": ["例"]})
    point = mo.geo.Features("例", frame, np.array([shapely.Point(139.7, 35.65)], dtype=object), parse_crs("EPSG:6668"))
    (tmp_path / "a.gpkg").write_bytes(geo_bytes(point, "gpkg", "a"))
    with pytest.raises(MeguroOpendataError, match=words):
        transform_layer(tmp_path / "a.gpkg", tmp_path / out, parse_crs(target))
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]


# Mesh codes


@pytest.mark.parametrize(
    ("lat", "lon", "level", "code"),
    [
        (35 + 2 / 3, 139.0, "1", "5339"),
        (35 + 2 / 3, 139.0, "2", "533940"),
        (35 + 2 / 3, 139.0, "3", "53394000"),
        (36.0, 140.0, "1", "5440"),
        (36.0, 140.0, "1/8", "54400000111"),
        (np.nextafter(36.0, 0), 140.0, "3", "54400000"),
        (35.999999, 139.999999, "1/8", "53397799444"),
        (35.641463, 139.698171, "3", "53393565"),
        (24.05, 122.93, "2", "362207"),
        (45.5, 148.75, "3", "68482600"),
    ],
)
def test_known_meshes(lat: float, lon: float, level: Level, code: str) -> None:
    """Points on edges, next to them and at Japan's ends lie in the mesh that the standard says."""
    assert mesh_codes([lat], [lon], level).tolist() == [code]


@given(row=st.integers(20 * 960, 46 * 960), column=st.integers(22 * 640, 54 * 640), level=st.sampled_from(LEVELS))
def test_edges_are_exact(row: int, column: int, level: Level) -> None:
    """A point on the south-western corner of a mesh of any level lies in that mesh, whatever binary fractions do."""
    lat, lon = float(Fraction(row, 960)), float(100 + Fraction(column, 640))
    code = str(mesh_codes([lat], [lon], level)[0])
    south, west, north, east = mesh_bounds(code)
    assert south <= lat < north
    assert west <= lon < east
    assert str(mesh_codes([south], [west], level)[0]) == code
    assert str(mesh_codes([(south + north) / 2], [(west + east) / 2], level)[0]) == code


@given(lat=st.floats(20, 46), lon=st.floats(122, 154))
def test_levels_nest(lat: float, lon: float) -> None:
    """Each code begins with the code of the larger mesh around it."""
    codes = [str(mesh_codes([lat], [lon], level)[0]) for level in LEVELS]
    assert [len(code) for code in codes] == [4, 6, 8, 9, 10, 11]
    assert all(smaller.startswith(larger) for larger, smaller in itertools.pairwise(codes))


@pytest.mark.parametrize("code", ["", "533", "53398", "5339880000", "533935659", "53393565555", "五三三九", "5339-35"])
def test_a_code_that_is_none_is_refused(code: str) -> None:
    """Wrong lengths and digits that no mesh has are told."""
    with pytest.raises(MeguroOpendataError, match="メッシュコード"):
        mesh_bounds(code)


def test_points_without_codes_are_named() -> None:
    """NaN has no code; points where codes do not reach are refused by their places."""
    assert mesh_codes([35.0, np.nan], [139.0, 139.0]).tolist() == ["52394000", ""]
    with pytest.raises(CoordinateError) as caught:
        mesh_codes([35.0, -1.0, 35.0], [139.0, 139.0, 99.0])
    assert caught.value.indices == (1, 2)


def test_meshes_of_a_file(geo: Command, table: Callable[..., Path], tmp_path: Path) -> None:
    """As CSV each row gets its code, as GeoJSON each mesh its square and number of points."""
    path = table(("35.641463", "139.698171"), ("35.6415", "139.6982"), ("", ""), ("35.7", "139.7"))
    assert geo("mesh", path, *COLUMNS, "-o", "m.csv").code == 0
    assert [row[3] for row in rows_of(tmp_path / "m.csv")] == ["メッシュコード", "53393565", "53393565", "", "53394546"]
    assert geo("mesh", path, *COLUMNS, "--level", "1/2", "-o", "m.geojson").code == 0
    made = json.loads((tmp_path / "m.geojson").read_text(encoding="utf-8"))
    counts = {one["properties"]["メッシュコード"]: one["properties"]["件数"] for one in made["features"]}
    assert counts == {"533935654": 2, "533945461": 1}
    square = shapely.geometry.shape(made["features"][0]["geometry"])
    assert square.contains(shapely.Point(139.698171, 35.641463))
    assert square.exterior.is_ccw
    wrong = geo("mesh", path, *COLUMNS, "-o", "m.xlsx")
    assert (wrong.code, ".geojson" in wrong.err) == (2, True)


@given(
    degrees=st.integers(20, 153),
    minutes=st.integers(0, 59),
    seconds=st.integers(0, 599),
    spelling=st.sampled_from(
        [
            *("{d}度{m}分{s}秒", "{d}°{m}′{s}″", "{d}°{m:02}'{s}\"", "{d}.{m}.{s}", "{d} {m} {s}", "{d}:{m:02}:{s}"),
            *("{d}度{m}分{whole}秒{tenth}", "{d}°{m}′{whole}″.{tenth}"),
        ]
    ),
)
def test_every_spelling_says_the_same(degrees: int, minutes: int, seconds: int, spelling: str) -> None:
    """Degrees, minutes and seconds come out the same from every spelling, wide signs included."""
    text = spelling.format(d=degrees, m=minutes, s=seconds / 10, whole=seconds // 10, tenth=seconds % 10)
    wide = text.translate({ord(sign): chr(ord(sign) + 0xFEE0) for sign in "0123456789.:'\""})
    wanted = degrees + minutes / 60 + seconds / 36000
    for written in (text, wide, f" {text} "):
        found = read_degrees(written)
        assert found is not None, written
        assert found.notation == "dms"
        assert float(found.readings[0]) == pytest.approx(wanted, abs=1e-9)
    packed = read_degrees(f"{degrees}{minutes:02}{seconds / 10:04.1f}")
    assert packed is not None
    assert float(packed.readings[0]) == pytest.approx(wanted, abs=1e-9)
