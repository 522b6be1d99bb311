"""Workbooks with more than one table: each cell is published, listed as rejected, or named as not read."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from locations import DATA
from parts_of_sheets import holders
from workbooks import workbook_bytes

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError, HeaderUnsureError, SourceError
from meguro_opendata.findings import Report
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.reports.overview import Unchecked
from meguro_opendata.validation import validate_file
from meguro_opendata.validation.criteria import Yardstick, check_sheets

# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
HEADER = ["名称", "所在地_連結表記", "設置位置"]
NORTH = [HEADER, ["見本公園", "見本1-1-1", "入口"], ["見本広場", "見本1-1-2", "広場"]]
SOUTH = [HEADER, ["見本会館", "見本2-1-1", "玄関"], ["見本坂上", "見本2-1-2", "広場"]]
CLOSED = [
    ["閉鎖した施設", "", ""],
    ["名称", "閉鎖年月", "理由"],
    ["見本駅前", "H30.3", "老朽化"],
    ["見本森", "R2.10", "拡幅"],
]
RECIPE: dict[str, Any] = {
    "title": "公衆トイレ一覧（見本）",
    "standard": "public_toilet@2026",
    "source": {"file": "見本.xlsx"},
    "mapping": {name: name for name in HEADER},
    "waive": [],
    "formats": ["csv"],
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "随時"},
}


def build(folder: Path, sheets: Mapping[str, Sequence[Sequence[object]]], **changes: Any) -> Release:
    """The example dataset built of a workbook."""
    home = folder / "datasets" / "toilet"
    home.mkdir(parents=True, exist_ok=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    recipe = {**RECIPE, **changes}
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (home / "見本.xlsx").write_bytes(workbook_bytes(sheets))
    return mo.build_release("toilet", mo.open_workspace(home.parent))


def unnamed(release: Release) -> list[tuple[str | None, str | None]]:
    """Sheet and cells of each table that the recipe does not name."""
    return [(found.sheet, found.cell) for found in release.report.findings if found.code == "unnamed-block"]


def names(release: Release) -> list[str]:
    """The names that were published, or would be."""
    return [name for part in release.parts for name in part.frame["名称"]]


def read_lines(release: Release, name: str) -> list[dict[str, str]]:
    """A list beside the release."""
    with (release.folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("sheets", "place"),
    [
        ({"一覧": [*NORTH, ["", "", ""], *CLOSED]}, ("一覧", "A5:C8")),
        ({"一覧": [*CLOSED, ["", "", ""], *NORTH]}, ("一覧", "A1:C4")),
        ({"一覧": NORTH, "旧": SOUTH}, ("旧", "A1:C3")),
        ({"一覧": NORTH, "表紙": [["見本の表紙"], ["見本課"]]}, ("表紙", "A1:A2")),
        ({"一覧": [[*a, "", *b] for a, b in zip(NORTH, SOUTH, strict=True)]}, ("一覧", "E1:G3")),
    ],
    ids=["below", "above", "other sheet", "cover", "beside"],
)
def test_a_table_that_the_recipe_does_not_name_stops_the_build(
    tmp_path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], place: tuple[str, str]
) -> None:
    """It is an error with its cells; the line that it shows leaves the table out, and then the build goes on."""
    top = {"header_row": 6} if place == ("一覧", "A1:C4") else {}
    source = {"file": "見本.xlsx", "sheet": "一覧", **top}
    stopped = build(tmp_path, sheets, source=source)
    assert (unnamed(stopped), stopped.published, stopped.report.exit_code) == ([place], False, 1)
    shown = next(found.suggestion for found in stopped.report.findings if found.code == "unnamed-block")
    named = yaml.safe_load(str(shown))["blocks"]
    release = build(tmp_path, sheets, source=source, blocks=named)
    assert (unnamed(release), names(release)) == ([], ["見本公園", "見本広場"])
    assert release.rows_in == release.rows_out + len(release.rejected)
    unread = [block for block in release.report.coverage.blocks if block.reason == named[0]["reason"]]
    assert [(block.sheet, block.read) for block in unread] == [(place[0], False)]


def test_the_lines_shown_for_several_tables_make_one_list(tmp_path: Path) -> None:
    """All suggestions one below another are the YAML to add."""
    sheets = {"一覧": [*NORTH, ["", "", ""], *CLOSED], "旧": SOUTH, "表紙": [["見本"]]}
    stopped = build(tmp_path, sheets)
    lines = [str(found.suggestion) for found in stopped.report.findings if found.code == "unnamed-block"]
    named = yaml.safe_load("\n".join(lines))["blocks"]
    assert [entry["sheet"] for entry in named] == ["一覧", "旧", "表紙"]
    assert unnamed(build(tmp_path, sheets, blocks=named)) == []


def test_sheets_of_one_layout_stand_one_below_another(tmp_path: Path) -> None:
    """By name or all that are visible; lists name file and sheet, and findings their sheet."""
    sheets = {"北": [*NORTH, ["合計", "2", ""]], "南": SOUTH}
    release = build(tmp_path, sheets, source={"file": "見本.xlsx", "sheets": ["北", "南"]})
    assert names(release) == ["見本公園", "見本広場", "見本会館", "見本坂上"]
    rejected = read_lines(release, "rejected.csv")
    assert [(row["file"], row["sheet"], row["row"], row["reason"]) for row in rejected] == [
        ("見本.xlsx", "北", "4", "total")
    ]
    changes = (release.folder / "changes.csv").read_text(encoding="utf-8-sig")
    assert changes.startswith("file,sheet,row,")
    every = build(tmp_path, sheets, source={"file": "見本.xlsx", "sheets": "*"})
    assert names(every) == names(release)
    shown = json.loads((release.folder / "report.json").read_text(encoding="utf-8"))
    assert [(sheet["name"], sheet["read"]) for sheet in shown["sheets"]] == [("北", True), ("南", True)]


def test_a_column_can_say_which_sheet_a_row_is_from(tmp_path: Path) -> None:
    """As the name of a source can; a column of that name must not be there already."""
    sheets = {"北": NORTH, "南": SOUTH}
    source = {"file": "見本.xlsx", "sheets": "*", "sheet_column": "地区"}
    own = [{"name": "地区", "column": "地区", "description": "見本の独自の列。"}]
    release = build(tmp_path, sheets, source=source, extensions=own)
    assert [row["地区"] for part in release.parts for row in part.frame.to_dicts()] == ["北", "北", "南", "南"]
    with pytest.raises(ConfigurationError) as taken:
        build(tmp_path, sheets, source={**source, "sheet_column": "名称"}, extensions=[])
    assert [fault.code for fault in taken.value.faults] == ["name-column-taken"]


def test_all_sheets_but_those_that_are_left_out(tmp_path: Path) -> None:
    """``"*"`` takes no sheet that the recipe leaves out, and no blank one."""
    sheets = {"表紙": [["見本"]], "北": NORTH, "空": [[""]], "南": SOUTH}
    blocks = [{"sheet": "表紙", "read": False, "reason": "表紙"}]
    release = build(tmp_path, sheets, source={"file": "見本.xlsx", "sheets": "*"}, blocks=blocks)
    assert names(release) == ["見本公園", "見本広場", "見本会館", "見本坂上"]
    reasons = {sheet.name: sheet.reason for sheet in release.report.coverage.sheets if not sheet.read}
    assert reasons == {"表紙": "表紙", "空": "blank-sheet"}


def test_a_row_to_skip_names_its_sheet_where_several_are_read(tmp_path: Path) -> None:
    """Without it the recipe is refused; with it only that sheet's row is left out."""
    sheets = {"北": NORTH, "南": SOUTH}
    source = {"file": "見本.xlsx", "sheets": ["北", "南"]}
    with pytest.raises(ConfigurationError) as refused:
        build(tmp_path, sheets, source=source, skip_rows=[{"row": 2, "reason": "見本"}])
    assert [fault.code for fault in refused.value.faults] == ["skip-row-sheet"]
    release = build(tmp_path, sheets, source=source, skip_rows=[{"row": 2, "sheet": "南", "reason": "見本"}])
    assert names(release) == ["見本公園", "見本広場", "見本坂上"]
    stack = {"stack": [{"name": name, "file": "見本.xlsx", "sheet": name} for name in sheets]}
    rows = [{"file": "見本.xlsx", "row": 2, "reason": "見本"}]
    with pytest.raises(ConfigurationError) as both:
        build(tmp_path, sheets, source=None, sources=stack, skip_rows=rows)
    assert "skip-row-sheet" in [fault.code for fault in both.value.faults]


