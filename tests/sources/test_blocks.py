"""A sheet is cut into blocks: the header by its shape, every cell in one block, other tables never rows."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import SHARED

from meguro_opendata.sources import Grid, propose_source, read_grid
from meguro_opendata.sources.blocks import Cut, confidence, cut_sheet
from meguro_opendata.sources.blocks.cellkinds import cell_kind
from meguro_opendata.sources.choice import choices
from meguro_opendata.standard.recognition import known_labels

LABELS = sorted(known_labels())
TRUTH = SHARED / "corpus2" / "TRUTH.csv"
NEEDED_ROWS = 0.95  # of the tables whose rows are beyond dispute
NEEDED_HEADERS = 58


def grid(records: list[list[str]], merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()) -> Grid:
    """A sheet of an example."""
    return Grid.of_records(Path("見本.xlsx"), "xlsx", records, merged=merged)


def shape(cut: Cut) -> tuple[int, int]:
    """The first and the lowest line of the header, counted from 1 as Excel shows them."""
    assert cut.header is not None
    return cut.header.top + 1, cut.header.low + 1


def roles(cut: Cut) -> list[tuple[str, int, int]]:
    """The blocks as role, first and last line."""
    return [(block.role, block.first_row, block.last_row) for block in cut.blocks]


def years(start: int, count: int) -> list[list[str]]:
    """Rows of an example: a year and three figures."""
    return [[f"平成{start + n}年", str(1000 + n), str(400 + n), str(600 + n)] for n in range(count)]


YEARS = years(1, 6)


NAMES = ["年次", "総数", "男", "女"]
GROUP = ["", "総数", "男", "女"]


@pytest.mark.parametrize(
    ("records", "merged", "header"),
    [
        pytest.param([NAMES, *YEARS], (), (1, 1), id="plain"),
        pytest.param([["人口", "", "", ""], NAMES, *YEARS], (), (2, 2), id="title above"),
        pytest.param([NAMES, ["", "人", "人", "人"], *YEARS], (), (1, 2), id="line of units"),
        pytest.param([NAMES, ["", "(A)", "(B)", "(C)"], *YEARS], (), (1, 2), id="line of letters"),
        pytest.param([["", "A", "B", "C"], NAMES, *YEARS], (), (1, 2), id="letters above the names"),
        pytest.param([["年次", "人口", "", ""], GROUP, *YEARS], (), (1, 2), id="a group in its first cell"),
        pytest.param([["", "人口", "人口", "人口"], NAMES, *YEARS], (), (1, 2), id="one group of all"),
        pytest.param(
            [["", "人口", "人口", "世帯"], ["年次", "総数", "男", "総数"], *YEARS],
            (),
            (1, 2),
            id="groups that tell names apart",
        ),
        pytest.param(
            [["年次", "人口", "", ""], GROUP, *YEARS],
            (((0, 0), (1, 0)), ((0, 1), (0, 3))),
            (1, 2),
            id="merged cells",
        ),
        pytest.param([NAMES, ["", "", "", ""], *YEARS], (), (1, 1), id="a blank line below"),
        pytest.param([NAMES, ["平成0年", "X", "－", "…"], *YEARS], (), (1, 1), id="signs in the first row"),
        pytest.param([NAMES, *YEARS[:3], ["その他", "1", "2", "3"]], (), (1, 1), id="a label as a value"),
        pytest.param(
            [["#LINK", ""], ["#property", "名称"], ["#object_type_xsd", "string:ja"], ["1", "甲"], ["2", "乙"]],
            (),
            (2, 2),
            id="LinkData",
        ),
    ],
)
def test_the_header_by_its_shape(
    records: list[list[str]], merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...], header: tuple[int, int]
) -> None:
    """Each kind of header that offices write, and each kind of row that was taken for one."""
    assert shape(cut_sheet(grid(records, merged))) == header


KINDS = {
    "number": st.integers(0, 9999).map(str),
    "day": st.dates().map(str),
    "mark": st.sampled_from("○×△"),
    "phone": st.integers(1000, 9999).map(lambda number: f"03-0000-{number}"),
    "word": st.sampled_from("東西南北中").flatmap(
        lambda a: st.sampled_from(["公園", "会館", "学校"]).map(lambda b: a + b)
    ),
}


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A table with a header of one line: names in the first column, then columns of any kind."""
    kinds = ["word", *draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6))]
    header = draw(st.lists(st.sampled_from(LABELS), min_size=len(kinds), max_size=len(kinds), unique=True))
    rows = draw(st.integers(4, 15))
    return [header, *([f"{draw(KINDS[kind])}{n if kind == 'word' else ''}" for kind in kinds] for n in range(rows))]


