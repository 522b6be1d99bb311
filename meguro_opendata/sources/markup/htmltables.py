"""The tables of a web page: cells as a browser would place them, nested tables apart."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.markup.sheet import MarkupSheet

__all__ = ["tables_of"]

# Every pattern stops at the next "<", so that no text makes the search begin anew again and again.
_TAG = re.compile(r"<(/?)(table|caption|tr|t[dh])\b([^<>]*)>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<[!?][^<>]*>")
_LINE = re.compile(r" ?<br\b[^<>]*> ?", re.IGNORECASE)
_BLOCK = re.compile(r" ?</?(?:p|div|li|ul|ol|h[1-6])\b[^<>]*> ?", re.IGNORECASE)
_BLOCKS = re.compile("\v+")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_SPAN = re.compile(r"\b(row|col)span\s*=\s*[\"']?\s*(\d{1,9})", re.IGNORECASE)
_UNSEEN = (
    (re.compile("<!--"), re.compile("-->")),
    (re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script[^<>]*>", re.IGNORECASE)),
    (re.compile(r"<style\b", re.IGNORECASE), re.compile(r"</style[^<>]*>", re.IGNORECASE)),
)
_DEEPEST = 100
_MOST_TAGS = 2_000_000
_LONGEST_CELL = 1_000_000
_NOTHING = "\xa0 \u200b\ufeff"


@dataclass
class _Open:
    """A table whose end is still to come, and the cell or caption of it that is being read."""

    sheet: MarkupSheet
    row: int = -1
    column: int = -1
    last: int = -1
    inside: str = ""
    parts: list[str] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)

    def close(self) -> None:
        """Write the cell or caption that was being read; the next cell stands behind it."""
        if sum(map(len, self.parts)) > _LONGEST_CELL:
            raise SourceError("markup-too-large", file=self.sheet.path, limit=_LONGEST_CELL)
        text = cell_text("".join(self.parts)) if self.inside else ""
        if self.inside == "cell":
            self.sheet.put(self.row, self.column, text)
            self.column = self.last
        elif self.inside:
            self.sheet.name = text
        self.inside, self.parts = "", []

    def open_row(self) -> None:
        """Begin a row."""
        self.row, self.column = self.row + 1, -1

    def open_cell(self, attributes: str) -> None:
        """Begin a cell, in the first column into which no cell reaches down from above."""
        self.inside, self.row = "cell", max(self.row, 0)
        self.column += 1
        while self.taken.get(self.column, 0) > self.row:
            self.column += 1
        spans = {name.lower(): max(int(number), 1) for name, number in _SPAN.findall(attributes)}
        down, across = spans.get("row", 1), spans.get("col", 1)
        self.last = self.column + across - 1
        if down > 1 or across > 1:
            self.sheet.merge(self.row, self.column, down, across)
        if down > 1:
            self.taken.update(dict.fromkeys(range(self.column, self.last + 1), self.row + down))


def tables_of(text: str, path: Path) -> list[MarkupSheet]:
    """Return every table of a page that holds something, named by its caption or its number.

    Raises:
        SourceError: If one is larger than any spreadsheet, or tables are nested beyond reason.

    >>> tables_of("<table><tr><th>名称<td>住所<tr><td colspan=2>a&amp;b</table>", Path("a.html"))[0].records()
    [['名称', '住所'], ['a&b']]
    """
    found: list[MarkupSheet] = []
    stack: list[_Open] = []
    for before, closing, name, attributes in _tags(_seen(text), path):
        if stack and stack[-1].inside:
            stack[-1].parts.append(before)
        if name != "table":
            _follow(stack, closing, name, attributes)
        elif not closing:
            stack.append(_Open(MarkupSheet(path)))
        elif stack:
            _end(stack, found)
        if len(stack) > _DEEPEST:
            raise SourceError("markup-too-large", file=path, limit=_DEEPEST)
    while stack:
        _end(stack, found)
    return _named(found)


def cell_text(marked: str) -> str:
    r"""Return the visible text of a cell: without tags, with its line breaks, entities decoded.

    >>> cell_text(" <b>目黒 </b>区<br>\n1&#45;2 <p>a</p><p>b</p>"), cell_text("&nbsp;")
    ('目黒 区\n1-2\na\nb', '')
    """
    if "<" in marked or "\n" in marked or "\t" in marked or "\r" in marked or "  " in marked or "\v" in marked:
        marked = _BLOCK.sub("\v", _LINE.sub("\n", _BLANKS.sub(" ", marked)))
        marked = _BLOCKS.sub("\n", _ANY_TAG.sub("", marked).strip(" \v"))
    text = html.unescape(marked.strip(" "))
    return text if text.strip(_NOTHING) else ""


def _follow(stack: list[_Open], closing: str, name: str, attributes: str) -> None:
    if not stack:
        return
    table = stack[-1]
    table.close()
    if closing:
        return
    if name == "tr":
        table.open_row()
    elif name == "caption":
        table.inside = "caption"
    else:
        table.open_cell(attributes)


def _end(stack: list[_Open], found: list[MarkupSheet]) -> None:
    table = stack.pop()
    table.close()
    if table.sheet.filled:
        found.append(table.sheet)


def _named(tables: list[MarkupSheet]) -> list[MarkupSheet]:
    """Return the tables with a name of its own each."""
    captions = [table.name for table in tables]
    for number, table in enumerate(tables, start=1):
        table.name = table.name if table.name and captions.count(table.name) == 1 else str(number)
    return tables


def _tags(text: str, path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield each tag of a table: the text before it, ``/`` if it closes, name and attributes; an end after the last."""
    at = 0
    for number, tag in enumerate(_TAG.finditer(text)):
        if number > _MOST_TAGS:
            raise SourceError("markup-too-large", file=path, limit=_MOST_TAGS)
        yield text[at : tag.start()], tag[1], tag[2].lower(), tag[3]
        at = tag.end()
    yield text[at:], "/", "table", ""


def _seen(text: str) -> str:
    """Return the page without comments, scripts and styles.

    >>> _seen("a<!-- <td> <!-- -->b<SCRIPT>x</SCRIPT>c<style>d")
    'abc'
    """
    for opening, closing in _UNSEEN:
        first, *rest = opening.split(text)
        ends = ((part, closing.search(part)) for part in rest)
        text = first + "".join(part[end.end() :] for part, end in ends if end)
    return text
