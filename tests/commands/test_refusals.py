"""What a recipe, a workbook or a text file may not hide: values that are none, repeated keys, rows that are absent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError, SourceError
from meguro_opendata.portals import open_portal
from meguro_opendata.recipe import open_recipe
from meguro_opendata.sources import propose_source, read_source
from meguro_opendata.workspace.city import Workspace

RADIO = "emergency_radio/防災行政無線設置一覧.xlsx"
LIST = "stockpile_warehouse/備蓄倉庫一覧.csv"


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The shipped workspace, opened."""
    return mo.open_workspace(workspace_dir)


def edit(path: Path, before: str, after: str, encoding: str = "utf-8") -> None:
    """Replace text that must be there."""
    text = path.read_bytes().decode(encoding)
    assert before in text
    path.write_bytes(text.replace(before, after).encode(encoding))


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [("#REF!", "error-cell", "#REF!"), ('=A1&"x"', "formula-empty", '=A1&"x"'), ("#N/A", "error-cell", "#N/A")],
)
def test_a_cell_without_a_usable_value_is_told(value: str, code: str, shown: str, workspace: Workspace) -> None:
    """An error of Excel's, or a formula saved without its value, is an error with its cell, never an empty cell."""
    path = workspace.root / RADIO
    book = openpyxl.load_workbook(path)
    book["設置一覧"]["C7"] = value
    book.save(path)
    release = mo.build_release("emergency_radio", workspace)
    found = [finding for finding in release.report.findings if finding.code == code]
    assert [(finding.cell, finding.column, finding.value) for finding in found] == [("C7", "設置場所_住所", shown)]
    assert not release.published


def test_a_key_of_the_recipe_tells_rows_apart(workspace: Workspace) -> None:
    """Two nurseries of one name are an error that names both rows, because the recipe's key is the name."""
    edit(workspace.root / "preschool/保育所利用枠空き状況_20250601.csv", "菅刈保育園", "駒場保育園")
    report = mo.build_release("preschool", workspace).report
    found = [finding for finding in report.findings if finding.code == "key-repeated"]
    assert [(finding.row, finding.value, finding.params["first"]) for finding in found] == [(3, "駒場保育園", 2)]


def test_a_table_without_rows_is_not_published(workspace: Workspace) -> None:
    """A source of which only the header is left is an error, not an empty release."""
    path = workspace.root / LIST
    path.write_bytes(path.read_bytes().split(b"\r\n")[0] + b"\r\n")
    report = mo.build_release("stockpile_warehouse", workspace).report
    assert [finding.code for finding in report.findings if finding.severity == "error"] == ["no-rows"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("metadata:\n", "skip_rows:\n  - {row: 3, reason: a}\n  - {row: 3, reason: b}\nmetadata:\n", "row-twice"),
        ("metadata:\n", "skip_rows:\n  - {row: 1, reason: a}\nmetadata:\n", "row-in-header"),
        ("metadata:\n", "skip_rows:\n  - {row: 3, reason: ''}\nmetadata:\n", "wrong-string_too_short"),
        ("metadata:\n", "drop:\n  備考: x\nmetadata:\n", "dropped-and-used"),
        ("metadata:\n", "formats: [xlsx]\nmetadata:\n", "formats-need-csv"),
        ("metadata:\n", "formats: [csv, geojson]\nmetadata:\n", "no-coordinates schema-without-points"),
        ("  frequency: 随時\n", "  frequency: 随時\n  landing_page: javascript:alert(1)\n", "not-a-web-address"),
        ("[防災, 備蓄倉庫]", "[防災, '']", "wrong-string_too_short"),
        ("title: 備蓄倉庫一覧", "title: 5", "wrong-string_type"),
    ],
)
def test_what_a_recipe_cannot_mean_is_refused(before: str, after: str, code: str, workspace: Workspace) -> None:
    """A recipe that contradicts itself or leaves a reason empty is told so."""
    edit(workspace.root / "stockpile_warehouse/dataset.yaml", before, after)
    with pytest.raises(ConfigurationError) as refused:
        open_recipe("stockpile_warehouse", workspace)
    assert [fault.code for fault in refused.value.faults] == code.split()


