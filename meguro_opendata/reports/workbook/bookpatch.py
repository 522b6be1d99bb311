"""The user's own xlsx with marks: only the parts with marks change; every other part stays byte for byte."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import count, islice

from meguro_opendata.reports.workbook.cellmarks import Listing, Marks, chosen_for_notes, height_of, note_text, worst
from meguro_opendata.reports.workbook.notepatch import Notes
from meguro_opendata.reports.workbook.opc import Package, rules
from meguro_opendata.reports.workbook.sheetpatch import SheetPatch, address, top_left
from meguro_opendata.reports.workbook.stylepatch import EMPTY_STYLES, Styles
from meguro_opendata.reports.workbook.xmlsplice import PatchError, small_number, splice, xml_text

__all__ = ["BookPatch"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{space}">'
    '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="{rows}" topLeftCell="A{next}" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="18.75"/><cols>{cols}</cols><sheetData>'
)
_TAIL = (
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
)
# Excel's limit of characters in a cell; a workbook with a longer text is reported as damaged.
_LONGEST = 32_767


class BookPatch:
    """A workbook that is being marked."""

    def __init__(self, raw: bytes) -> None:
        self._package = Package(raw)
        self._book = self._package.related("", "officeDocument") or "xl/workbook.xml"
        root = self._package.root(self._book)
        sheets = root.child("sheets")
        if root.name != "workbook" or root.space not in rules()["spaces"] or sheets is None:
            raise PatchError(self._book)
        self._space = root.space
        self._base: str = rules()["spaces"][root.space]
        parts = {found.id: found.target for found in self._package.relations(self._book)}
        self._parts = {
            found.attributes.get("name", ""): parts.get(found.reference() or "", "") for found in sheets.children
        }
        self._styles_part = self._package.related(self._book, "styles") or self._new_styles()
        self._styles = Styles(self._package.read(self._styles_part), self._styles_part)
        self.cells = self.notes = 0

    @property
    def suffix(self) -> str:
        """Return the ending that Excel requires of the file's name."""
        suffix: str = rules()["suffixes"].get(self._package.content_type(self._book), ".xlsx")
        return suffix

    def _new_styles(self) -> str:
        data = EMPTY_STYLES.format(space=self._space).encode()
        name, _ = self._package.add(self._book, "styles", self._base, data, rules()["types"]["styles"])
        return name

    def mark(self, sheet: str | None, marks: Marks, lang: str) -> None:
        """Mark cells of a sheet with a colour and add notes to them; in a merged range, mark its first cell."""
        part = self._parts.get(sheet or "")
        if part is None or not marks:
            return
        data = self._package.read(part)
        if len(data) > rules()["limits"]["sheet_bytes"]:
            raise PatchError(part)
        marks = _moved(marks, data)
        severities = {place: worst(found) for place, found in marks.items()}
        patch = SheetPatch(data, part, severities, self._styles.marked)
        notes = Notes(self._package, part, self._space)
        threads = notes.threads()
        open_ones = {place: found for place, found in marks.items() if place not in threads}
        chosen = chosen_for_notes(open_ones, rules()["limits"]["notes"] - self.notes)
        new_id = notes.add({place: note_text(marks[place], lang) for place in chosen}, patch.columns, patch.notes_id)
        self._package.write(part, patch.to_bytes(new_id))
        self.cells += len(marks)
        self.notes += len(chosen)

    def to_bytes(self, listing: Listing, name: str) -> bytes:
        """Return the marked workbook, with the sheet of findings after all others."""
        data = self._listing_part(listing)
        _, number = self._package.add(self._book, "worksheet", self._base, data, rules()["types"]["worksheet"])
        self._package.write(self._styles_part, self._styles.to_bytes())
        self._add_sheet(name, number)
        return self._package.to_bytes()

    def free_name(self, wanted: str) -> str:
        """Return a name that no sheet of the workbook has."""
        taken = {name.casefold() for name in self._parts}
        names = (wanted if number == 1 else f"{wanted} ({number})" for number in count(1))
        return next(name for name in names if name.casefold() not in taken)

    def _add_sheet(self, name: str, relation: str) -> None:
        data = self._package.read(self._book)
        sheets = self._package.root(self._book).child("sheets")
        if sheets is None or sheets.is_empty_tag:
            raise PatchError(self._book)
        numbers = [small_number(found.attributes.get("sheetId", "")) or 0 for found in sheets.children]
        new = (
            f'<{sheets.prefix}sheet xmlns:r="{self._base}" name="{xml_text(name)}" '
            f'sheetId="{max(numbers, default=0) + 1}" r:id="{relation}"/>'
        )
        self._package.write(self._book, splice(data, [(sheets.inner_end, sheets.inner_end, new.encode())]))

    def _listing_part(self, listing: Listing) -> bytes:
        widths = enumerate(rules()["listing"].values(), start=1)
        cols = "".join(f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in widths)
        top = len(listing.above) + 2
        written = io.BytesIO()
        written.write(_HEAD.format(space=self._space, rows=top, next=top + 1, cols=cols).encode())
        for row in self._listing_rows(listing, top):
            written.write(row.encode())
        written.write(("</sheetData>" + _links(listing, top) + _TAIL).encode())
        return written.getvalue()

    def _listing_rows(self, listing: Listing, top: int) -> Iterator[str]:
        for at, line in enumerate(listing.above):
            yield _row(at, (line,), {}, None)
        yield _row(top - 1, listing.header, {}, self._styles.listed("head"))
        text, link = self._styles.listed(), self._styles.listed(link=True)
        columns = list(rules()["listing"])
        at_severity, at_cell = columns.index("severity"), columns.index("cell")
        for at, (cells, found) in enumerate(zip(listing.rows(), listing.findings, strict=True), start=top):
            own = {at_severity: self._styles.listed(found.severity), at_cell: link}
            yield _row(at, cells, own, text, height_of(cells))


def _moved(marks: Marks, data: bytes) -> Marks:
    """Return the marks, each mark inside a merged range moved to the range's first cell, which Excel shows."""
    corners = top_left(marks, data)
    moved: Marks = {}
    for place, found in marks.items():
        moved.setdefault(corners.get(place, place), []).extend(found)
    return moved


def _row(at: int, cells: tuple[str, ...], own: Mapping[int, int], style: int | None, height: float = 0) -> str:
    """Return a row of text cells, so that no text becomes a formula or a number."""
    made = []
    for column, text in enumerate(cells):
        number = own.get(column, style)
        head = f'<c r="{address((at, column))}"' + ("" if number is None else f' s="{number}"')
        shown = f'<is><t xml:space="preserve">{xml_text(text[:_LONGEST])}</t></is>'
        made.append(f'{head} t="inlineStr">{shown}</c>' if text else f"{head}/>")
    high = f' ht="{height}" customHeight="1"' if height else ""
    return f'<row r="{at + 1}"{high}>{"".join(made)}</row>'


def _links(listing: Listing, top: int) -> str:
    """Return links from the list to the cells, as many as Excel allows; the list has every address as text."""
    most: int = rules()["limits"]["links"]
    made = []
    column = list(rules()["listing"]).index("cell")
    for at, target in enumerate(islice(listing.links(), most), start=top):
        if target is not None:
            location = "'{}'!{}".format(target[0].replace("'", "''"), target[1])
            made.append(f'<hyperlink ref="{address((at, column))}" location="{xml_text(location)}"/>')
    return f"<hyperlinks>{''.join(made)}</hyperlinks>" if made else ""
