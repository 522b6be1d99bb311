"""Facts of an ods file that calamine omits, read from its content: errors, formulas, hidden rows, notes, objects.

As with xlsx, the content is untrusted and searched as bytes with patterns of bounded length; no XML is parsed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice, product

from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.sources.facts import MOST_COLUMNS, MOST_ROWS, NO_PARTS, Place, SeenParts, SheetParts
from meguro_opendata.sources.workbook.odsvalues import clock_text, is_spelt_out
from meguro_opendata.sources.workbook.zipparts import read_part

__all__ = ["ods_parts"]

_TABLE = re.compile(rb"<table:table\s([^<>]{0,4000})>")
_END = b"</table:table>"
_ELEMENT = re.compile(
    rb"<(table:table-column|table:table-row|table:table-cell|table:covered-table-cell|office:annotation|draw:frame"
    rb"|draw:custom-shape|draw:control|draw:line|draw:rect|draw:ellipse|draw:g)(?=[\s/>])([^<>]{0,70000})>"
    rb"|(<draw:object)(?=[\s/>])"
)
_ATTRIBUTE = re.compile(rb'\s([\w-]{1,20}:[\w-]{1,40})="([^"<>]{0,66000})"')
_TEXT = re.compile(rb"\s{0,20}<text:p[^<>]{0,500}>([^<]{0,40})<")
_KINDS = {b"draw:frame": "picture", b"draw:control": "control"}
_HIDDEN = (b"collapse", b"filter")
_MOST_REPEATED = 16_384


@dataclass
class _Sheet(SeenParts):
    """What has been seen so far; ``row`` and ``column`` are those of the last cell."""

    row: int = -1
    rows: int = 1
    column: int = 0
    columns: int = 0
    at: int = 0

    def take(self, element: re.Match[bytes], content: bytes) -> None:
        """Add what one element says."""
        name = element[1]
        if name is None:
            self._object("chart")
        elif name == b"office:annotation":
            self.notes.add((self.row, self.at))
        elif name.startswith(b"draw:"):
            self.objects.append((_KINDS.get(name, "shape"), (self.row, self.at) if self.row >= 0 else None))
        elif name == b"table:table-column":
            self._column(dict(_ATTRIBUTE.findall(element[2])))
        elif name == b"table:table-row":
            self._row(dict(_ATTRIBUTE.findall(element[2])))
        else:
            self._cell(dict(_ATTRIBUTE.findall(element[2])), content, element.end())

    def _object(self, kind: str) -> None:
        if self.objects:
            self.objects[-1] = (kind, self.objects[-1][1])

    def _column(self, attributes: dict[bytes, bytes]) -> None:
        count = _repeated(attributes, b"table:number-columns-repeated")
        if attributes.get(b"table:visibility") in _HIDDEN:
            self.hidden_columns.update(range(self.columns, min(self.columns + count, MOST_COLUMNS)))
        self.columns += count

    def _row(self, attributes: dict[bytes, bytes]) -> None:
        self.row += self.rows if self.row >= 0 else 1
        self.rows = _repeated(attributes, b"table:number-rows-repeated")
        self.column = self.at = 0
        if attributes.get(b"table:visibility") in _HIDDEN:
            self.hidden_rows.update(range(self.row, min(self.row + min(self.rows, _MOST_REPEATED), MOST_ROWS)))

    def _cell(self, attributes: dict[bytes, bytes], content: bytes, end: int) -> None:
        self.at = self.column
        self.column += _repeated(attributes, b"table:number-columns-repeated")
        if b"table:formula" in attributes:
            self.formulas.add((self.row, self.at))
        if attributes.get(b"calcext:value-type") == b"error" and (text := _TEXT.match(content, end)):
            self.texts[self.row, self.at] = unescape(text[1].decode("utf-8", errors="replace"))
        self._value(attributes, content, end)
        wide = _repeated(attributes, b"table:number-columns-spanned")
        high = _repeated(attributes, b"table:number-rows-spanned")
        if wide > 1 or high > 1:
            self.merged.append(((self.row, self.at), (self.row + high - 1, self.at + wide - 1)))

    def _value(self, attributes: dict[bytes, bytes], content: bytes, end: int) -> None:
        """Add the time that calamine gives as a duration, and the number that is shown with more than its digits."""
        kind = attributes.get(b"office:value-type")
        if kind == b"time" and (
            time := clock_text(attributes.get(b"office:time-value", b"").decode("ascii", "replace"))
        ):
            self.texts.update(dict.fromkeys(self._places(), time))
        elif kind == b"float" and (text := _TEXT.match(content, end)):
            shown = unescape(text[1].decode("utf-8", errors="replace")).strip()
            if is_spelt_out(shown, attributes.get(b"office:value", b"").decode("ascii", "replace")):
                self.shown.update(dict.fromkeys(self._places(), shown))

    def _places(self) -> Iterator[Place]:
        """Yield the cells that the last element stands for."""
        rows = range(self.row, min(self.row + min(self.rows, _MOST_REPEATED), MOST_ROWS))
        columns = range(self.at, min(self.column, self.at + _MOST_REPEATED, MOST_COLUMNS))
        return islice(product(rows, columns), _MOST_REPEATED)


def ods_parts(raw: bytes, sheet: str) -> SheetParts:
    """Return the facts of one sheet of an ods workbook; no facts if its content cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            content = read_part(archive, "content.xml")
    except DAMAGED_ARCHIVE:
        return NO_PARTS
    for table in _TABLE.finditer(content):
        if (
            unescape(dict(_ATTRIBUTE.findall(b" " + table[1])).get(b"table:name", b"").decode("utf-8", "replace"))
            == sheet
        ):
            seen, end = _Sheet(), content.find(_END, table.end())
            for element in _ELEMENT.finditer(content, table.end(), end if end >= 0 else len(content)):
                seen.take(element, content)
            return seen.parts()
    return NO_PARTS


def _repeated(attributes: dict[bytes, bytes], name: bytes) -> int:
    """Return a count, 1 if it is not given.

    >>> _repeated({b"table:number-rows-repeated": b"12"}, b"table:number-rows-repeated"), _repeated({}, b"x")
    (12, 1)
    """
    written = attributes.get(name, b"1")
    return max(1, int(written)) if written.isdigit() and len(written) <= len("1048576") else 1
