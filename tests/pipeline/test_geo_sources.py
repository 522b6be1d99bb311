"""GIS files where tables are looked at: inspect describes them, new and convert map them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from conftest import Ran
from geo_grids import nodes_around, par_file
from gis_files import FRAME, LAT, LON, shapefile, squares

import meguro_opendata as mo
from meguro_opendata.authoring import draft_dataset
from meguro_opendata.errors import MeguroOpendataError, SourceError, UnknownCrsError
from meguro_opendata.geo.datum.grids import add_grid
from meguro_opendata.geo.gis.words import GIS_FORMATS, GisFormat
from meguro_opendata.geo.gis.writing import geo_bytes
from meguro_opendata.inspection.profiler import inspect_file
from meguro_opendata.maps import preview_file
from meguro_opendata.maps.rows import preview_data
from meguro_opendata.maps.shapes import shapes_of
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.workspace.city import open_workspace


@pytest.mark.parametrize("form", GIS_FORMATS)
def test_inspect_says_what_a_gis_file_is(form: GisFormat, tmp_path: Path) -> None:
    """Format, layer, geometries, datum, rows, columns and encoding of each format."""
    path = tmp_path / ("公園.zip" if form == "shp" else f"公園.{form}")
    path.write_bytes(geo_bytes(squares("EPSG:6677"), form, "公園"))
    seen = inspect_file(path).to_dict()
    crs = "EPSG:4326" if form == "kml" else "EPSG:6677"
    datum = "WGS 84" if form == "kml" else "JGD2011"
    assert seen["gis"] | {"types": {}} == {
        "layers": ["公園"],
        "layer": "公園",
        "geometries": {"Polygon": 2},
        "crs": crs,
        "datum": datum,
        "unknown_crs": None,
        "doubt": None,
        "types": {},
        "findings": [],
    }
    assert seen["gis"]["types"]["名称"] == "text"
    container = "shapefile" if form == "shp" else form
    assert (seen["container"], seen["extension_matches"], seen["rows"], seen["refusal"]) == (container, True, 2, None)
    assert {"名称", "図形_緯度"} <= set(seen["columns"])


def test_inspect_tells_a_system_that_is_not_said(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """Without .prj the datum is reported to be unknown, and the encoding is decided; a system of elsewhere is named."""
    path = shapefile(tmp_path / "a", prj=False)
    seen = inspect_file(path).to_dict()
    assert (seen["gis"]["crs"], seen["gis"]["unknown_crs"], seen["encoding"]) == (None, None, "cp932")
    path.with_suffix(".prj").write_text(parse_foreign(), encoding="ascii")
    assert inspect_file(path).to_dict()["gis"]["unknown_crs"] == "ETRS89 / UTM zone 32N"
    ran = command("inspect", path)
    assert ran.code == 0
    assert "ETRS89" in ran.out
    assert "Polygon 2" in ran.out


def parse_foreign() -> str:
    """The description of a system that is not supported."""
    import pyproj

    return str(pyproj.CRS.from_epsg(25832).to_wkt("WKT1_ESRI"))


def test_a_damaged_gis_file_is_refused_with_json(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """What cannot be read is still described, exit code 2."""
    (tmp_path / "cut.fgb").write_bytes(geo_bytes(squares(), "fgb", "x")[:300])
    ran = command("inspect", "cut.fgb", "--format", "json")
    assert ran.code == 2
    assert (json.loads(ran.out)["container"], json.loads(ran.out)["gis"]) == ("fgb", None)


def draft(workspace_dir: Path, source: Path, standard: str | None = None) -> str:
    """The recipe that ``new`` writes."""
    made = draft_dataset("park", source, open_workspace(workspace_dir), standard)
    return made.recipe.read_text(encoding="utf-8")


@pytest.mark.parametrize("crs", ["EPSG:6677", "EPSG:6668"])
def test_new_drafts_a_recipe_that_builds(crs: str, workspace_dir: Path, tmp_path: Path) -> None:
    """All parts of a shapefile are copied; its points are the coordinates, and the build puts them into JGD2011."""
    text = draft(workspace_dir, shapefile(tmp_path / "a", crs))
    assert "  encoding: cp932\n" in text
    assert "緯度: 図形_緯度" in text
    assert "crs:" not in text
    parts = {path.name for path in (workspace_dir / "park").iterdir()}
    assert {"公園.shp", "公園.dbf", "公園.prj", "公園.shx"} <= parts
    recipe = workspace_dir / "park" / "dataset.yaml"
    recipe.write_text(text.replace('department: ""', "department: 都市整備部道路公園課"), encoding="utf-8")
    release = mo.build_release("park", workspace_dir)
    assert release.published, [one.code for one in release.report.findings]
    frame = release.geodataframe()
    assert np.allclose(frame.geometry.y, np.array(LAT) + 0.0005, atol=1e-6)
    assert np.allclose(frame.geometry.x, np.array(LON) + 0.0005, atol=1e-6)


@pytest.mark.parametrize("crs", ["EPSG:6677", "EPSG:30169"])
def test_areas_are_published_as_areas_if_the_recipe_says_so(crs: str, workspace_dir: Path, tmp_path: Path) -> None:
    """GeoJSON and GeoPackage hold the areas in JGD2011, the table a point of each; skipped rows are in none."""
    add_grid(par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.63, 139.68, 30)))
    text = draft(workspace_dir, shapefile(tmp_path / "a", crs))
    assert "gis: {geometry: source}" in text
    text = text.replace('department: ""', "department: 都市整備部道路公園課").replace(
        "{geometry", "{crs: EPSG:6677, geometry"
    )
    text += "formats: [csv, geojson, gpkg]\nskip_rows: [{row: 2, reason: 見本}]\n"
    (workspace_dir / "park" / "dataset.yaml").write_text(text, encoding="utf-8")
    release = mo.build_release("park", workspace_dir)
    assert release.published, [one.code for one in release.report.findings]
    files = {file.path.suffix: file.path for file in release.files}
    [feature] = json.loads(files[".geojson"].read_text(encoding="utf-8"))["features"]
    area = shapely.geometry.shape(feature["geometry"])
    assert feature["properties"]["名称"] == "例の広場"
    assert area.exterior.is_ccw
    assert area.bounds[:2] == pytest.approx((LON[1], LAT[1]), abs=1e-6)
    [kept] = mo.geo.read_features(files[".gpkg"]).geometries
    assert kept.geom_type == "Polygon"
    assert kept.area == pytest.approx(111 * 90.5, rel=0.02)
    frame = release.geodataframe()
    assert area.contains(shapely.Point(frame.geometry.x[0], frame.geometry.y[0]))


def test_only_a_gis_file_has_geometries_to_publish(workspace_dir: Path) -> None:
    """A table of degrees has points alone; that is reported."""
    recipe = workspace_dir / "preschool" / "dataset.yaml"
    recipe.write_text(recipe.read_text(encoding="utf-8") + "\ngis: {geometry: source}\n", encoding="utf-8")
    with pytest.raises(MeguroOpendataError, match="geometry: source"):
        mo.build_release("preschool", workspace_dir)


def test_new_asks_for_a_system_that_the_file_does_not_say(workspace_dir: Path, tmp_path: Path) -> None:
    """The line for the system is there to be confirmed; until then the build refuses."""
    text = draft(workspace_dir, shapefile(tmp_path / "a", prj=False), "public_facility")
    assert "# 確認: crs: EPSG:6677" in text
    recipe = workspace_dir / "park" / "dataset.yaml"
    recipe.write_text(text.replace('department: ""', "department: 都市整備部道路公園課"), encoding="utf-8")
    with pytest.raises(UnknownCrsError, match="crs"):
        mo.build_release("park", workspace_dir)


def test_new_overwrites_no_part_of_a_shapefile(workspace_dir: Path, tmp_path: Path) -> None:
    """A part that lies in the dataset's folder already stops the draft."""
    (workspace_dir / "park").mkdir()
    (workspace_dir / "park" / "公園.dbf").write_bytes(b"x")
    with pytest.raises(MeguroOpendataError, match=r"公園\.dbf"):
        draft(workspace_dir, shapefile(tmp_path / "a"))
    assert (workspace_dir / "park" / "公園.dbf").read_bytes() == b"x"


