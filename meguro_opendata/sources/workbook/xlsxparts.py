"""Facts of an xlsx file that calamine omits, read from its parts: errors, formulas, hidden rows, notes, objects.

The parts are untrusted. They are searched as bytes, in blocks and with patterns of bounded length; no XML is parsed, so
no entity is ever expanded.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import pairwise

from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.sources.facts import MOST_COLUMNS, NO_PARTS, CellTexts, Place, SeenParts, SheetParts
from meguro_opendata.sources.workbook.numberformats import NumberFormat
from meguro_opendata.sources.workbook.xlsxformats import cell_formats, shown_numbers
from meguro_opendata.sources.workbook.zipparts import LARGEST_PART, is_readable, place_of, read_part

__all__ = ["note_parts", "targets_of", "xlsx_parts"]

_BLOCK = 4_000_000
_LONGEST_RELATION = 4000
_RELATION = re.compile(rb"<(?:\w{1,20}:)?Relationship\b[^<>]{0,4000}>")
_RELATED = re.compile(rb'/(comments|threadedComment|drawing|vmlDrawing)"')
_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\b[^<>]{0,2000}>")
_ROOT = re.compile(rb"<(\w{1,20}:)?worksheet\b")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_NUMBER = re.compile(rb'\b(r|min|max)="(\d{1,7})"')
_NOTE = re.compile(rb'<(?:\w{1,20}:)?(?:comment|threadedComment)\b[^<>]{0,500}?\bref="([A-Z]{1,3})(\d{1,7})"')
_ANCHOR = re.compile(rb"<(?:\w{1,20}:)?(?:twoCell|oneCell|absolute)Anchor\b")
_ANCHORED = re.compile(rb"<(?:\w{1,20}:)?(col|row)>(\d{1,7})<")
_DRAWN = re.compile(rb"<(?:\w{1,20}:)?(pic|graphicFrame|sp|cxnSp|grpSp)\b")
_CONTROL = re.compile(rb'\bObjectType="(\w{1,30})"')
_CONTROL_ANCHOR = re.compile(rb"Anchor>\s{0,20}(\d{1,5}),\s{0,20}\d{1,7},\s{0,20}(\d{1,7})")
_KINDS = {b"pic": "picture", b"graphicFrame": "chart"}


@dataclass(frozen=True)
class _Patterns:
    """How the elements of a sheet are written under the namespace prefix that its root has.

    The first formula of a sheet has a text, so ``calculated`` stands before all that share one.
    """

    prefix: bytes
    row: bytes
    calculated: bytes
    hidden_row: re.Pattern[bytes]
    column: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    error: re.Pattern[bytes]


class _Found(SeenParts):
    """What has been seen so far."""

    def take(self, patterns: _Patterns, block: bytes, formats: Mapping[bytes, NumberFormat]) -> None:
        """Add what a block of the sheet says; what leaves no sign in it is not searched for."""
        for shown in shown_numbers(patterns.prefix, block, formats):
            self.shown.update(shown)
        if b"hidden=" in block:
            self._hidden(patterns, block)
        if b't="e"' in block:
            for cell in patterns.error.finditer(block):
                self.texts.update(_at(cell[1], _text(cell[3])))
        if self.formulas or patterns.calculated in block:
            self._formulas(patterns, block)

    def _hidden(self, patterns: _Patterns, block: bytes) -> None:
        numbered = (_NUMBER.search(row) for row in patterns.hidden_row.findall(block))
        self.hidden_rows.update(int(number[2]) - 1 for number in numbered if number)
        self.hidden_columns.update(_hidden_columns(patterns.column.findall(block)))

    def _formulas(self, patterns: _Patterns, block: bytes) -> None:
        for cell in patterns.formula.finditer(block):
            written = _at(cell[1], "=" + _text(cell[2]))
            self.formulas.update(written)
            if not cell[3] and b't="str"' not in cell[1]:
                self.uncalculated.update(written)
                self.texts.update(written)


def xlsx_parts(raw: bytes, sheet: str) -> SheetParts:
    """Return the facts of one sheet from the workbook's parts; no facts if they cannot be read."""
    found = _Found()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            part, formats = _part_of(archive, sheet), cell_formats(archive)
            for patterns, block in _blocks(archive, part):
                found.take(patterns, block, formats)
            related = _relations(archive, part)
            found.notes.update(_notes(archive, [*related.get("comments", ()), *related.get("threadedComment", ())]))
            found.objects.extend(_objects(archive, related))
    except DAMAGED_ARCHIVE:
        return NO_PARTS
    return found.parts()


def note_parts(archive: zipfile.ZipFile, sheet: str) -> list[str]:
    """Return the names of the parts that hold a sheet's old-style notes, which have words in them."""
    return _relations(archive, _part_of(archive, sheet)).get("comments", [])


