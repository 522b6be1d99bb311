"""Every input that a user can get wrong: what he is told, the exit code, and that nothing is lost or half-written."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata.errors import SourceError, StorageError

Command = Callable[..., "Ran"]  # noqa: F821 (the fixture's own type)
RADIO = Path("emergency_radio/dataset.yaml")
WAREHOUSE = Path("stockpile_warehouse/dataset.yaml")
LIST = Path("stockpile_warehouse/備蓄倉庫一覧.csv")


def replace(path: Path, before: str, after: str, encoding: str = "utf-8") -> None:
    """Replace text in a file; the text must be there."""
    text = path.read_bytes().decode(encoding)
    assert before in text
    path.write_bytes(text.replace(before, after).encode(encoding))


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def missing_file(home: Path) -> str:
    """The source is not there."""
    (home / LIST).unlink()
    return "stockpile_warehouse"


def empty_file(home: Path) -> str:
    """The source holds nothing but a byte order mark."""
    (home / LIST).write_bytes(b"\xef\xbb\xbf\r\n")
    return "stockpile_warehouse"


def wrong_sheet(home: Path) -> str:
    """The recipe names a sheet that the workbook lacks."""
    replace(home / RADIO, "sheet: 設置一覧", "sheet: 設置場所")
    return "emergency_radio"


def header_beyond_the_end(home: Path) -> str:
    """The recipe's header row is a blank one."""
    replace(home / RADIO, "header_row: 5", "header_row: 3")
    return "emergency_radio"


def unknown_key(home: Path) -> str:
    """The recipe has a key that is misspelt."""
    replace(home / RADIO, "header_rows: 2", "header_row_count: 2")
    return "emergency_radio"


def column_gone(home: Path) -> str:
    """A mapped column was renamed in the source."""
    replace(home / LIST, "設置年", "設置年度", "cp932")
    return "stockpile_warehouse"


def encoding_wrong(home: Path) -> str:
    """The source is not in the encoding that the recipe declares."""
    (home / LIST).write_bytes(b"\x92\x6e\x8b\xe6,\x81\r\n\x80\xff,x\r\n")
    return "stockpile_warehouse"


