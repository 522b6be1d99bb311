"""One sheet as a recipe declares it: its table, the blocks left out, and the parts that it does not name."""

from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.errors import SourceError
from meguro_opendata.recipe.blockwords import NamedBlock
from meguro_opendata.recipe.sheets import declared_sheet, refuse_moved_header
from meguro_opendata.recipe.sourcewords import FileSettings
from meguro_opendata.sources import Grid

ROWS = [["名称", "住所"], ["甲", "1"], ["乙", "2"], ["", ""], ["種別", "件数"], ["丙", "3"]]


def grid(rows: list[list[str]] = ROWS, sheet: str | None = "一覧") -> Grid:
    """A sheet of a workbook."""
    return Grid.of_records(Path("見本.xlsx"), "xlsx", rows, sheet=sheet)


def left(**words: Any) -> NamedBlock:
    """A block that the recipe leaves out."""
    return NamedBlock.model_validate({"read": False, "reason": "別の表", **words})


WAY = FileSettings()


def test_without_blocks_every_line_below_the_header_is_read_and_another_table_has_to_be_named() -> None:
    """A line that looks like a header below a blank one begins a table of its own."""
    found = declared_sheet(grid(), WAY)
    assert found.table.labels == ("名称", "住所")
    assert found.table.frame["名称"].to_list() == ["甲", "乙", "種別", "丙"]
    assert [(one.row, one.reason) for one in found.table.rejected] == [(4, "blank")]
    assert [(one.first_row, one.last_row, one.reason) for one in found.unnamed] == [(5, 6, "second-table")]


def test_lines_that_are_left_out_are_a_block_and_no_blank_rows() -> None:
    """Each line is accounted for once."""
    found = declared_sheet(grid(), WAY, [left(rows="5-", begins="種別")])
    assert found.table.frame["名称"].to_list() == ["甲", "乙"]
    assert [(one.row, one.reason) for one in found.table.rejected if one.row >= 5] == []
    assert found.unnamed == ()
    named = [block for block in found.cut.blocks if block.reason == "別の表"]
    assert [(one.first_row, one.last_row, one.first_column, one.last_column) for one in named] == [(5, 6, 1, 2)]
    assert [(one.role, one.read) for one in named] == [("other_table", False)]


def test_columns_that_are_left_out_are_blank_in_the_table() -> None:
    """A table beside the own one is a block of columns."""
    rows = [["名称", "住所", "", "種別"], ["甲", "1", "", "丙"], ["乙", "2", "", "丁"]]
    found = declared_sheet(grid(rows), WAY, [left(columns="D")])
    assert found.table.frame.select("名称", "住所").rows() == [("甲", "1"), ("乙", "2")]
    assert "丙" not in {value for row in found.table.frame.rows() for value in row}
    named = [block for block in found.cut.blocks if block.reason == "別の表"]
    assert [(one.first_column, one.last_column, one.first_row, one.last_row) for one in named] == [(4, 4, 1, 3)]


def test_a_table_beside_is_named_unless_all_its_columns_are_used() -> None:
    """A recipe that maps them knows of the table."""
    rows = [["名称", "住所", "", "名称", "住所"], ["甲", "1", "", "丙", "3"], ["乙", "2", "", "丁", "4"]]
    beside = [block for block in declared_sheet(grid(rows), WAY).unnamed if block.reason == "table-beside"]
    assert [(one.first_column, one.last_column) for one in beside] == [(4, 5)]
    used = declared_sheet(grid(rows), WAY, columns=["名称", "名称#2", "住所#2"]).unnamed
    assert [one for one in used if one.reason == "table-beside"] == []


def test_with_a_block_that_is_read_only_its_lines_are_read() -> None:
    """The lines outside are other tables, which have to be named."""
    found = declared_sheet(grid(), WAY, [NamedBlock(rows="2-3", read=True)])
    assert found.table.frame["名称"].to_list() == ["甲", "乙"]
    assert [(one.first_row, one.last_row, one.reason) for one in found.unnamed] == [(5, 6, "outside-blocks")]