def test_blocks_that_are_read_are_read_by_their_shape(tmp_path: Path) -> None:
    """Group labels are carried, sums and notes in any column are left out, lines beyond stop the build."""
    rows = [
        ["名称", "所在地", "", "設置位置"],
        ["", "連結表記", "番地", ""],
        ["見本公園", "見本1", "1", "入口"],
        ["見本広場", "見本2", "2", "広場"],
        ["", "小計", "3", ""],
        ["見本会館", "見本3", "3", "玄関"],
    ]
    source = {"file": "見本.xlsx", "header_row": 2, "header_rows": 2}
    mapping = {"名称": "名称", "所在地_連結表記": "所在地_連結表記", "設置位置": "設置位置"}
    drop = {"所在地_番地": "見本"}
    blocks = [{"rows": "3-", "read": True}]
    release = build(tmp_path, {"一覧": rows}, source=source, mapping=mapping, drop=drop, blocks=blocks)
    assert names(release) == ["見本公園", "見本広場", "見本会館"]
    assert [(one.row, one.reason) for one in release.rejected] == [(5, "total")]
    part = [{"rows": "3-4", "read": True}]
    stopped = build(tmp_path, {"一覧": rows}, source=source, mapping=mapping, drop=drop, blocks=part)
    assert unnamed(stopped) == [("一覧", "A5:D6")]


