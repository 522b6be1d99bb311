"""A table as the items of the national rule look at it, and how they mark what is at fault."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from meguro_opendata.inspection.readability.columnkinds import ColumnView, columns_of_table
from meguro_opendata.japan.folding import folded
from meguro_opendata.sources import Table, column_letter
from meguro_opendata.sources.facts import Place, SheetFacts

__all__ = ["Marks", "Seen", "look", "marks", "marks_of", "shown_range"]


@dataclass(frozen=True)
class Seen:
    """A table as it is judged.

    Attributes:
        columns: Its columns with what they hold.
        stated: Names of columns, folded, whose unit is known from elsewhere.
    """

    table: Table
    columns: Sequence[ColumnView]
    stated: Collection[str]

    @property
    def facts(self) -> SheetFacts:
        """Return the facts of its sheet besides the values."""
        return self.table.grid.facts

    def rows(self, positions: pl.Series) -> list[int]:
        """Return the record numbers of rows."""
        if isinstance(self.table.rows, range):
            return (positions.cast(pl.Int64) + self.table.rows.start).to_list() if len(positions) else []
        return [self.table.rows[position] for position in positions]

    def header_cells(self) -> Iterator[tuple[int, int, str]]:
        """Yield row, column and text of each filled cell of the header's lines."""
        lowest = self.table.header_row
        for row in range(max(lowest - self.table.header_rows, 0) + 1, lowest + 1):
            cells = self.table.grid.record(row - 1)[: len(self.columns)]
            yield from ((row, column, cell) for column, cell in enumerate(cells) if cell.strip())

    def above(self) -> Iterator[str]:
        """Yield every filled cell above the header."""
        for row in range(self.table.header_row - self.table.header_rows):
            yield from (cell.strip() for cell in self.table.grid.record(row) if cell.strip())


@dataclass(frozen=True)
class Marks:
    """The cells at fault.

    Attributes:
        cells: Record numbers of single cells, ascending, for each column.
        ranges: Ranges that are at fault as a whole, as Excel shows them.
        elsewhere: How many faults have no cell.
    """

    cells: Mapping[int, Sequence[int]]
    ranges: tuple[str, ...] = ()
    elsewhere: int = 0

    @property
    def count(self) -> int:
        """Return how many faults there are."""
        return sum(map(len, self.cells.values())) + len(self.ranges) + self.elsewhere


def look(table: Table, stated: Collection[str] = ()) -> Seen:
    """Return a table made ready for the items.

    Args:
        table: The table.
        stated: Labels whose unit is known from elsewhere, such as the items of the national standard.
    """
    return Seen(table, columns_of_table(table), {folded(name) for name in stated})


def marks(hits: Iterable[tuple[int, Iterable[int]]]) -> Marks:
    """Return the faults in columns, each given with the record numbers of its cells.

    >>> marks([(1, [5, 3]), (1, [3]), (2, [])]).cells
    {1: [3, 5]}
    """
    rows: dict[int, set[int]] = {}
    for column, numbers in hits:
        rows.setdefault(column, set()).update(numbers)
    return Marks({column: sorted(found) for column, found in sorted(rows.items()) if found})


def marks_of(places: Iterable[Place]) -> Marks:
    """Return the faults at places counted from 0.

    >>> marks_of([(0, 0)]).cells
    {0: [1]}
    """
    return marks((column, [row + 1]) for row, column in places)


def shown_range(first: Place, last: Place) -> str:
    """Return a range as Excel shows it, its corners counted from 0.

    >>> shown_range((0, 0), (1, 2))
    'A1:C2'
    """
    return ":".join(f"{column_letter(column)}{row + 1}" for row, column in (first, last))
