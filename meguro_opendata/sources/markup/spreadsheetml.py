"""XML Spreadsheet 2003, the form in which several systems write ``.xls``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.parsers import expat

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.facts import Place, SheetFacts, by_column
from meguro_opendata.sources.markup.sheet import MarkupSheet
from meguro_opendata.sources.workbook.workbook import cell_text

__all__ = ["sheets_of"]

_SS = "urn:schemas-microsoft-com:office:spreadsheet "
_VISIBLE = "urn:schemas-microsoft-com:office:excel Visible"
_DECLARED = re.compile(r"\s*<\?xml[^<>]*\?>")
_WHOLE = re.compile(r"[+-]?\d+")
_NO_DAY = "1899-12-31"
_LONGEST_NUMBER = 7
_DEEPEST = 100
_MOST_TAGS = 2_500_000


@dataclass
class _Facts:
    """What is seen besides the cells of one sheet."""

    formulas: set[Place] = field(default_factory=set)
    uncalculated: set[Place] = field(default_factory=set)
    notes: set[Place] = field(default_factory=set)
    numbers: set[Place] = field(default_factory=set)
    hidden_rows: list[range] = field(default_factory=list)
    hidden_columns: list[range] = field(default_factory=list)

    def frozen(self, sheet: MarkupSheet, hidden_sheets: tuple[str, ...]) -> SheetFacts:
        """Return the facts for a grid, without rows and columns beyond its last filled cell."""
        return SheetFacts(
            known=frozenset(vars(self)) | {"hidden_sheets", "merged", "objects"},
            formulas=frozenset(self.formulas),
            uncalculated=frozenset(self.uncalculated),
            hidden_rows=_places_of(self.hidden_rows, sheet.height),
            hidden_columns=_places_of(self.hidden_columns, sheet.width),
            hidden_sheets=hidden_sheets,
            notes=frozenset(self.notes),
            numbers=by_column(self.numbers),
        )


def _places_of(ranges: Iterable[range], end: int) -> tuple[int, ...]:
    """Return the places of ranges before an end, ascending; one that begins before those seen reaches is cut there.

    >>> _places_of([range(2, 4), range(0, 6), range(5, 1_000_000)], 8)
    (2, 3, 4, 5, 6, 7)
    """
    places: list[int] = []
    for each in ranges:
        places.extend(range(max(each.start, places[-1] + 1) if places else each.start, min(each.stop, end)))
    return tuple(places)


@dataclass
class _Cell:
    """The cell that is being read."""

    place: Place
    formula: str
    kind: str = ""
    text: str = ""


class _Reader:
    """Follows the parser through a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sheets: list[tuple[MarkupSheet, _Facts]] = []
        self._row = self._column = 0
        self._next_row = self._sheet_column = 0
        self._cell: _Cell | None = None
        self._parts: list[str] | None = None
        self._in_note = False
        self._depth = self._tags = 0
        self._begins = {
            "Worksheet": self._begin_sheet,
            "Column": self._begin_column,
            "Row": self._begin_row,
            "Cell": self._begin_cell,
            "Comment": self._begin_note,
            "Data": self._begin_data,
        }

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element."""
        self._depth, self._tags = self._depth + 1, self._tags + 1
        if self._depth > _DEEPEST or self._tags > _MOST_TAGS:
            limit = _DEEPEST if self._depth > _DEEPEST else _MOST_TAGS
            raise SourceError("markup-too-large", file=self.path, limit=limit)
        if name == _VISIBLE:
            self._parts = []
        elif name.startswith(_SS):
            step = self._begins.get(name[len(_SS) :])
            if step and (self.sheets or step == self._begin_sheet):
                step(attributes)

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        self._depth -= 1
        if name == _SS + "Cell":
            self._end_cell()
        elif name == _SS + "Comment":
            self._in_note = False
        elif name == _SS + "Data" and self._cell and self._parts is not None:
            self._cell.text, self._parts = _text("".join(self._parts), self._cell.kind), None
        elif name == _VISIBLE and self._parts is not None and self.sheets:
            self.sheets[-1][0].hidden, self._parts = "".join(self._parts).strip().startswith("Sheet"), None

    def letters(self, text: str) -> None:
        """Collect the text between two tags."""
        if self._parts is not None:
            self._parts.append(text)

    def entity(self, *_: object) -> None:
        """Refuse a declared entity: Excel writes no entity, and nested ones can exhaust memory."""
        raise SourceError("markup-entities", file=self.path)

    def _begin_sheet(self, attributes: Mapping[str, str]) -> None:
        self.sheets.append((MarkupSheet(self.path, attributes.get(_SS + "Name", "")), _Facts()))
        self._row = self._next_row = self._sheet_column = 0

    def _begin_column(self, attributes: Mapping[str, str]) -> None:
        first = self._number(attributes, "Index", self._sheet_column + 1, least=1) - 1
        self._sheet_column = first + 1 + self._number(attributes, "Span", 0)
        if attributes.get(_SS + "Hidden") == "1":
            self.sheets[-1][1].hidden_columns.append(range(first, self._sheet_column))

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        first = self._number(attributes, "Index", self._next_row + 1, least=1) - 1
        self._next_row = first + 1 + self._number(attributes, "Span", 0)
        self._row, self._column = first, 0
        if attributes.get(_SS + "Hidden") == "1":
            self.sheets[-1][1].hidden_rows.append(range(first, self._next_row))

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        column = self._number(attributes, "Index", self._column + 1, least=1) - 1
        across = self._number(attributes, "MergeAcross", 0)
        down = self._number(attributes, "MergeDown", 0)
        self._column = column + across + 1
        self._cell = _Cell((self._row, column), attributes.get(_SS + "Formula", ""))
        if across or down:
            self.sheets[-1][0].merge(*self._cell.place, down + 1, across + 1)

    def _begin_note(self, _: Mapping[str, str]) -> None:
        self._in_note = True
        if self._cell:
            self.sheets[-1][1].notes.add(self._cell.place)

    def _begin_data(self, attributes: Mapping[str, str]) -> None:
        if self._cell and not self._in_note:
            self._cell.kind, self._parts = attributes.get(_SS + "Type", "String"), []

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        cell, self._cell = self._cell, None
        sheet, facts = self.sheets[-1]
        if cell.formula:
            facts.formulas.add(cell.place)
        if cell.kind in ("Number", "DateTime"):
            facts.numbers.add(cell.place)
        if cell.formula and not cell.kind:
            facts.uncalculated.add(cell.place)
            cell.text = cell.formula
        sheet.put(*cell.place, cell.text)

    def _number(self, attributes: Mapping[str, str], name: str, otherwise: int, *, least: int = 0) -> int:
        written = attributes.get(_SS + name)
        if written is None:
            return otherwise
        if not (written.isascii() and written.isdecimal() and len(written) <= _LONGEST_NUMBER):
            raise SourceError("workbook-broken", file=self.path)
        if int(written) < least:
            raise SourceError("workbook-broken", file=self.path)
        return int(written)


def sheets_of(text: str, path: Path) -> list[tuple[MarkupSheet, SheetFacts]]:
    """Return every sheet of the file with what else it holds.

    Raises:
        SourceError: If it is no well-formed XML, declares entities, or is larger than any spreadsheet.
    """
    reader = _Reader(path)
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.letters
    parser.EntityDeclHandler = reader.entity
    try:
        parser.Parse(_DECLARED.sub("", text, count=1).encode("utf-8"), True)
    except expat.ExpatError:
        raise SourceError("workbook-broken", file=path) from None
    hidden = tuple(sheet.name for sheet, _ in reader.sheets if sheet.hidden)
    return [(sheet, facts.frozen(sheet, hidden)) for sheet, facts in reader.sheets]


def _text(written: str, kind: str) -> str:
    """Return a cell's value as text.

    >>> _text("65.0", "Number"), _text("2023-04-01T00:00:00.000", "DateTime"), _text("1", "Boolean")
    ('65', '2023-04-01', 'TRUE')
    >>> _text("1899-12-31T09:00:00.000", "DateTime"), _text("012", "String"), _text("12345678901234567890", "Number")
    ('09:00', '012', '12345678901234567890')
    """
    try:
        if kind == "Number" and not _WHOLE.fullmatch(written):
            return cell_text(float(written))
        if kind == "DateTime":
            moment = datetime.fromisoformat(written)
            return cell_text(moment.time() if written.startswith(_NO_DAY) else moment)
    except ValueError:
        return written
    return cell_text(written == "1") if kind == "Boolean" else written