def test_a_header_that_moved_is_refused_with_both_numbers(tmp_path: Path) -> None:
    """Next month's file has one more line above its header."""
    build(tmp_path, {"一覧": NORTH})
    with pytest.raises(SourceError) as moved:
        build(tmp_path, {"一覧": [["一覧の表題", "", ""], *NORTH]})
    assert (moved.value.code, moved.value.params["row"], moved.value.params["found"]) == ("header-moved", 1, 2)
    with pytest.raises(SourceError) as down:
        build(tmp_path, {"一覧": [["", "", ""], *NORTH]})
    assert (down.value.code, down.value.params["row"], down.value.params["found"]) == ("header-moved", 1, 2)


def test_a_block_that_moved_is_refused_with_both_numbers(tmp_path: Path) -> None:
    """A table that was left out begins on another line, since the one above it has grown."""
    blocks = [{"sheet": "一覧", "rows": "5-", "begins": "閉鎖した施設", "read": False, "reason": "閉鎖した施設の表"}]
    release = build(tmp_path, {"一覧": [*NORTH, ["", "", ""], *CLOSED]}, blocks=blocks)
    assert names(release) == ["見本公園", "見本広場"]
    more = [["見本森", "見本1-1-3", "入口"], ["見本丘", "見本1-1-4", "入口"]]
    assert names(build(tmp_path, {"一覧": [*NORTH, *more[:1], ["", "", ""], *CLOSED]}, blocks=blocks))[2:] == ["見本森"]
    grown = [*NORTH, *more, ["", "", ""], *CLOSED]
    with pytest.raises(SourceError) as moved:
        build(tmp_path, {"一覧": grown}, blocks=blocks)
    assert (moved.value.code, moved.value.params["rows"], moved.value.params["found"]) == ("block-moved", "5-", [7])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"source": {"file": "見本.xlsx", "confirm": "header"}}, "header-unconfirmed"),
        ({"source": {"file": "見本.xlsx", "sheet": "一覧", "sheets": ["一覧"]}}, "sheet-and-sheets"),
        ({"blocks": [{"rows": "9-3", "read": True}]}, "block-rows"),
        ({"blocks": [{"rows": "五", "read": True}]}, "block-rows"),
        ({"blocks": [{"columns": "C-A", "read": True}]}, "block-columns"),
        ({"blocks": [{"rows": "3-5", "read": False}]}, "block-without-reason"),
        ({"blocks": [{"begins": "見本", "read": True}]}, "block-begins-without-rows"),
        ({"blocks": [{"file": "別.xlsx", "rows": "3-5", "read": True}]}, "block-file-unknown"),
        ({"blocks": [{"sheet": "一覧", "read": True}]}, "block-read-rows"),
        ({"blocks": [{"rows": "3-5", "columns": "A-B", "read": True}]}, "block-read-rows"),
        ({"source": {"file": "見本.xlsx", "sheets": ["一覧", "一覧"]}}, "sheet-twice"),
        ({"skip_rows": [{"row": 3, "sheet": "別", "reason": "見本"}]}, "skip-row-sheet-unknown"),
        ({"blocks": [{"rows": "3-5", "read": True}, {"rows": "3-5", "read": True}]}, "block-twice"),
    ],
)
def test_words_that_make_no_sense_are_refused(tmp_path: Path, words: dict[str, Any], code: str) -> None:
    """Each with its place in the recipe and what to write instead."""
    with pytest.raises(ConfigurationError) as refused:
        build(tmp_path, {"一覧": NORTH}, **words)
    assert code in [fault.code for fault in refused.value.faults]


