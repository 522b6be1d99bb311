"""``init``: a workspace for any municipality, in a folder that holds nothing else."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import meguro_opendata as mo
from meguro_opendata.errors import MeguroOpendataError, StorageError
from meguro_opendata.japan.municipalities import municipalities
from meguro_opendata.onboarding import initialise
from meguro_opendata.onboarding.initialise import init_workspace

Command = Callable[..., "Ran"]  # noqa: F821 (the fixture's own type)


def test_the_workspace_is_ready(command: Command, tmp_path: Path) -> None:
    """After ``init`` the doctor finds nothing, the figures can be shown, and building nothing is no error."""
    made = command("init", "town", "--municipality", "013030")
    assert (made.code, made.err) == (0, "")
    assert "北海道当別町" in made.out
    assert command("doctor", "--workspace", "town").code == 0
    for arguments in (["kpi", "show"], ["build"], ["standards", "list"]):
        assert command(*arguments, cwd=tmp_path / "town").code == 0
    assert command("kpi", "show", "--workspace", "town", "--lang", "en").code == 0


def test_the_profile_holds_the_municipalitys_names(tmp_path: Path) -> None:
    """Code, names and prefecture come from the code; the portal is a folder; there is no dataset."""
    workspace = init_workspace(tmp_path / "town", "013030")
    city = workspace.city
    assert (city.code, city.name, city.prefecture, city.organization) == ("013030", "当別町", "北海道", "北海道当別町")
    assert (city.fiscal_year_start, city.license.id) == (4, "CC-BY-4.0")
    assert {name: (portal.kind, portal.path) for name, portal in workspace.portals.items()} == {
        "folder": ("folder", "../portal")
    }
    assert workspace.slugs() == []
    assert sorted(path.name for path in workspace.root.iterdir()) == ["README.txt", "opendata.toml"]


def test_what_is_to_be_replaced_is_marked(tmp_path: Path) -> None:
    """Each value that nobody can know from a code stands below a line that says so."""
    lines = (init_workspace(tmp_path / "x", "131105").root / "opendata.toml").read_text("utf-8").splitlines()
    for start in ("name_en", "homepage", "departments"):
        (at,) = [number for number, line in enumerate(lines) if line.startswith(start)]
        assert lines[at - 1].startswith("# ★")


def test_the_readme_opens_in_any_editor_and_names_commands_that_exist(tmp_path: Path) -> None:
    """The README has a byte order mark and line ends of Windows, names the city, and its commands are commands."""
    raw = (init_workspace(tmp_path / "x", "131105").root / "README.txt").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    text = raw.decode("utf-8-sig")
    assert text.startswith("東京都目黒区（131105）")
    for words in ("doctor", "standards list", "standards template aed -o", "new", "build", "plan", "publish"):
        assert f"meguro-opendata {words}" in text


def test_every_municipality_gets_a_workspace_that_opens(tmp_path: Path) -> None:
    """No name breaks the profile; one of each kind and prefecture stands for all."""
    chosen = {(known.kind, known.prefecture): known for known in municipalities()}
    assert len(chosen) > 150
    for known in chosen.values():
        assert init_workspace(tmp_path / known.code, known.code).city.full_name == known.full_name


def test_an_empty_folder_is_taken(command: Command, tmp_path: Path) -> None:
    """A folder that is there and empty becomes the workspace, also when it is the current one."""
    (tmp_path / "here").mkdir()
    assert command("init", ".", "--municipality", "131105", cwd=tmp_path / "here").code == 0
    assert mo.open_workspace(tmp_path / "here").city.name == "目黒区"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_used_folder_is_refused(command: Command, tmp_path: Path, lang: str) -> None:
    """A folder with anything in it, a hidden file too, is wrong use and is left as it is."""
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / ".hidden").write_text("x")
    done = command("init", "used", "--municipality", "131105", "--lang", lang)
    assert (done.code, done.out, "Traceback" in done.err) == (2, "", False)
    assert "used" in done.err
    assert [path.name for path in (tmp_path / "used").iterdir()] == [".hidden"]


def test_a_workspace_is_not_made_twice(command: Command) -> None:
    """The second ``init`` of a folder is refused: the profile may have been worked on."""
    assert command("init", "town", "--municipality", "131105").code == 0
    assert command("init", "town", "--municipality", "131105").code == 2


def test_a_file_in_the_way_is_refused(command: Command, tmp_path: Path) -> None:
    """A file of that name is wrong use and is left as it is."""
    (tmp_path / "town").write_text("x")
    assert command("init", "town", "--municipality", "131105").code == 2
    assert (tmp_path / "town").read_text() == "x"


@pytest.mark.parametrize("code", ["131104", "13110", "999999", "目黒区", ""])
def test_a_wrong_code_makes_nothing(command: Command, tmp_path: Path, code: str) -> None:
    """With a code that is no municipality's, nothing is written."""
    done = command("init", "town", "--municipality", code)
    assert (done.code, "Traceback" in done.err) == (2, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["init"], ["init", "town"], ["init", "--municipality", "131105"]])
