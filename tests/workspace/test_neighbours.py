"""Two workspaces side by side: each city's releases and portal stay its own, and nothing is mixed in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.errors import ConfigurationError
from meguro_opendata.onboarding.initialise import init_workspace
from meguro_opendata.portals import open_portal
from meguro_opendata.workspace.city import open_workspace
from meguro_opendata.workspace.neighbours import refuse_shared

TABLE = "名称,区分\n{name},あ\n"


def places(root: Path) -> set[Path]:
    """Where a workspace writes beside itself."""
    workspace = open_workspace(root)
    portals = [(root / str(portal.path)).resolve() for portal in workspace.portals.values()]
    return {workspace.releases, *portals}


def ready(command: Callable[..., Any], home: Path, name: str) -> None:
    """Draft a dataset, and rewrite what is marked in a new workspace."""
    source = home.parent / f"{name}.csv"
    source.write_text(TABLE.format(name=name), encoding="utf-8")
    assert command("new", "sample", "--source", source, "--workspace", home).code == 0
    for path in (home / "opendata.toml", home / "sample" / "dataset.yaml"):
        text = path.read_text("utf-8").replace("www.example.lg.jp", "www.example.com").replace("担当課", "見本課")
        path.write_text(text, encoding="utf-8")


def test_the_first_workspace_has_the_usual_folders(tmp_path: Path) -> None:
    """Where nothing else is, releases and portal lie beside the workspace, as the contract says."""
    init_workspace(tmp_path / "datasets", "131105")
    assert places(tmp_path / "datasets") == {tmp_path / "releases", tmp_path / "portal"}


@pytest.mark.parametrize("names", [("a", "b", "c"), ("目黒", "当別", "x y"), ('q"q', "b", "datasets")])
def test_workspaces_side_by_side_share_nothing(tmp_path: Path, names: tuple[str, ...]) -> None:
    """However many are made in one folder, of one city or of several, each gets folders of its own."""
    used: set[Path] = set()
    for name, code in zip(names, ("131105", "013030", "131105"), strict=True):
        init_workspace(tmp_path / name, code)
        assert used.isdisjoint(places(tmp_path / name))
        used |= places(tmp_path / name)
    assert len(used) == 2 * len(names)


@pytest.mark.parametrize("there", ["releases", "portal"])
def test_existing_folders_are_not_reused(tmp_path: Path, there: str) -> None:
    """Folders that already lie beside a new workspace under the usual names are left alone."""
    (tmp_path / there).mkdir()
    (tmp_path / "village-portal").mkdir()
    init_workspace(tmp_path / "village", "013030")
    assert places(tmp_path / "village") == {tmp_path / "village-2-releases", tmp_path / "village-2-portal"}
    init_workspace(tmp_path / "town", "131105")
    assert places(tmp_path / "town") == {tmp_path / "town-releases", tmp_path / "town-portal"}


def test_two_cities_build_and_publish_beside_each_other(command: Callable[..., Any], tmp_path: Path) -> None:
    """The same slug in two workspaces of one folder: each finds its own release, and each portal shows its own."""
    for name, code in (("a", "131105"), ("b", "013030")):
        assert command("init", name, "--municipality", code).code == 0
        ready(command, tmp_path / name, name)
        assert command("build", "--workspace", name).code == 0
        assert command("publish", "--yes", "--workspace", name).code == 0
    for name in ("a", "b"):
        assert command("plan", "--workspace", name).code == 0
        files = [path for folder in places(tmp_path / name) for path in folder.rglob("*_sample.csv")]
        assert len(files) >= 2
        assert all(f"{name},あ" in path.read_text("utf-8-sig") for path in files)


def test_a_folder_that_two_cities_would_share_is_refused(command: Callable[..., Any], tmp_path: Path) -> None:
    """Profiles that were written by hand, or moved: nothing is written, and the answer says what to write instead."""
    for name, code in (("a", "131105"), ("b", "013030")):
        command("init", name, "--municipality", code)
        profile = tmp_path / name / "opendata.toml"
        profile.write_text(profile.read_text("utf-8").replace(f"../{name}-", "../"), encoding="utf-8")
        ready(command, tmp_path / name, name)
    for words in (["build"], ["plan"]):
        refused = command(*words, "--workspace", "b")
        assert refused.code == 2
        assert "../b-" in refused.err
        assert "131105" in refused.err
    assert not (tmp_path / "releases").exists()
    (tmp_path / "a" / "opendata.toml").unlink()
    assert command("build", "--workspace", "b").code == 0


def test_a_copy_of_the_same_city_is_no_neighbour(tmp_path: Path) -> None:
    """A copy of a workspace is the same city; a profile that cannot be read says nothing."""
    init_workspace(tmp_path / "a", "131105")
    text = (tmp_path / "a" / "opendata.toml").read_text("utf-8")
    for name, content in (("copy", text), ("broken", "[city"), ("odd", "city = 3\nportals = 4\nfolders = []\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "opendata.toml").write_text(content, encoding="utf-8")
    workspace = open_workspace(tmp_path / "a")
    open_portal(workspace)
    with pytest.raises(ConfigurationError):
        refuse_shared(workspace, tmp_path / "releases", "folders.releases")
