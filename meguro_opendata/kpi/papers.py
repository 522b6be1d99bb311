"""Papers for meetings, as headings, tables and charts that are independent of the file format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from meguro_opendata.errors import MeguroOpendataError

__all__ = ["Cell", "Paper", "Plot", "Section", "Series", "Share", "Sheet", "day_cell", "paper_kind"]


class Share(float):
    """A share between 0 and 1 that is shown in percent."""


Cell = str | float | int | Share | date | None
# A page to read and print, and a workbook to calculate with; both are made from the same paper.
_KINDS = ("html", "xlsx")


@dataclass(frozen=True)
class Series:
    """A column of a table as a line or as bars of a chart.

    Attributes:
        column: The column's index in the table.
        dash: The line's pattern, by which lines differ also in a print without colour.
    """

    column: int
    dash: str = "solid"


@dataclass(frozen=True)
class Plot:
    """A native chart of a workbook from rows of a section's table.

    Attributes:
        kind: ``line`` or ``column``.
        title: The chart's title.
        section: The name of the section that has the table.
        rows: The indices of the table's first and last row to draw.
        labels: The index of the column with the labels below the axis.
        series: The columns to draw.
        table: The index of the section's table; default the last one.
        top: The greatest value on the axis; ``None`` lets the spreadsheet program choose it.
    """

    kind: str
    title: str
    section: str
    rows: tuple[int, int]
    labels: int
    series: tuple[Series, ...]
    table: int = -1
    top: float | None = None


@dataclass(frozen=True)
class Sheet:
    """One table: its title, header and rows; ``None`` is a cell without a value.

    Attributes:
        title: The table's title.
        header: The columns' names.
        rows: The rows, each with one cell a column.
        tones: Pairs of a cell's text and the colour of cells with that text.
        entry: Indices of columns that people fill in by hand, which need room.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    tones: tuple[tuple[str, str], ...] = ()
    entry: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """Tables or charts that belong together: one worksheet of a workbook; a section with ``plots`` has no tables."""

    name: str
    sheets: tuple[Sheet, ...]
    plots: tuple[Plot, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A paper: its title, its facts (such as city, day and ledger head) as label and value, and its sections."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def paper_kind(path: Path) -> str:
    """Return the format that a file's ending names: ``html`` or ``xlsx``.

    Raises:
        MeguroOpendataError: ``paper-kind`` for any other ending.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _KINDS:
        raise MeguroOpendataError("paper-kind", path=path)
    return kind


def day_cell(text: str) -> Cell:
    """Return the date of a text ``YYYY-MM-DD``, and any other text unchanged.

    >>> day_cell("2025-04-01"), day_cell("令和7年"), day_cell("")
    (datetime.date(2025, 4, 1), '令和7年', '')
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
