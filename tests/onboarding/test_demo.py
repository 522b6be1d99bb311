"""``demo``: run again it keeps edited files, says so, and renews the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from meguro_opendata.files.whole import sha256
from meguro_opendata.onboarding.demo import run_demo


def test_a_second_demo_keeps_what_was_edited(command: Callable[..., Any], tmp_path: Path) -> None:
    """A title, a source and a file of one's own survive; the edited ones are named, and their edits are published."""
    first = run_demo(tmp_path / "demo")
    assert first.kept == ()
    home = first.workspace.root
    recipe, source = home / "preschool" / "dataset.yaml", home / "stockpile_warehouse" / "備蓄倉庫一覧.csv"
    recipe.write_text(recipe.read_text("utf-8").replace("title: ", "title: 見本の", 1), encoding="utf-8")
    source.write_bytes(source.read_bytes().replace("南部".encode("cp932"), "東部".encode("cp932"), 1))
    (home / "覚え.txt").write_text("見本", encoding="utf-8")
    edited = {path: path.read_bytes() for path in (recipe, source, home / "覚え.txt")}
    again = command("demo", "--format", "json")
    assert again.code == 0
    assert sorted(json.loads(again.out)["kept"]) == sorted(map(str, (recipe, source)))
    assert {path: path.read_bytes() for path in edited} == edited
    told = command("demo")
    assert told.code == 0
    assert str(recipe.relative_to(home)) in told.out
    assert "（2件）" in told.out


def test_unedited_files_are_renewed(tmp_path: Path) -> None:
    """A file that an older version of the program wrote is brought up to date; a deleted one is there again."""
    home = run_demo(tmp_path / "demo").workspace.root
    mark = tmp_path / "demo" / ".meguro-opendata-demo"
    profile, recipe = home / "opendata.toml", home / "preschool" / "dataset.yaml"
    shipped = profile.read_bytes()
    profile.write_bytes(shipped + b"# older\n")
    known = json.loads(mark.read_text("utf-8"))
    mark.write_text(json.dumps({**known, "opendata.toml": sha256(profile.read_bytes())}), encoding="utf-8")
    recipe.unlink()
    assert run_demo(tmp_path / "demo").kept == ()
    assert profile.read_bytes() == shipped
    assert recipe.exists()


def test_a_demo_of_before_is_edited_where_it_differs(tmp_path: Path) -> None:
    """Without checksums an edit cannot be ruled out, so the file is kept."""
    home = run_demo(tmp_path / "demo").workspace.root
    (tmp_path / "demo" / ".meguro-opendata-demo").write_bytes(b"")
    profile = home / "opendata.toml"
    profile.write_bytes(profile.read_bytes() + b"# mine\n")
    assert run_demo(tmp_path / "demo").kept == (profile,)
