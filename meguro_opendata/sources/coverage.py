"""The parts of a file, read or not: every sheet, every block of the visible ones, and the lines that are left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from meguro_opendata.findings import Block, Coverage, SheetUse
from meguro_opendata.sources.blocks import Cut, Header
from meguro_opendata.sources.table import Grid, column_letter

__all__ = ["coverage", "merged_coverage", "unread_blocks"]

_HEADINGS = ("title", "blank")


def coverage(
    grids: Sequence[Grid], cuts: Mapping[str | None, Cut], read: Collection[str | None], reasons: Mapping[str, str]
) -> Coverage:
    """Return what of a file is read.

    Args:
        grids: Its visible sheets, or the text file.
        cuts: The blocks of each sheet by name.
        read: The names of the sheets whose table is read.
        reasons: Why other sheets are not read, where the recipe says so.
    """
    blocks: list[Block] = []
    for grid in grids:
        cut = cuts.get(grid.sheet)
        if cut is not None:
            unread = () if grid.sheet in read else unread_blocks(cut, reasons.get(grid.sheet or "", "other-sheet"))
            blocks += cut.blocks if grid.sheet in read else unread
    left_out = sum(map(_left_out, blocks))
    return Coverage(tuple(_sheets(grids, read, reasons)), tuple(blocks), left_out)


def unread_blocks(cut: Cut, reason: str) -> tuple[Block, ...]:
    """Return the blocks of a sheet that is not read; lines of one cell each, as on a cover, are no table."""
    return tuple(_unread(block, cut.header, reason) for block in cut.blocks)


def _unread(block: Block, header: Header | None, reason: str) -> Block:
    if not block.read:
        return replace(block, listed=False)
    if header is None or not header.score:
        return replace(block, read=False, role="title", reason="caption" if reason == "other-sheet" else reason)
    return replace(block, read=False, role="other_table", reason=reason, listed=False)


def _sheets(grids: Sequence[Grid], read: Collection[str | None], reasons: Mapping[str, str]) -> Iterable[SheetUse]:
    """Yield every sheet in the order of the workbook; of those that are read, what Excel does not show."""
    by_name = {grid.sheet: grid for grid in grids}
    for name in grids[0].sheets if grids else ():
        grid = by_name.get(name)
        if name in read and grid is not None:
            rows = tuple(row + 1 for row in grid.facts.hidden_rows)
            columns = tuple(map(column_letter, grid.facts.hidden_columns))
            yield SheetUse(name, True, None, rows, columns)
        else:
            blank = grid is not None and not grid.height
            why = "hidden-sheet" if grid is None else "blank-sheet" if blank else "other-sheet"
            yield SheetUse(name, False, reasons.get(name, why))


def _left_out(block: Block) -> int:
    """Return the lines of a block that are neither headings nor rows nor listed among the rejected ones."""
    if block.read or block.listed or block.role in _HEADINGS:
        return 0
    return block.height - block.headings


def merged_coverage(parts: Iterable[tuple[str | None, Coverage]]) -> Coverage:
    """Return the coverage of several files, or of a file that is read in several parts.

    Args:
        parts: Each with the name of its file, ``None`` where there is only one.
    """
    sheets: dict[tuple[str | None, str], SheetUse] = {}
    blocks: dict[Block, None] = {}
    left_out = 0
    for file, part in parts:
        for sheet in part.sheets:
            key = (file, sheet.name)
            if key not in sheets or sheet.read:
                sheets[key] = replace(sheet, file=file)
        blocks |= dict.fromkeys(replace(block, file=file) for block in part.blocks)
        left_out += part.rows_left_out
    return Coverage(tuple(sheets.values()), tuple(blocks), left_out)