def picture_instead(home: Path) -> str:
    """A PDF was saved under the source's name."""
    (home / LIST).write_bytes(b"%PDF-1.7\n...")
    return "stockpile_warehouse"


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (missing_file, ["ファイルがありません", "備蓄倉庫一覧.csv", "名前と場所を確かめて"]),
        (empty_file, ["ファイルが空です", "備蓄倉庫一覧.csv", "保存し直した"]),
        (wrong_sheet, ["シート「設置場所」がありません", "表紙、設置一覧", "source.sheet"]),
        (header_beyond_the_end, ["見出しの行が変わっています", "設置一覧", "3行目", "5行目", "header_row"]),
        (unknown_key, ["dataset.yaml", "source.header_row_count", "もしかして: header_row"]),
        (column_gone, ["mapping.設置年", "列「設置年」が 備蓄倉庫一覧.csv の1行目", "もしかして: 設置年度"]),
        (encoding_wrong, ["文字コードを決められません", "試したもの: cp932", "CSV UTF-8"]),
        (picture_instead, ["PDFなので、表として読めません", "ExcelやCSVを作成元に"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_stops_a_build(
    harm: Callable[[Path], str], told: list[str], workspace_dir: Path, command: Command
) -> None:
    """Exit 2 with what, where and what to do in Japanese; the last good release stays, byte for byte."""
    workspace = mo.open_workspace(workspace_dir)
    for slug in ("emergency_radio", "stockpile_warehouse"):
        mo.build_release(slug, workspace)
    before = snapshot(workspace.releases)
    ran = command("build", harm(workspace_dir))
    assert ran.code == 2
    for part in told:
        assert part in ran.err
    assert "Traceback" not in ran.text
    assert snapshot(workspace.releases) == before


def two_rows_one_key(home: Path) -> str:
    """Two rows have the same key."""
    replace(home / LIST, "北部地区上目黒備蓄倉庫", "北部地区青葉台備蓄倉庫", "cp932")
    return "stockpile_warehouse"


def two_rows_one_id(home: Path) -> str:
    """Two rows of the workbook have the same number, which becomes the ID."""
    import openpyxl

    path = home / "emergency_radio" / "防災行政無線設置一覧.xlsx"
    book = openpyxl.load_workbook(path)
    book["設置一覧"]["A8"] = 2
    book.save(path)
    return "emergency_radio"


def duplicate_headers(home: Path) -> str:
    """A header stands twice."""
    replace(home / LIST, "備考", "名称", "cp932")
    replace(home / WAREHOUSE, "  備考: 備考\n", "")
    return "stockpile_warehouse"


def no_year(home: Path) -> str:
    """A year that no era has."""
    replace(home / LIST, "S55", "S99", "cp932")
    return "stockpile_warehouse"


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (two_rows_one_key, ["キーの重複", "行 3"]),
        (two_rows_one_id, ["値の重複", "シート「設置一覧」 セル A8", "「0000000002」", "行ごとに違う値を入れて"]),
        (duplicate_headers, ["見出し「名称」が2か所（B、F）", "互いに違う名前"]),
        (no_year, ["「S99」は、西暦4桁の年として読めません", "行 4", "列「設置年」"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_errors_in_the_data_keep_the_last_release(
    harm: Callable[[Path], str], told: list[str], workspace_dir: Path, command: Command
) -> None:
    """Exit 1; the reports are written beside the last good release, which is not touched."""
    workspace = mo.open_workspace(workspace_dir)
    slug = harm(workspace_dir)
    good = workspace_dir.parent / "good" / "datasets"
    shutil.copytree(ROOT / "datasets", good)
    mo.build_release(slug, mo.open_workspace(good), out=workspace.releases)
    before = snapshot(workspace.releases / slug)
    ran = command("build", slug)
    assert ran.code == 1
    for part in told:
        assert part in ran.out
    assert "Traceback" not in ran.text
    assert snapshot(workspace.releases / slug) == before
    failed = workspace.releases / f"{slug}.failed"
    assert sorted(path.name for path in failed.iterdir()) == [
        "changes.csv",
        "rejected.csv",
        "report.html",
        "report.json",
    ]
    shutil.copytree(good / slug, workspace_dir / slug, dirs_exist_ok=True)
    assert command("build", slug).code == 0
    assert not failed.exists()


def test_all_faults_of_a_recipe_at_once(workspace_dir: Path, command: Command) -> None:
    """Several faults are told in one run, each with its path."""
    path = workspace_dir / WAREHOUSE
    replace(path, "frequency: 随時", "frequency: 5")
    replace(path, "department: 危機管理部防災課", "department: 危機管理部防災")
    replace(path, "title: 備蓄倉庫一覧", "titel: 備蓄倉庫一覧")
    ran = command("build", "stockpile_warehouse")
    assert ran.code == 2
    for place in ("titel", "title", "metadata.frequency"):
        assert f"- {place}: " in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["build", "preschol"], 2, "もしかして: preschool"),
        (["plan", "--portal", "ward"], 2, "ポータル「ward」は opendata.toml にありません"),
        (["publish"], 2, "対話できない環境では確認ができないため、--yes か --plan を付けてください"),
        (["publish", "--plan", "nothing.json"], 2, "計画のファイルを読めません"),
        (["plan"], 2, "先に meguro-opendata build"),
        (["validate", "x.csv", "--standard", "aed", "--schema", "y.json"], 2, "どちらか1つだけを指定"),
        (["validate", "x.csv", "--standard", "aed"], 2, "ファイルがありません: x.csv"),
        (["validate", "x.csv", "--standard", "aad"], 2, "もしかして: aed"),
        (["validate", "x.csv", "--standard", "aed@1999"], 2, "ある版: 2026、2020"),
        (["validate", "x.csv", "--standard", "car_park"], 2, "項目の定義をまだ確かめられていない"),
        (["validate", "x.csv", "--schema", "no.json"], 2, "ファイルがありません"),
        (["standards", "show", "preschools"], 2, "もしかして: preschool"),
        (["kpi", "show", "--as-of", "2026-02-30"], 2, "日付「2026-02-30」を読めません"),
        (["kpi", "show", "--fiscal-year", "x"], 2, "「--fiscal-year」の値が正しくありません"),
        (["bild"], 2, "もしかして: build"),
        (["build", "--oot", "x"], 2, "オプション「--oot」はありません"),
        (["validate"], 2, "を指定してください"),
        (["--workspace", "nowhere", "build"], 2, "opendata.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_told(arguments: list[str], code: int, told: str, workspace_dir: Path, command: Command) -> None:
    """A wrong call gets a Japanese sentence on stderr, nothing on stdout, and exit code 2."""
    ran = command(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_without_a_workspace_the_way_is_shown(tmp_path: Path, command: Command) -> None:
    """Where there is no workspace, the message names ``init`` and ``demo``."""
    ran = command("build")
    assert ran.code == 2
    assert "meguro-opendata init" in ran.err
    assert "meguro-opendata demo" in ran.err


def test_one_bad_dataset_does_not_stop_the_others(workspace_dir: Path, command: Command) -> None:
    """The other datasets are built; the exit code is the bad one's."""
    (workspace_dir / LIST).unlink()
    ran = command("build")
    assert ran.code == 2
    assert ran.out.count("作成しました") == 3


def test_the_demo_leaves_a_folder_of_others_alone(tmp_path: Path, command: Command) -> None:
    """A folder that holds other files is not written into."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_text("x", encoding="utf-8")
    ran = command("demo", "--out", "mine")
    assert ran.code == 3
    assert "--out で別のフォルダー" in ran.err
    assert snapshot(tmp_path / "mine") == {"note.txt": b"x"}


@pytest.mark.skipif(
    shutil.which("setpriv") is None and os.name == "posix" and os.geteuid() == 0, reason="root without setpriv"
)
@pytest.mark.skipif(os.name == "nt", reason="permission bits are POSIX's")
def test_a_read_only_output_folder(workspace_dir: Path) -> None:
    """Exit 3, the folder named, the release in it as before."""
    workspace = mo.open_workspace(workspace_dir)
    mo.build_release("preschool", workspace)
    before = snapshot(workspace.releases)
    workspace.releases.chmod(0o555)
    powerless = (
        ["setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    )
    done = subprocess.run(
        [*powerless, sys.executable, "-m", "meguro_opendata", "build", "preschool"],
        cwd=workspace_dir,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    workspace.releases.chmod(0o755)
    said = done.stderr.decode("utf-8")
    assert (done.returncode, str(workspace.releases / "preschool") in said) == (3, True)
    assert "書き込めません" in said
    assert snapshot(workspace.releases) == before


@pytest.mark.skipif(os.name == "nt", reason="limits of a process are POSIX's")
def test_a_full_disk(workspace_dir: Path) -> None:
    """When the system refuses to write more, exit 3; the last release stays and nothing is left beside it."""
    import resource

    workspace = mo.open_workspace(workspace_dir)
    mo.build_release("open_data_list", workspace)
    before = snapshot(workspace.releases)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "meguro_opendata", "build", "open_data_list"],
        cwd=workspace_dir,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )
    assert (done.returncode, "書き込めません" in done.stderr.decode("utf-8")) == (3, True)
    assert snapshot(workspace.releases) == before


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(28, "No space left on device")], ids=["ctrl-c", "disk"])
@pytest.mark.parametrize("at", range(8))
def test_a_build_stopped_at_any_file(
    at: int, fault: BaseException, workspace_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before any of its files is written, a build leaves the last release and no half-written folder."""
    workspace = mo.open_workspace(workspace_dir)
    mo.build_release("preschool", workspace)
    before = snapshot(workspace.releases)
    written = 0
    original = Path.write_bytes

    def stopping(self: Path, data: bytes) -> int:
        nonlocal written
        if written == at:
            raise fault
        written += 1
        return original(self, data)

    monkeypatch.setattr(Path, "write_bytes", stopping)
    with pytest.raises((KeyboardInterrupt, StorageError)):
        mo.build_release("preschool", workspace)
    assert snapshot(workspace.releases) == before


@pytest.mark.parametrize("at", [1, 2])
def test_a_build_killed_between_its_renames_is_mended(at: int, workspace_dir: Path) -> None:
    """Killed with the old folder moved aside, the next build finds it again: there is always a whole release."""
    workspace = mo.open_workspace(workspace_dir)
    mo.build_release("preschool", workspace)
    before = snapshot(workspace.releases / "preschool")
    old = workspace.releases / ".preschool.old"
    (workspace.releases / "preschool").rename(old)
    if at == 2:
        shutil.copytree(old, workspace.releases / "preschool")
    mo.build_release("preschool", workspace)
    assert snapshot(workspace.releases / "preschool") == before
    assert not old.exists()


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_ctrl_c_in_the_middle_of_a_build(name: str, workspace_dir: Path) -> None:
    """A real interruption: exit 130, one Japanese sentence, and the last release as it was."""
    workspace = mo.open_workspace(workspace_dir)
    mo.build_release("stockpile_warehouse", workspace)
    before = snapshot(workspace.releases)
    head, *rows = (workspace_dir / LIST).read_bytes().decode("cp932").splitlines()
    many = [row.replace("倉庫", f"倉庫{number}", 1) for number in range(4000) for row in rows]
    (workspace_dir / LIST).write_bytes("\r\n".join([head, *many]).encode("cp932"))
    build = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from meguro_opendata.cli.main import run; print('ready', flush=True); run()",
            "build",
            "stockpile_warehouse",
        ],
        cwd=workspace_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert build.stdout is not None
    build.stdout.readline()
    time.sleep(1.0)
    build.send_signal(getattr(signal, name))
    _, said = build.communicate(timeout=60)
    assert build.returncode == 130, said.decode("utf-8")
    assert said.decode("utf-8").strip() == "中断しました。途中のファイルは残していません。"
    assert snapshot(workspace.releases) == before


def test_a_file_open_in_excel_gets_advice(workspace_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel on Windows locks an open workbook; the message says to close it."""
    opened = Path.open

    def locked(self: Path, *args: Any, **more: Any) -> Any:
        if self.name == Path(LIST).name:
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **more)

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(SourceError, match="Excelで開いていれば閉じて"):
        mo.read_source(workspace_dir / LIST)


def test_a_recipe_and_a_source_saved_by_notepad_work(workspace_dir: Path, command: Command) -> None:
    """A byte order mark and CRLF, as editors on Windows write them, change nothing."""
    for path in (workspace_dir / "preschool" / "dataset.yaml", workspace_dir / "opendata.toml"):
        text = path.read_text(encoding="utf-8")
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode("utf-8"))
    source = workspace_dir / "preschool" / "保育所利用枠空き状況_20250601.csv"
    source.write_bytes(b"\xef\xbb\xbf" + source.read_bytes())
    ran = command("build", "preschool")
    assert (ran.code, "公開 120行" in ran.out) == (0, True)