def test_convert_takes_a_gis_file_that_says_its_system(tmp_path: Path) -> None:
    """Attributes and points become the standard's items; without a system there is a refusal, not a blank column."""
    release = convert_file(shapefile(tmp_path / "a"), "public_facility", tmp_path / "out")
    frame = release.parts[0].frame
    assert frame["名称"].to_list() == FRAME["名称"].to_list()
    assert frame["緯度"].cast(float).to_list() == pytest.approx([lat + 0.0005 for lat in LAT], abs=1e-6)
    with pytest.raises(UnknownCrsError):
        convert_file(shapefile(tmp_path / "b", prj=False), "public_facility", tmp_path / "out2")


def test_points_of_another_datum_in_a_text_field_are_an_error(workspace_dir: Path, tmp_path: Path) -> None:
    """Degrees of Tokyo datum that go into a field of text would be published as they are; that is reported."""
    folder = workspace_dir / "park"
    recipe = {
        "title": "例",
        "schema": "schema.json",
        "source": {"file": "公園.shp", "crs": "EPSG:30169"},
        "mapping": {"名称": "名称", "緯度": "図形_緯度"},
        "metadata": {"description": "例", "department": "都市整備部道路公園課", "frequency": "随時"},
    }
    fields: list[dict[str, Any]] = [{"name": name, "type": "string", "mo:kind": "text"} for name in ("名称", "緯度")]
    shapefile(folder, "EPSG:6677", prj=False)
    (folder / "schema.json").write_text(json.dumps({"fields": fields}), encoding="utf-8")
    (folder / "dataset.yaml").write_text(json.dumps(recipe, ensure_ascii=False), encoding="utf-8")
    release = mo.build_release("park", workspace_dir)
    assert not release.published
    assert "geometry-unplaced" in {one.code for one in release.report.findings}


