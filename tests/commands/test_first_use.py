"""What a clerk meets on the first day: nothing of his is overwritten, and what he reads is what happened."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

import meguro_opendata as mo
from meguro_opendata.authoring import draft_dataset
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.onboarding.initialise import init_workspace
from meguro_opendata.workspace.city import Workspace

if TYPE_CHECKING:
    from conftest import Ran

# A wide header over several columns, as a ministry's list has it, and a last column without any.
WIDE = """\
施設名,郵便番号,郵便番号,郵便番号,所在地,電話番号,電話番号,電話番号,電話番号,電話番号,
見本園,152,-,0001,東京都目黒区中央町一丁目2番3号,03,-,5722,-,1111,101
見本の園,153,-,0063,東京都目黒区目黒二丁目3番4号,03,-,5722,-,2222,102
見本こども園,153,-,0051,東京都目黒区上目黒三丁目4番5号,03,-,5722,-,3333,103
"""
RECIPE = """\
title: 見本
standard: preschool
source: {file: 一覧.csv}
metadata: {description: 見本, department: 企画経営部政策企画課, frequency: 随時}
mapping:
  名称: 施設名
  所在地_連結表記: 所在地
  郵便番号: {join: [郵便番号, 郵便番号#2, 郵便番号#3]}
"""
PHONE = "  電話番号: {join: [電話番号, 電話番号#2, 電話番号#3, 電話番号#4, 電話番号#5]}\n"
SETTLED = "drop: {K列: 使わない番号}\n"


@pytest.fixture
def home(workspace_dir: Path) -> Workspace:
    """A copy of the shipped workspace."""
    return mo.open_workspace(workspace_dir)


def dataset(home: Workspace, recipe: str) -> Workspace:
    """The workspace with the wide table as a dataset ``wide``."""
    (home.root / "wide").mkdir()
    (home.root / "wide" / "一覧.csv").write_text(WIDE, encoding="utf-8")
    (home.root / "wide" / "dataset.yaml").write_text(recipe, encoding="utf-8")
    return home


@pytest.mark.parametrize("name", ["public_facility.csv", "changes.csv", "report.json", "datapackage.json"])
def test_a_conversion_never_takes_its_sources_place(name: str, tmp_path: Path, command: Callable[..., Ran]) -> None:
    """A file of the result that would be the source is refused before anything is written."""
    text = "名称,住所\n見本館,東京都目黒区上目黒二丁目19番15号\n"
    (tmp_path / name).write_text(text, encoding="utf-8")
    ran = command("convert", name, "--standard", "public_facility", "--out", ".")
    assert (ran.code, "Traceback" in ran.text) == (2, False)
    assert "上書き" in ran.err
    assert {path.name for path in tmp_path.iterdir()} == {name}
    assert (tmp_path / name).read_text(encoding="utf-8") == text


def test_a_conversion_into_a_file_is_wrong_use(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """``--out`` with a file's name is told as such, not as a trouble of permissions."""
    (tmp_path / "a.csv").write_text("名称\n見本館\n", encoding="utf-8")
    ran = command("convert", "a.csv", "--standard", "aed", "--out", "a.csv")
    assert (ran.code, "フォルダーではなくファイル" in ran.err) == (2, True)


@pytest.mark.parametrize("over", ["a.csv", "a.json"])
def test_a_report_never_takes_the_place_of_what_it_reads(
    over: str, tmp_path: Path, command: Callable[..., Ran]
) -> None:
    """Neither the table nor its schema is overwritten by the page."""
    (tmp_path / "a.csv").write_text("名称\n見本館\n", encoding="utf-8")
    (tmp_path / "a.json").write_text('{"fields": [{"name": "名称"}]}', encoding="utf-8")
    before = (tmp_path / over).read_bytes()
    ran = command("validate", "a.csv", "--schema", "a.json", "--html", over)
    assert (ran.code, (tmp_path / over).read_bytes()) == (2, before)


@pytest.mark.parametrize(
    ("recipe", "errors"),
    [
        (RECIPE + PHONE + SETTLED, set()),
        (RECIPE + SETTLED, {"電話番号"}),
        (RECIPE + PHONE, {"K列"}),
        (
            RECIPE.partition("mapping:")[0] + "mapping: {名称: 施設名, 所在地_連結表記: 所在地}\n",
            {"郵便番号", "電話番号", "K列"},
        ),
    ],
)
def test_a_header_that_the_recipe_tells_apart_is_no_error(recipe: str, errors: set[str], home: Workspace) -> None:
    """Only a repeated or blank header of which the recipe leaves a column open keeps the release back."""
    release = mo.build_release("wide", dataset(home, recipe))
    found = [finding for finding in release.report.findings if "-label" in finding.code or "-header" in finding.code]
    assert {finding.column for finding in found if finding.severity == "error"} == errors
    assert {finding.column for finding in found} == {"郵便番号", "電話番号", "K列"}
    assert release.published == (not errors)


def test_findings_on_headers_stand_in_the_order_of_the_columns(home: Workspace) -> None:
    """As one reads the header, from left to right."""
    release = mo.build_release("wide", dataset(home, RECIPE.partition("  郵便")[0]))
    columns = [finding.column for finding in release.report.findings if finding.code == "column-unmapped"]
    assert columns == [f"{name}{mark}" for name in ("郵便番号", "電話番号") for mark in ("", "#2", "#3")] + [
        "電話番号#4",
        "電話番号#5",
        "K列",
    ]


def test_columns_under_one_wide_header_are_proposed_joined(home: Workspace, tmp_path: Path) -> None:
    """Where what they hold together is of the item's kind; it stands in the draft to be confirmed."""
    (tmp_path / "一覧.csv").write_text(WIDE, encoding="utf-8")
    draft = draft_dataset("wide", tmp_path / "一覧.csv", home, "preschool")
    text = draft.recipe.read_text(encoding="utf-8")
    assert "# 確認: 郵便番号: {join: [郵便番号, 郵便番号#2, 郵便番号#3]}" in text
    assert "# 確認: 電話番号: {join: [電話番号, " in text


def test_exchanged_coordinates_are_proposed_the_right_way(home: Workspace, tmp_path: Path) -> None:
    """Two columns under each other's header are seen by their values, and left to be confirmed."""
    rows = "".join(f"見本{at},東京都目黒区上目黒{at},139.69{at:02},35.64{at:02}\n" for at in range(1, 21))
    (tmp_path / "a.csv").write_text("名称,住所,緯度,経度\n" + rows, encoding="utf-8")
    draft = draft_dataset("places", tmp_path / "a.csv", home, "public_facility")
    asked = {proposal.field: proposal.columns for proposal in draft.unsure}
    assert (asked["緯度"], asked["経度"]) == (("経度",), ("緯度",))


def test_what_is_to_be_decided_is_marked(tmp_path: Path) -> None:
    """In a new city's draft title, description, department and frequency bear the mark of lines to be rewritten."""
    init_workspace(tmp_path / "city", "131105")
    (tmp_path / "議会.csv").write_text("会議名,開催日\n見本会議,2025-04-01\n", encoding="utf-8")
    draft = draft_dataset("council", tmp_path / "議会.csv", mo.open_workspace(tmp_path / "city"))
    marked = {
        line.split(":")[0].strip() for line in draft.recipe.read_text(encoding="utf-8").splitlines() if "★" in line[1:]
    }
    assert marked >= {"title", "description", "department", "frequency"}


def test_taking_every_mark_away_at_once_leaves_a_recipe(home: Workspace, tmp_path: Path) -> None:
    """Replacing the mark by nothing throughout the file, as an editor does, breaks no other line."""
    (tmp_path / "一覧.csv").write_text(WIDE, encoding="utf-8")
    draft = draft_dataset("wide", tmp_path / "一覧.csv", home, "preschool")
    text = draft.recipe.read_text(encoding="utf-8").replace("# 確認: ", "")
    draft.recipe.write_text(text.replace('department: ""', "department: 企画経営部政策企画課"), encoding="utf-8")
    assert mo.build_release("wide", home).rows_out == 3


def test_a_draft_names_the_sheets_that_it_does_not_read(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """In what is printed and in the recipe."""
    init_workspace(tmp_path / "city", "131105")
    book = openpyxl.Workbook()
    for name in ("４月", "５月"):
        sheet = book.create_sheet(name)
        for row in (["会議名", "開催日"], ["見本会議", "2025-04-01"]):
            sheet.append(row if name == "４月" else [*row[:1], "会場", "見本"])
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    ran = command("new", "council", "--source", tmp_path / "a.xlsx", "--workspace", tmp_path / "city")
    assert "ほかのシート（読みません）: ５月" in ran.out
    recipe = (tmp_path / "city/council/dataset.yaml").read_text(encoding="utf-8")
    assert "- {sheet: ５月, read: false, reason: 別のシート}" in recipe


def test_a_column_to_be_confirmed_is_not_told_as_left_over(home: Workspace, tmp_path: Path) -> None:
    """It is a candidate; only the others are no one's."""
    (tmp_path / "a.csv").write_text("公園名,住所,面積メモ\n見本公園,東京都目黒区中目黒1-1,広い\n", encoding="utf-8")
    draft = draft_dataset("parks", tmp_path / "a.csv", home, "public_facility")
    assert (draft.left, draft.unclaimed) == (("公園名", "面積メモ"), ("面積メモ",))


def test_two_standards_in_one_table_are_told(shared: Path, tmp_path: Path, command: Callable[..., Ran]) -> None:
    """``new`` says why it chose none, and what to do."""
    init_workspace(tmp_path / "city", "202053")
    ran = command("new", "both", "--source", shared / "corpus/iida/iida.csv", "--workspace", tmp_path / "city")
    assert (ran.code, "混ざっています" in ran.out) == (0, True)


def test_a_far_standard_is_not_named(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """A few words that many standards have do not make one of them near; the figure stays in the JSON."""
    (tmp_path / "a.csv").write_text("名称,緯度,経度,電話番号,広さ\n見本公園,35.6,139.6,,1\n", encoding="utf-8")
    assert "近い標準はありません" in command("inspect", "a.csv").out
    assert json.loads(command("inspect", "a.csv", "--format", "json").out)["standard"]["score"] < 0.3


def test_an_empty_file_is_not_said_to_be_read(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """Nothing about reading it by its content, where there is none."""
    (tmp_path / "a.csv").touch()
    ran = command("inspect", "a.csv")
    assert (ran.code, "中身のとおりに読みます" in ran.out) == (2, False)


def test_a_conversion_counts_the_columns_that_became_items(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """Empty columns are no items; they are named as left out."""
    (tmp_path / "a.csv").write_text("名称,住所,空,覚え\n見本館,東京都目黒区中目黒1-1,,x\n", encoding="utf-8")
    ran = command("convert", "a.csv", "--standard", "public_facility", "--out", "o")
    assert re.search("4列のうち 2列（[^）]+）", ran.out)
    assert "値がないので省いた列 1: 空" in ran.out
    assert "残した列 1: 覚え" in ran.out


def test_a_mapping_sheet_without_lines_is_a_fault(home: Workspace) -> None:
    """Else every value of the release would be empty."""
    dataset(home, RECIPE.partition("mapping:")[0] + "mapping: mapping.csv\n")
    (home.root / "wide" / "mapping.csv").write_text("項目,元の列\n名称,\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        mo.build_release("wide", home)
    assert [fault.code for fault in error.value.faults] == ["mapping-sheet-no-line"]


def test_an_unknown_column_is_told_with_the_item_that_it_means(tmp_path: Path) -> None:
    """By the words that offices use, not by the letters that a name shares with another item."""
    (tmp_path / "a.csv").write_text("施設名,所在地,TEL,設置\n見本園,東京都目黒区中目黒1-1,,公立\n", encoding="utf-8")
    report = mo.validate_file(tmp_path / "a.csv", "preschool")
    told = {found.column: found.suggestion for found in report.findings if found.code == "column-unknown"}
    assert told == {"施設名": "名称", "所在地": "所在地_連結表記", "TEL": "電話番号", "設置": None}


def test_an_example_shows_where_the_texts_differ(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """Of long texts that differ at their ends only, the ends are shown."""
    (tmp_path / "a.csv").write_text(f"名称,住所\n{'見本' * 20}　,東京都目黒区中目黒1-1\n", encoding="utf-8")
    ran = command("convert", "a.csv", "--standard", "public_facility", "--out", "o")
    before, after = re.findall("（例: 「(.*)」→「(.*)」）", ran.out)[0]
    assert before != after
