"""Papers for meetings: headings and tables, as a workbook or as a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata import pages
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.tables import legal_text, text_width, workbook_bytes
from meguro_opendata.pages.numbers import figure_text

__all__ = [
    "Cell",
    "Paper",
    "Section",
    "Sheet",
    "page_of_paper",
    "paper_bytes",
    "paper_kind",
    "workbook_of",
]

Cell = str | float | int | None
_KINDS = ("html", "xlsx")
_LONGEST_NAME = 31
_A4 = 9
_WIDEST = 48
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True)
class Sheet:
    """One table: its title, header and rows; ``None`` is a cell without a value."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Section:
    """Tables that belong together; a worksheet of a workbook."""

    name: str
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class Paper:
    """A paper: its title, what it is about, and its sections."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def paper_kind(path: Path) -> str:
    """The form that a file's ending asks for: ``html`` or ``xlsx``.

    Raises:
        MeguroOpendataError: If it asks for neither.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _KINDS:
        raise MeguroOpendataError("paper-kind", path=path)
    return kind


def paper_bytes(paper: Paper, kind: str, lang: str) -> bytes:
    """The paper in one of the forms of :func:`paper_kind`."""
    if kind == "xlsx":
        return workbook_of(paper)
    return page_of_paper(paper, lang).encode("utf-8")


def workbook_of(paper: Paper) -> bytes:
    """The paper as a workbook: a worksheet a section; texts are texts, never formulas."""

    def fill(book: Any) -> None:
        """Every section on a worksheet of its own."""
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"})
        cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        title = book.add_format({"bold": True, "font_size": 14})
        names = _sheet_names([section.name for section in paper.sections])
        for name, section in zip(names, paper.sections, strict=True):
            _fill(book.add_worksheet(name), section, paper, head, cell, title)

    return workbook_bytes(fill)


def page_of_paper(paper: Paper, lang: str) -> str:
    """The paper as a page to print."""
    return pages.render("paper.html", lang, title=paper.title, paper=paper)


def _fill(sheet: Any, section: Section, paper: Paper, head: Any, cell: Any, title: Any) -> None:
    """Write a section: the paper's title and facts, then its tables below each other."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, legal_text(f"{paper.title} {section.name}"), title)
    for row, (label, value) in enumerate(paper.facts, start=1):
        sheet.write_string(row, 0, legal_text(label))
        sheet.write_string(row, 1, legal_text(value))
    top = len(paper.facts) + 2
    for table in section.sheets:
        sheet.write_string(top, 0, legal_text(table.title), title)
        for offset, cells in enumerate((table.header, *table.rows), start=top + 1):
            for column, found in enumerate(cells):
                _write(sheet, offset, column, found, head if offset == top + 1 else cell)
        top += len(table.rows) + 3
    if len(section.sheets) == 1:
        head_row = len(paper.facts) + 3
        sheet.freeze_panes(head_row + 1, 0)
        sheet.repeat_rows(head_row)
    for column, texts in enumerate(_columns(section)):
        sheet.set_column(column, column, text_width(texts, _WIDEST))


def _write(sheet: Any, row: int, column: int, value: Cell, form: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, str):
        sheet.write_string(row, column, legal_text(value), form)
    else:
        sheet.write_number(row, column, value, form)


def _columns(section: Section) -> list[list[str]]:
    """The texts of each column over all tables of a section."""
    width = max((len(table.header) for table in section.sheets), default=0)
    rows = [row for table in section.sheets for row in (table.header, *table.rows)]
    return [[_text(row[column]) for row in rows if column < len(row)] for column in range(width)]


def _text(cell: Cell) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else figure_text(cell)


def _sheet_names(names: Sequence[str]) -> list[str]:
    """Names that Excel takes for worksheets: short, without its signs, none twice.

    >>> _sheet_names(["a/b", "a:b", ""])
    ['a b', 'a b 2', '3']
    """
    found: list[str] = []
    for number, name in enumerate(names, start=1):
        clean = _NOT_IN_NAMES.sub(" ", legal_text(name)).strip()[:_LONGEST_NAME] or str(number)
        known = {other.casefold() for other in found}
        mark = f" {number}"
        found.append(clean if clean.casefold() not in known else clean[: _LONGEST_NAME - len(mark)] + mark)
    return found
