"""GIS files of every kind, in and out: nothing is lost, cut or taken for another encoding without a word."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import polars as pl
import pytest
import shapely
from conftest import Ran
from gis_matrix import Case, cases, tried
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError, SourceError, UnknownCrsError
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis import gdal
from meguro_opendata.geo.gis.encodings import LETTERS, attribute_encoding
from meguro_opendata.geo.gis.features import Features, FieldWords
from meguro_opendata.geo.gis.files import read_features, read_layer
from meguro_opendata.geo.gis.words import GIS_FORMATS
from meguro_opendata.geo.gis.writing import geo_bytes
from meguro_opendata.georeferencing.files.layers import transform_layer

Command = Callable[..., Ran]

# A file of each kind; `make gis` runs all of the matrix.
SHORT = (
    "geojson mixed", "gpkg pointz", "fgb absent", "kml point", "shp cp932", "shp utf-8 .cpgが932",
    "shp 名前が途中まで", "shp .shxなし", "shp .prjに測地系なし", "zip macOS", "geojson cp932",
    "geojson メートル crsなし", "gpkg 2レイヤー", "gml",
)  # fmt: skip


def test_the_matrix_has_sixty_files() -> None:
    """The table that `make gis` prints has a line for each of them."""
    names = [case.name for case in cases()]
    assert len(set(names)) == len(names) >= 60
    assert set(SHORT) <= set(names)


@pytest.mark.parametrize("case", [case for case in cases() if case.name in SHORT], ids=lambda case: case.name)
def test_a_file_of_the_matrix(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through inspect, every format, build and map preview: each difference is listed, and each refusal is its own."""
    monkeypatch.setattr(gdal, "_asked", lambda asked, place, name: gdal._read_here(asked))
    found = tried(case, tmp_path)
    assert found.unlisted == []
    assert found.ways or case.truth is None


JAPANESE = st.text(st.sampled_from("名称公園広場見本アイウｱｲｳあいう一二三髙﨑①㈱ー～"), min_size=1, max_size=12)


@given(texts=st.lists(JAPANESE, min_size=1, max_size=6), encoding=st.sampled_from(["utf-8", "cp932"]), data=st.data())
def test_an_encoding_is_right_or_refused(texts: list[str], encoding: str, data: st.DataObject) -> None:
    """Whatever is said of texts, they are never read as another encoding's: refused with the right one instead."""
    said = data.draw(st.sampled_from([None, "UTF-8", "CP932", "SJIS", "ISO-8859-1"]))
    told = data.draw(st.sampled_from([None, "utf-8", "cp932"]))
    letters = [text.encode(encoding, errors="replace").decode(LETTERS) for text in texts]
    try:
        found = attribute_encoding(told, said, ["name"], [letters], "x.shp")
    except SourceError as error:
        found = str(error.params.get("found"))
        assert (told or said) is not None
    assert found == encoding or not any(ord(sign) > 0x2FFF for text in texts for sign in text)


@pytest.mark.parametrize("cut", [1, 2])
def test_half_a_letter_is_told(tmp_path: Path, cut: int) -> None:
    """A value that was cut inside a letter keeps the encoding, loses the half and is listed with its row."""
    frame = geopandas.GeoDataFrame({"a": ["見本の公園", "x" * 30]}, geometry=shapely.points([139, 140], 35), crs=6668)
    frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    raw = bytearray((tmp_path / "a.dbf").read_bytes())
    place = raw.index("園".encode())
    raw[place + 3 - cut : place + 3] = b" " * cut
    (tmp_path / "a.dbf").write_bytes(bytes(raw))
    layer = read_layer(tmp_path / "a.shp")
    assert layer.frame["a"][0] == "見本の公"
    assert [(found.code, found.row) for found in layer.findings] == [("gis-half-letter", 2)]


def test_measures_and_curves_are_told(tmp_path: Path) -> None:
    """What is read without its measure, or as a line for a curve, is counted."""
    path = tmp_path / "a.gpkg"
    path.write_bytes(geo_bytes(points(3), "gpkg", "a"))
    wkb = {
        1: struct.pack("<BIddd", 1, 2001, 139.0, 35.0, 7.0),
        2: struct.pack("<BII6d", 1, 8, 3, 139, 35, 139.1, 35.1, 139.2, 35),
    }
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY', m = 2")
        for row, data in wkb.items():
            base.execute("UPDATE a SET geom = ? WHERE fid = ?", (b"GP\x00\x01" + struct.pack("<i", 6668) + data, row))
        base.commit()
    found = {one.code: one.params["count"] for one in read_layer(path).findings}
    assert found == {"gis-measures-lost": 1, "gis-curves-lost": 1}


def points(count: int, **columns: list[str]) -> Features:
    """Made-up places."""
    frame = pl.DataFrame(columns or {"a": [str(at) for at in range(count)]})
    return Features("例", frame, shapely.points(np.linspace(139, 140, count), 35.0), parse_crs("EPSG:6668"))


