"""The cells around a finding: a few rows and columns of the checked table, what is personal in them masked."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from meguro_opendata.findings import Finding
from meguro_opendata.privacy import mask, screen
from meguro_opendata.reports.limits import context_limits
from meguro_opendata.reports.workbook.sheetpatch import place_of
from meguro_opendata.sources import Grid, Table, column_letter
from meguro_opendata.sources.joining import JoinedTable

__all__ = ["Cell", "Row", "Snippet", "SourceView", "view_of_grid", "view_of_table"]

_Place = tuple[int, int]


@dataclass(frozen=True)
class Cell:
    """One cell as it is shown; ``bad`` if the finding is about it."""

    text: str
    bad: bool


@dataclass(frozen=True)
class Row:
    """One row of a snippet; ``number`` as Excel shows it, ``meant`` if the finding is on it."""

    number: int
    cells: tuple[Cell | None, ...]
    meant: bool

    @property
    def whole(self) -> bool:
        """Return whether the row is meant as a whole, none of its cells in particular."""
        return self.meant and not any(cell is not None and cell.bad for cell in self.cells)


@dataclass(frozen=True)
class Snippet:
    """A piece of a table; ``None`` stands where columns are left out.

    Attributes:
        letters: The letters of its columns; empty for a text file.
        labels: The header's labels.
    """

    letters: tuple[str | None, ...]
    labels: tuple[str | None, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class SourceView:
    """The cells that were checked.

    Attributes:
        grid: All cells of the sheet or file.
        names: A unique name of each column.
        labels: Its header as written.
        header_row: Number of the lowest header line.
        kinds: The kind of value of each column, by name, where it is known.
    """

    grid: Grid
    names: tuple[str, ...]
    labels: tuple[str, ...]
    header_row: int
    kinds: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def about(self, found: Finding) -> bool:
        """Return whether a finding is on a row of these cells."""
        same_sheet = found.sheet is None or found.sheet == self.grid.sheet
        return same_sheet and found.row is not None and 0 < found.row <= self.grid.height

    def shows(self, found: Finding) -> bool:
        """Return whether the cells help: a row of the table, or a certain cell of the header."""
        return self.about(found) and ((found.row or 0) > self.header_row or self.column(found) is not None)

    def column(self, found: Finding) -> int | None:
        """Return the position of a finding's column, ``None`` if its row is meant as a whole."""
        place = place_of(found.cell) if found.cell is not None else None
        if place is not None:
            return place[1]
        return self._positions.get(found.column) if found.column is not None else None

    def around(self, found: Finding) -> range:
        """Return the numbers of the rows that a snippet shows; of the header lines only the one that is meant."""
        row, more = found.row or 0, context_limits()["rows"]
        first = max(row - more, min(row, self.header_row + 1))
        return range(first, min(row + more, self.grid.height) + 1)

    def personal(self, rows: Iterable[int]) -> frozenset[_Place]:
        """Return the cells of some rows that hold something personal: number of the row, position of the column."""
        # Only the rows that the page shows: screening a whole large table for a few examples would be slow.
        numbers = sorted(row for row in set(rows) if row > self.header_row)
        if not numbers:
            return frozenset()
        names = dict(zip(self.grid.cells.columns, self.names, strict=False))
        frame = self.grid.cells[[row - 1 for row in numbers]].select(list(names)).rename(names)
        hits = screen(frame, self.kinds)
        return frozenset((numbers[hit.position], self._positions[hit.column]) for hit in hits)

    def snippet(self, found: Finding, hidden: Collection[_Place]) -> Snippet:
        """Return the cells around a finding; those in ``hidden`` masked."""
        at = self.column(found)
        columns = _with_gaps(self._columns_shown(at, found.row or 0))
        rows = (
            Row(row, tuple(self._cell(row, column, found, at, hidden) for column in columns), row == found.row)
            for row in self.around(found)
        )
        letters = columns if self.grid.is_workbook else ()
        return Snippet(
            tuple(None if column is None else column_letter(column) for column in letters),
            tuple(None if column is None else self._label(column) for column in columns),
            tuple(rows),
        )

    def naming(self, found: Finding, hidden: Collection[_Place]) -> list[tuple[str, str]]:
        """Return labels and values of the cells that name the row of a finding."""
        row, at = found.row or 0, self.column(found)
        if row <= self.header_row:
            return []
        columns = [column for column in self._columns_naming if column != at]
        cells = ((self._label(column), self._text(row, column, hidden)) for column in columns)
        return [(label, text) for label, text in cells if text][: context_limits()["names"]]

    def masked(self, found: Finding, hidden: Collection[_Place]) -> Finding:
        """Return the finding with personal data masked: its own value, and values of its row in its message."""
        row = found.row or 0
        personal = [self.grid.cells.item(row - 1, at) for at in range(self.grid.width) if (row, at) in hidden]
        if not personal:
            return found
        params = {name: mask(str(value)) if value in personal else value for name, value in found.params.items()}
        own = (row, self.column(found)) in hidden or found.value in personal
        safe = dataclasses.replace(found, params=params)
        return dataclasses.replace(safe, value=mask(found.value or ""), suggestion=None) if own else safe

    def _columns_shown(self, at: int | None, row: int) -> list[int]:
        limits = context_limits()
        if at is None:
            filled = [column for column in range(self.grid.width) if self._text(row, column, ())]
            return (filled or list(range(self.grid.width)))[: limits["wide"]]
        near = range(max(at - limits["columns"], 0), min(at + limits["columns"] + 1, self.grid.width))
        return sorted({*near, *self._columns_naming[: limits["names"]]})

    @cached_property
    def _positions(self) -> dict[str | None, int]:
        return {name: place for place, name in reversed(list(enumerate(self.names)))}

    @cached_property
    def _columns_naming(self) -> list[int]:
        """Return the columns that say which row it is: those with a telling label, else the first ones."""
        words = context_limits()["naming"]
        ranks = {word: rank for rank, word in enumerate(words)}
        named = [place for place, label in enumerate(self.labels) if label in ranks]
        chosen = sorted(named, key=lambda place: (ranks[self.labels[place]], place))
        return chosen or [place for place, label in enumerate(self.labels) if label][: context_limits()["names"]]

    def _label(self, column: int) -> str:
        return self.labels[column] if column < len(self.labels) else ""

    def _cell(
        self, row: int, column: int | None, found: Finding, at: int | None, hidden: Collection[_Place]
    ) -> Cell | None:
        if column is None:
            return None
        return Cell(self._text(row, column, hidden), row == found.row and at == column)

    def _text(self, row: int, column: int, hidden: Collection[_Place]) -> str:
        text: str = self.grid.cells.item(row - 1, column) if column < self.grid.width else ""
        if (row, column) in hidden:
            return mask(text)
        most: int = context_limits()["letters"]
        return text if len(text) <= most else f"{text[:most]}…"


def _with_gaps(columns: Sequence[int]) -> tuple[int | None, ...]:
    """Return positions with ``None`` wherever some are left out between two.

    >>> _with_gaps([0, 1, 5])
    (0, 1, None, 5)
    """
    return tuple(_gaps(columns))


def _gaps(columns: Sequence[int]) -> Iterator[int | None]:
    for index, column in enumerate(columns):
        if index and columns[index - 1] != column - 1:
            yield None
        yield column


def view_of_table(table: Table, kinds: Mapping[str, str] | None = None) -> SourceView:
    """Return the cells of a table as its own file has them.

    Args:
        table: The table.
        kinds: The kind of value of each column, by name, where it is known.
    """
    own = table.own if isinstance(table, JoinedTable) and table.own is not None else table
    return SourceView(own.grid, tuple(own.frame.columns), own.labels, own.header_row, kinds or {})


def view_of_grid(grid: Grid) -> SourceView:
    """Return the cells of a file whose first record is the header."""
    labels = tuple(grid.record(0)) if grid.height else ()
    names = tuple(label if label and label not in labels[:place] else f"#{place}" for place, label in enumerate(labels))
    return SourceView(grid, names, labels, 1)
