"""The cells of findings, the text of the note on each cell, and the list of all findings as rows of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from meguro_opendata import messages
from meguro_opendata.findings import SEVERITIES, Finding
from meguro_opendata.reports.workbook.opc import lines_of, rules
from meguro_opendata.reports.workbook.sheetpatch import Place, address, place_of

__all__ = ["Layout", "Listing", "Marks", "chosen_for_notes", "height_of", "listing", "note_text", "placed", "worst"]

Marks = dict[Place, list[Finding]]


@dataclass(frozen=True)
class Layout:
    """The place of the table in its sheet: the sheet's name, its columns by name, and its first column.

    ``above`` is what else the sheet of findings says at its top.
    """

    sheet: str | None
    columns: Mapping[str, int]
    first: int = 0
    above: tuple[str, ...] = ()

    def place(self, found: Finding) -> Place | None:
        """Return the cell of a finding: the first of its row if it has no column, ``None`` for the whole file.

        Information that names no column is on no cell: absent items would only crowd the header's first one.

        >>> layout = Layout(None, {"名称": 1})
        >>> layout.place(Finding("type-date", "error", row=3, column="名称"))
        (2, 1)
        """
        if found.cell is not None:
            return place_of(found.cell)
        if found.row is None:
            return None
        if found.column is not None and found.column in self.columns:
            return found.row - 1, self.columns[found.column]
        return None if found.severity == "info" else (found.row - 1, self.first)


@dataclass(frozen=True)
class Listing:
    """The content of the sheet of findings: the lines above the list, and the findings in order."""

    above: tuple[str, ...]
    findings: tuple[Finding, ...]
    layout: Layout
    lang: str

    @property
    def header(self) -> tuple[str, ...]:
        """Return the titles of the list's columns."""
        return tuple(messages.word(word, self.lang) for word in rules()["listing"])

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the text of each row, one at a time, since a file can have very many findings."""
        for number, found in enumerate(self.findings, start=1):
            yield _row(number, found, self.layout, self.lang)

    def links(self) -> Iterator[tuple[str, str] | None]:
        """Yield sheet and address of the cell of each row."""
        for found in self.findings:
            place = self.layout.place(found)
            sheet = found.sheet or self.layout.sheet
            yield (sheet, address(place)) if place is not None and sheet is not None else None


def placed(findings: Sequence[Finding], layout: Layout) -> dict[str | None, Marks]:
    """Return the findings by sheet and cell, in their order, without findings on no cell."""
    made: dict[str | None, Marks] = {}
    for found in findings:
        place = layout.place(found)
        if place is not None:
            made.setdefault(found.sheet or layout.sheet, {}).setdefault(place, []).append(found)
    return made


def worst(findings: Sequence[Finding]) -> str:
    """Return the highest severity.

    >>> worst([Finding("column-unknown", "info"), Finding("type-date", "error")])
    'error'
    """
    return min((found.severity for found in findings), key=SEVERITIES.index)


def chosen_for_notes(marks: Marks, room: int) -> list[Place]:
    """Return the cells that get a note, up to a limit: highest severity first, then from the top."""
    order = sorted(marks, key=lambda place: (SEVERITIES.index(worst(marks[place])), place))
    return sorted(order[: max(room, 0)])


def note_text(findings: Sequence[Finding], lang: str) -> str:
    """Return the text of a note: findings with their advice, highest severity first, and the number left out."""
    limits = rules()["limits"]
    order = sorted(findings, key=_gravity)
    told = ["\n".join(_paragraph(found, lang)) for found in order[: limits["findings_in_note"]]]
    more = len(findings) - len(told)
    if more:
        told.append(messages.message("marked-more", lang, count=more, sheet=messages.word("check-results", lang)))
    text = "\n\n".join(told)
    if len(text) <= limits["note_letters"]:
        return text
    cut = messages.message("marked-cut", lang, sheet=messages.word("check-results", lang))
    return f"{text[: limits['note_letters']]} ...\n{cut}"


def _paragraph(found: Finding, lang: str) -> Iterator[str]:
    yield f"[{messages.word(found.severity, lang)}] {found.text('message', lang)}"
    yield _what_to_do(found, lang)
    if found.suggestion is not None:
        yield f"{messages.word('suggestion', lang)}: {found.suggestion}"


def _what_to_do(found: Finding, lang: str) -> str:
    if found.waived is not None:
        return f"{messages.word('waived', lang)}: {found.waived}"
    return messages.message("fix", lang, text=found.text("advice", lang))


def _gravity(found: Finding) -> int:
    return SEVERITIES.index(found.severity)


def listing(findings: Sequence[Finding], layout: Layout, lang: str, above: Sequence[str]) -> Listing:
    """Return the sheet of findings, highest severity first, up to Excel's number of rows, and the number left out."""
    most: int = rules()["limits"]["listed"]
    listed = sorted(findings, key=_gravity)[:most]
    if len(findings) > most:
        above = [*above, messages.message("marked-unlisted", lang, count=len(findings) - most)]
    return Listing(tuple(above), tuple(listed), layout, lang)


def _row(number: int, found: Finding, layout: Layout, lang: str) -> tuple[str, ...]:
    place = layout.place(found)
    advice = _what_to_do(found, lang) if found.waived is not None else found.text("advice", lang)
    cells = {
        "number": str(number),
        "severity": messages.word(found.severity, lang),
        "sheet": found.sheet or layout.sheet,
        "cell": address(place) if place is not None else None,
        "row": None if found.row is None else str(found.row),
        "column": found.column,
        "field": found.field,
        "value": found.value,
        "message": found.text("message", lang),
        "advice": advice,
        "suggestion": found.suggestion,
        "basis": found.text("source", lang),
        "who": found.text("who", lang),
        "code": found.code,
    }
    return tuple(cells[name] or "" for name in rules()["listing"])


def height_of(cells: Sequence[str]) -> float:
    """Return the height in points that shows all text of a row of the sheet of findings."""
    lines = (lines_of(text, width) for text, width in zip(cells, rules()["listing"].values(), strict=True) if text)
    high: float = min(max(lines, default=1), rules()["limits"]["lines"]) * rules()["row_height"]
    return high
