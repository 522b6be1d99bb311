"""Columns and rows of a printed table: everything fits on the page's width, and no text is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.kpi.sheet_sizes import column_widths, row_height

PAGE, NARROWEST = 240, 14


@pytest.mark.parametrize(
    ("columns", "widths"),
    [
        ([["ID", "a"]], [8]),
        ([["見出し", "あ" * 20]], [42]),
        ([["見出し", "あ" * 50]], [70]),
        ([["とても長い見出しの列", "1"]], [12]),
        ([["a", "あ" * 50]] * 3, [70] * 3),
        ([["a", "あ" * 50]] * 4, [60] * 4),
        ([["a", "あ" * 50], ["a", "あ" * 50], ["a", "1"], ["a", "あ" * 50], ["a", "あ" * 50]], [58, 58, 8, 58, 58]),
        ([["a", "あ" * 50]] * 20, [NARROWEST] * 20),
    ],
)
def test_the_widest_columns_give_way_until_the_page_holds_all(columns: list[list[str]], widths: list[int]) -> None:
    """Numbers keep their width; the widest texts share what the page has left, down to 14 letters."""
    assert column_widths(columns) == widths


@given(st.lists(st.lists(st.text("あa ", max_size=60), min_size=1, max_size=4), max_size=17))
def test_up_to_seventeen_columns_always_fit_on_a_page(columns: list[list[str]]) -> None:
    """Seventeen columns of 14 letters are 238 of the page's 240."""
    widths = column_widths(columns)
    assert len(widths) == len(columns)
    assert sum(widths) <= PAGE


@pytest.mark.parametrize(
    ("texts", "widths", "lines"),
    [
        ([], [], 1),
        ([""], [8], 1),
        (["あ" * 7], [14], 1),
        (["あ" * 7 + "a"], [14], 2),
        (["a\nb\nc"], [8], 3),
        (["a", "あ" * 20, "b"], [8, 10, 8], 4),
        (["あ" * 400], [10], 409 / 18),
    ],
)
def test_a_row_is_as_high_as_its_longest_text_when_wrapped(texts: list[str], widths: list[int], lines: float) -> None:
    """A line has 18 points, and a row at most Excel's 409."""
    assert row_height(texts, widths) == lines * 18
