"""Contents of a sheet besides the values of its cells: formulas, hidden rows, notes, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

__all__ = [
    "MOST_COLUMNS",
    "MOST_ROWS",
    "NO_FACTS",
    "NO_PARTS",
    "CellTexts",
    "Place",
    "SeenParts",
    "SheetFacts",
    "SheetParts",
    "by_column",
]

Place = tuple[int, int]
CellTexts = dict[Place, str]
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # that a sheet can have


@dataclass(frozen=True)
class SheetFacts:
    """Facts of a sheet; places are row and column counted from 0.

    Attributes:
        known: Names of the other attributes that the container shows to us; any other one is empty and means nothing.
        formulas: Cells whose value is calculated.
        uncalculated: Cells whose formula was saved without its value.
        hidden_rows: Rows that Excel does not show.
        hidden_columns: Columns that Excel does not show.
        hidden_sheets: Sheets of the workbook that Excel does not show.
        notes: Cells with a note or comment.
        objects: Pictures, shapes, charts and controls: kind, and the cell where each begins or ``None``.
        numbers: For each column that has any, the rows of its cells that are numbers, dates or times, not text.
        shown: For each column that has any, by row, what the program shows for numbers whose format adds something to
            their digits (``0000000001``).
    """

    known: frozenset[str] = frozenset()
    formulas: frozenset[Place] = frozenset()
    uncalculated: frozenset[Place] = frozenset()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    notes: frozenset[Place] = frozenset()
    objects: tuple[tuple[str, Place | None], ...] = ()
    numbers: Mapping[int, pl.Series] = field(default_factory=dict, repr=False, compare=False)
    shown: Mapping[int, Mapping[int, str]] = field(default_factory=dict, repr=False, compare=False)


NO_FACTS = SheetFacts()


@dataclass(frozen=True)
class SheetParts:
    """Facts of a sheet that a workbook's parts give and calamine does not read.

    Attributes:
        texts: The text of cells that calamine gives as empty: an error (``#N/A``), or a formula without its value.
        facts: What was seen.
        merged: Merged ranges where calamine does not tell them.
    """

    texts: CellTexts
    facts: SheetFacts
    merged: tuple[tuple[Place, Place], ...] = ()


NO_PARTS = SheetParts({}, NO_FACTS)
_LOOKED_FOR = frozenset({"formulas", "uncalculated", "hidden_rows", "hidden_columns", "notes", "objects", "merged"})


@dataclass
class SeenParts:
    """The facts of a sheet collected from a workbook's parts, named as in :class:`SheetParts` and its facts."""

    texts: CellTexts = field(default_factory=dict)
    formulas: set[Place] = field(default_factory=set)
    uncalculated: set[Place] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: set[Place] = field(default_factory=set)
    objects: list[tuple[str, Place | None]] = field(default_factory=list)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    shown: CellTexts = field(default_factory=dict)

    def parts(self) -> SheetParts:
        """Return all of it, once the whole sheet has been looked through."""
        facts = SheetFacts(
            known=_LOOKED_FOR,
            formulas=frozenset(self.formulas),
            uncalculated=frozenset(self.uncalculated),
            hidden_rows=tuple(sorted(self.hidden_rows)),
            hidden_columns=tuple(sorted(self.hidden_columns)),
            notes=frozenset(self.notes),
            objects=tuple(self.objects),
            shown=self._shown(),
        )
        return SheetParts(self.texts, facts, tuple(self.merged))

    def _shown(self) -> dict[int, dict[int, str]]:
        columns: dict[int, dict[int, str]] = {}
        for (row, column), text in self.shown.items():
            columns.setdefault(column, {})[row] = text
        return columns


def by_column(places: Iterable[Place]) -> dict[int, pl.Series]:
    """Return the rows of places, ascending, for each of their columns.

    >>> {column: rows.to_list() for column, rows in by_column([(4, 1), (2, 1), (2, 0)]).items()}
    {0: [2], 1: [2, 4]}
    """
    rows: dict[int, list[int]] = {}
    for row, column in sorted(places):
        rows.setdefault(column, []).append(row)
    return {column: pl.Series(rows[column], dtype=pl.UInt32) for column in sorted(rows)}
