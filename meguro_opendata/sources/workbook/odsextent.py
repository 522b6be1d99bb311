"""How far the tables of an OpenDocument reach, and how much text their repeated cells make, by arithmetic."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from meguro_opendata.sources.workbook.extent import MOST_CELLS, Extent

__all__ = ["OdsTally", "ods_extents"]

# An attribute's value can hold ">", but no "<" in XML: a tag with one is not matched, and the count of tags shows it.
_TAG = re.compile(
    rb"<(/?)(table:(?:table|table-row|table-cell|covered-table-cell)|text:s)(?=[\s/>])"
    rb"""((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>"""
)
_BEGUN = re.compile(rb"<(?:table:(?:table-row|table-cell|covered-table-cell)|text:s)(?=[\s/>])")
_BEGINNINGS = (b"<table:table-cell", b"<table:covered-table-cell", b"<table:table-row", b"<text:s")
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_COUNTS = (b"table:number-rows-repeated", b"table:number-columns-repeated", b"text:c")
_COUNTED = (b"-repeated", b"text:c")
_TEXTS = (b"table:formula", b"office:string-value", b"office:date-value", b"office:time-value")
_ANY_TAG = re.compile(rb"<[^<>]*>")
_DIGITS = 10


@dataclass
class OdsTally:
    """Counts over a document that is read in pieces.

    Attributes:
        text: Bytes of text that repeated cells and repeated spaces make.
    """

    text: int = 0
    _rows: int = 1
    _times: int = 1
    _inside: bool = False
    _spaces: int = 0
    _parts: list[bytes] = field(default_factory=list)

    def row(self, times: int) -> None:
        """Handle the start of a row."""
        self._rows = times

    def cell(self, times: int, attributes: bytes, *, closed: bool) -> None:
        """Handle the start of a cell; its attributes hold its formula, and can hold its value."""
        self._times, self._spaces, self._parts = times * self._rows, 0, []
        self._inside = not closed
        if self._times > 1 and _is_filled(attributes):
            self.text += (self._times - 1) * sum(len(value) for name, value in _values(attributes) if name in _TEXTS)

    def between(self, held: bytes) -> None:
        """Collect text and tags of the cell that is open."""
        if self._inside and self._times > 1:
            self._parts.append(held)

    def spaces(self, count: int) -> None:
        """Expand spaces that are written as a number."""
        self._spaces += count
        self.text += count * self._times

    def end(self) -> None:
        """Handle the end of the cell."""
        if self._parts:
            self.text += (self._times - 1) * len(_ANY_TAG.sub(b"", b"".join(self._parts)))
        self._inside, self._parts, self._times = False, [], 1


def ods_extents(pieces: Iterator[bytes], tally: OdsTally) -> Iterator[Extent]:
    """Yield the extent of each table of an OpenDocument's XML, up to the first that is too large; its text is tallied.

    Repeated rows and cells count as often as they are repeated; more tags than a sheet may have cells are too large.

    Args:
        pieces: The document, cut before tags.
        tally: Counts the text.

    Raises:
        struct.error: If a tag or a number is written so that its meaning is not clear.
    """
    reader = _Reader(tally)
    for piece in pieces:
        yield from reader.take(piece)
        if reader.table.is_too_large:
            break
        if reader.seen > MOST_CELLS:
            yield Extent(reader.seen, MOST_CELLS)
    yield reader.table


@dataclass
class _Reader:
    """The state of the reading: the table, row and column reached."""

    tally: OdsTally
    table: Extent = field(default_factory=Extent)
    row: int = 0
    column: int = 0
    seen: int = 0

    def take(self, piece: bytes) -> Iterator[Extent]:
        """Follow the tags of a piece; each table that ends is yielded."""
        at = found = 0
        for tag in _TAG.finditer(piece):
            self.tally.between(piece[at : tag.start()])
            at = tag.end()
            closing, name, attributes = tag.groups()
            found += not closing and name != b"table:table"
            if name == b"table:table":
                yield self.table
                self.table, self.row = Extent(), 0
            else:
                self._follow(bool(closing), name, attributes)
            if self.table.is_too_large:
                return
        self.tally.between(piece[at:])
        self.seen += found
        if found < sum(map(piece.count, _BEGINNINGS)) and found < len(_BEGUN.findall(piece)):
            raise struct.error

    def _follow(self, closing: bool, name: bytes, attributes: bytes) -> None:
        if name == b"text:s":
            self.tally.spaces(0 if closing else _times(attributes))
        elif name == b"table:table-row":
            if not closing:
                self.row, self.column = self.row + _times(attributes), 0
                self.tally.row(_times(attributes))
        elif closing:
            self.tally.end()
        else:
            times, closed = _times(attributes), attributes.endswith(b"/")
            self.column += times
            self.tally.cell(times, attributes, closed=closed)
            if not closed or _is_filled(attributes):
                self.table.reach(self.row, self.column)


def _is_filled(attributes: bytes) -> bool:
    """Return whether a cell has a value or a formula among its attributes."""
    return b"office:" in attributes or b"table:formula" in attributes


def _values(attributes: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each attribute with its value."""
    for name, doubly, singly in _ATTRIBUTE.findall(attributes):
        yield name, doubly or singly


def _times(attributes: bytes) -> int:
    """Return how often a row, cell or space is repeated.

    >>> _times(b' table:number-columns-repeated="3"'), _times(b" text:c='12'/"), _times(b"")
    (3, 12, 1)

    Raises:
        struct.error: If the number is not written in digits.
    """
    if not any(mark in attributes for mark in _COUNTED):
        return 1
    most = 1
    for name, value in _values(attributes):
        if name in _COUNTS:
            if not value.isdigit():
                raise struct.error
            most = max(most, int(value[:_DIGITS]))
    return most
