"""Choosing the sheet and the header of a file that nobody described: proposals, best first, never applied unseen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from meguro_opendata.japan.folding import folded
from meguro_opendata.sources.header import filled_cells, labels_of
from meguro_opendata.sources.table import Grid

__all__ = ["Choice", "choices"]

_SEARCHED = 40
_MOST_LEVELS = 4
_FEW = 2


@dataclass(frozen=True)
class Choice:
    """A header that a sheet may have.

    Attributes:
        header_row: Record number of its lowest line.
        header_rows: How many lines it has.
        known: How many labels of its lowest line, or of all its lines joined, are names looked for.
    """

    grid: Grid
    header_row: int
    header_rows: int
    known: int


def choices(grids: Sequence[Grid], names: Collection[str]) -> list[Choice]:
    """The likeliest header of each sheet that has any filled cell, the sheet whose header fits the names best first.

    Without any known name the largest table comes first: a cover sheet is small.

    Args:
        grids: The sheets.
        names: Labels of the standards in question.
    """
    wanted = {folded(name) for name in names}
    found = [choice for grid in grids if (choice := _of_grid(grid, wanted)) is not None]
    if any(choice.known for choice in found):
        return sorted(found, key=lambda choice: -choice.known)
    return sorted(found, key=lambda choice: -(choice.grid.height - choice.header_row) * choice.grid.width)


def _of_grid(grid: Grid, wanted: set[str]) -> Choice | None:
    """The record with the most known labels; without any, the first one that is at least half as wide as the widest."""
    head = grid.head(_SEARCHED)
    known = [len(wanted & {folded(cell) for cell in record if cell}) for record in head]
    best = max(range(len(head)), key=lambda at: (known[at], -at), default=None)
    at = best if best is not None and known[best] else _first_wide(head)
    if at is None:
        head = grid.head(grid.height)
        at = _first_wide(head)
    if at is None:
        return None
    lowest = _lowest_line(grid, head, at)
    top = _highest_line(grid, head, lowest)
    joined, last = (_known(grid, lowest, lines, wanted) for lines in (lowest - top + 1, 1))
    lines = 1 if last > max(joined, _FEW) and _all_differ(labels_of(grid, lowest + 1, 1)) else lowest - top + 1
    return Choice(grid, lowest + 1, lines, max(joined, last))


def _all_differ(labels: Sequence[str]) -> bool:
    named = [label for label in labels if label]
    return len(set(named)) == len(named)


def _known(grid: Grid, lowest: int, lines: int, wanted: set[str]) -> int:
    """How many labels of a header are names looked for."""
    return len(wanted & {folded(label) for label in labels_of(grid, lowest + 1, lines)})


def _first_wide(records: Sequence[Sequence[str]]) -> int | None:
    filled = [filled_cells(record) for record in records]
    widest = max(filled, default=0)
    return next((at for at, count in enumerate(filled) if count * 2 > widest), None) if widest else None


def _lowest_line(grid: Grid, head: Sequence[Sequence[str]], at: int) -> int:
    """The last line of a header: cells merged downwards from it reach there, or labels stand below a wide cell."""
    wide = _wide(grid, at)
    merged_down = [bottom for (top, _), (bottom, _) in grid.merged if top <= at < bottom < at + _MOST_LEVELS]
    if merged_down and len(merged_down) * 2 >= filled_cells(head[at]) - len(wide):
        return max(merged_down)
    below = head[at + 1] if at + 1 < len(head) else []
    return at + 1 if wide and _divides(below, wide) else at


def _divides(record: Sequence[str], wide: Sequence[tuple[int, int]]) -> bool:
    """Whether a line has a label in each column of the wide cells above it, and nothing elsewhere."""
    if not all(_is_labelled(record, left, right) for left, right in wide):
        return False
    covered = {column for left, right in wide for column in range(left, right + 1)}
    return {column for column, cell in enumerate(record) if cell.strip()} <= covered


def _highest_line(grid: Grid, head: Sequence[Sequence[str]], lowest: int) -> int:
    """The first line of a header: lines above belong to it that group its columns."""
    top = lowest
    while top > 0 and lowest - top + 1 < _MOST_LEVELS and _groups(grid, head, top - 1, lowest):
        top -= 1
    return top


def _groups(grid: Grid, head: Sequence[Sequence[str]], at: int, lowest: int) -> bool:
    """Whether a line groups the columns of the header's lowest line: two or more wide cells, or cells merged down."""
    filled = [column for column, cell in enumerate(head[at]) if cell.strip()]
    if len(filled) < _FEW:
        return False
    width = filled_cells(head[lowest])
    merged_down = any(top <= at < bottom <= lowest for (top, _), (bottom, _) in grid.merged)
    wide = [span for span in _wide(grid, at) if span[1] - span[0] + 1 < width]
    return merged_down or len(wide) >= _FEW or _repeats(head[at])


def _repeats(record: Sequence[str]) -> bool:
    """Whether a line writes each group's name over every column of it, as an unmerged header does."""
    filled = [cell.strip() for cell in record if cell.strip()]
    runs = sum(1 for at, cell in enumerate(filled) if not at or cell != filled[at - 1])
    return 1 < runs == len(set(filled)) and runs * 2 <= len(filled)


def _wide(grid: Grid, at: int) -> list[tuple[int, int]]:
    """The first and last column of each cell that is merged sideways in a line."""
    return [(left, right) for (top, left), (bottom, right) in grid.merged if top == at == bottom and right > left]


def _is_labelled(record: Sequence[str], left: int, right: int) -> bool:
    """Whether each cell below a wide one holds a label of its own."""
    labels = [record[column].strip() if column < len(record) else "" for column in range(left, right + 1)]
    return all(labels) and len(set(labels)) == len(labels) and not any(_is_number(label) for label in labels)


def _is_number(text: str) -> bool:
    return folded(text).replace(",", "").replace(".", "").isdigit()
