"""Papers for meetings: headings, tables and charts, whatever form they are written in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from meguro_opendata.errors import MeguroOpendataError

__all__ = ["Cell", "Paper", "Plot", "Section", "Series", "Share", "Sheet", "day_cell", "paper_kind"]


class Share(float):
    """A part of 1 that is shown in percent."""


Cell = str | float | int | Share | date | None
_KINDS = ("html", "xlsx")


@dataclass(frozen=True)
class Series:
    """A column of a table as a line or as bars of a chart; ``dash`` tells lines apart without colour."""

    column: int
    dash: str = "solid"


@dataclass(frozen=True)
class Plot:
    """A native chart of a workbook from rows of a section's table.

    Attributes:
        kind: ``line`` or ``column``.
        section: The section's name.
        rows: The first and the last of the table's rows, from 0.
        labels: The column of the labels below the axis.
        table: Which of the section's tables; the last one unless it is said.
        top: The greatest value on the axis; found by the spreadsheet program if ``None``.
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
        tones: Colours of cells by their text.
        entry: Columns that are filled in by hand, which need room.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    tones: tuple[tuple[str, str], ...] = ()
    entry: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """Tables that belong together, a worksheet of a workbook; ``plots`` are on it only without tables."""

    name: str
    sheets: tuple[Sheet, ...]
    plots: tuple[Plot, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A paper: its title, what it is about, and its sections."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def paper_kind(path: Path) -> str:
    """Return the form that a file's ending asks for: ``html`` or ``xlsx``.

    Raises:
        MeguroOpendataError: If it asks for neither.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _KINDS:
        raise MeguroOpendataError("paper-kind", path=path)
    return kind


def day_cell(text: str) -> Cell:
    """Return a day as a date, and a text that is none unchanged.

    >>> day_cell("2025-04-01"), day_cell("令和7年"), day_cell("")
    (datetime.date(2025, 4, 1), '令和7年', '')
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