@given(tables(), st.data())
def test_a_known_label_in_any_cell_of_the_body_moves_no_header(records: list[list[str]], data: st.DataObject) -> None:
    """Nor does the X of a figure that is kept secret."""
    row = data.draw(st.integers(1, len(records) - 1))
    column = data.draw(st.integers(0, len(records[0]) - 1))
    records[row][column] = data.draw(st.sampled_from([*LABELS, "X", "－", "その他", "男", "不明"]))
    assert shape(cut_sheet(grid(records))) == (1, 1)


GAP = ["", "", "", ""]
BELOW = {
    "a note": [["※ 推計を含む", "", "", ""]],
    "a note after a gap": [GAP, ["（注）数値は速報値", "", "", ""]],
    "a total": [["合計", "6015", "2415", "3615"]],
    "a second table": [["", "", "", ""], ["電話帳", "", "", ""], ["課", "内線", "", ""], ["総務課", "1234", "", ""]],
    "a second table with one of the labels": [
        ["", "", "", ""],
        ["年次", "廃止した理由", "", ""],
        ["平成9年", "統合", "", ""],
    ],
    "a source": [["資料：総務課", "", "", ""]],
}


@pytest.mark.parametrize("below", sorted(BELOW))
@given(st.integers(3, 30))
def test_what_is_below_a_table_adds_no_row(below: str, count: int) -> None:
    """It is in blocks of its own, each with a reason."""
    records = [NAMES, *years(1, count), *BELOW[below]]
    cut = cut_sheet(grid(records))
    assert cut.end - cut.headers[0].low - 1 - len(cut.reasons) == count
    rest = [block for block in cut.blocks if block.first_row > count + 1]
    assert rest
    assert [block.reason for block in rest if block.read or not block.reason] == []


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        pytest.param(
            [["A市", "20"], ["B市", "20"], ["市計", "40"], ["C町", "9"], ["町計", "9"], ["県計", "49"]], 3, id="parts"
        ),
        pytest.param([["全国", "60"], ["甲県", "10"], ["乙県", "20"], ["丙県", "30"]], 3, id="a whole that adds up"),
        pytest.param([["総数", "75"], ["甲県", "10"], ["乙県", "20"], ["丙県", "30"]], 4, id="a whole that does not"),
        pytest.param([["会計課", "1"], ["統計課", "2"], ["設計課", "3"], ["時計", "4"]], 4, id="other words with 計"),
    ],
)
def test_sums_are_told_from_rows(rows: list[list[str]], kept: int) -> None:
    """A sum is named so, or is the sum of all others; a word that merely ends like one is none."""
    cut = cut_sheet(grid([["地域", "人数"], *rows]))
    assert len(rows) - len(cut.reasons) == kept


def test_a_coded_sum_of_a_part_is_a_row() -> None:
    """A statistics book gives its prefecture a code as it does its cities."""
    rows = [
        ["35000", "県計", "60"],
        ["35001", "市部計", "50"],
        ["35201", "下関市", "50"],
        ["35305", "周防大島町", "10"],
    ]
    assert cut_sheet(grid([["地域コード", "地域", "人口"], *rows])).reasons == {}
    assert cut_sheet(
        grid([["コード", "部門", "人"], ["01", "甲", "1"], ["02", "乙", "2"], ["03", "合計", "3"]])
    ).reasons == {3: "total"}


def test_sections_do_not_end_a_table() -> None:
    """Women after men, below a gap and a line that says so."""
    records = [
        ["年次", "総数", "男", "女"],
        ["第1", "", "", ""],
        *years(1, 4),
        ["", "", "", ""],
        ["第2", "", "", ""],
        *years(1, 4),
    ]
    cut = cut_sheet(grid(records))
    assert cut.reasons == {1: "section", 6: "blank", 7: "section"}


def test_figures_under_words_below_a_gap_are_another_table() -> None:
    """Though its lines are filled nearly as rows are, and it has neither a title nor a label of the first one."""
    rows = [["見本公園", "見本1-1-1", "入口"], ["見本広場", "見本1-1-2", "広場"]]
    below = [["課", "内線", ""], ["総務", "1234", ""], ["税務", "1235", ""]]
    cut = cut_sheet(grid([["名称", "所在地", "設置位置"], *rows, ["", "", ""], *below]))
    assert [(block.role, block.first_row) for block in cut.blocks if block.role != "blank"] == [
        ("table", 1), ("other_table", 5),
    ]  # fmt: skip


