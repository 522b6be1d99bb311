"""The command line as Windows shows it, its languages, and its options before and after the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "Ran"]  # noqa: F821 (the fixture's own type)

RESULTS = [
    ["build"],
    ["plan"],
    ["publish", "--yes"],
    ["kpi", "show", "--fiscal-year", "2025"],
    ["kpi", "show"],
    ["standards", "list"],
    ["standards", "show", "preschool"],
    ["doctor"],
    ["demo", "--out", "d"],
    ["validate", "table.csv", "--standard", "preschool"],
]
TALK = [["--help"], ["build", "--help"], ["validate", "--help"], ["nonsense"], ["build", "nonsense"], ["publish"]]


@pytest.fixture
def place(workspace_dir: Path) -> Path:
    """A workspace, with a table whose signs CP932 lacks or spells otherwise (wave dash, minus, 𠮷, an emoji)."""
    (workspace_dir.parent / "table.csv").write_text(
        "名称,所在地_連結表記,収容定員\n𠮷野〜保育園 🏫,東京都目黒区1−1,x〜\n", encoding="utf-8"
    )
    return workspace_dir.parent


@pytest.mark.parametrize("arguments", RESULTS + TALK, ids=" ".join)
@pytest.mark.parametrize("encoding", ["cp932:strict", "latin-1:strict"])
def test_every_command_survives_a_narrow_console(
    arguments: list[str], encoding: str, place: Path, command: Command
) -> None:
    """On a console that lacks signs, every command prints all the same, and ends as it does elsewhere."""
    if arguments[0] in ("plan", "publish"):
        command("build", cwd=place)
    narrow = command(*arguments, cwd=place, encoding=encoding)
    assert "Traceback" not in narrow.text
    assert "UnicodeEncodeError" not in narrow.text
    assert narrow.code in (0, 1, 2)
    assert narrow.text.strip()


@pytest.mark.parametrize("arguments", RESULTS, ids=" ".join)
def test_json_is_whole_on_a_narrow_console(arguments: list[str], place: Path, command: Command) -> None:
    """JSON on a CP932 console is pure ASCII and says the same as on a UTF-8 one."""
    if arguments[0] in ("plan", "publish"):
        command("build", cwd=place)
    narrow = command(*arguments, "--format", "json", cwd=place, encoding="cp932:strict")
    assert narrow.out.isascii()
    assert json.loads(narrow.out)["format"].startswith("meguro-opendata/")


def test_signs_that_cp932_lacks_become_their_twins(place: Path, command: Command) -> None:
    """A wave dash is shown as the one that CP932 has, a rare kanji as a question mark; the rest stays."""
    shown = command("validate", "table.csv", "--standard", "preschool", cwd=place, encoding="cp932:strict")
    assert "「x～」は、整数として読めません" in shown.out


def test_options_stand_before_or_after_the_command(place: Path, command: Command) -> None:
    """``--workspace`` and ``--lang`` mean the same on both sides; after the command wins."""
    before = command("--workspace", "datasets", "--lang", "en", "build", "preschool", cwd=place)
    after = command("build", "preschool", "--workspace", "datasets", "--lang", "en", cwd=place)
    both = command("--lang", "ja", "build", "preschool", "--workspace", "datasets", "--lang", "en", cwd=place)
    assert before.out == after.out == both.out
    assert "preschool: " in before.out
    assert before.out.replace("preschool", "").split("report.html")[0].count("作成しました") == 0


def test_the_language_of_the_environment(place: Path, command: Command) -> None:
    """``MEGURO_OPENDATA_LANG=en`` speaks English, errors too; an unknown value is Japanese."""
    assert "There is no command" in command("nonsense", cwd=place, MEGURO_OPENDATA_LANG="en").err
    assert "コマンド" in command("nonsense", cwd=place, MEGURO_OPENDATA_LANG="fr").err


def test_debug_shows_the_traceback(place: Path, command: Command) -> None:
    """``--debug`` adds the traceback to the message, for a report to the developers."""
    plain, debug = command("build", "x", cwd=place), command("--debug", "build", "x", cwd=place)
    assert ("Traceback" in plain.err, "Traceback" in debug.err) == (False, True)
    assert (plain.code, debug.code) == (2, 2)


def test_exit_codes_of_plan_follow_the_state(place: Path, command: Command) -> None:
    """``plan`` is 1 while changes are pending, 0 when everything is published; a stale plan file is refused with 4."""
    command("build", cwd=place)
    assert command("plan", "--out", "plan.json", cwd=place).code == 1
    assert command("publish", "--plan", "plan.json", cwd=place).code == 0
    assert command("plan", cwd=place).code == 0
    assert command("publish", "--plan", "plan.json", cwd=place).code == 4


def test_the_nearest_workspace_is_found(place: Path, command: Command) -> None:
    """A command works inside the workspace, in a dataset's folder, and beside a folder ``datasets``."""
    for folder in (place, place / "datasets", place / "datasets" / "preschool"):
        assert command("build", "preschool", cwd=folder).code == 0
    assert (place / "releases" / "preschool" / "datapackage.json").is_file()


def test_the_demo_prints_where_things_are(tmp_path: Path, command: Command) -> None:
    """``demo`` writes below ``--out`` only, shows FY2025 and the current year, and ends with the page to open."""
    ran = command("demo", "--out", "d")
    assert ran.code == 0
    assert ran.out.strip().endswith(str(tmp_path / "d" / "index.html"))
    boards = sorted(path.stem for path in (tmp_path / "d" / "kpi").iterdir())
    assert boards[0] == "2025"
    assert len(boards) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["d"]
    again = command("demo", "--out", "d")
    assert (again.code, "書き込みはありません" in again.out) == (0, True)
