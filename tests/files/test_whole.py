"""Folders and files that appear whole, also through links and where another program has one of them open."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.errors import StorageError
from meguro_opendata.files.whole import folder_aside, remove_synced, sweep, write_synced

WORDS = {"表.csv": "ID,名称;1,", "表.xlsx": "本"}


def replace_folder(target: Path, version: str) -> None:
    """Put a folder of two files in the place of what is there."""
    with folder_aside(target) as aside:
        for name, text in WORDS.items():
            (aside / name).write_text(text + version, encoding="utf-8")


def texts(folder: Path) -> dict[str, str]:
    """Every file of a folder, hidden ones too."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.mark.parametrize("depth", [1, 2])
def test_a_linked_folder_is_replaced_again_and_again_and_the_link_stays(tmp_path: Path, depth: int) -> None:
    """The folder to which a link, or a link to a link, leads is replaced where it is."""
    real, link = tmp_path / "elsewhere" / "aed", tmp_path / "releases" / "aed"
    real.mkdir(parents=True)
    link.parent.mkdir()
    led = real
    for number in range(depth - 1):
        (tmp_path / f"link{number}").symlink_to(led)
        led = tmp_path / f"link{number}"
    link.symlink_to(led)
    for version in ("1", "2", "3"):
        replace_folder(link, version)
        assert link.is_symlink()
        assert texts(real) == {name: text + version for name, text in WORDS.items()}
    assert [[path.name for path in folder.iterdir()] for folder in (link.parent, real.parent)] == [["aed"], ["aed"]]


def test_a_link_to_a_folder_that_is_not_there_yet_is_followed(tmp_path: Path) -> None:
    """The folder is made where the link leads."""
    link = tmp_path / "aed"
    link.symlink_to(tmp_path / "elsewhere" / "aed")
    replace_folder(link, "1")
    assert link.is_symlink()
    assert len(texts(tmp_path / "elsewhere" / "aed")) == len(WORDS)


def test_what_an_earlier_version_left_of_a_link_is_no_obstacle(tmp_path: Path) -> None:
    """A first build moved the link aside, where it stayed, and the second one failed."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".aed.old").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "aed").symlink_to(tmp_path / "elsewhere")
    replace_folder(tmp_path / "aed", "1")
    (tmp_path / "aed").unlink()
    replace_folder(tmp_path / "aed", "2")
    assert texts(tmp_path / "aed")["表.xlsx"] == "本2"


def test_a_link_that_leads_to_itself_is_an_error(tmp_path: Path) -> None:
    """A loop ends with a message, not a traceback."""
    (tmp_path / "aed").symlink_to(tmp_path / "aed")
    with pytest.raises(StorageError):
        replace_folder(tmp_path / "aed", "1")


def refusing(refused: Path, *, opened: Path) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """``os.rename`` and ``Path.open`` as on Windows while a program has a file in a folder open."""
    rename, open_file = os.rename, Path.open

    def renamed(source: Any, target: Any) -> None:
        if Path(source) == refused:
            raise PermissionError(13, "アクセスが拒否されました。", str(source), None, str(target))
        rename(source, target)

    def read(path: Path, mode: str = "r", *told: Any, **named: Any) -> Any:
        if path == opened and mode != "rb":
            raise PermissionError(13, "別のプロセスが使用中です。", str(path))
        return open_file(path, mode, *told, **named)

    return renamed, read


@pytest.mark.parametrize("name", WORDS)
def test_a_file_that_another_program_has_open_is_named_and_nothing_changes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder cannot be renamed then: it stays as it was, whole, and nothing lies beside it."""
    target = tmp_path / "releases" / "aed"
    replace_folder(target, "1")
    before = texts(target)
    renamed, read = refusing(target, opened=target / name)
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", renamed)
        patch.setattr(Path, "open", read)
        with pytest.raises(StorageError) as error:
            replace_folder(target, "2")
    assert error.value.code == "file-in-use"
    assert error.value.params["files"] == [str(target / name)]
    assert texts(target) == before
    assert [path.name for path in target.parent.iterdir()] == ["aed"]


@pytest.mark.parametrize("at", [0, 1])
def test_whichever_of_the_renames_is_refused_the_old_folder_is_there(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one goes aside, the new one comes: if either is refused, all is as before."""
    target = tmp_path / "aed"
    replace_folder(target, "1")
    before, rename, seen = texts(target), os.rename, []

    def refused(source: Any, place: Any) -> None:
        seen.append(source)
        if len(seen) == at + 1:
            raise PermissionError(13, "アクセスが拒否されました。", str(source))
        rename(source, place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", refused)
        with pytest.raises(StorageError):
            replace_folder(target, "2")
    assert texts(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["aed"]


def test_only_what_a_killed_process_wrote_aside_is_swept_away(tmp_path: Path) -> None:
    """A name of another form, and a file of somebody's own, stay."""
    for name in (".表.csv.ab12_xyz.tmp", ".a.json.00000000.tmp", ".a.tmp", "a.ab12_xyz.tmp", ".a.ABCDEFGH.tmp"):
        (tmp_path / name).write_bytes(b"")
    sweep(tmp_path, "a.json")
    assert (tmp_path / ".表.csv.ab12_xyz.tmp").exists()
    sweep(tmp_path)
    sweep(tmp_path / "absent")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.ABCDEFGH.tmp", ".a.tmp", "a.ab12_xyz.tmp"]


def test_a_synced_file_is_on_the_disk_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both the file and the folder are synced, in this order, and so is the folder after a removal."""
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda handle: synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
    )
    write_synced(tmp_path / "a.json", b"{}")
    assert synced == ["file", "folder"]
    remove_synced(tmp_path / "a.json")
    assert (synced[2:], list(tmp_path.iterdir())) == (["folder"], [])