def test_words_under_a_caption_in_a_table_of_words_leave_a_doubt() -> None:
    """They may be rows under a section's title or another table with labels of its own; neither is guessed."""
    rows = [[f"見本館{n}", f"見本町{n}番", "なし"] for n in "一二三四"]
    below = [
        ["問い合わせ先", "", ""],
        ["課名", "担当", "分野"],
        ["見本一課", "見本係", "施設"],
        ["見本二課", "例示係", "管理"],
    ]
    sheet = grid([["施設名", "所在地", "備考"], *rows, ["", "", ""], *below])
    names = ["施設名", "所在地", "備考"]
    (doubtful,) = choices([sheet], names)
    assert (doubtful.sure, doubtful.header_row, doubtful.second and doubtful.second.low) == (False, 1, 7)
    assert [choice.sure for choice in choices([grid([names, *rows])], names)] == [True]


@pytest.mark.parametrize(
    ("second", "sure"), [(["Name", "Address", "Floor area"], False), (["Sample Hall", "見本町9番", "Large"], True)]
)
def test_a_header_said_again_in_english_leaves_a_doubt(second: list[str], sure: bool) -> None:
    """A line of Latin words alone below the header, as no row has, may be its translation."""
    names = ["名称", "所在地", "広さ"]
    rows = [[f"見本館{n}", f"見本町{n}番", "中くらい"] for n in "一二三四"]
    assert [choice.sure for choice in choices([grid([names, second, *rows])], names)] == [sure]


@pytest.mark.parametrize("row", [["文字", "131105", "北緯", "東経"], ["未定", "131105", "調査中", "調査中"]])
def test_a_row_with_words_for_its_numbers_begins_no_table(row: list[str]) -> None:
    """It has the code that the other rows have; labels would be words alone."""
    rows = [[f"見本{n}", "131105", f"35.64{n}", f"139.69{n}"] for n in range(6)]
    cut = cut_sheet(grid([["名称", "団体コード", "緯度", "経度"], *rows, row, ["末尾", "", "35.6", "139.7"]]))
    assert roles(cut) == [("table", 1, 9)]


def test_a_table_beside_another_is_named() -> None:
    """Two tables of the same labels side by side are not one of twice as many columns."""
    left, right = ["地区", "世帯", "人口"], ["地区", "世帯", "人口"]
    rows = [[f"東{n}", "1", "2", "", f"西{n}", "3", "4"] for n in range(5)]
    cut = cut_sheet(grid([[*left, "", *right], *rows]))
    assert cut.columns == (0, 2)
    assert [block.first_column for block in cut.blocks if block.role == "other_table"] == [5]


def test_a_great_many_tables_are_named_in_bounded_time() -> None:
    """Hundreds of tables below each other do not exhaust the stack; each cell is in a block, the last ones in one."""
    table = [["名称", "数", "日"], ["甲", "1", "2024-04-01"], ["乙", "2", "2024-04-02"], ["", "", ""]]
    lines = [[f"{cell}{n}" if cell == "名称" else cell for cell in line] for n in range(400) for line in table]
    blocks = cut_sheet(grid(lines)).blocks
    covered = {row for block in blocks for row in range(block.first_row, block.last_row + 1)}
    assert {number for number, line in enumerate(lines, 1) if line[0]} <= covered
    assert len([block for block in blocks if block.role == "other_table"]) < len(lines) // len(table)


@st.composite
def sheets(draw: st.DrawFn) -> list[list[str]]:
    """Any lines: blank ones, words and figures where they fall."""
    cell = st.sampled_from(["", "", "名称", "甲", "12", "合計", "※ 注", "2024-04-01", "○"])
    return draw(st.lists(st.lists(cell, min_size=1, max_size=6), min_size=1, max_size=14))


@given(sheets())
def test_every_filled_cell_is_in_exactly_one_block(records: list[list[str]]) -> None:
    """However a sheet looks, nothing of it is unaccounted for."""
    sheet = grid(records)
    covered = [
        (row, column)
        for block in cut_sheet(sheet).blocks
        for row in range(block.first_row, block.last_row + 1)
        for column in range(block.first_column, block.last_column + 1)
    ]
    filled = {(r, c) for r, line in enumerate(records, 1) for c, cell in enumerate(line, 1) if cell.strip()}
    assert filled <= set(covered)
    assert len(covered) == len(set(covered))


