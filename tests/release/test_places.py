"""A release is out of date once the grids, gazetteer, boundary or parts of a shapefile that made it are others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gazetteer_files import yaizu_blocks
from geo_grids import nodes_around, par_file
from gis_files import shapefile

import meguro_opendata as mo
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.geo.datum.grids import add_grid
from meguro_opendata.geo.places.boundary import import_boundary
from meguro_opendata.geo.places.gazetteer.importing import import_addresses
from meguro_opendata.japan.municipalities import municipality
from meguro_opendata.release.dataset import load_releases
from meguro_opendata.release.descriptor import Descriptor
from meguro_opendata.release.places import PlaceStamp
from meguro_opendata.workspace.city import open_workspace

FIELDS = [
    {"name": "名称", "type": "string", "mo:kind": "text"},
    {"name": "緯度", "type": "number", "mo:kind": "latitude"},
    {"name": "経度", "type": "number", "mo:kind": "longitude"},
]
AREA = {"type": "Polygon", "coordinates": [[[139.6, 35.5], [139.8, 35.5], [139.8, 35.7], [139.6, 35.5]]]}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a data folder of its own."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))


def built(workspace: Path, crs: str = "EPSG:6668") -> None:
    """A dataset of one point, released."""
    folder = workspace / "places"
    folder.mkdir(exist_ok=True)
    (folder / "a.csv").write_text("名称,緯度,経度\n例,35.64,139.69\n", encoding="utf-8")
    (folder / "schema.json").write_text(json.dumps({"fields": FIELDS}), encoding="utf-8")
    recipe = {
        "title": "例",
        "schema": "schema.json",
        "source": {"file": "a.csv", "crs": crs},
        "mapping": {name: name for name in ("名称", "緯度", "経度")},
        "metadata": {"description": "例", "department": "都市整備部道路公園課", "frequency": "随時"},
    }
    (folder / "dataset.yaml").write_text(json.dumps(recipe, ensure_ascii=False), encoding="utf-8")
    assert mo.build_release("places", workspace).published


def is_stale(workspace: Path) -> bool:
    """Whether the release is refused as out of date."""
    try:
        load_releases(open_workspace(workspace), ["places"])
    except MeguroOpendataError as error:
        return error.code == "release-stale"
    return False


def boundary(folder: Path) -> Path:
    """A boundary of nobody."""
    path = folder / "b.geojson"
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": AREA}), encoding="utf-8")
    return path


def test_a_new_boundary_of_the_city_makes_it_stale(workspace_dir: Path, tmp_path: Path) -> None:
    """Points are to be checked anew; the boundary of another city changes nothing."""
    built(workspace_dir)
    assert not is_stale(workspace_dir)
    import_boundary(boundary(tmp_path), municipality("131091"))
    assert not is_stale(workspace_dir)
    import_boundary(boundary(tmp_path), municipality("131105"))
    assert is_stale(workspace_dir)
    built(workspace_dir)
    assert not is_stale(workspace_dir)


def test_a_new_gazetteer_of_the_city_makes_it_stale(workspace_dir: Path, tmp_path: Path) -> None:
    """That of another city does not."""
    built(workspace_dir)
    (tmp_path / "yaizu.csv").write_bytes(yaizu_blocks())
    import_addresses(tmp_path / "yaizu.csv")
    assert not is_stale(workspace_dir)
    text = yaizu_blocks().decode("cp932").replace("静岡県", "東京都").replace("焼津市", "目黒区")
    (tmp_path / "meguro.csv").write_bytes(text.encode("cp932"))
    import_addresses(tmp_path / "meguro.csv")
    assert is_stale(workspace_dir)


def test_another_grid_makes_stale_what_was_moved(workspace_dir: Path, tmp_path: Path) -> None:
    """Coordinates that crossed no datum stay as they are."""
    add_grid(par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.64, 139.69)))
    for crs, stale in (("EPSG:6668", False), ("EPSG:4612", True)):
        built(workspace_dir, crs)
        assert not is_stale(workspace_dir)
        add_grid(par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.64, 139.69, 22 + 2 * stale)))
        assert is_stale(workspace_dir) is stale


def test_tables_without_points_have_nothing_to_do_with_places(workspace_dir: Path) -> None:
    """Their stamp names nothing."""
    mo.build_release("stockpile_warehouse", workspace_dir)
    described = Descriptor.read(workspace_dir.parent / "releases" / "stockpile_warehouse")
    assert described is not None
    assert described.places == PlaceStamp(code=None, moved=False, parts=(), checksums={})


def test_a_changed_table_of_a_shapefile_makes_it_stale(workspace_dir: Path, tmp_path: Path) -> None:
    """The attributes lie in another file than the one that the recipe names."""
    built(workspace_dir)
    folder = workspace_dir / "places"
    shapefile(folder)
    text = (folder / "dataset.yaml").read_text(encoding="utf-8").replace('"EPSG:6668"', '"EPSG:6677"')
    text = text.replace("a.csv", "公園.shp").replace(': "緯度"', ': "図形_緯度"').replace(': "経度"', ': "図形_経度"')
    (folder / "dataset.yaml").write_text(text, encoding="utf-8")
    assert mo.build_release("places", workspace_dir).published
    assert not is_stale(workspace_dir)
    table = folder / "公園.dbf"
    table.write_bytes(table.read_bytes().replace("例".encode("cp932"), "見".encode("cp932")))
    assert is_stale(workspace_dir)
