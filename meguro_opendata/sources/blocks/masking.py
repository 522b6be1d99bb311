"""A sheet without some of its parts: their cells are blank, all others keep their places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from meguro_opendata.findings import Block
from meguro_opendata.sources.cells import filled_cells
from meguro_opendata.sources.table import Grid

__all__ = ["Part", "filled_lines", "without"]


@dataclass(frozen=True)
class Part:
    """Lines and columns of a sheet, counted from 0; ``end`` is below the last line, ``None`` for all that follow.

    ``columns`` are the first and the last one, ``None`` for all.
    """

    start: int = 0
    end: int | None = None
    columns: tuple[int, int] | None = None

    def holds(self, block: Block) -> bool:
        """Return whether a block lies in it with all of its cells."""
        left, right = self.columns or (0, block.last_column)
        rows = self.start < block.first_row and (self.end is None or block.last_row <= self.end)
        return rows and left < block.first_column and block.last_column <= right + 1


def without(grid: Grid, parts: Iterable[Part]) -> Grid:
    """Return a grid in which the cells of some parts are blank; merged ranges that begin there are removed."""
    cells, merged = grid.cells, grid.merged
    for part in parts:
        end = grid.height if part.end is None else min(part.end, grid.height)
        left, right = part.columns or (0, grid.width - 1)
        if part.start >= end:
            continue
        names = cells.columns[left : right + 1]
        lines = pl.int_range(cells.height, eager=True)
        inside = (lines >= part.start) & (lines < end)
        blank = pl.Series([""]).new_from_index(0, cells.height)
        cells = cells.with_columns(blank.zip_with(inside, cells[name]).alias(name) for name in names)
        merged = tuple(span for span in merged if not (part.start <= span[0][0] < end and left <= span[0][1] <= right))
    return replace(grid, cells=cells, merged=merged)


def filled_lines(grid: Grid, part: Part) -> list[int]:
    """Return the lines of a part that have a filled cell in it."""
    left, right = part.columns or (0, grid.width - 1)
    cells = filled_cells(grid.cells[part.start : part.end, left : right + 1])
    if not cells.width:
        return []
    return [part.start + int(line) for line in cells.select(pl.any_horizontal(pl.all())).to_series().arg_true()]