def test_a_header_that_is_no_better_than_the_next_line_is_unsure() -> None:
    """Words over words, with nothing to tell labels from values."""
    sure = cut_sheet(grid([["名称", "人数"], ["甲", "1"], ["乙", "2"], ["丙", "3"]])).headers
    unsure = cut_sheet(grid([["", "甲", "乙"], ["丙", "丁", "戊"], ["己", "庚", "辛"], ["壬", "癸", "子"]])).headers
    assert confidence(sure) > 0.5 > confidence(unsure)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1,234", "number"), ("▲3.5", "number"), ("※420,029", "number"), ("45.2%", "number"), ("（12）", "number"),
        ("－", "mark"), ("―", "mark"), ("X", "mark"), ("…", "mark"), ("○", "mark"), ("・", "mark"),
        ("2024-04-01", "date"), ("令和2年4月1日", "date"), ("R5.4.1", "date"), ("9:00", "date"), ("平成元年", "date"),
        ("03-5722-9270", "code"), ("〒", "text"), ("https://example.org/", "link"), ("a@example.org", "link"),
        ("総数", "text"), ("48(うち休5)", "text"), ("", ""), ("　", ""),
    ],
)  # fmt: skip
def test_kinds_of_cells(text: str, kind: str) -> None:
    """By their form alone."""
    assert str(cell_kind(text)) == kind


def test_a_cover_is_no_table(tmp_path: Path) -> None:
    """Of the sheets that are not read, those with one cell a line are titles; other tables are named as such."""
    book = openpyxl.Workbook()
    sheets = {"表紙": [["台帳"], ["見本課"]], "一": [["名称", "数"], ["甲", 1]], "二": [["名称", "数"], ["乙", 2]]}
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    del book["Sheet"]
    book.save(tmp_path / "見本.xlsx")
    found = propose_source(tmp_path / "見本.xlsx", ["名称"], keep_all=False).coverage
    assert {(block.sheet, block.role, block.read) for block in found.blocks} == {
        ("一", "table", True), ("二", "other_table", False), ("表紙", "title", False),
    }  # fmt: skip


@pytest.fixture(scope="module")
def truth() -> list[dict[str, str]]:
    """The tables of the second corpus, whose truth was established by opening their raw cells."""
    if not TRUTH.is_file():
        pytest.skip(f"NOT TESTED on real tables: {TRUTH} is absent")
    with TRUTH.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def real_cut(row: dict[str, str]) -> Cut:
    """The blocks of the sheet that the truth is about."""
    return cut_sheet(read_grid(TRUTH.parent / row["file"], row["sheet"] or None))


def test_headers_of_real_tables(truth: list[dict[str, str]]) -> None:
    """The header's first and lowest line, and what is not sure is said."""
    wrong = []
    for row in truth:
        cut = real_cut(row)
        if shape(cut) != (int(row["header_top"]), int(row["header_row"])):
            wrong.append(row["file"])
            assert confidence(cut.headers) < 0.5, row["file"]
    assert len(truth) - len(wrong) >= NEEDED_HEADERS, wrong


def test_rows_of_real_tables(truth: list[dict[str, str]]) -> None:
    """Without totals, notes, sections, blank lines and other tables."""
    sure = [row for row in truth if row["rows_sure"] == "yes"]
    cuts = {row["file"]: real_cut(row) for row in sure}
    found = {file: cut.end - cut.headers[0].low - 1 - len(cut.reasons) for file, cut in cuts.items()}
    wrong = [row["file"] for row in sure if found[row["file"]] != int(row["rows"])]
    assert len(wrong) <= (1 - NEEDED_ROWS) * len(sure), wrong


def test_the_proposed_sheet_is_the_one_of_the_truth_or_equal_to_it(truth: list[dict[str, str]]) -> None:
    """A cover sheet or a list of contents is never taken for the table."""
    wrong = []
    for row in truth:
        table = propose_source(TRUTH.parent / row["file"], LABELS, keep_all=False)
        if (
            row["sheet"]
            and table.grid.sheet != row["sheet"]
            and (table.grid.sheet or "") not in row["sheet_alternatives"]
        ):
            wrong.append(row["file"])
    assert wrong == []


@pytest.mark.parametrize("first", ["①障害福祉サービス", "⑳の1", "(1)以下", "①"])
def test_rows_that_begin_with_a_circled_number_are_rows(first: str) -> None:
    """Only a whole cell that is such a number can number columns; a text behind one is a value."""
    records = [["種類", "名称", "定員"], [first, "甲", "3"], ["②介護", "乙", "5"], ["③保育", "丙", "8"]]
    cut = cut_sheet(Grid.of_records(Path("見本.csv"), "csv", records))
    assert [(block.role, block.first_row, block.last_row) for block in cut.blocks] == [("table", 1, 4)]
