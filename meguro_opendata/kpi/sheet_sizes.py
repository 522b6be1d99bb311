"""Widths of columns and heights of rows with which a table can be read on a printed page."""

from __future__ import annotations

from collections.abc import Sequence

from meguro_opendata.files.tables import LONGEST_CELL, text_width

__all__ = ["column_widths", "row_height"]

_WIDEST = 70
# A column narrower than this breaks Japanese words into single letters.
_NARROWEST_TEXT = 14
# A4 landscape holds about 150 letters of 11 points; with 240 they are printed at 7 points, and the status of 40
# indicators, a line each, is on one page.
_PAGE = 240
# The height of a line of Japanese text of 11 points. LibreOffice does not raise a row by itself where a text wraps.
_LINE = 18
_LARGEST_HEIGHT = 409  # Excel's own limit


def column_widths(columns: Sequence[Sequence[str]]) -> list[int]:
    """Return the width of each column in letters, the widest ones cut so that all fit on a page.

    Args:
        columns: The texts of each column, its header first. A header may wrap once.

    >>> column_widths([["ID", "a.b"], ["見込み（下限）", "1"]])
    [8, 9]
    """
    widths = [max(text_width(texts[1:], _WIDEST), _half(texts[:1])) for texts in columns]
    cap = _WIDEST
    while cap > _NARROWEST_TEXT and sum(min(width, cap) for width in widths) > _PAGE:
        cap -= 1
    return [min(width, cap) for width in widths]


def _half(header: Sequence[str]) -> int:
    return -(-text_width(header, _WIDEST) // 2) + 1


def row_height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Return the height of a row in points in which each text, wrapped within its column, is seen whole.

    >>> row_height(["令和7年度", "a"], [14, 8]), row_height(["令和7年度のステップ完了率"], [14])
    (18, 36)
    """
    lines = max((_lines(text, width) for text, width in zip(texts, widths, strict=False)), default=1)
    return min(lines * _LINE, _LARGEST_HEIGHT)


def _lines(text: str, width: int) -> int:
    # `text_width` adds two letters; Excel adds its margins to a column's width by itself.
    return sum(-(-(text_width([line], LONGEST_CELL) - 2) // width) for line in text.split("\n"))
