"""The parts of a sheet around one table: its columns, its lines by role, what stands above it and beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import polars as pl

from meguro_opendata.files.columns import column_pieces
from meguro_opendata.findings import Block, Role
from meguro_opendata.sources.blocks.cellkinds import CellKind, is_aside
from meguro_opendata.sources.blocks.head import Head
from meguro_opendata.sources.blocks.headers import Header
from meguro_opendata.sources.blocks.naming import header_names
from meguro_opendata.sources.cells import filled, filled_cells
from meguro_opendata.sources.table import Grid

__all__ = [
    "above",
    "beside",
    "captioned_line",
    "is_doubtful",
    "of_other_table",
    "of_table",
    "rest",
    "table_columns",
    "translated_line",
]

_ROLES: Mapping[str, Role] = {"total": "total", "blank": "blank"}
_LATIN = re.compile(r"[A-Za-z][A-Za-z .,()/&'-]+")
_SEARCHED = 60  # lines in which a column that is used nearly always has a filled cell
_ROW = 2  # filled cells that make a line a row
_LINES_OF_PAIRS = 5  # lines that show that each record has two
_APART = 2  # lines by which tables beside each other end apart; a total fills one line in some columns only
_MANY = 500  # columns
_ALIKE = 0.6  # share of labels by which a table to the right is one like that to the left


def table_columns(grid: Grid, head: Head, header: Header) -> tuple[int, int]:
    """Return the table's first and last column, without tables and notes beside the table."""
    runs = _runs(grid, header.top)
    first = next((at for at, run in enumerate(runs) if _labels(head, header, run)), 0)
    left, right = runs[first]
    again = _begins_again(head, header, runs[first])
    if again is not None:
        return left, again - 1
    for run in runs[first + 1 :]:
        if not _goes_on(head, header, runs[first], run):
            break
        right = run[1]
    return left, right


