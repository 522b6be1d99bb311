"""A worksheet's part with other formats for some cells; missing cells and rows are inserted."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import XMLParserType

from meguro_opendata.reports.workbook.opc import rules
from meguro_opendata.reports.workbook.xmlsplice import (
    Edit,
    PatchError,
    end_of_tag,
    parse,
    set_attribute,
    small_number,
    splice,
    tag_name,
)
from meguro_opendata.sources import column_letter

__all__ = ["Columns", "Place", "Restyle", "SheetPatch", "address", "place_of", "top_left"]

Place = tuple[int, int]
Restyle = Callable[[int, str], int]
_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_MERGED = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\s[^<>]*?\bref=["']([A-Z]+[0-9]+):([A-Z]+[0-9]+)["']""")
# Depths of worksheet, sheetData, row and c in a worksheet's part.
_SHEET_DEPTH, _PART_DEPTH, _ROW_DEPTH, _CELL_DEPTH = 1, 2, 3, 4


def address(place: Place) -> str:
    """Return the address of a place (row and column counted from 0) as Excel shows it.

    >>> address((4, 8))
    'I5'
    """
    return f"{column_letter(place[1])}{place[0] + 1}"


def place_of(text: str) -> Place | None:
    """Return the place (row and column counted from 0) of an address; ``None`` if the text is no address.

    >>> place_of("I5"), place_of("x")
    ((4, 8), None)
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


@dataclass
class Columns:
    """The ``cols`` of a sheet: format and width in pixels by range of columns."""

    ranges: list[tuple[int, int, int, int | None]] = field(default_factory=list)

    def add(self, attributes: Mapping[str, str]) -> None:
        """Add one ``col`` element."""
        width = float(attributes["width"]) if "width" in attributes else None
        # A hidden column has no width on the screen, so a note's box beside it must not count it.
        pixels = 0 if attributes.get("hidden") in ("1", "true") else None if width is None else round(width * 8)
        first, last = int(attributes.get("min", 1)) - 1, int(attributes.get("max", 1)) - 1
        self.ranges.append((first, last, int(attributes.get("style", 0)), pixels))

    def style(self, column: int) -> int:
        """Return the column's format, which cells have that the file does not list."""
        return next((style for first, last, style, _ in self.ranges if first <= column <= last), 0)

    def width(self, column: int) -> int:
        """Return the width of a column in pixels."""
        usual: int = rules()["note"]["column"]
        found = next((pixels for first, last, _, pixels in self.ranges if first <= column <= last), None)
        return usual if found is None else found


