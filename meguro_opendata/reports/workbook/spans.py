"""Short lists of places: adjacent rows or cells are written as a range."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from meguro_opendata.findings import Finding
from meguro_opendata.reports.grouping import by_name, label, place

__all__ = ["spans"]

_LETTERS = re.compile("[A-Z]+")
_Lane = tuple[str | None, ...]


def spans(findings: Iterable[Finding], words: Mapping[str, str]) -> list[str]:
    """Return the places of findings, with neighbouring rows of one column joined to a range.

    Args:
        findings: In any order.
        words: The words for sheet, cell, row and column.

    >>> words = {name: name for name in ("file", "sheet", "cell", "row", "line", "column")}
    >>> spans([Finding("type-date", "error", cell=f"I{row}", row=row) for row in (5, 6, 7, 9)], words)
    ['cell I5:I7', 'cell I9']
    >>> spans([Finding("type-date", "error", row=row, line=row, column="日付") for row in (5, 6)], words)
    ['row 5-6 column「日付」']
    """
    lanes: dict[_Lane, list[Finding]] = {}
    for found in findings:
        lanes.setdefault(_lane(found), []).append(found)
    return [text for lane in lanes.values() for text in _spans_of(lane, words)]


def _lane(found: Finding) -> _Lane:
    """Return the properties that places share if they can form one range."""
    letters = _LETTERS.match(found.cell) if found.cell else None
    # A cell with line breaks moves the following lines: a range needs an equal distance.
    shifted = found.line is not None and found.row is not None and found.line - found.row
    return found.file, found.sheet, found.column, letters[0] if letters else None, str(shifted or 0)


def _spans_of(lane: list[Finding], words: Mapping[str, str]) -> Iterator[str]:
    if any(found.row is None or by_name(found) for found in lane):
        yield from dict.fromkeys(label(found, words) for found in lane)
        return
    by_row = {found.row or 0: found for found in lane}
    for first, last in _runs(sorted(by_row)):
        yield place(by_row[first], words, by_row[last])


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of each run of consecutive numbers.

    >>> list(_runs([1, 2, 3, 7]))
    [(1, 3), (7, 7)]
    """
    start = previous = rows[0]
    for row in rows[1:]:
        if row != previous + 1:
            yield start, previous
            start = row
        previous = row
    yield start, previous
