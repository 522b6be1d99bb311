"""GIS files in and out: what comes in is read with care, what goes out comes back, the same bytes every time."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import polars as pl
import pyproj
import pytest
import shapely
from conftest import Ran
from geo_grids import nodes_around, par_file
from hypothesis import given, settings
from hypothesis import strategies as st

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError, MeguroOpendataError, SourceError, UnknownCrsError
from meguro_opendata.geo.datum.crs import parse_crs, supported
from meguro_opendata.geo.datum.grids import add_grid
from meguro_opendata.geo.datum.wkt import crs_of_wkt
from meguro_opendata.geo.gis.features import Features, moved, point_columns
from meguro_opendata.geo.gis.files import read_features, read_layer
from meguro_opendata.geo.gis.words import GIS_FORMATS, GisFormat, file_words
from meguro_opendata.geo.gis.writing import geo_bytes
from meguro_opendata.georeferencing.files.layers import transform_layer

FRAME = pl.DataFrame(
    {
        "名称": ["例の小学校", "例の公園", "髙橋会館"],
        "所在地_連結表記": ["例1", "例2", "例3"],
        "所在地_番地以下": ["1", "", "3"],
        "面積": ["1.5", "2", ""],
        "電話番号": ["03-1", "", "03-2"],
        "コード": ["007", "010", "011"],
    }
)
LAT, LON = [35.641463, 35.65, 35.6], [139.698171, 139.7, 139.65]
ENDINGS = {"gpkg": "gpkg", "fgb": "fgb", "kml": "kml", "shp": "shp.zip"}


def example(crs: str = "EPSG:6668") -> Features:
    """Three made-up places as points."""
    points = shapely.points(LON, LAT)
    features = Features("例", FRAME, np.array(points, dtype=object), parse_crs("EPSG:6668"))
    return moved(features, parse_crs(crs))[0]


@pytest.mark.parametrize("form", GIS_FORMATS)
@pytest.mark.parametrize("crs", ["EPSG:6668", "EPSG:6677"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_what_is_written_comes_back(tmp_path: Path, form: GisFormat, crs: str, encoding: str) -> None:
    """Each format gives back its places, texts and reference system; zone 9 too; KML is in WGS 84."""
    path = tmp_path / f"x.{ENDINGS[form]}"
    path.write_bytes(geo_bytes(example(crs), form, "example", encoding))
    back = read_features(path)
    assert back.crs.code == ("EPSG:4326" if form == "kml" else crs)
    table = point_columns(back).sort("図形_緯度")
    assert table["図形_緯度"].cast(float).to_list() == pytest.approx(sorted(LAT), abs=1e-8)
    names = FRAME["名称"].to_list()
    assert sorted(table["名称"]) == sorted(names)
    assert set(table["図形_種類"]) == {"Point"}
    assert sorted(table["コード"]) == ["007", "010", "011"]


@pytest.mark.parametrize("form", GIS_FORMATS)
def test_the_same_features_give_the_same_bytes(form: GisFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    """No clock and no chance is in any file; another time zone changes nothing."""
    first = geo_bytes(example(), form, "example")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert geo_bytes(example(), form, "example") == first


def test_numbers_are_numbers_and_codes_stay_texts(tmp_path: Path) -> None:
    """A column of plain numbers is one in the GIS file, blanks are null, and a code keeps its noughts."""
    path = tmp_path / "x.gpkg"
    path.write_bytes(geo_bytes(example(), "gpkg", "example"))
    frame = geopandas.read_file(path)
    assert frame["面積"].dtype.kind == "f"
    assert frame["面積"].isna().tolist() == [False, False, True]
    assert frame["コード"].tolist() == ["007", "010", "011"]
    assert frame.crs.to_epsg() == 6668


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_shapefile_tells_its_full_names(encoding: str) -> None:
    """Cut names differ from each other, and a list in the ZIP says which field each is."""
    with zipfile.ZipFile(io.BytesIO(geo_bytes(example(), "shp", "131105_example", encoding))) as archive:
        names = archive.namelist()
        listed = archive.read("fields.csv").decode("utf-8-sig").splitlines()[1:]
        cpg = archive.read("131105_example.cpg").decode()
        dbf = archive.read("131105_example.dbf")
    assert {"131105_example.shp", "131105_example.shx", "131105_example.prj"} < set(names)
    short = [line.split(",")[0] for line in listed]
    assert len(set(short)) == len(FRAME.columns)
    assert [line.split(",")[1] for line in listed] == FRAME.columns
    assert all(len(name.encode(encoding)) <= 10 for name in short)
    assert cpg == {"utf-8": "UTF-8", "cp932": "CP932"}[encoding]
    assert "髙橋会館" in dbf.decode(encoding, errors="replace")


def test_a_text_that_the_encoding_lacks_is_refused() -> None:
    """CP932 cannot write every letter: nothing is replaced in silence."""
    features = example()
    strange = Features("例", FRAME.with_columns(pl.lit("😀 𠮷野").alias("名称")), features.geometries, features.crs)
    with pytest.raises(MeguroOpendataError, match="utf-8"):
        geo_bytes(strange, "shp", "x", "cp932")
    assert geo_bytes(strange, "shp", "x", "utf-8")


def shape_parts(tmp_path: Path, encoding: str = "CP932", cpg: bool = True, prj: bool = True) -> dict[str, bytes]:
    """The parts of a shapefile that GDAL wrote, by ending."""
    frame = geopandas.GeoDataFrame({"名称": FRAME["名称"].to_list()}, geometry=shapely.points(LON, LAT), crs=6668)
    folder = tmp_path / "parts"
    folder.mkdir(exist_ok=True)
    frame.to_file(folder / "a.shp", encoding=encoding)
    parts = {path.suffix: path.read_bytes() for path in folder.iterdir()}
    return {end: data for end, data in parts.items() if (cpg or end != ".cpg") and (prj or end != ".prj")}


@pytest.mark.parametrize("encoding", ["CP932", "UTF-8"])
@pytest.mark.parametrize("cpg", [True, False])
def test_a_zip_of_a_japanese_windows_is_read(tmp_path: Path, encoding: str, cpg: bool) -> None:
    """Member names in CP932 without any mark, folders, attributes in either encoding, with or without .cpg."""
    path = tmp_path / "公園.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for ending, data in shape_parts(tmp_path, encoding, cpg).items():
            info = zipfile.ZipInfo("x")
            info.filename = f"施設/公園一覧{ending.upper()}".encode("cp932").decode("cp437")
            archive.writestr(info, data)
    raw = path.read_bytes()
    assert "公園一覧".encode() not in raw
    features = read_features(path)
    assert features.frame["名称"].to_list() == FRAME["名称"].to_list()
    assert features.crs.code == "EPSG:6668"


def zipped(tmp_path: Path, members: dict[str, bytes]) -> Path:
    """An archive of these members."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    """Members named as paths upward are read under names of our own; nothing appears outside."""
    parts = shape_parts(tmp_path)
    path = zipped(tmp_path, {f"../../../evil{ending}": data for ending, data in parts.items()})
    before = set(tmp_path.parent.rglob("evil*"))
    assert read_features(path).frame.height == 3
    assert set(tmp_path.parent.rglob("evil*")) == before


def test_an_archive_of_several_needs_a_name(tmp_path: Path) -> None:
    """Two shapes: refused with both names; one of them by its name."""
    parts = shape_parts(tmp_path)
    path = zipped(tmp_path, {f"{name}{ending}": data for name in ("甲", "乙") for ending, data in parts.items()})
    with pytest.raises(SourceError, match="甲、乙"):
        read_features(path)
    assert read_features(path, layer="乙").frame.height == 3


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks into more than may be read is refused before it is whole."""
    monkeypatch.setitem(file_words()["limits"], "bytes", 1_000_000)
    parts = shape_parts(tmp_path)
    path = zipped(tmp_path, {**{f"a{end}": data for end, data in parts.items()}, "a.dbf": bytes(50_000_000)})
    assert path.stat().st_size < 1_000_000
    with pytest.raises(SourceError, match="大きすぎ"):
        read_features(path)