@pytest.mark.parametrize("form", GIS_FORMATS)
def test_names_that_a_format_keeps_for_itself_stay(tmp_path: Path, form: Any) -> None:
    """Attributes called like GDAL's own columns, and such as differ only in case, come back with their values."""
    values = {name: [f"{name}1", f"{name}2"] for name in ("fid", "geom", "Name", "name", "id", "名称")}
    path = tmp_path / f"x.{'zip' if form == 'shp' else form}"
    path.write_bytes(geo_bytes(points(2, **values), form, "x"))
    there = read_features(path).frame
    kept = {text for column in there.columns for text in there[column]}
    if form != "kml":  # whose own elements are called so
        assert {text for texts in values.values() for text in texts} <= kept


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_a_format_changes_is_listed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Random columns of every kind: after each format, a value is the same or its column is named."""
    folder = tmp_path_factory.mktemp("x")
    rows = data.draw(st.integers(1, 4))
    kinds = {"字": "text", "整数": "integer", "小数": "number", "真偽": "boolean"}
    drawn = {name: data.draw(st.lists(VALUES[kind], min_size=rows, max_size=rows)) for name, kind in kinds.items()}
    features = points(rows, **{name: [one or "" for one in texts] for name, texts in drawn.items()})
    words = {name: FieldWords(kind, np.array([one is None for one in drawn[name]])) for name, kind in kinds.items()}
    source = folder / "x.gpkg"
    source.write_bytes(geo_bytes(Features(**{**vars(features), "fields": words}), "gpkg", "x"))
    form = data.draw(st.sampled_from(["geojson", "gpkg", "zip", "kml"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gdal, "_asked", lambda asked, place, name: gdal._read_here(asked))
        done = transform_layer(source, folder / f"out.{form}", parse_crs("EPSG:6668"))
        before, after = read_layer(source), read_layer(folder / f"out.{form}")
    listed = {found.column for found in done.report.findings}
    for name in set(kinds) - listed:
        pairs = zip(before.frame[name], after.frame[name], strict=True)
        assert all(one == other or math.isclose(float(one), float(other), rel_tol=1e-12) for one, other in pairs)
        assert before.fields[name].null.tolist() == after.fields[name].null.tolist()


VALUES: dict[str, st.SearchStrategy[str | None]] = {
    "text": st.none() | st.text(st.sampled_from("見本公園 a1"), max_size=120),
    "integer": st.none() | st.integers(-(2**62), 2**62).map(str),
    "number": st.none() | st.floats(-1e12, 1e12, allow_nan=False).map(lambda one: repr(one).removesuffix(".0")),
    "boolean": st.none() | st.sampled_from(["0", "1"]),
}


def test_metres_and_degrees_are_told_apart(tmp_path: Path) -> None:
    """Degrees in a file of zone 9, and metres in one of degrees, are refused with what to say."""
    for crs, xy, code in (
        ("EPSG:6677", (139.7, 35.6), "crs-not-metres"),
        ("EPSG:6668", (-12246.9, -39776.3), "crs-not-degrees"),
    ):
        features = Features("例", pl.DataFrame({"a": ["1"]}), np.array([shapely.Point(xy)]), parse_crs(crs))
        (tmp_path / "x.gpkg").write_bytes(geo_bytes(features, "gpkg", "x"))
        with pytest.raises(UnknownCrsError) as caught:
            read_features(tmp_path / "x.gpkg")
        assert caught.value.code == code
        other = {"EPSG:6677": "EPSG:6668", "EPSG:6668": "EPSG:6677"}[crs]
        assert read_features(tmp_path / "x.gpkg", crs=other).crs.code == other


def test_a_shapefile_of_several_kinds_names_another_format(tmp_path: Path) -> None:
    """Points and areas together are refused; nothing is written."""
    shapes = np.array([shapely.Point(139, 35), shapely.box(139, 35, 140, 36)], dtype=object)
    features = Features("例", pl.DataFrame({"a": ["1", "2"]}), shapes, parse_crs("EPSG:6668"))
    with pytest.raises(MeguroOpendataError, match="GeoPackage"):
        geo_bytes(features, "shp", "x")
    assert not list(tmp_path.iterdir())


# The commands


def test_options_of_gis_files_are_refused_for_a_table(command: Command, tmp_path: Path) -> None:
    """--layer, --from and --encoding are never passed over without a word."""
    (tmp_path / "a.csv").write_text("名称,緯度,経度\n例,35.6,139.7\n", encoding="utf-8")
    for words in (("--layer", "x"), ("--encoding", "cp932"), ("--from", "EPSG:6677")):
        for arguments in (("inspect", "a.csv"), ("map", "preview", "a.csv", "-o", "m.html")):
            ran = command(*arguments, *words)
            assert (ran.code, words[0] in ran.err) == (2, True)


def test_an_encoding_is_given_on_the_command_line_and_kept_in_the_recipe(command: Command, tmp_path: Path) -> None:
    """Inspect names the cure, new takes it and writes it down."""
    frame = geopandas.GeoDataFrame({"名称": ["見本公園"]}, geometry=[shapely.Point(139.7, 35.6)], crs=6668)
    frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    (tmp_path / "a.cpg").write_text("932", encoding="ascii")
    ran = command("inspect", "a.shp", "--format", "json")
    assert (ran.code, "--encoding utf-8" in json.loads(ran.out)["refusal"]) == (2, True)
    assert (
        json.loads(command("inspect", "a.shp", "--encoding", "utf-8", "--format", "json").out)["columns"][0] == "名称"
    )
    assert command("init", "w", "--municipality", "131105").code == 0
    assert command("new", "park", "--source", tmp_path / "a.shp", "--encoding", "utf-8", cwd=tmp_path / "w").code == 0
    assert "encoding: utf-8" in (tmp_path / "w" / "park" / "dataset.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "endings"),
    [
        (("geo", "geocode", "a.csv"), {"csv", "geojson"}),
        (("geo", "mesh", "a.csv", "--first", "緯度", "--second", "経度"), {"csv", "geojson"}),
        (
            ("geo", "transform", "a.csv", "--from", "6668", "--to", "4326", "--first", "緯度", "--second", "経度"),
            {"csv", "geojson"},
        ),
    ],
)
def test_the_ending_decides_the_format(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], endings: set[str]
) -> None:
    """A name that ends in .geojson holds GeoJSON, and an ending that the command does not write is refused."""
    text = "名称,住所,緯度,経度\n例,東京都目黒区上目黒二丁目19番15号,35.6414,139.6981\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    for ending in ("csv", "geojson", "gpkg", "xlsx", "txt"):
        ran = command(*arguments, "-o", f"out.{ending}")
        assert (ran.code == 0) == (ending in endings), ran.text
        assert (tmp_path / f"out.{ending}").exists() == (ending in endings)
    assert json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_what_geocode_writes_can_be_seen(command: Command, tmp_path: Path) -> None:
    """Both of its formats are previewed, and no point of them is taken for measured."""
    (tmp_path / "a.csv").write_text("名称,住所\n例,東京都目黒区上目黒二丁目19番15号\n", encoding="utf-8")
    for name in ("b.csv", "b.geojson"):
        assert command("geo", "geocode", "a.csv", "-o", name).code == 0
        seen = command("map", "preview", name, "-o", "m.html")
        assert (seen.code, "座標のある行 0" in seen.text) == (0, True), seen.text


def test_each_approximate_row_says_its_error(command: Command, tmp_path: Path) -> None:
    """With --allow-approximate a table and a layer get a column with the expected error of each point."""
    (tmp_path / "a.csv").write_text("名称,緯度,経度\n例,35.64,139.69\n空,,\n", encoding="utf-8")
    words = ("--from", "EPSG:4301", "--to", "EPSG:6668", "--allow-approximate")
    data = {"MEGURO_OPENDATA_DATA": str(tmp_path / "data")}
    columns = ("--first", "緯度", "--second", "経度")
    assert command("geo", "transform", "a.csv", *words, *columns, "-o", "b.csv", **data).code == 0
    rows = (tmp_path / "b.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[-1] for row in rows] == ["変換誤差m", "6.2", ""]
    (tmp_path / "a.gpkg").write_bytes(
        geo_bytes(Features(**{**vars(points(1)), "crs": parse_crs("EPSG:4301")}), "gpkg", "a")
    )
    assert command("geo", "transform", "a.gpkg", *words[2:], "-o", "b.geojson", **data).code == 0
    feature = json.loads((tmp_path / "b.geojson").read_text(encoding="utf-8"))["features"][0]
    assert feature["properties"]["変換誤差m"] == pytest.approx(6.2, abs=1)


@pytest.mark.parametrize("labels", [("X座標", "Y座標"), ("Ｘ", "Ｙ"), ("緯度", "経度")])
def test_metres_are_no_degrees(command: Command, tmp_path: Path, labels: tuple[str, str]) -> None:
    """Columns of metres are proposed as north and east with a system to confirm, and never applied unasked."""
    text = f"施設名,{labels[0]},{labels[1]}\n例,-42148.043,-13889.735\n別,-41039.19,-13525.71\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert command("init", "w", "--municipality", "131105").code == 0
    ran = command("new", "x", "--source", tmp_path / "a.csv", "--standard", "public_facility", cwd=tmp_path / "w")
    assert ran.code == 0, ran.text
    recipe = (tmp_path / "w" / "x" / "dataset.yaml").read_text(encoding="utf-8")
    assert f"# 確認: 緯度: {labels[0]} " in recipe
    assert f"# 確認: 経度: {labels[1]} " in recipe
    assert "# 確認: crs: EPSG:6677" in recipe