@cache
def _patterns(prefix: bytes) -> _Patterns:
    opened, closed = b"<" + prefix, b"</" + prefix
    formula = opened + rb"f\b[^<>]{0,500}(?:/>|>([^<]{0,65536})" + closed + rb"f>)\s{0,20}"
    value = opened + rb"v\b[^<>]{0,100}(?:/>|>([^<]{0,200000})" + closed + rb"v>)"
    cell = opened + rb"c\b([^<>]{0,500})>\s{0,20}"
    failed = opened + rb'c\b([^<>]{0,250}\bt="e"[^<>]{0,250})>\s{0,20}'
    return _Patterns(
        prefix=prefix,
        row=opened + b"row",
        calculated=closed + b"f>",
        hidden_row=re.compile(opened + rb'row\b([^<>]{0,500}\bhidden="(?:1|true)"[^<>]{0,500})>'),
        column=re.compile(opened + rb"col\b([^<>]{0,500})>"),
        formula=re.compile(cell + formula + b"(?:" + value + b")?"),
        error=re.compile(failed + b"(?:" + formula + b")?" + value),
    )


def _at(attributes: bytes, text: str) -> CellTexts:
    place = _PLACE.search(attributes)
    return {place_of(place[1], place[2]): text} if place else {}


def _text(written: bytes | None) -> str:
    return unescape((written or b"").decode("utf-8", errors="replace"))


def _hidden_columns(columns: Iterable[bytes]) -> Iterator[int]:
    for attributes in columns:
        numbers = {name: int(number) for name, number in _NUMBER.findall(attributes)}
        if _HIDDEN.search(attributes) and b"min" in numbers:
            yield from range(numbers[b"min"] - 1, min(numbers.get(b"max", 0), MOST_COLUMNS))


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[_Patterns, bytes]]:
    """Yield a sheet in pieces that end before a row, each with how its elements are written."""
    if not is_readable(archive, part):
        return
    with archive.open(part) as file:
        rest = file.read(_BLOCK)
        root = _ROOT.search(rest)
        patterns = _patterns((root[1] or b"") if root else b"")
        while more := file.read(_BLOCK):
            cut = rest.rfind(patterns.row)
            if cut <= 0 and len(rest) > LARGEST_PART:
                cut = len(rest)
            if cut > 0:
                yield patterns, rest[:cut]
                rest = rest[cut:]
            rest += more
        yield patterns, rest


def _notes(archive: zipfile.ZipFile, parts: Iterable[str]) -> Iterator[Place]:
    for part in parts:
        yield from (place_of(*found) for found in _NOTE.findall(read_part(archive, part)))


def _objects(archive: zipfile.ZipFile, related: dict[str, list[str]]) -> Iterator[tuple[str, Place | None]]:
    for part in related.get("drawing", ()):
        yield from _drawings(read_part(archive, part))
    for part in related.get("vmlDrawing", ()):
        yield from _controls(read_part(archive, part))


def _drawings(content: bytes) -> Iterator[tuple[str, Place | None]]:
    """Yield the pictures, charts and shapes of a drawing."""
    for piece in _pieces(_ANCHOR, content):
        if drawn := _DRAWN.search(piece):
            start = {name: int(number) for name, number in reversed(_ANCHORED.findall(piece))}
            yield _KINDS.get(drawn[1], "shape"), (start[b"row"], start[b"col"]) if len(start) > 1 else None


def _controls(content: bytes) -> Iterator[tuple[str, Place | None]]:
    """Yield the controls of an old drawing; the boxes of its notes are none."""
    for piece in _pieces(_CONTROL, content):
        control, anchor = _CONTROL.search(piece), _CONTROL_ANCHOR.search(piece)
        if control and control[1] != b"Note":
            yield "control", (int(anchor[2]), int(anchor[1])) if anchor else None


def _pieces(start: re.Pattern[bytes], content: bytes) -> Iterator[bytes]:
    """Yield the content cut before each match."""
    begins = (found.start() for found in start.finditer(content))
    return (content[begin:end] for begin, end in pairwise([*begins, len(content)]))


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that holds a sheet, as the workbook's relations say."""
    book = "xl/workbook.xml"
    targets = targets_of(archive, book)
    for entry in _SHEET.findall(read_part(archive, book)):
        if _attribute(entry, rb"name") == sheet:
            return targets.get(_attribute(entry, rb"\w{1,20}:id"), "")
    return ""


def targets_of(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Return the names of the parts that a part is related to, by the ids of the relations."""
    return {
        _attribute(relation, rb"Id"): _resolved(part, _attribute(relation, rb"Target"))
        for relation in _RELATION.findall(read_part(archive, _relations_of(part)))
    }


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, list[str]]:
    """Return the notes and drawings of a sheet by their kind; its links, which can be many, are skipped."""
    found: dict[str, list[str]] = {}
    content = read_part(archive, _relations_of(part))
    for kind in _RELATED.finditer(content):
        begin = content.rfind(b"<", max(0, kind.start() - _LONGEST_RELATION), kind.start())
        relation = content[max(0, begin) : kind.end() + _LONGEST_RELATION].partition(b">")[0]
        found.setdefault(kind[1].decode("ascii"), []).append(_resolved(part, _attribute(relation, rb"Target")))
    return found


def _relations_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _resolved(part: str, target: str) -> str:
    """Return the name of a part that another one names.

    >>> _resolved("xl/worksheets/sheet1.xml", "../drawings/drawing1.xml"), _resolved("xl/workbook.xml", "/xl/a.xml")
    ('xl/drawings/drawing1.xml', 'xl/a.xml')
    """
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


def _attribute(element: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb'="([^"]{0,2000})"', element)
    return unescape(found[1].decode("utf-8", errors="replace")) if found else ""
