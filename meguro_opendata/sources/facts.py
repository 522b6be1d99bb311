"""What a sheet holds besides the values of its cells: formulas, hidden rows, notes, pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["NO_FACTS", "Place", "SheetFacts"]

Place = tuple[int, int]


@dataclass(frozen=True)
class SheetFacts:
    """What was seen in a sheet; places are row and column counted from 0.

    Attributes:
        known: Whether the container shows these facts to us; if not, an empty one means nothing.
        formulas: Cells whose value is calculated.
        uncalculated: Cells whose formula was saved without its value.
        hidden_rows: Rows that Excel does not show.
        hidden_columns: Columns that Excel does not show.
        hidden_sheets: Sheets of the workbook that Excel does not show.
        notes: Cells with a note or comment.
        objects: Pictures, shapes and charts: kind and the cell at which each begins, ``None`` where it floats.
        numbers: Cells that are numbers, dates or times to Excel, not text.
    """

    known: bool = False
    formulas: frozenset[Place] = frozenset()
    uncalculated: frozenset[Place] = frozenset()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    notes: frozenset[Place] = frozenset()
    objects: tuple[tuple[str, Place | None], ...] = ()
    numbers: frozenset[Place] = field(default=frozenset(), repr=False)


NO_FACTS = SheetFacts()