def test_the_features_of_a_gis_file_are_on_the_map(tmp_path: Path) -> None:
    """Zone 9 is shown where it lies; a file without a system is refused until it is declared."""
    preview = preview_file(shapefile(tmp_path / "a"))
    assert [(row.name, round(row.lat or 0, 4), round(row.lon or 0, 4)) for row in preview.rows] == [
        ("例の公園", 35.6205, 139.6705),
        ("例の広場", 35.6355, 139.6905),
    ]
    bare = shapefile(tmp_path / "b", prj=False)
    with pytest.raises(UnknownCrsError, match="--from"):
        preview_file(bare)
    assert preview_file(bare, crs="EPSG:6677").counts["measured"] == 2
    page = preview.page("ja")
    assert page.count('class="shape"') == 2


def test_the_map_draws_no_more_than_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Areas, holes and lines are drawn; of very many vertices only those that show."""
    ring = shapely.Point(139.7, 35.6).buffer(0.01, quad_segs=2000)
    hole = ring.difference(shapely.Point(139.7, 35.6).buffer(0.005))
    line = shapely.LineString([(139.7, 35.6), (139.8, 35.7)])
    everything = shapely.GeometryCollection([hole, line, shapely.Point(139.7, 35.6)])
    shapes = shapes_of(np.array([everything, None], dtype=object))
    assert [is_area for _, is_area in shapes] == [True, True, False]
    monkeypatch.setitem(preview_data(), "most_vertices", 500)  # type: ignore[arg-type]
    assert sum(len(places) for places, _ in shapes_of(np.array([everything, None], dtype=object))) <= 500


def test_names_of_towns_are_those_of_the_rows_that_are_shown(tmp_path: Path) -> None:
    """Rows of many municipalities, of which one alone is in a gazetteer: its towns are drawn."""
    rows = [
        f"例{at},{city}1-1" for at, city in enumerate(["東京都千代田区六番町", "東京都港区芝", "東京都北区王子"] * 9)
    ]
    rows += ["例の公園,東京都目黒区八雲1-1-8"]
    for city in ("新宿区", "文京区", "台東区", "墨田区", "江東区"):
        rows += [f"例,東京都{city}1-1"] * 3
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["名称,住所", *rows, ""]), encoding="utf-8")
    assert "八雲一丁目" in preview_file(path).page("ja")


def test_a_layer_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    """Two shapes in one archive: which one is to be looked at is asked."""
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("甲", "乙"):
            with zipfile.ZipFile(_one(tmp_path, name)) as one:
                for member in (name for name in one.namelist() if name != "fields.csv"):
                    archive.writestr(member, one.read(member))
    seen = inspect_file(tmp_path / "two.zip")
    assert isinstance(seen.refusal, SourceError)
    assert seen.refusal.code == "geo-layer-unclear"


def _one(folder: Path, name: str) -> Path:
    path = folder / f"{name}.zip"
    path.write_bytes(geo_bytes(squares(), "shp", name))
    return path
