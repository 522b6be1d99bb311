"""On a real terminal: files whose names, headers, sheets and cells hold control characters, by many commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from meguro_opendata.cli import console

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals, and no such file names")
MARK = "乙"
TITLE, CLIPBOARD, COLOUR, OVERRIDE = f"\x1b]0;{MARK}\x07", f"\x1b]52;c;{MARK}\x1b\\", f"\x9b31m{MARK}", f"\u202e{MARK}"
ATTACKS = [TITLE, CLIPBOARD, COLOUR, OVERRIDE, f"\u2066{MARK}\u200f", f"\r{MARK}\x7f\x08", f"\u2028{MARK}\x85"]
# What a progress bar of our own sends: colours, erased lines, the cursor hidden and moved.
OF_A_BAR = re.compile(r"\x1b\[(?:\d+(?:;\d+)*)?m|\x1b\[2K|\x1b\[\?25[lh]|\x1b\[1A|\r(?=\x1b\[)")
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def on_a_terminal(arguments: Sequence[object], cwd: Path, **env: str) -> tuple[int, str]:
    """Run the command with stdout and stderr on one terminal; return its exit code and what the terminal got."""
    import pty

    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "meguro_opendata", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "TERM": "xterm", **env},
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    pieces = []
    while piece := _read(leader):
        pieces.append(piece)
    os.close(leader)
    return process.wait(), b"".join(pieces).decode("utf-8").replace("\r\n", "\n")


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65_536)
    except OSError:  # Linux's way to say that the other end is closed
        return b""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables and workbooks with an attack in name, header, cell and sheet."""
    folder = tmp_path_factory.mktemp("hostile")
    heads = [f"名称{ATTACKS[0]}", "緯度", "経度", *(f"列{attack}" for attack in ATTACKS)]
    cells = [f"見本{ATTACKS[0]}", f"35.6{COLOUR}", "139.7", *(f"値{attack}" for attack in ATTACKS)]
    lines = [",".join(f'"{cell}"' for cell in row) for row in (heads, cells, cells)]
    name = "".join(ATTACKS).replace("\\", "")
    (folder / f"表{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    book = openpyxl.Workbook()
    for number, attack in enumerate([COLOUR, OVERRIDE, f"\u2066{MARK}\u200f", f"\u2028{MARK}\x85"]):
        sheet = book.create_sheet(f"シート{number}{attack.replace('[', '')}")
        sheet.append([f"名称{attack}", "緯度", f"経度{attack}"])
        sheet.append([f"見本{attack}", f"35.6{attack}", "139.7"])
    del book["Sheet"]
    book.save(folder / f"表{OVERRIDE}.xlsx")
    (folder / os.fsdecode(b"\xff\xfe.csv")).write_text("名称,緯度\n見本,35\n", encoding="utf-8")
    return folder


COMMANDS: dict[str, Callable[[Path, Path], list[object]]] = {
    "inspect": lambda file, _: ["inspect", file],
    "inspect json": lambda file, _: ["inspect", file, "--format", "json"],
    "validate": lambda file, _: ["validate", file, "--standard", "aed"],
    "validate json": lambda file, _: ["validate", file, "--standard", "aed", "--format", "json"],
    "validate reports": lambda file, out: [
        *("validate", file, "--standard", "aed", "--html", out / "h.html", "--xlsx", out / "x.xlsx"),
        *("--junit", out / "j.xml"),
    ],
    "convert": lambda file, out: ["convert", file, "--standard", "aed", "--out", out / "c"],
    "new": lambda file, _: ["new", "hostile", "--source", file, "--standard", "aed"],
    "map": lambda file, out: ["map", "preview", file, "-o", out / "m.html"],
    "geocode": lambda file, out: ["geo", "geocode", file, "--column", f"x{COLOUR}", "-o", out / "g.csv"],
    "standard": lambda file, _: ["validate", file, "--standard", f"x{TITLE}"],
    "option": lambda file, _: ["validate", file, f"--x{TITLE}"],
    "command": lambda _, __: [f"x{COLOUR}"],
    "missing": lambda _, __: ["inspect", f"x{TITLE}{OVERRIDE}.csv"],
    "debug": lambda _, __: ["--debug", "inspect", f"x{TITLE}{OVERRIDE}.csv"],
    "harvest": lambda file, out: ["harvest", file, "-o", out / "h.jsonl"],
    "grid": lambda file, _: ["geo", "grids", "add", file],
    "catalogue": lambda file, _: ["catalog", "check", "--from", file],
}


@pytest.mark.parametrize("which", COMMANDS)
def test_no_control_character_reaches_the_terminal(
    which: str, place: Path, workspace_dir: Path, tmp_path: Path
) -> None:
    """By any command, as text or JSON, from any part of a file or of the command itself."""
    files = sorted(place.glob("表*"))
    for file in files if which in ("inspect", "validate", "convert") else files[:1]:
        code, shown = on_a_terminal(COMMANDS[which](file, tmp_path), workspace_dir)
        assert UNSAFE.findall(shown) == [], shown
        assert code in (0, 1, 2, 3, 4), shown
        assert "Traceback" not in shown or which == "debug"


def test_many_files_with_a_bar(place: Path, tmp_path: Path) -> None:
    """The bar's own signs are there, and nothing of the files among them."""
    _, shown = on_a_terminal(["validate", place, "--standard", "aed", "--jobs", "2"], tmp_path)
    assert OF_A_BAR.search(shown)
    assert UNSAFE.findall(OF_A_BAR.sub("", shown)) == []


def test_json_keeps_names_with_control_characters(place: Path, command: Callable[..., "Ran"]) -> None:  # noqa: F821, UP037
    """The file and its columns are called in JSON what they are called."""
    (file,) = place.glob("表*.csv")
    seen = json.loads(command("inspect", file, "--format", "json").out)
    assert seen["file"] == str(file)
    assert {TITLE, COLOUR, OVERRIDE} <= {name.removeprefix("列") for name in seen["columns"]}


def test_a_name_that_is_no_unicode(place: Path, tmp_path: Path) -> None:
    """A file name of other bytes is shown by its bytes, and is a valid text of JSON."""
    file = place / os.fsdecode(b"\xff\xfe.csv")
    _, shown = on_a_terminal(["inspect", file], tmp_path)
    assert r"\udcff\udcfe.csv" in shown
    _, shown = on_a_terminal(["inspect", file, "--format", "json"], tmp_path)
    assert json.loads(shown)["file"] == str(file)


@pytest.mark.parametrize(
    "arguments",
    [["new", "x", "--standard", "aed", "--source"], ["convert", "--standard", "aed", "--out", "c"], ["init"]],
)
def test_a_name_that_is_no_unicode_is_refused_where_it_would_be_written(
    arguments: list[str], place: Path, workspace_dir: Path
) -> None:
    """Recipe, report and profile are UTF-8 and cannot hold such a name: it is refused as wrong use, nothing is made."""
    name = workspace_dir / os.fsdecode(b"\xfe") if arguments == ["init"] else place / os.fsdecode(b"\xff\xfe.csv")
    more = ["--municipality", "131105"] if arguments == ["init"] else []
    code, shown = on_a_terminal([*arguments, name, *more], workspace_dir)
    assert code == 2, shown
    assert r"\udcf" in shown
    assert not any((workspace_dir / made).exists() for made in ("x", "c", os.fsdecode(b"\xfe")))


FORGED = "誤りはありません。"


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect"],
        ["validate", "--standard", "aed"],
        ["convert", "--standard", "aed", "--out", "c"],
        ["geo", "geocode", "--column", "x", "-o", "g.csv"],
        ["harvest", "-o", "h.jsonl"],
    ],
)
def test_a_line_break_of_a_file_forges_no_line(arguments: list[str], tmp_path: Path) -> None:
    """A name, a header or a cell with a line break cannot look like a sentence of ours."""
    file = tmp_path / f"表\n{FORGED}\n.csv"
    file.write_text(f'"名称\n{FORGED}\n",緯度\n"見本\n{FORGED}\n","x\n{FORGED}"\n', encoding="utf-8")
    _, shown = on_a_terminal([*arguments, file], tmp_path)
    assert FORGED not in [line.strip() for line in shown.split("\n")], shown
    assert "\\n" in shown or arguments[0] == "convert"  # which takes them out of the names


TEXTS = st.text(st.characters() | st.sampled_from("".join(ATTACKS)), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=4))
def test_tables_hold_nothing_that_a_terminal_obeys(rows: list[list[str]]) -> None:
    """Cells are made harmless before they are measured and folded."""
    shown = console.table_text(rows[0], rows) + console.sections_text([(a, [(b, a)]) for a, b in rows])
    assert UNSAFE.findall(shown) == []


def test_a_folded_token_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in a narrow column is masked before the column breaks it into pieces."""
    token = "0123456789abcdef" * 12
    monkeypatch.setenv("MEGURO_OPENDATA_TOKEN_WARD", token)
    shown = console.table_text(["a", "b"], [[f"{token}", "x"]]) + console.sections_text([("s", [("a", token)])])
    assert "***" in shown
    assert token[:16] not in shown