@pytest.mark.parametrize(
    ("rows", "read", "outside"),
    [
        (["2-3", "5-6"], ["甲", "乙", "種別", "丙"], []),
        (["2-2", "6-6"], ["甲", "丙"], [(3, 5)]),
        (["3-"], ["乙", "種別", "丙"], [(2, 2)]),
        (["5-", "2-2"], ["甲", "種別", "丙"], [(3, 3)]),
    ],
)
def test_several_blocks_are_read_in_the_order_of_the_sheet(
    rows: list[str], read: list[str], outside: list[tuple[int, int]]
) -> None:
    """Whatever their order in the recipe; lines between them are outside."""
    lines = [["名称", "住所"], ["甲", "1"], ["乙", "2"], ["", ""], ["種別", "9"], ["丙", "3"]]
    found = declared_sheet(grid(lines), WAY, [NamedBlock(rows=one, read=True) for one in rows])
    assert found.table.frame["名称"].to_list() == read
    assert [(one.first_row, one.last_row) for one in found.unnamed if one.reason == "outside-blocks"] == outside


def test_skipped_rows_are_rejected_with_their_reason() -> None:
    """They are no records."""
    found = declared_sheet(grid(), WAY, [left(rows="5-")], {3: "重複"})
    assert found.table.frame["名称"].to_list() == ["甲"]
    assert [(one.row, one.reason, one.text) for one in found.table.rejected] == [(3, "重複", "乙 2")]


def test_a_blank_block_that_is_left_out_is_no_block() -> None:
    """A blank part has no cells to account for."""
    found = declared_sheet(grid(ROWS[:4]), WAY, [left(rows="4-")])
    assert [block for block in found.cut.blocks if block.reason == "別の表"] == []


@pytest.mark.parametrize(
    ("begins", "rows", "found"),
    [("種別", "4-", None), ("種別 件", "5-6", None), ("種別", "2-3", 5), ("種別", "6-", 5), ("ない", "5-", "-")],
)
def test_a_block_that_moved_refuses_the_file(begins: str, rows: str, found: object) -> None:
    """The first filled line has to begin with the text; the message names the line on which it is now."""
    block = left(rows=rows, begins=begins)
    if found is None:
        assert declared_sheet(grid(), WAY, [block]).table.frame["名称"].to_list() == ["甲", "乙"]
        return
    with pytest.raises(SourceError) as error:
        declared_sheet(grid(), WAY, [block])
    assert (error.value.code, error.value.params["found"]) == ("block-moved", [found])
    assert (error.value.params["rows"], error.value.params["begins"]) == (rows, begins)


HEADER = ["名称", "住所", "電話", "備考"]
BODY = ["甲", "1", "2", "3"]


@pytest.mark.parametrize(
    ("rows", "columns", "moved"),
    [
        ([HEADER, BODY], HEADER, None),
        # A renamed column is no moved header.
        ([["名称", "所在地", "電話", "備考"], BODY], HEADER, None),
        # One line of a title above.
        ([["見本一覧", "", "", ""], HEADER, BODY], HEADER, 2),
        ([["見本一覧", "", "", ""], ["", "", "", ""], HEADER, BODY], HEADER, 3),
        # Twice as many columns on another line; fewer are no header.
        ([["名称", "x", "", ""], ["名称", "住所", "y", ""], BODY], ["名称", "住所"], 2),
        ([["名称", "住所", "x", ""], ["名称", "住所", "電話", "y"], BODY], ["名称", "住所", "電話"], None),
        # A single column occurs in notes, too.
        ([["見本", "", "", ""], ["名称", "", "", ""], BODY], HEADER, None),
        ([["見本", "", "", ""], ["名称", "住所", "", ""], BODY], HEADER, 2),
    ],
)
def test_a_header_that_moved_refuses_the_sheet(rows: list[list[str]], columns: list[str], moved: int | None) -> None:
    """If another line names at least two columns, and twice as many as the declared one."""
    if moved is None:
        refuse_moved_header(grid(rows), WAY, columns)
        return
    with pytest.raises(SourceError) as error:
        refuse_moved_header(grid(rows), WAY, columns)
    assert (error.value.code, error.value.params["row"], error.value.params["found"]) == ("header-moved", 1, moved)


@pytest.mark.parametrize(("line", "found"), [(80, True), (81, False)])
def test_a_moved_header_is_looked_for_in_80_lines(line: int, found: bool) -> None:
    """Further down it is a table of its own."""
    rows = [["x"] * 4 for _ in range(line - 1)] + [HEADER, BODY]
    if found:
        with pytest.raises(SourceError):
            refuse_moved_header(grid(rows), WAY, HEADER)
    else:
        refuse_moved_header(grid(rows), WAY, HEADER)


def test_a_header_beyond_the_sheet_is_missing() -> None:
    """A shorter file does not fit the recipe."""
    with pytest.raises(SourceError):
        declared_sheet(grid(), FileSettings(header_row=9))
    refuse_moved_header(grid(), FileSettings(header_row=9), [])