def _begins_again(head: Head, header: Header, run: tuple[int, int]) -> int | None:
    """Return the column from which on the labels of a run are said once more, all in the same order."""
    left, right = run
    names = header_names(head.spread[header.top : header.low + 1], range(left, right + 1))
    for period in range(2, len(names) // 2 + 1):
        if len(names) % period == 0 and all(names) and names == names[:period] * (len(names) // period):
            return left + period
    return None


def _goes_on(head: Head, header: Header, first: tuple[int, int], run: tuple[int, int]) -> bool:
    """Return whether columns behind a blank one are the table's: with new labels, and values on the table's lines."""
    labels = _labels(head, header, run)
    if not labels or all(map(is_aside, labels)) or _is_like(head, header, first, run):
        return False
    return len(labels) < _ROW or abs(_last_row(head, header, first) - _last_row(head, header, run)) < _APART


def is_doubtful(grid: Grid, head: Head, header: Header) -> bool:
    """Return whether a table may be two: beside each other and equally long, or of two lines a record."""
    left, right = table_columns(grid, head, header)
    runs = [run for run in _runs(grid, header.top) if left <= run[0] and run[1] <= right]
    beside = any(len(_labels(head, header, run)) >= _ROW for run in runs[1:])
    return beside or _alternates(head, header, left)


def captioned_line(head: Head, header: Header) -> int | None:
    """Return the line of words below a gap and a line of one cell, in a table of nothing but words.

    The line of one cell can be a section's title as well as the title of another table, whose labels look as rows do.
    """
    if head.profile(header.low + 1).typed:
        return None
    for at in range(header.low + 2, len(head.lines) - 2):
        gap_and_caption = (head.filled[at - 1], head.filled[at]) == (0, 1)
        if gap_and_caption and head.filled[at + 1] >= _ROW and _is_words(head, at + 1):
            return at + 1
    return None


def translated_line(head: Head, header: Header) -> int | None:
    """Return the line below a header if it can be its translation: Latin words alone, which no other row has there."""
    line = header.low + 1
    rows = head.lines[line + 1 :]
    latin = _latin(head.lines[line]) if rows else set()
    if len(latin) < _ROW or len(latin) < head.filled[line]:
        return None
    return line if all(latin.isdisjoint(_latin(row)) for row in (head.lines[header.low], *rows)) else None


def _latin(line: Sequence[str]) -> set[int]:
    """Return the cells of a line that hold Latin words."""
    return {at for at, text in enumerate(line) if _LATIN.fullmatch(text.strip())}


def _is_words(head: Head, line: int) -> bool:
    return {kind for kind in head.kinds[line] if kind} == {CellKind.TEXT}


def _alternates(head: Head, header: Header, left: int) -> bool:
    """Return whether every second line, beginning with the one below the header, leaves the first column blank."""
    shown = [bool(kinds[left]) for kinds, filled in zip(head.kinds, head.filled, strict=True) if filled][
        header.low + 1 :
    ]
    return len(shown) >= _LINES_OF_PAIRS and not any(shown[::2]) and all(shown[1::2])


def _last_row(head: Head, header: Header, run: tuple[int, int]) -> int:
    """Return the last of the first lines that has more than one cell in a run of columns; 0 if there are none."""
    left, right = run
    lines = range(len(head.lines) - 1, header.low, -1)
    return next((at for at in lines if sum(map(bool, head.kinds[at][left : right + 1])) >= _ROW), 0)


def _runs(grid: Grid, top: int) -> list[tuple[int, int]]:
    """Return the runs of columns that have a filled cell below some line."""
    below = grid.cells[top:]
    if below.width > _MANY:  # one question about many of them takes less time than one about each
        words = (pl.all().str.strip_chars() != "").any()
        all_used = [is_used for piece in column_pieces(below) for is_used in piece.select(words).row(0)]
        used = [at for at, is_used in enumerate(all_used) if is_used]
    else:
        used = [at for at, column in enumerate(below.get_columns()) if _is_used(column)]
    runs: list[tuple[int, int]] = []
    for at in used:
        if runs and runs[-1][1] == at - 1:
            runs[-1] = runs[-1][0], at
        else:
            runs.append((at, at))
    return runs


def _is_used(column: pl.Series) -> bool:
    """Return whether a column has a filled cell; most have one near the top, which spares a look at all of them."""
    parts = (column.head(_SEARCHED), column)
    return any(filled(part).any() for part in parts)


def _labels(head: Head, header: Header, run: tuple[int, int]) -> list[str]:
    """Return the labels of a run of columns, each line's after the other's."""
    left, right = run
    lines = head.spread[header.top : header.low + 1]
    return [text.strip() for line in lines for text in line[left : right + 1] if text.strip()]


def _is_like(head: Head, header: Header, first: tuple[int, int], run: tuple[int, int]) -> bool:
    known, own = set(_labels(head, header, first)), _labels(head, header, run)
    return len(own) > 1 and sum(label in known for label in own) >= _ALIKE * len(own)


def of_table(
    grid: Grid, header: Header, columns: tuple[int, int], end: int, reasons: Mapping[int, str]
) -> Iterator[Block]:
    """Yield the table's lines, those of one role that follow each other as one block."""
    for first, last in _stretches(reasons, header.top, end):
        reason = reasons.get(first)
        found = _block(grid, (first, last), columns, _role(reason), read=reason is None, reason=reason)
        headings = header.low - header.top + 1 if first == header.top else 0
        yield replace(found, headings=headings, listed=reason is not None)


def _stretches(reasons: Mapping[int, str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last of consecutive lines that share a reason, or have no reason; rows are ignored.

    >>> list(_stretches({4: "blank", 5: "total", 6: "total"}, 0, 9))
    [(0, 3), (4, 4), (5, 6), (7, 8)]
    """
    first = start
    for line in sorted(line for line in reasons if start <= line < end):
        if line > first and (line - 1 not in reasons or reasons[line - 1] != reasons[line]):
            yield first, line - 1
            first = line
        if reasons.get(line + 1) is None and line + 1 < end:
            yield first, line
            first = line + 1
    if first < end:
        yield first, end - 1


def _role(reason: str | None) -> Role:
    if reason is None or reason == "header":
        return "table"
    return _ROLES.get(reason, "note")


def _block(
    grid: Grid, lines: tuple[int, int], columns: tuple[int, int], role: Role, *, read: bool, reason: str | None
) -> Block:
    first, last = lines
    left, right = columns
    return Block(grid.sheet, first + 1, last + 1, left + 1, right + 1, role, read, reason)


def above(grid: Grid, top: int) -> Iterator[Block]:
    """Yield the lines above a header that are no table: titles and notes, or a key of several lines."""
    counts = [sum(bool(cell.strip()) for cell in grid.record(line)) for line in range(top)]
    for is_filled, run in groupby(range(top), key=lambda line: counts[line] > 0):
        lines = list(run)
        if is_filled:
            key = sum(counts[line] > 1 for line in lines) > 1
            role: Role = "note" if key else "title"
            columns = (0, grid.width - 1)
            yield _block(grid, (lines[0], lines[-1]), columns, role, read=False, reason="legend" if key else "caption")


def beside(grid: Grid, head: Head, header: Header, columns: tuple[int, int], end: int) -> Iterator[Block]:
    """Yield the blocks to the left and right of the table."""
    left, right = columns
    for run in _runs(rest(grid, header.top, end), 0):
        for part in _outside(run, left, right):
            lines = _extent(grid, part, header.top, end)
            other = _is_like(head, header, columns, part)
            role: Role = "other_table" if other else "note"
            reason = "table-beside" if other else "beside"
            yield _block(grid, lines, part, role, read=False, reason=reason)


def _outside(run: tuple[int, int], left: int, right: int) -> list[tuple[int, int]]:
    parts = [(run[0], min(run[1], left - 1)), (max(run[0], right + 1), run[1])]
    return [part for part in parts if part[0] <= part[1]]


def _extent(grid: Grid, columns: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    """Return the first and last line that has a cell in some columns."""
    left, right = columns
    cells = filled_cells(grid.cells[start:end, left : right + 1])
    lines = cells.select(pl.any_horizontal(pl.all())).to_series().arg_true()
    return start + int(lines[0]), start + int(lines[-1])


def rest(grid: Grid, start: int, end: int | None = None) -> Grid:
    """Return the lines of a grid from one on, as a grid of their own."""
    merged = tuple(((t - start, l), (b - start, r)) for (t, l), (b, r) in grid.merged if t >= start)  # noqa: E741
    return replace(grid, cells=grid.cells[start:end], merged=merged, widths=None, lines=None)


def of_other_table(block: Block, by: int, reason: str) -> Block:
    """Return a block of another table as one of the whole sheet, so many lines further down, that is not read."""
    role: Role = "other_table" if block.role == "table" else block.role
    why = reason if block.read or role == "other_table" else block.reason
    first, last = block.first_row + by, block.last_row + by
    return replace(block, first_row=first, last_row=last, role=role, read=False, reason=why, listed=False)
