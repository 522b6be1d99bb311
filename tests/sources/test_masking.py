"""Parts of a sheet: which blocks and lines lie in a part, and a sheet with the cells of some parts blank."""

from __future__ import annotations

from pathlib import Path

import pytest

from meguro_opendata.findings import Block
from meguro_opendata.sources import Grid
from meguro_opendata.sources.blocks import Part, filled_lines, without
from meguro_opendata.sources.blocks.naming import carried, header_names, joined_names

SQUARE = [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]]


def sheet(records: list[list[str]], merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()) -> Grid:
    """Return a sheet of an example."""
    return Grid.of_records(Path("見本.xlsx"), "xlsx", records, merged=merged)


def block(first_row: int, last_row: int, first_column: int, last_column: int) -> Block:
    """Return a block with places counted from 1."""
    return Block("", first_row, last_row, first_column, last_column, "table", True, None)


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ((3, 5, 2, 3), True),
        ((2, 5, 2, 3), False),
        ((3, 6, 2, 3), False),
        ((3, 5, 1, 3), False),
        ((3, 5, 2, 4), False),
        ((4, 4, 3, 3), True),
    ],
)
def test_a_part_holds_a_block_only_with_all_of_its_cells(place: tuple[int, int, int, int], inside: bool) -> None:
    """One row or column outside is enough to lie outside."""
    assert Part(2, 5, (1, 2)).holds(block(*place)) is inside


def test_a_part_without_limits_holds_every_block() -> None:
    """Neither lines nor columns are limited by default."""
    assert Part().holds(block(1, 999, 1, 50))


@pytest.mark.parametrize(
    ("part", "left"),
    [
        (Part(1, 2), [["a", "b", "c"], ["", "", ""], ["g", "h", "i"]]),
        (Part(1), [["a", "b", "c"], ["", "", ""], ["", "", ""]]),
        (Part(1, 9), [["a", "b", "c"], ["", "", ""], ["", "", ""]]),
        (Part(0, 2, (1, 1)), [["a", "", "c"], ["d", "", "f"], ["g", "h", "i"]]),
        (Part(0, 1, (1, 2)), [["a", "", ""], ["d", "e", "f"], ["g", "h", "i"]]),
        (Part(2, 2), SQUARE),
        (Part(3), SQUARE),
    ],
)
def test_only_the_cells_of_a_removed_part_are_blank(part: Part, left: list[list[str]]) -> None:
    """Other cells keep their values and places; lines past the end are ignored."""
    assert [list(row) for row in without(sheet(SQUARE), [part]).cells.iter_rows()] == left


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        (Part(0, 1), [((1, 1), (2, 2))]),
        (Part(1, 2), [((0, 0), (1, 0))]),
        (Part(1, 2, (0, 0)), [((0, 0), (1, 0)), ((1, 1), (2, 2))]),
        (Part(1, 2, (2, 2)), [((0, 0), (1, 0)), ((1, 1), (2, 2))]),
        (Part(0, None), []),
    ],
)
def test_a_merged_range_is_removed_with_the_part_in_which_it_begins(
    part: Part, kept: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    """The place of its first cell decides."""
    merged = (((0, 0), (1, 0)), ((1, 1), (2, 2)))
    assert list(without(sheet(SQUARE, merged), [part]).merged) == kept


@pytest.mark.parametrize(
    ("part", "lines"),
    [(Part(), [0, 2]), (Part(1), [2]), (Part(1, 2), []), (Part(0, None, (1, 1)), [2]), (Part(0, 2, (1, 1)), [])],
)
def test_the_filled_lines_of_a_part_have_a_cell_other_than_spaces(part: Part, lines: list[int]) -> None:
    """Ideographic spaces are blank, too."""
    assert filled_lines(sheet([["a", " "], ["", "\u3000"], ["", "b"]]), part) == lines


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([["人口", "", ""], ["男", "女", ""]], ["人口_男", "人口_女", ""]),
        ([["", "人口", ""], ["区", "男", "女"]], ["区", "人口_男", "人口_女"]),
        ([["人口", "", "世帯", ""], ["男", "女", "数", "率"]], ["人口_男", "人口_女", "世帯_数", "世帯_率"]),
        ([["全", "", "別", ""], ["甲", "", "", ""], ["1", "2", "3", "4"]], ["全_甲_1", "全_甲_2", "別_3", "別_4"]),
        ([["名\n称"], [" 名称 "]], ["名称"]),
        ([["名称", "数"], ["読み"]], ["名称_読み", "数"]),
        ([], ["", ""]),
    ],
)
def test_a_group_label_names_every_labelled_column_of_its_group(lines: list[list[str]], names: list[str]) -> None:
    """A label is carried until a group above, or an unlabelled column, ends it."""
    width = max([len(line) for line in lines], default=2)
    assert header_names(lines, range(width)) == names


def test_a_header_of_no_columns_has_no_names() -> None:
    """No column, no name."""
    assert header_names([["名称"]], []) == []


def test_the_lines_given_to_carry_a_label_are_unchanged() -> None:
    """The caller uses the lines again."""
    lines = [["人口", ""], ["男", "女"]]
    assert carried(lines, [0, 1]) == [["人口", "人口"], ["男", "女"]]
    assert lines == [["人口", ""], ["男", "女"]]


def test_a_repeated_label_is_left_out_of_a_joined_name() -> None:
    """A label counts once, also where another is between."""
    assert joined_names([["計", "甲"], ["", "乙"], ["計", "甲"]], [0, 1]) == ["計", "甲_乙"]
