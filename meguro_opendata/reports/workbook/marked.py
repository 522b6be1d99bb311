"""The department's own workbook, returned with its findings as coloured cells and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from meguro_opendata import messages
from meguro_opendata.errors import SourceError
from meguro_opendata.files.tables import legal_text, text_width, workbook_bytes
from meguro_opendata.files.whole import write_whole
from meguro_opendata.findings import Finding
from meguro_opendata.reports.text import counted
from meguro_opendata.reports.workbook.bookpatch import BookPatch
from meguro_opendata.reports.workbook.cellmarks import (
    Layout,
    Listing,
    Marks,
    chosen_for_notes,
    height_of,
    listing,
    note_text,
    placed,
    worst,
)
from meguro_opendata.reports.workbook.opc import lines_of, rules
from meguro_opendata.reports.workbook.xmlsplice import PatchError, legal_xml
from meguro_opendata.sources import Grid, Table, read_bytes

__all__ = ["Marked", "mark_grid", "mark_table", "marked_lines", "write_marked"]

_TEXT = {"num_format": "@"}
# Excel's limit of a sheet's name.
_LONGEST_NAME = 31
# The number of the paper size in SpreadsheetML.
_A4 = 9
# The first rows set the width of a column, so that a long table need not be measured as a whole.
_MEASURED = 200


@dataclass(frozen=True)
class Marked:
    """A workbook with marks.

    Attributes:
        content: The bytes of the file.
        patched: Whether it is the user's own workbook; ``False`` if a new one was made.
        container: The container of the source, such as ``xls``.
        suffix: The ending that Excel requires of the file's name.
        cells: The number of coloured cells.
        notes: The number of coloured cells with a note.
    """

    content: bytes
    patched: bool
    container: str
    suffix: str
    cells: int
    notes: int


def mark_table(table: Table, findings: Sequence[Finding], lang: str, above: Sequence[str] = ()) -> Marked:
    """Return a table's workbook with the findings on it.

    Args:
        table: The checked table; its columns give the cells of findings on text files.
        findings: The findings to mark.
        lang: Language of the notes.
        above: Further lines at the top of the sheet of findings.

    Raises:
        SourceError: If the workbook cannot be changed safely, or a new one would be too large for Excel.
    """
    first = next((index for index, label in enumerate(table.labels) if label), 0)
    return mark_grid(table.grid, findings, lang, columns=table.frame.columns, first=first, above=above)


def mark_grid(
    grid: Grid,
    findings: Sequence[Finding],
    lang: str,
    *,
    columns: Sequence[str] = (),
    first: int = 0,
    above: Sequence[str] = (),
) -> Marked:
    """Return marked cells as :func:`mark_table` does, where only the names of the columns are known."""
    places = {name: index for index, name in reversed(list(enumerate(columns)))}
    name = grid.sheet or messages.word("source-table", lang)
    layout = Layout(name, places, first, tuple(above))
    # Only the parts of an xlsx can be spliced; the cells of every other source go to a new workbook.
    if grid.container != "xlsx":
        return _new_workbook(grid, findings, layout, lang)
    try:
        return _patched(grid, findings, layout, lang)
    except PatchError as error:
        raise SourceError("workbook-unpatchable", file=grid.path, part=error.part) from None


def write_marked(marked: Marked, path: Path, source: Path) -> None:
    """Write a marked workbook beside its source, never over it, under a name that Excel opens.

    Raises:
        SourceError: If the path is the source's, or does not end in the required suffix.
        StorageError: If it cannot be written.
    """
    if path.resolve() == source.resolve():
        raise SourceError("marked-over-source", file=path)
    # Excel refuses to open a workbook whose ending contradicts its content type, such as an xlsm named xlsx.
    if path.suffix.lower() != marked.suffix:
        raise SourceError("marked-suffix", file=path, suffix=marked.suffix)
    write_whole(path, marked.content)


def marked_lines(marked: Marked, path: Path, lang: str) -> Iterator[str]:
    """Yield the lines for the user: where the workbook is, its kind, and the number of cells without a note."""
    yield messages.message("marked-done", lang, path=path, cells=marked.cells, notes=marked.notes)
    yield from _remarks(marked.cells, marked.notes, None if marked.patched else marked.container, lang)


def _remarks(cells: int, notes: int, new_from: str | None, lang: str) -> Iterator[str]:
    if new_from is not None:
        yield messages.message("marked-new", lang, container=new_from)
    if cells > notes:
        sheet = messages.word("check-results", lang)
        yield messages.message("marked-unnoted", lang, count=cells - notes, sheet=sheet)


def _above(
    findings: Sequence[Finding], cells: int, notes: int, new_from: str | None, more: Sequence[str], lang: str
) -> list[str]:
    return [
        counted(findings, lang),
        messages.message("marked-legend", lang),
        *_remarks(cells, notes, new_from, lang),
        *more,
    ]


def _patched(grid: Grid, findings: Sequence[Finding], layout: Layout, lang: str) -> Marked:
    book = BookPatch(read_bytes(grid.path))
    for sheet, marks in placed(findings, layout).items():
        book.mark(sheet, marks, lang)
    listed = listing(findings, layout, lang, _above(findings, book.cells, book.notes, None, layout.above, lang))
    content = book.to_bytes(listed, book.free_name(messages.word("check-results", lang)))
    return Marked(content, True, grid.container, book.suffix, book.cells, book.notes)


def _new_workbook(grid: Grid, findings: Sequence[Finding], layout: Layout, lang: str) -> Marked:
    _refuse_large(grid)
    marks = placed(findings, layout).get(layout.sheet, {})
    texts = {place: note_text(marks[place], lang) for place in chosen_for_notes(marks, rules()["limits"]["notes"])}
    above = _above(findings, len(marks), len(texts), grid.container, layout.above, lang)
    listed = listing(findings, layout, lang, above)
    results = messages.word("check-results", lang)

    def fill(book: Any) -> None:
        """Write the table with its marks, and the list of findings."""
        colours = {**rules()["fills"]}
        formats = {name: book.add_format({**_TEXT, "bg_color": f"#{colour[2:]}"}) for name, colour in colours.items()}
        name = _sheet_name(layout.sheet or "", results)
        sheet = book.add_worksheet(name)
        _write_cells(sheet, grid, marks, formats, book.add_format(_TEXT))
        for (row, column), text in texts.items():
            sheet.write_comment(row, column, _legal(text), _box(text))
        wrapped = book.add_format({**_TEXT, "text_wrap": True, "valign": "top"})
        _write_listing(book.add_worksheet(results), listed, formats, wrapped, {layout.sheet or "": name})

    return Marked(workbook_bytes(fill), False, grid.container, ".xlsx", len(marks), len(texts))


def _sheet_name(name: str, taken: str) -> str:
    """Return a name that Excel allows for a sheet, and that the sheet of findings does not have.

    >>> _sheet_name("令和5/4[1]", "検査結果"), _sheet_name("検査結果", "検査結果")
    ('令和5_4_1_', '検査結果_')
    """
    plain = re.sub(r"[\[\]:*?/\\]|^'|'$", "_", legal_xml(name))[:_LONGEST_NAME]
    return f"{plain[: _LONGEST_NAME - 1]}_" if not plain or plain.casefold() == taken.casefold() else plain


def _write_cells(sheet: Any, grid: Grid, marks: Marks, formats: dict[str, Any], plain: Any) -> None:
    for number, record in enumerate(grid.cells.iter_rows()):
        for index, text in enumerate(record):
            if text:
                sheet.write_string(number, index, _legal(text), plain)
    for index in range(grid.width):
        sheet.set_column(index, index, text_width(grid.cells[:_MEASURED, index].to_list()))
    for (row, column), found in marks.items():
        text = grid.cells.item(row, column) if row < grid.height and column < grid.width else ""
        own = formats[worst(found)]
        if text:
            sheet.write_string(row, column, _legal(text), own)
        else:
            sheet.write_blank(row, column, None, own)


def _legal(text: str) -> str:
    return legal_text(legal_xml(text))


def _refuse_large(grid: Grid) -> None:
    limits = rules()["limits"]
    high, wide = grid.height > limits["rows"], grid.width > limits["columns"]
    if high or wide or grid.height * grid.width > limits["cells"]:
        raise SourceError("marked-too-large", file=grid.path, limit=limits["cells"])


def _box(text: str) -> dict[str, object]:
    note = rules()["note"]
    height = min(lines_of(text, note["letters_in_line"]) + 1, note["most_lines"]) * note["line"]
    return {"author": rules()["author"], "width": note["width"], "height": height}


def _write_listing(
    sheet: Any, listed: Listing, formats: dict[str, Any], wrapped: Any, renamed: Mapping[str, str]
) -> None:
    top = len(listed.above) + 1
    names = list(rules()["listing"])
    for index, width in enumerate(rules()["listing"].values()):
        sheet.set_column(index, index, width)
    for number, text in enumerate(listed.above):
        sheet.write_string(number, 0, text)
    for index, text in enumerate(listed.header):
        sheet.write_string(top, index, text, formats["head"])
    for number, (cells, found) in enumerate(zip(listed.rows(), listed.findings, strict=True), start=top + 1):
        sheet.set_row(number, height_of(cells))
        for index, text in enumerate(cells):
            sheet.write_string(
                number, index, _legal(text), formats[found.severity] if names[index] == "severity" else wrapped
            )
    _write_links(sheet, listed, top + 1, names.index("cell"), renamed)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _write_links(sheet: Any, listed: Listing, top: int, column: int, renamed: Mapping[str, str]) -> None:
    """Write links from the list to the cells, as many as Excel allows; the list has every address as text."""
    most: int = rules()["limits"]["links"]
    for number, target in enumerate(islice(listed.links(), most), start=top):
        if target is not None and target[0] in renamed:
            location = "internal:'{}'!{}".format(renamed[target[0]].replace("'", "''"), target[1])
            sheet.write_url(number, column, location, string=target[1])