def test_folder_and_code_are_asked_for(command: Command, arguments: list[str]) -> None:
    """Without folder or code, the command says what is missing."""
    done = command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "--help" in done.err


def test_below_a_file_nothing_can_be_made(command: Command, tmp_path: Path) -> None:
    """A place where no folder can be is trouble with storage, not wrong use."""
    (tmp_path / "file").write_text("x")
    done = command("init", "file/town", "--municipality", "131105")
    assert (done.code, "Traceback" in done.err) == (3, False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_reported(command: Command, tmp_path: Path) -> None:
    """Without permission, the exit code is that of storage."""
    (tmp_path / "closed").mkdir(mode=0o500)
    assert command("init", "closed/town", "--municipality", "131105").code == 3


@pytest.mark.parametrize("new", [True, False])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: bool) -> None:
    """When the second file cannot be written, the first is removed, and the folder too if it was made."""
    folder = tmp_path / "town"
    if not new:
        folder.mkdir()
    write = initialise.write_whole

    def full(path: Path, data: bytes) -> bool:
        if path.name == "opendata.toml":
            raise StorageError("cannot-write", path=path, reason="No space left on device")
        return write(path, data)

    monkeypatch.setattr(initialise, "write_whole", full)
    with pytest.raises(StorageError):
        init_workspace(folder, "131105")
    assert folder.exists() is not new
    assert not new or list(tmp_path.iterdir()) == []


def test_the_library_refuses_as_the_command_does(tmp_path: Path) -> None:
    """The same refusal reaches a program, with the folder in its text."""
    (tmp_path / "x").write_text("")
    with pytest.raises(MeguroOpendataError, match=tmp_path.name):
        init_workspace(tmp_path, "131105")


def test_placeholders_are_never_published(tmp_path: Path, command: Callable[..., Any]) -> None:
    """A new workspace whose marked lines nobody rewrote builds, but publishing is refused."""
    assert command("init", "mycity", "--municipality", "131105").code == 0
    (tmp_path / "一覧.csv").write_text("名称,住所\n見本館,目黒区上目黒2-19-15\n", encoding="utf-8")
    home = tmp_path / "mycity"
    assert command("new", "sample", "--source", tmp_path / "一覧.csv", cwd=home).code == 0
    assert command("build", "sample", cwd=home).code == 0
    refused = command("publish", "--yes", cwd=home)
    assert refused.code == 4
    assert "見本のまま" in refused.err
    profile = home / "opendata.toml"
    for path in (profile, home / "sample" / "dataset.yaml"):
        text = path.read_text(encoding="utf-8").replace("www.example.lg.jp", "www.example.com")
        path.write_text(text.replace("担当課", "見本課"), encoding="utf-8")
    assert command("build", "sample", cwd=home).code == 0
    assert command("publish", "--yes", cwd=home).code == 0
