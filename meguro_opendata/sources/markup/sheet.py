"""A table of a marked-up file while it is read: cells put at their places, within what a spreadsheet can hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.facts import MOST_COLUMNS, MOST_ROWS, NO_FACTS, Place, SheetFacts
from meguro_opendata.sources.workbook.extent import MOST_CELLS

__all__ = ["MarkupSheet"]


@dataclass
class MarkupSheet:
    """The cells of one table.

    Attributes:
        name: By which it is asked for.
        hidden: Whether Excel does not show it.
        rows: The cells of each row that has some, by its number counted from 0.
        merged: Ranges that are one cell.
        facts: What else it holds.
        filled: How many cells hold something.
        height: How many rows there are up to the last filled cell.
        width: How many columns there are up to the last filled cell.
    """

    path: Path
    name: str = ""
    hidden: bool = False
    rows: dict[int, list[str]] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    facts: SheetFacts = NO_FACTS
    filled: int = 0
    height: int = 0
    width: int = 0
    _merged_cells: int = 0

    def put(self, row: int, column: int, text: str) -> None:
        """Write a cell; an empty one needs no place.

        Raises:
            SourceError: If it lies so far away that the table would have more cells than are read.
        """
        if not text:
            return
        self.height, self.width = max(self.height, row + 1), max(self.width, column + 1)
        self._refuse(row, column, self.height * self.width)
        cells = self.rows.setdefault(row, [])
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = text
        self.filled += 1

    def merge(self, row: int, column: int, down: int, across: int) -> None:
        """Make one cell of that many rows and columns; errors as :meth:`put`."""
        self._merged_cells += down * across
        self._refuse(row + down - 1, column + across - 1, self._merged_cells)
        self.merged.append(((row, column), (row + down - 1, column + across - 1)))

    def _refuse(self, row: int, column: int, cells: int) -> None:
        if row >= MOST_ROWS or column >= MOST_COLUMNS or cells > MOST_CELLS:
            raise SourceError("sheet-too-far", file=self.path, row=row + 1, columns=column + 1, limit=MOST_CELLS)

    def records(self) -> list[list[str]]:
        """Return the rows up to the last one that holds something.

        >>> sheet = MarkupSheet(Path("a.html"))
        >>> sheet.put(1, 1, "a")
        >>> sheet.records()
        [[], ['', 'a']]
        """
        return [self.rows.get(row, []) for row in range(self.height)]
