"""Awkward workbooks as offices make them, written from ``tests/data/awkward_books.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from locations import DATA
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["BOOKS", "Awkward", "cells_of", "write_book"]

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


@dataclass(frozen=True)
class Awkward:
    """A workbook of an example.

    Attributes:
        sheets: The lines of each sheet, cells between bars, with ``/`` for a line break in a cell.
        header: The first and the lowest header line; ``None`` where more than one answer is right.
        rows: How many rows are to be published of all sheets that are read.
        names: The columns of the table, with commas between them.
        merged: Merged ranges of the first sheet.
        hidden: Hidden sheets, rows (``r3``) and columns (``cB``) of the first sheet.
        notes: Comments of the first sheet, by cell.
    """

    sheets: Mapping[str, str]
    header: list[int] | None = None
    rows: int | None = None
    names: str = ""
    merged: str = ""
    hidden: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


BOOKS = {
    name: Awkward(**book)
    for name, book in tomllib.loads((DATA / "awkward_books.toml").read_text(encoding="utf-8")).items()
}


def cells_of(lines: str) -> list[list[str]]:
    r"""The cells of some lines.

    >>> cells_of("甲 | 1/2 |" + chr(10) + "乙")
    [['甲', '1\n2', ''], ['乙']]
    """
    return [[cell.strip().replace("/", "\n") for cell in line.split("|")] for line in lines.split("\n")]


def write_book(book: Awkward, path: Path) -> Path:
    """The workbook as a file."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, lines in book.sheets.items():
        sheet = made.create_sheet(name)
        for line in cells_of(lines):
            sheet.append([_value(cell) for cell in line])
        sheet.sheet_state = "hidden" if name in book.hidden.split() else "visible"
    _decorate(made.worksheets[0], book)
    made.save(path)
    return path


def _value(text: str) -> object:
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text or None


def _decorate(sheet: Worksheet, book: Awkward) -> None:
    for cells in book.merged.split():
        sheet.merge_cells(cells)
    for cell, text in book.notes.items():
        sheet[cell].comment = Comment(text, "見本課")
    for mark in book.hidden.split():
        if re.fullmatch(r"r\d+", mark):
            sheet.row_dimensions[int(mark[1:])].hidden = True
        elif re.fullmatch(r"c[A-Z]+", mark):
            sheet.column_dimensions[mark[1:]].hidden = True