HOSTILE: dict[str, bytes] = {
    "empty.geojson": b"",
    "text.shp": b"not a shape",
    "head.shp": bytes.fromhex("0000270a") + bytes(200),
    "cut.fgb": b"fgb\x03fgb\x00",
    "huge.fgb": b"fgb\x03fgb\x00" + struct.pack("<I", 2**31) + bytes(64),
    "broken.gpkg": b"SQLite format 3\0" + bytes(52) + b"GPKG" + bytes(40),
    "cut.geojson": b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geom',
    "deep.geojson": b'{"type": "FeatureCollection", "features": ' + b"[" * 100_000,
    "entities.kml": b'<?xml version="1.0"?>\n<!DOCTYPE k [<!ENTITY a "aaa">]>\n<kml xmlns="http://www.opengis.net/kml/2.2"/>',
    "cut.kml": b'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>',
    "book.zip": b"PK\x03\x04" + bytes(100),
    "vrt.kml": b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>x.csv</SrcDataSource></OGRVRTLayer>'
    b"</OGRVRTDataSource>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_garbage_is_refused_in_words(tmp_path: Path, name: str) -> None:
    """Empty, cut, huge, hostile files: one error with what to do, never another exception."""
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    with pytest.raises(SourceError, match="→"):
        read_features(path)


def endless(path: Path) -> Path:
    """A GeoPackage whose layer is a view of rows without end."""
    path.write_bytes(geo_bytes(example(), "gpkg", "example"))
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("CREATE TABLE one AS SELECT * FROM example LIMIT 1")
        base.execute("DROP TABLE example")
        base.execute(
            "CREATE VIEW example AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
            "SELECT c.x AS OGC_FID, geom FROM c, one"
        )
        base.execute("DELETE FROM gpkg_ogr_contents")
        base.commit()
    return path


def test_a_layer_without_end_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading has its time; what takes longer, or crashes its process, is refused as what cannot be read."""
    monkeypatch.setitem(file_words()["limits"], "seconds", 4)
    with pytest.raises(SourceError) as caught:
        read_features(endless(tmp_path / "endless.gpkg"))
    assert caught.value.code == "geo-unreadable"


def test_a_layer_of_endless_fields_is_too_large(tmp_path: Path) -> None:
    """A field for each feature would be a table of a billion cells; it is refused before it is made."""
    features = [{"type": "Feature", "properties": {f"k{at}": 1}, "geometry": None} for at in range(3000)]
    path = tmp_path / "wide.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_features(path)
    assert caught.value.code == "geo-too-large"


def test_a_style_table_beside_a_layer_is_no_layer(tmp_path: Path) -> None:
    """A GeoPackage keeps styles in a table without geometries; the one layer that has some is read."""
    path = tmp_path / "styled.gpkg"
    path.write_bytes(geo_bytes(example(), "gpkg", "example"))
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, style TEXT)")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'x')"
        )
        base.commit()
    assert read_layer(path).layer == "example"


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ({"type": "name", "properties": {"name": "Tokyo"}}, "EPSG:4301"),
        ({"properties": {"name": "urn:ogc:def:crs:EPSG::30169"}}, "EPSG:30169"),
        ({"type": "EPSG", "properties": {"code": 4301}}, "EPSG:4301"),
        ("EPSG:6668", "EPSG:6668"),
        (None, "crs-missing"),
        ({"type": "link", "properties": {"href": "x"}}, "crs-missing"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::99999"}}, "crs-of-file-unknown"),
    ],
)
@pytest.mark.parametrize("is_last", [False, True])
def test_a_system_that_gdal_passes_over_is_obeyed_or_refused(
    tmp_path: Path, crs: object, code: str, is_last: bool
) -> None:
    """GeoJSON that names its system in a way GDAL does not know is never taken for WGS 84."""
    body = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"crs": 1}, "geometry": None}]}
    path = tmp_path / "named.geojson"
    path.write_text(json.dumps({**body, "crs": crs} if is_last else {"crs": crs, **body}), encoding="utf-8")
    try:
        found = read_features(path).crs.code
    except UnknownCrsError as error:
        found = error.code
    assert found == code


@pytest.mark.parametrize("form", ["geojson", "gpkg", "fgb", "kml"])
def test_an_archive_or_a_folder_may_hold_another_format(tmp_path: Path, form: str) -> None:
    """A ZIP or a folder with one GeoJSON, GeoPackage, FlatGeobuf or KML is that file."""
    data = POINTS if form == "geojson" else geo_bytes(example(), form, "x")  # type: ignore[arg-type]
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / f"図.{form}").write_bytes(data)
    (tmp_path / "folder" / "readme.txt").write_bytes(b"x")
    path = zipped(tmp_path, {f"a/図.{form}": data, "a/readme.txt": b"x"})
    for place in (path, tmp_path / "folder"):
        layer = read_layer(place)
        assert (layer.container, layer.layer, layer.frame.height > 0) == (form, "図", True)


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "kml", "zip"])
def test_features_without_attributes_stay(tmp_path: Path, ending: str) -> None:
    """A layer of geometries alone is transformed and written in every format."""
    path = tmp_path / "bare.geojson"
    path.write_bytes(POINTS.replace(b'"a": 1', b""))
    done = transform_layer(path, tmp_path / f"out.{ending}", parse_crs("EPSG:6668"))
    assert (done.report.rows, done.points) == (1, 1)
    assert len(read_features(tmp_path / f"out.{ending}").geometries) == 1


POINTS = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": [139.7, 35.6]}}
        ],
    }
).encode()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_damage_anywhere_is_refused_or_read(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Bytes of a shapefile's archive that change give an error of ours or features, nothing else."""
    raw = bytearray(SHAPE)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("shape") / "x.shp.zip"
    path.write_bytes(bytes(raw))
    try:
        features = read_features(path, crs="EPSG:6668")
    except MeguroOpendataError:
        return
    assert len(features.geometries) == features.frame.height


SHAPE = geo_bytes(example(), "shp", "example")


def test_an_incomplete_shapefile_names_what_is_missing(tmp_path: Path) -> None:
    """A shape without its table is refused by the name of the missing part."""
    (tmp_path / "a.shp").write_bytes(shape_parts(tmp_path)[".shp"])
    with pytest.raises(SourceError, match=r"\.dbf"):
        read_features(tmp_path / "a.shp")


def test_a_file_without_a_system_needs_one(tmp_path: Path) -> None:
    """No .prj and nothing declared: an error; declared: used; a declaration that differs from the file: an error."""
    path = zipped(tmp_path, {f"a{end}": data for end, data in shape_parts(tmp_path, prj=False).items()})
    with pytest.raises(UnknownCrsError, match="crs"):
        read_features(path)
    features = read_features(path, crs="EPSG:4612")
    assert (features.crs.code, features.declared) == ("EPSG:4612", False)
    told = zipped(tmp_path, {f"a{end}": data for end, data in shape_parts(tmp_path).items()})
    with pytest.raises(UnknownCrsError, match="EPSG:6668"):
        read_features(told, crs="EPSG:4612")


@pytest.mark.parametrize("crs", [crs for crs in supported() if crs.code.startswith("EPSG")], ids=lambda crs: crs.code)
def test_a_prj_of_every_system_is_recognised(crs: Any) -> None:
    """The text of each supported system, as Esri and as the register write it, is read back as that system."""
    described = pyproj.CRS(crs.code)
    for version in ("WKT1_ESRI", "WKT2_2019"):
        found = crs_of_wkt(described.to_wkt(version))
        assert (found.epsg, found.datum, found.geographic) == (crs.epsg, crs.datum, crs.geographic)


def test_esris_names_of_jgd2024_are_recognised() -> None:
    """A .prj of JGD2024, which no register here knows, is JGD2011 horizontally."""
    text = pyproj.CRS(6677).to_wkt("WKT1_ESRI").replace("JGD_2011", "JGD_2024")
    assert "JGD_2024" in text
    assert crs_of_wkt(text).code == "EPSG:6677"


@pytest.mark.parametrize("code", ["EPSG:2056", "EPSG:4269", "EPSG:5173", "ESRI:102012"])
def test_other_systems_are_refused(code: str) -> None:
    """A system of another country, or another projection of a known datum, is never taken for a near one."""
    with pytest.raises(UnknownCrsError):
        crs_of_wkt(pyproj.CRS(code).to_wkt("WKT1_ESRI"))


def test_polygons_move_vertex_by_vertex(tmp_path: Path) -> None:
    """An area of the Tokyo datum comes out in zone 9 of JGD2011 as its corners do, and back."""
    grid = par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7, 40))
    square = shapely.box(139.69, 35.64, 139.70, 35.65)
    features = Features("例", pl.DataFrame({"名称": ["例"]}), np.array([square], dtype=object), parse_crs("EPSG:4301"))
    there, done = moved(features, parse_crs("EPSG:6677"), [grid])
    x_north, y_east = mo.geo.transform([35.64], [139.69], 4301, 6677, grids=[grid])
    corner = min(shapely.get_coordinates(there.geometries).tolist(), key=sum)
    assert corner == pytest.approx([y_east[0], x_north[0]], abs=1e-6)
    back, _ = moved(there, parse_crs("EPSG:4301"), [grid])
    assert shapely.equals_exact(back.geometries[0], square, tolerance=1e-9)
    assert [step.operation for step in done.steps] == ["EPSG:6712", "EPSG:6713"]