class SheetPatch:
    """One pass over a worksheet's part.

    Attributes:
        base: The namespace of its relations.
        columns: Its columns.
        notes_id: The relation that its ``legacyDrawing`` names, ``None`` if it has none.
    """

    def __init__(self, data: bytes, part: str, marks: Mapping[Place, str], restyle: Restyle) -> None:
        self._data = data
        self._part = part
        self._restyle = restyle
        self._rows: dict[int, dict[int, str]] = {}
        for (row, column), severity in sorted(marks.items()):
            self._rows.setdefault(row, {})[column] = severity
        self._waiting = deque(self._rows)
        self._edits: list[Edit] = []
        self._depth = 0
        self._inside = ""
        self._prefix = ""
        self._start = 0
        self._row = self._row_start = -1
        self._cell = -1
        self._todo: deque[int] | None = None
        self._after = -1
        self._row_style: int | None = None
        self._spans = self._added = False
        self.base = ""
        self.columns = Columns()
        self.notes_id: str | None = None
        parse(data, part, self._prepare)

    def to_bytes(self, new_notes_id: str | None = None) -> bytes:
        """Return the part with its changes, and with a ``legacyDrawing`` if it gets its first notes."""
        edits = list(self._edits)
        if new_notes_id is not None:
            new = f'<{self._prefix}legacyDrawing xmlns:r="{self.base}" r:id="{new_notes_id}"/>'.encode()
            edits.append((self._after, self._after, new))
        return splice(self._data, edits)

    def _prepare(self, parser: XMLParserType) -> None:
        def start(name: str, attributes: dict[str, str]) -> None:
            """Process the start of an element no deeper than a cell."""
            self._depth += 1
            if self._depth <= _CELL_DEPTH:
                self._begin(name.rpartition(" "), attributes, parser.CurrentByteIndex)

        def end(_: str) -> None:
            """Process the end of a row or of a part of the sheet."""
            if self._depth in (_PART_DEPTH, _ROW_DEPTH):
                self._finish(parser.CurrentByteIndex)
            self._depth -= 1

        parser.StartElementHandler = start
        parser.EndElementHandler = end

    def _begin(self, name: tuple[str, str, str], attributes: dict[str, str], at: int) -> None:
        space, _, local = name
        if self._depth == _SHEET_DEPTH:
            self._open_sheet(space, local, at)
        elif self._depth == _PART_DEPTH:
            self._open_part(local, attributes, at)
        elif (self._inside, local) == ("cols", "col"):
            self._add_column(attributes)
        elif (self._inside, self._depth, local) == ("sheetData", _ROW_DEPTH, "row"):
            self._open_row(attributes, at)
        elif (self._inside, self._depth, local) == ("sheetData", _CELL_DEPTH, "c") and self._todo is not None:
            self._open_cell(self._todo, attributes, at)

    def _open_sheet(self, space: str, local: str, at: int) -> None:
        if local != "worksheet" or space not in rules()["spaces"]:
            raise PatchError(self._part)
        self.base = rules()["spaces"][space]
        prefix = tag_name(self._data, at).rpartition(":")
        self._prefix = prefix[0] + prefix[1]

    def _open_part(self, local: str, attributes: Mapping[str, str], at: int) -> None:
        self._inside, self._start = local, at
        if local == "legacyDrawing":
            self.notes_id = attributes.get(f"{self.base} id")

    def _add_column(self, attributes: Mapping[str, str]) -> None:
        try:
            self.columns.add(attributes)
        except (ValueError, OverflowError):
            raise PatchError(self._part) from None

    def _open_row(self, attributes: Mapping[str, str], at: int) -> None:
        row = self._number(attributes.get("r", str(self._row + 2))) - 1
        if row <= self._row:
            raise PatchError(self._part)
        self._insert_rows(row, at)
        self._row, self._row_start, self._cell, self._todo = row, at, -1, None
        if self._waiting and self._waiting[0] == row:
            self._waiting.popleft()
            self._todo = deque(self._rows[row])
            own = attributes.get("customFormat") in ("1", "true")
            self._row_style = self._number(attributes.get("s", "0")) if own else None
            self._spans, self._added = "spans" in attributes, False

    def _open_cell(self, todo: deque[int], attributes: Mapping[str, str], at: int) -> None:
        place = place_of(attributes["r"]) if "r" in attributes else (self._row, self._cell + 1)
        if place is None or place[0] != self._row or place[1] <= self._cell:
            raise PatchError(self._part)
        self._cell = column = place[1]
        while todo and todo[0] < column:
            self._insert(at, self._new_cell(todo.popleft()))
            self._added = True
        if todo and todo[0] == column:
            end = end_of_tag(self._data, at)
            number = self._restyle(self._number(attributes.get("s", "0")), self._rows[self._row][todo.popleft()])
            self._edits.append((at, end, set_attribute(self._data[at:end], "s", str(number))))

    def _finish(self, at: int) -> None:
        """Insert missing cells and rows at the end of a row or of a part of the sheet."""
        if self._depth == _ROW_DEPTH:
            if self._inside == "sheetData" and self._todo is not None:
                self._close_row(at)
            return
        head = end_of_tag(self._data, self._start)
        is_empty = self._data[head - 2 : head] == b"/>"
        if self._inside == "sheetData":
            rows = b"".join(map(self._new_row, self._waiting))
            self._waiting.clear()
            self._fill(self._start, head, at, rows)
        if self._inside in rules()["order"]["before_notes"]:
            self._after = head if is_empty else end_of_tag(self._data, at)

    def _close_row(self, at: int) -> None:
        head = end_of_tag(self._data, self._row_start)
        cells = b"".join(map(self._new_cell, self._todo or ()))
        self._todo = None
        # `spans` only helps Excel to read faster; one that no longer covers the row would be wrong.
        drop = "spans" if self._spans and (cells or self._added) else None
        self._fill(self._row_start, head, at, cells, drop)

    def _fill(self, start: int, head: int, at: int, inner: bytes, drop: str | None = None) -> None:
        """Insert text at the end of an element, which can be an empty tag."""
        tag = self._data[start:head]
        new = set_attribute(tag, drop, None) if drop else tag
        if inner and tag.endswith(b"/>"):
            new = new[:-2].rstrip() + b">" + inner + f"</{tag_name(tag, 0)}>".encode()
        elif inner:
            self._insert(at, inner)
        if new != tag:
            self._edits.append((start, head, new))

    def _insert(self, at: int, new: bytes) -> None:
        self._edits.append((at, at, new))

    def _insert_rows(self, before: int, at: int) -> None:
        while self._waiting and self._waiting[0] < before:
            self._insert(at, self._new_row(self._waiting.popleft()))

    def _new_row(self, row: int) -> bytes:
        self._row, self._row_style = row, None
        cells = b"".join(map(self._new_cell, self._rows[row]))
        return b'<%srow r="%d">%s</%srow>' % (self._prefix.encode(), row + 1, cells, self._prefix.encode())

    def _new_cell(self, column: int) -> bytes:
        base = self.columns.style(column) if self._row_style is None else self._row_style
        number = self._restyle(base, self._rows[self._row][column])
        return f'<{self._prefix}c r="{address((self._row, column))}" s="{number}"/>'.encode()

    def _number(self, text: str) -> int:
        number = small_number(text)
        if number is None:
            raise PatchError(self._part)
        return number


def top_left(places: Iterable[Place], data: bytes) -> dict[Place, Place]:
    """Return the top left cell of its merged range for each place inside one.

    >>> top_left([(0, 1), (3, 0)], b'<mergeCells><mergeCell ref="A1:C2"/></mergeCells>')
    {(0, 1): (0, 0)}
    """
    ordered = sorted(places)
    found: dict[Place, Place] = {}
    for first, last in _MERGED.findall(data, max(data.rfind(b"sheetData"), 0)):
        top, bottom = place_of(first.decode()), place_of(last.decode())
        if top is None or bottom is None:
            continue
        for at in range(bisect_left(ordered, (top[0], 0)), bisect_left(ordered, (bottom[0] + 1, 0))):
            if top[1] <= ordered[at][1] <= bottom[1]:
                found[ordered[at]] = top
    return found
