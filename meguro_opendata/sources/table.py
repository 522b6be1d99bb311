"""``Table``: the records of a source as columns of text that still know where each cell stood."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import polars as pl

from meguro_opendata.findings import ALL_READ, Coverage, Finding, Rejection
from meguro_opendata.sources.cells import filled
from meguro_opendata.sources.facts import NO_FACTS, SheetFacts
from meguro_opendata.sources.proposed import Proposed
from meguro_opendata.sources.rewriting import Rewritten

__all__ = ["Grid", "Table", "column_letter", "columns_of"]


def column_letter(index: int) -> str:
    """Return the letter(s) of a column as Excel shows them, the first column having index 0.

    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def columns_of(records: Sequence[Sequence[str]]) -> pl.DataFrame:
    """Return records of any length as text columns named by their index.

    >>> columns_of([["a"], ["b", "c"]]).rows()
    [('a', ''), ('b', 'c')]
    """
    columns = itertools.zip_longest(*records, fillvalue="")
    return pl.DataFrame([pl.Series(str(index), values, dtype=pl.String) for index, values in enumerate(columns)])


@dataclass(frozen=True)
class Grid:
    """All cells of one sheet or text file as columns of text, before anything is taken for a header.

    Attributes:
        cells: Text columns named ``"0"``, ``"1"``, …; one row a record, ``""`` where a cell is empty or absent.
        widths: How many cells each record of a text file has; ``None`` if all have as many as ``cells``.
        lines: The physical line on which each record of a text file begins; ``None`` for workbooks.
        merged: Merged ranges as ``((top, left), (bottom, right))``, counted from 0.
        delimiter: Of a text file.
        facts: What else the sheet of a workbook holds.
        marks: The lines of a text file at whose beginning a stray byte order mark stood.
        rewritten: The cells that were read otherwise than they are written.
        crs: The reference system of the degrees that a GIS file's geometries became.
        features: The features of a GIS file whose system is known, one a record below the header.
    """

    path: Path
    container: str
    cells: pl.DataFrame
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    encoding: str | None = None
    newline: str | None = None
    delimiter: str | None = None
    lines: Sequence[int] | None = None
    widths: Sequence[int] | None = None
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    facts: SheetFacts = NO_FACTS
    marks: tuple[int, ...] = ()
    rewritten: tuple[Rewritten, ...] = field(default=(), repr=False)
    crs: str | None = None
    features: Any = None

    @classmethod
    def of_records(cls, path: Path, container: str, records: Sequence[Sequence[str]], **more: Any) -> Self:
        """Return a grid from records of any length; ``more`` are its other attributes."""
        return cls(path, container, columns_of(records), **more)

    @property
    def height(self) -> int:
        """Return how many records there are."""
        return self.cells.height

    @property
    def width(self) -> int:
        """Return how many cells the longest record has."""
        return self.cells.width

    def record(self, index: int) -> list[str]:
        """Return the cells of a record, the first having index 0; a text file's record has its own width."""
        return list(self.cells.row(index))[: self.widths[index] if self.widths is not None else None]

    def head(self, count: int) -> list[list[str]]:
        """Return the first records."""
        return [self.record(index) for index in range(min(count, self.height))]

    @property
    def is_workbook(self) -> bool:
        """Return whether cells have addresses such as ``B4``."""
        return self.lines is None


@dataclass(frozen=True)
class Table:
    """The records below a header.

    Attributes:
        frame: One text column for each source column, under a unique name; empty cells are ``""``.
        labels: The header as written; may repeat, may be blank. As long as ``frame`` is wide.
        header_width: How many columns the header itself has; columns beyond it hold cells of too long records.
        header_row: Record number of the lowest header line, 1 being the file's first record.
        rows: Record number of each row of ``frame``.
        lines: Physical line of each row of a text file.
        widths: Number of cells of each record as it stood; ``None`` if all have as many as the grid.
        header_rows: How many lines the header has.
        rejected: Records that are not rows of the table, each with its reason.
        proposed: How the table was found in a file without a recipe; ``None`` where it was declared.
        coverage: What of the file was read.
    """

    grid: Grid
    frame: pl.DataFrame
    labels: tuple[str, ...]
    header_width: int
    header_row: int
    rows: Sequence[int]
    lines: Sequence[int] | None
    widths: Sequence[int] | None
    header_rows: int = 1
    rejected: tuple[Rejection, ...] = ()
    proposed: Proposed | None = None
    coverage: Coverage = ALL_READ

    @property
    def path(self) -> Path:
        """Return the source file."""
        return self.grid.path

    @property
    def rows_in(self) -> int:
        """Return records below the header up to the last that is not blank."""
        return len(self.rows) + len(self.rejected)

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Return the columns of ``frame`` that have a label or a filled cell."""
        every = zip(self.frame.columns, self.labels, strict=True)
        return tuple(name for name, label in every if label or filled(self.frame[name]).any())

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Return the index of each column of ``frame``."""
        return {name: index for index, name in enumerate(self.frame.columns)}

    def shown_in(self, column: str | None) -> Iterator[tuple[int, str, str]]:
        """Yield the cells of a column that the program shows with more than their digits: position, value, text."""
        place = self.places.get(column or "")
        shown = self.grid.facts.shown.get(-1 if place is None else place)
        if not shown or column is None:
            return
        for at, (row, value) in enumerate(zip(self.rows, self.frame[column], strict=True)):
            text = shown.get(row - 1)
            if text is not None and text != value:
                yield at, value, text

    def address(self, row: int, column: str | None) -> str | None:
        """Return the address of a cell as Excel shows it, ``None`` for text files or without a column."""
        if not self.grid.is_workbook or column is None or column not in self.places:
            return None
        return f"{column_letter(self.places[column])}{row}"

    def header_finding(self, code: str, severity: str, column: str, /, **more: Any) -> Finding:
        """Return a finding on a column's header; ``more`` adds to or replaces its parts."""
        place = {"cell": self.address(self.header_row, column), "row": self.header_row, "column": column}
        return Finding(code, severity, **{"sheet": self.grid.sheet, **place, **more})

    def cell_finding(self, code: str, severity: str, position: int, column: str, /, **more: Any) -> Finding:
        """Return a finding on the cell of a column in the row at a position of ``frame``, with its value."""
        row = self.rows[position]
        place = {"cell": self.address(row, column), "row": row, "line": self.line_of(position), "column": column}
        if "value" not in more:
            place["value"] = str(self.frame[column][position])
        return Finding(code, severity, **{"sheet": self.grid.sheet, **place, **more})

    def line_of(self, position: int) -> int | None:
        """Return the physical line of the row at a position of ``frame``."""
        return self.lines[position] if self.lines is not None else None