def test_a_geodataframe_is_at_hand(tmp_path: Path) -> None:
    """Files and releases come as a GeoDataFrame whose system is the register's."""
    path = tmp_path / "x.gpkg"
    path.write_bytes(geo_bytes(example("EPSG:6677"), "gpkg", "example"))
    frame = mo.geo.read_geodataframe(path)
    assert (type(frame).__name__, frame.crs.to_epsg(), len(frame)) == ("GeoDataFrame", 6677, 3)
    assert frame.geometry.x.iloc[0] == pytest.approx(-12240, abs=20)


# Releases

RECIPE = """\
title: 地図の見本
schema: schema.json
source: {source}
mapping: {{名称: {name}, 緯度: 図形_緯度, 経度: 図形_経度}}
formats: [csv, geojson, gpkg, fgb, shp, kml]
gis: {gis}
metadata: {{description: 架空の例, department: 危機管理部防災課, frequency: 随時}}
"""
SCHEMA = {
    "fields": [
        {"name": "名称", "type": "string", "mo:kind": "text"},
        {"name": "緯度", "type": "number", "mo:kind": "latitude"},
        {"name": "経度", "type": "number", "mo:kind": "longitude"},
    ]
}


def write_recipe(
    workspace: Path, source: dict[str, Any], gis: dict[str, str] | None = None, name: str = "名称"
) -> Path:
    """A dataset whose source is a GIS file."""
    folder = workspace / "places"
    folder.mkdir(exist_ok=True)
    (folder / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    text = RECIPE.format(source=json.dumps(source, ensure_ascii=False), gis=json.dumps(gis or {}), name=name)
    (folder / "dataset.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_gis_file_becomes_a_release_in_zone_nine(workspace_dir: Path, command: Callable[..., Ran]) -> None:
    """A zipped shapefile of zone 9 is published as every format, GIS files again in zone 9, and publishes cleanly."""
    folder = write_recipe(workspace_dir, {"file": "例.shp.zip"}, {"crs": "EPSG:6677", "encoding": "cp932"})
    (folder / "例.shp.zip").write_bytes(geo_bytes(example("EPSG:6677"), "shp", "example", "cp932"))
    release = mo.build_release("places", workspace_dir)
    assert release.published, release.report.findings
    names = {file.path.name for file in release.files}
    stem = "131105_places"
    assert {f"{stem}.csv", f"{stem}.geojson", f"{stem}.gpkg", f"{stem}.fgb", f"{stem}.kml", f"{stem}.shp.zip"} <= names
    for ending in ("gpkg", "fgb", "shp.zip"):
        frame = mo.geo.read_geodataframe(release.folder / f"{stem}.{ending}")
        assert (frame.crs.to_epsg(), len(frame)) == (6677, 3)
    assert release.geodataframe().geometry.y.tolist() == pytest.approx(LAT, abs=1e-8)
    published = command("publish", "places", "--yes", cwd=workspace_dir)
    assert published.code == 0, published.text
    again = mo.build_release("places", workspace_dir)
    assert [file.sha256 for file in again.files] == [file.sha256 for file in release.files]


def test_the_catalogue_says_what_was_done(workspace_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release from the Tokyo datum tells operation, grids and error in the dataset's metadata, by name."""
    from meguro_opendata.release.dataset import load_releases
    from meguro_opendata.workspace.city import open_workspace

    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))
    folder = write_recipe(workspace_dir, {"file": "例.gpkg"})
    tokyo = Features("例", FRAME, example().geometries, parse_crs("EPSG:4301"))
    (folder / "例.gpkg").write_bytes(geo_bytes(tokyo, "gpkg", "example"))
    with pytest.raises(MeguroOpendataError, match="geo grids add"):
        mo.build_release("places", workspace_dir)
    add_grid(par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.63, 139.68, 40)))
    assert mo.build_release("places", workspace_dir).published
    entry = load_releases(open_workspace(workspace_dir), ["places"])[0].entry
    assert "EPSG:4301 から EPSG:6668" in str(entry.provenance)
    assert "TKY2JGD 2.1.1" in str(entry.provenance)
    assert "0.4 m" in str(entry.provenance)


