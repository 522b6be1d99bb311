"""How far the filled cells of a sheet reach."""

from __future__ import annotations

from dataclasses import dataclass

from meguro_opendata.sources.data import read_data

__all__ = ["MOST_CELLS", "Extent"]

MOST_CELLS: int = read_data("bounds.toml")["cells"]


@dataclass
class Extent:
    """The farthest row and column of the cells seen, counted from 1."""

    row: int = 0
    column: int = 0

    @property
    def cells(self) -> int:
        """Return how many cells a sheet up to there has."""
        return self.row * self.column

    @property
    def is_too_large(self) -> bool:
        """Return whether a sheet up to there has more cells than are read."""
        return self.cells > MOST_CELLS

    def reach(self, row: int, column: int) -> None:
        """Extend it to a cell."""
        self.row, self.column = max(self.row, row), max(self.column, column)
