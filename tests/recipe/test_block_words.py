"""The recipe's words for blocks and skipped rows: lines, columns, reasons, and the line that leaves a block out."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from written_recipes import LACKING, faults_if_any

from meguro_opendata.findings import Block
from meguro_opendata.recipe.blockwords import NamedBlock, block_line, left_out
from meguro_opendata.sources import Grid, column_letter


def code_of(**words: object) -> str:
    """Return the code of the only fault of a block."""
    with pytest.raises(ValidationError) as error:
        NamedBlock.model_validate(words)
    return str(error.value.errors()[0]["msg"]).removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("5", (4, 5)),
        (5, (4, 5)),
        ("5-", (4, None)),
        ("5-5", (4, 5)),
        ("5-60", (4, 60)),
        ("1-9999999", (0, 9_999_999)),
        (None, (0, None)),
    ],
)
def test_rows_become_a_first_line_and_the_line_after_the_last(rows: object, lines: tuple[int, int | None]) -> None:
    """Lines are written from 1 and counted from 0; a block without rows is the whole sheet."""
    assert NamedBlock.model_validate({"read": False, "reason": "見本", "rows": rows}).lines == lines


@pytest.mark.parametrize("rows", ["0", "0-5", "5-4", "-5", "5–6", "a", "", "5-6-7", "10000000", True])
def test_rows_that_are_no_range_are_refused(rows: object) -> None:
    """An end before the start, line 0, other signs, eight digits, and a truth value."""
    with pytest.raises(ValidationError):
        NamedBlock.model_validate({"read": False, "reason": "見本", "rows": rows})


@pytest.mark.parametrize(
    ("columns", "letters"),
    [("A", (0, 0)), ("Z", (25, 25)), ("AA", (26, 26)), ("B-D", (1, 3)), ("Z-AA", (25, 26)), ("XFD", (16383, 16383))],
)
def test_columns_become_their_numbers_counted_from_0(columns: str, letters: tuple[int, int]) -> None:
    """One column or a range of them, as a spreadsheet names them."""
    block = NamedBlock(read=False, reason="見本", columns=columns)
    assert block.letters == letters
    assert not block.is_whole_sheet


@pytest.mark.parametrize("columns", ["", "b", "D-B", "AA-Z", "A-", "ABCD", "1"])
def test_columns_that_are_no_range_are_refused(columns: str) -> None:
    """Small letters, an end before the start, and more than three letters."""
    assert code_of(read=False, reason="見本", columns=columns) == "block-columns"


@given(st.integers(0, 16_383), st.integers(0, 16_383))
def test_a_range_of_columns_is_read_back(first: int, last: int) -> None:
    """Letters → numbers is the inverse of numbers → letters."""
    first, last = sorted((first, last))
    block = NamedBlock(read=False, reason="見本", columns=f"{column_letter(first)}-{column_letter(last)}")
    assert block.letters == (first, last)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"read": False}, "block-without-reason"),
        ({"read": False, "rows": "5-"}, "block-without-reason"),
        ({"read": True, "rows": "5-", "begins": "x"}, None),
        ({"read": False, "reason": "見本", "begins": "x"}, "block-begins-without-rows"),
        ({"read": True}, "block-read-rows"),
        ({"read": True, "rows": "5-", "columns": "B"}, "block-read-rows"),
        ({"read": True, "rows": "5-"}, None),
        ({"read": False, "reason": "見本"}, None),
    ],
)
def test_a_block_has_the_words_that_its_kind_needs(words: dict[str, object], code: str | None) -> None:
    """A block left out has a reason; a block that is read has rows and no columns; its beginning needs rows."""
    if code is None:
        assert NamedBlock.model_validate(words).read is words["read"]
    else:
        assert code_of(**words) == code


@pytest.mark.parametrize(
    ("block", "of"),
    [
        ({}, True),
        ({"file": "a.xlsx"}, True),
        ({"file": "b.xlsx"}, False),
        ({"sheet": "一覧"}, True),
        ({"sheet": "別"}, False),
        ({"file": "a.xlsx", "sheet": "別"}, False),
        ({"file": "b.xlsx", "sheet": "一覧"}, False),
    ],
)
def test_a_block_without_file_or_sheet_belongs_to_each(block: dict[str, str], of: bool) -> None:
    """A named file and a named sheet both have to fit."""
    named = NamedBlock.model_validate({"read": False, "reason": "見本", **block})
    assert named.is_of("a.xlsx", "一覧") is of


def test_a_block_of_a_named_sheet_is_no_part_of_a_text_file() -> None:
    """A text file has no sheet."""
    assert not NamedBlock(read=False, reason="見本", sheet="一覧").is_of("a.csv", None)


GRID = Grid.of_records(
    Path("見本.csv"),
    "csv",
    [["見出し", ""], ["値", ""], ["", ""], [" 別の表 ", "とても長い見出しの文字列がここにある"], ["1", "2"]],
)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        # At the end: open, since the next file may have more lines.
        ((None, 4, 5, 1, 2, "second-table"), {"rows": "4-", "begins": "別の表 とても長い見出しの文字列がここに"}),
        ((None, 1, 2, 1, 2, "table-above"), {"rows": "1-2", "begins": "見出し"}),
        (("一覧", 4, 5, 2, 2, "table-beside"), {"sheet": "一覧", "columns": "B"}),
        (("一覧", 4, 5, 2, 4, "table-beside"), {"sheet": "一覧", "columns": "B-D"}),
        (("別", 1, 9, 1, 2, "other-sheet"), {"sheet": "別"}),
    ],
)
def test_the_words_that_leave_a_block_out(block: tuple[Any, ...], expected: dict[str, str]) -> None:
    """Lines with their beginning, columns of a table beside, or a whole sheet."""
    sheet, first, last, left, right, reason = block
    part = Block(sheet, first, last, left, right, "other_table", False, reason)
    words = left_out(part, GRID, "別の表があるため")
    assert words.model_dump(exclude_unset=True) == {**expected, "read": False, "reason": "別の表があるため"}
    assert left_out(part, GRID, "x", "a.xlsx").file == "a.xlsx"
    assert len(expected.get("begins", "")) <= 20


def test_the_line_of_a_block_names_only_what_was_written() -> None:
    """It can be copied into the recipe as it is."""
    block = NamedBlock(file="a.xlsx", sheet="一覧", columns="B-D", read=False, reason="別の表")
    assert block_line(block) == "- {file: a.xlsx, sheet: 一覧, columns: B-D, read: false, reason: 別の表}"


REASON = {"reason": "見本"}
STACK = [{"name": "甲", "file": "a.csv"}, {"name": "乙", "file": "b.xlsx", "sheets": ["一", "二"]}]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"skip_rows": [{"row": 1, **REASON}]}, [("skip_rows.0.row", "row-in-header")]),
        ({"skip_rows": [{"row": 2, **REASON}]}, []),
        ({"source.header_row": 3, "skip_rows": [{"row": 3, **REASON}]}, [("skip_rows.0.row", "row-in-header")]),
        ({"source.header_row": 3, "skip_rows": [{"row": 4, **REASON}]}, []),
        ({"skip_rows": [{"row": 5, **REASON}, {"row": 5, **REASON}]}, [("skip_rows.1.row", "row-twice")]),
        ({"skip_rows": [{"row": 5, "file": "見本.csv", **REASON}]}, [("skip_rows.0.file", "skip-row-file")]),
        (
            {"source.sheets": ["一", "二"], "skip_rows": [{"row": 5, **REASON}]},
            [("skip_rows.0.sheet", "skip-row-sheet")],
        ),
        ({"source.sheets": "*", "skip_rows": [{"row": 5, **REASON}]}, [("skip_rows.0.sheet", "skip-row-sheet")]),
        ({"source.sheets": ["一"], "skip_rows": [{"row": 5, **REASON}]}, []),
        ({"source.sheets": ["一", "二"], "skip_rows": [{"row": 5, "sheet": "一", **REASON}]}, []),
        (
            {"source.sheets": ["一", "二"], "skip_rows": [{"row": 5, "sheet": name, **REASON} for name in "一二"]},
            [],
        ),
        ({"source.sheet": "一", "skip_rows": [{"row": 1, "sheet": "二", **REASON}]}, []),
        # Several files: each row names its own.
        (
            {"source": LACKING, "sources": {"stack": STACK}, "skip_rows": [{"row": 5, **REASON}]},
            [("skip_rows.0.file", "skip-row-file")],
        ),
        ({"source": LACKING, "sources": {"stack": STACK}, "skip_rows": [{"row": 5, "file": "a.csv", **REASON}]}, []),
        (
            {"source": LACKING, "sources": {"stack": STACK}, "skip_rows": [{"row": 5, "file": "b.xlsx", **REASON}]},
            [("skip_rows.0.sheet", "skip-row-sheet")],
        ),
        (
            {"source": LACKING, "sources": {"stack": STACK}, "skip_rows": [{"row": 1, "file": "a.csv", **REASON}]},
            [("skip_rows.0.row", "row-in-header")],
        ),
        # Blocks.
        (
            {"blocks": [{"rows": "9-", "read": False, **REASON}, {"rows": "9-", "read": False, **REASON}]},
            [("blocks.1", "block-twice")],
        ),
        (
            {"blocks": [{"file": "x.csv", "rows": "9-", "read": False, **REASON}]},
            [("blocks.0.file", "block-file-unknown")],
        ),
        (
            {"source": LACKING, "sources": {"stack": STACK}, "blocks": [{"file": "a.csv", "read": False, **REASON}]},
            [],
        ),
        ({"source": {"series": "x_*.csv"}, "blocks": [{"file": "x_1.csv", "read": False, **REASON}]}, []),
        ({"blocks": [{"read": False}]}, [("blocks.0", "block-without-reason")]),
    ],
)
def test_skipped_rows_and_blocks_have_to_fit_the_sources(
    tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Below the header, named once, with file and sheet exactly where there are several."""
    assert faults_if_any(tmp_path, changes) == expected