@pytest.mark.parametrize(
    ("source", "gis", "message"),
    [
        ({"file": "x.gpkg"}, {"crs": "EPSG:1"}, "gis.crs"),
        ({"file": "x.gpkg", "sheet": "nothing"}, {}, "レイヤー"),
        ({"file": "x.gpkg", "crs": "EPSG:30169"}, {}, "宣言は EPSG:30169"),
    ],
)
def test_wrong_words_on_gis_files(
    workspace_dir: Path, source: dict[str, str], gis: dict[str, str], message: str
) -> None:
    """A layer that is not there, a system that differs or is unknown: told in words."""
    folder = write_recipe(workspace_dir, source, gis)
    (folder / "x.gpkg").write_bytes(geo_bytes(example(), "gpkg", "example"))
    with pytest.raises((ConfigurationError, MeguroOpendataError), match=message):
        mo.build_release("places", workspace_dir)


# Given files of other cities


@pytest.mark.parametrize(
    ("name", "crs", "rows", "encoding"),
    [
        ("75周年パレード_一般観覧エリア.shp", "EPSG:2450", 6, None),
        ("整備区域.shp", "EPSG:6668", 6, None),
        ("浸水履歴_令和元年.shp", "EPSG:4326", 60, None),
        ("hiking_spot_v2.geojson", "EPSG:4326", 20, None),
    ],
)
def test_files_of_yaizu_are_read(shared: Path, name: str, crs: str, rows: int, encoding: str | None) -> None:
    """Shapefiles of the city of Yaizu: their systems, Japanese attributes, and points that lie in the city."""
    features = read_features(shared / "corpus" / "yaizu" / name, encoding=encoding)
    assert (features.crs.code, features.frame.height) == (crs, rows)
    table = point_columns(features)
    lat, lon = table["図形_緯度"].cast(float), table["図形_経度"].cast(float)
    assert lat.is_between(34.7, 35.0).all()
    assert lon.is_between(138.1, 138.45).all()
    assert not any("�" in text for column in features.frame.columns for text in features.frame[column])