def test_a_conversion_of_an_unsure_header_writes_nothing(tmp_path: Path) -> None:
    """It ends with both candidates; with the header named it converts."""
    path = tmp_path / "見本.xlsx"
    path.write_bytes(workbook_bytes({"一覧": [["甲", "乙"], ["丙", "丁"], ["戊", "己"]]}))
    with pytest.raises(HeaderUnsureError) as unsure:
        convert_file(path, "public_toilet", tmp_path / "out")
    assert (unsure.value.exit_code, (tmp_path / "out").exists()) == (1, False)
    assert "--header-row" in str(unsure.value)
    assert "--sheet" in str(unsure.value)
    assert convert_file(path, "public_toilet", tmp_path / "out", header_row=1).rows_out == 2


def test_a_check_names_the_sheets(tmp_path: Path) -> None:
    """Which was read, which were not and why, and what Excel hides of the one that was read."""
    path = tmp_path / "見本.xlsx"
    sheets = {"北": NORTH, "南": SOUTH, "内部": [["覚え"]]}
    path.write_bytes(workbook_bytes(sheets, hidden=["内部"], hidden_rows=[2], hidden_columns=[1]))
    report = validate_file(path, "public_toilet")
    shown = [(sheet.name, sheet.read, sheet.reason) for sheet in report.coverage.sheets]
    assert shown == [("北", True, None), ("南", False, "other-sheet"), ("内部", False, "hidden-sheet")]
    assert (report.coverage.sheets[0].hidden_rows, report.coverage.sheets[0].hidden_columns) == ((3,), ("B",))
    assert (report.rows, report.coverage.rows_left_out) == (2, 2)
    assert validate_file(path, "public_toilet", sheet="南").coverage.sheets[1].read


def test_every_sheet_can_be_checked(tmp_path: Path) -> None:
    """One report a sheet; what is no table of a standard is named, and nothing is guessed for it."""
    path = tmp_path / "見本.xlsx"
    path.write_bytes(workbook_bytes({"北": NORTH, "空": [[""]], "南": SOUTH}))
    reports = check_sheets(path, Yardstick("public_toilet"))
    assert [report.sheet for report in reports if isinstance(report, Report)] == ["北", "南"]
    unknown = check_sheets(path, Yardstick())
    assert [one.code for one in unknown if isinstance(one, Unchecked)] == ["standard-unrecognised"] * 2


CELLS = st.sampled_from(["", "見本", "1", "合計", "※注", "2026-04-01", "X", "その他"])
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=10)
OTHERS = st.dictionaries(st.sampled_from(["二", "三"]), ROWS.filter(bool), max_size=2)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(above=st.lists(CELLS, max_size=2), rows=ROWS, others=OTHERS)
def test_every_cell_is_published_rejected_or_named(
    tmp_path: Path, above: list[str], rows: list[list[str]], others: dict[str, list[list[str]]]
) -> None:
    """Of any workbook: each filled cell of a visible sheet is in one block, and rows in are rows out and rejected."""
    sheets = {"一": [*([cell] for cell in above), [*HEADER, "数"], *rows], **others}
    source = {"file": "見本.xlsx", "header_row": len(above) + 1}
    release = build(tmp_path, sheets, source=source)
    assert release.rows_in == release.rows_out + len(release.rejected)
    blocks = release.report.coverage.blocks
    for name, lines in sheets.items():
        for line, cells in enumerate(lines, 1):
            for column, cell in enumerate(cells, 1):
                found = holders(blocks, name, line, column)
                assert len(found) == 1 or not cell, (name, line, column, found)
                assert all(block.read or block.reason for block in found)