def test_a_skipped_row_that_is_not_there_is_told(workspace: Workspace) -> None:
    """A row number beyond the end means that the recipe no longer fits the file."""
    edit(
        workspace.root / "stockpile_warehouse/dataset.yaml",
        "metadata:\n",
        "skip_rows: [{row: 999, reason: a}]\nmetadata:\n",
    )
    with pytest.raises(SourceError, match="999"):
        mo.build_release("stockpile_warehouse", workspace)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('path = "../portal"', 'path = "a\\u0000b"', "path-not-usable"),
        ('code = "131105"', 'code = "131104"', "code-check-digit"),
        ('"baby_station"', '"baby_staton"', "standard-unknown-near"),
        ('homepage = "https://www.city.meguro.tokyo.jp/"', 'homepage = "javascript:x"', "not-a-web-address"),
    ],
)
def test_what_a_profile_cannot_mean_is_refused(before: str, after: str, code: str, workspace: Workspace) -> None:
    """A faulty city profile is refused with its place."""
    edit(workspace.root / "opendata.toml", before, after)
    with pytest.raises(ConfigurationError) as refused:
        mo.open_workspace(workspace.root)
    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_format_that_was_dropped_is_shown_as_left_over(workspace: Workspace, command: Callable[..., object]) -> None:
    """A file that the recipe no longer makes stays on the portal; every plan says so."""
    mo.build_release("stockpile_warehouse", workspace)
    mo.apply_plan(mo.plan_publication(workspace, None, ["stockpile_warehouse"]), open_portal(workspace))
    edit(workspace.root / "stockpile_warehouse/dataset.yaml", "metadata:\n", "formats: [csv]\nmetadata:\n")
    mo.build_release("stockpile_warehouse", workspace)
    (change,) = mo.plan_publication(workspace, None, ["stockpile_warehouse"]).changes
    assert [(part.name, part.action) for part in change.resources][-1] == (
        "131105_stockpile_warehouse.xlsx",
        "orphaned",
    )
    assert "[残置] 131105_stockpile_warehouse.xlsx" in command("plan", "stockpile_warehouse").out  # type: ignore[attr-defined]


def test_pages_that_were_deleted_are_written_anew_and_told(
    workspace: Workspace, command: Callable[..., object]
) -> None:
    """When only pages have to be written again, the command says just that."""
    mo.build_release("stockpile_warehouse", workspace)
    command("publish", "stockpile_warehouse", "--yes")
    page = workspace.root.parent / "portal/index.html"
    text = page.read_bytes()
    page.unlink()
    assert "ページを書き直しました" in command("publish", "stockpile_warehouse", "--yes").out  # type: ignore[attr-defined]
    assert page.read_bytes() == text
    assert "書き込みはありません" in command("publish", "stockpile_warehouse", "--yes", "--lang", "ja").out  # type: ignore[attr-defined]
    command("publish", "stockpile_warehouse", "--yes", "--lang", "en")
    assert page.read_bytes() == text


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("名称,住所\n".encode("cp932") + b"\xff\xff,x\n", "encoding-unknown"),
        ("名称,住所\n".encode("cp932") + b"\xa0,x\n", "encoding-unknown"),
    ],
)
def test_bytes_that_cp932_does_not_have_are_refused(raw: bytes, code: str, tmp_path: Path) -> None:
    """Bytes that Python's codec turns into private letters are no letters of CP932."""
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    with pytest.raises(SourceError) as refused:
        read_source(path)
    assert refused.value.code == code
    assert "2行目" in str(refused.value)


def test_utf_32_is_read_by_its_mark(tmp_path: Path) -> None:
    """A UTF-32 file is not taken for UTF-16, whose mark its own begins with."""
    path = tmp_path / "t.csv"
    path.write_bytes("名称,住所\nあ,い\n".encode("utf-32"))
    assert read_source(path).frame.rows() == [("あ", "い")]


def test_a_title_with_other_signs_does_not_decide_the_delimiter(tmp_path: Path) -> None:
    """The sign that stands most often separates, not the first that appears."""
    path = tmp_path / "t.csv"
    path.write_text("一覧、令和5年度;x\n名称,住所,電話\nあ,い,う\n", encoding="utf-8")
    assert read_source(path, header_row=2).labels == ("名称", "住所", "電話")


def test_a_header_far_down_is_found(tmp_path: Path) -> None:
    """A table that begins below a long cover is not called empty."""
    path = tmp_path / "t.csv"
    path.write_text("\n" * 60 + "甲,乙\n1,2\n", encoding="utf-8")
    assert propose_source(path, ["名称"]).labels == ("甲", "乙")