def test_zone_eight_of_yaizu_becomes_jgd2011(
    shared: Path, workspace_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The school districts have no .prj: refused without zone 8 of JGD2000, then without the grid, then built."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))
    source = {"file": "小学校区.shp"}
    folder = write_recipe(workspace_dir, source, name="SAFIELD001")
    for path in (shared / "corpus" / "yaizu").glob("小学校区.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    with pytest.raises(UnknownCrsError, match="小学校区"):
        mo.build_release("places", workspace_dir)
    write_recipe(workspace_dir, {**source, "crs": "EPSG:2450"}, name="SAFIELD001")
    with pytest.raises(MeguroOpendataError, match="touhokutaiheiyouoki2011"):
        mo.build_release("places", workspace_dir)
    add_grid(shared / "geo" / "grids" / "touhokutaiheiyouoki2011.tif")
    release = mo.build_release("places", workspace_dir)
    assert release.published, [found.code for found in release.report.findings]
    frame = release.geodataframe()
    assert len(frame) == 13
    assert frame.geometry.x.between(138.2, 138.4).all()
    assert frame.geometry.y.between(34.75, 34.95).all()


def test_the_swapped_workbook_of_hachioji_is_found_and_mended_by_a_word(shared: Path, workspace_dir: Path) -> None:
    """Every row's exchanged coordinates are told, none is mended unasked; `axes: swapped` puts all of them right."""
    folder = workspace_dir / "places"
    folder.mkdir()
    book = shared / "corpus" / "tama" / "132012_cultural_property.xlsx"
    (folder / book.name).write_bytes(book.read_bytes())
    (folder / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    counts = {}
    for axes in ({}, {"axes": "swapped"}):
        source = json.dumps({"file": book.name, "crs": "EPSG:6668", **axes})
        text = RECIPE.format(source=source, gis="{}", name="名称").replace("図形_", "")
        (folder / "dataset.yaml").write_text(text, encoding="utf-8")
        release = mo.build_release("places", workspace_dir)
        frame = pl.concat([part.frame for part in release.parts])
        lat = frame["緯度"].cast(float, strict=False)
        counts[bool(axes)] = (
            int(lat.is_between(35, 36).sum()),
            sum(f.code == "coordinates-swapped" for f in release.report.findings),
        )
    assert counts[False][0] == 0
    assert counts == {False: (0, 270), True: (135, 0)}
