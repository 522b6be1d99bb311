"""Grids, gazetteers and a boundary that a workspace declares: loaded by one command, asked for by build and doctor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from gazetteer_files import yaizu_blocks
from geo_grids import nodes_around, par_file

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError, MeguroOpendataError
from meguro_opendata.geo.places.boundary import boundary_of
from meguro_opendata.georeferencing.inputs import load_place_files, place_files
from meguro_opendata.workspace.city import open_workspace

PLACES = """
[places]
grids = ["places/touhokutaiheiyouoki2011.par"]
addresses = ["places/blocks.csv"]

[places.boundary]
file = "places/b.geojson"
crs = "EPSG:6668"
"""
AREA = {"type": "Polygon", "coordinates": [[[139.6, 35.5], [139.8, 35.5], [139.8, 35.7], [139.6, 35.5]]]}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a data folder of its own."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))


@pytest.fixture
def declaring(workspace_dir: Path) -> Path:
    """A workspace that declares a file of each kind, all of which are there."""
    folder = workspace_dir / "places"
    folder.mkdir()
    par_file(folder / "touhokutaiheiyouoki2011.par", nodes_around(35.64, 139.69))
    (folder / "blocks.csv").write_bytes(yaizu_blocks())
    feature = {"type": "Feature", "properties": {"crs": None}, "geometry": AREA}
    body = {"type": "FeatureCollection", "crs": None, "features": [feature]}
    (folder / "b.geojson").write_text(json.dumps(body), encoding="utf-8")
    profile = workspace_dir / "opendata.toml"
    profile.write_text(profile.read_text(encoding="utf-8") + PLACES, encoding="utf-8")
    return workspace_dir


def states(workspace: Path) -> list[str]:
    """The state of each declared file."""
    return [one.state for one in place_files(open_workspace(workspace))]


def test_what_is_declared_is_loaded_once(declaring: Path) -> None:
    """Until then a build refuses; a file that changes waits again; a second time is no error."""
    assert states(declaring) == ["waiting"] * 3
    with pytest.raises(MeguroOpendataError, match="geo setup"):
        mo.build_release("stockpile_warehouse", declaring)
    for _ in range(2):
        assert [one.state for one in load_place_files(open_workspace(declaring))] == ["loaded"] * 3
    assert boundary_of("131105") is not None
    assert mo.build_release("stockpile_warehouse", declaring).published
    (declaring / "places" / "blocks.csv").write_bytes(yaizu_blocks() + b"\r\n")
    assert states(declaring) == ["loaded", "waiting", "loaded"]


def test_a_file_that_is_not_there_is_named(declaring: Path) -> None:
    """Neither build nor setup goes on, and setup has loaded nothing."""
    (declaring / "places" / "b.geojson").unlink()
    for act in (lambda: mo.build_release("stockpile_warehouse", declaring), lambda: load_place_files(_of(declaring))):
        with pytest.raises(MeguroOpendataError, match=r"places/b\.geojson") as caught:
            act()
        assert caught.value.code == "places-absent"
    assert states(declaring) == ["waiting", "waiting", "absent"]


def _of(folder: Path) -> mo.workspace.Workspace:
    return open_workspace(folder)


def test_the_boundary_of_another_city_is_no_boundary_of_ours(declaring: Path) -> None:
    """The file has to hold the workspace's own municipality."""
    path = declaring / "places" / "b.geojson"
    feature = {"type": "Feature", "properties": {"code": "222127"}, "geometry": AREA}
    path.write_text(json.dumps(feature), encoding="utf-8")
    text = (declaring / "opendata.toml").read_text(encoding="utf-8").replace('crs = "EPSG:6668"', "")
    (declaring / "opendata.toml").write_text(text, encoding="utf-8")
    with pytest.raises(MeguroOpendataError, match="東京都目黒区"):
        load_place_files(open_workspace(declaring))


@pytest.mark.parametrize("path", ["../b.geojson", "/etc/passwd", "C:/b.geojson", "places//b.geojson", ""])
def test_paths_stay_in_the_workspace(declaring: Path, path: str) -> None:
    """A path that leads elsewhere is a fault of opendata.toml."""
    text = (declaring / "opendata.toml").read_text(encoding="utf-8").replace("places/b.geojson", path)
    (declaring / "opendata.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"places\.boundary\.file"):
        open_workspace(declaring)


def test_the_commands(declaring: Path, command: Callable[..., Ran]) -> None:
    """Doctor says what is to be done, setup does it, and says what there is; without [places] there is nothing."""
    assert command("--workspace", declaring, "doctor").code == 1
    assert "geo setup" in command("--workspace", declaring, "doctor").out
    ran = command("--workspace", declaring, "geo", "setup")
    assert (ran.code, ran.out.count("取り込み済み")) == (0, 3)
    assert "places/b.geojson (loaded)" in command("--workspace", declaring, "doctor").out
    text = (declaring / "opendata.toml").read_text(encoding="utf-8")
    (declaring / "opendata.toml").write_text(text.partition("[places]")[0], encoding="utf-8")
    ran = command("--workspace", declaring, "geo", "setup")
    assert (ran.code, "[places]" in ran.out) == (0, True)
