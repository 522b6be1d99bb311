"""Forgotten content of a workbook beside its table: hidden parts, cell notes and the names of its authors."""

from __future__ import annotations

import html
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.findings import Finding
from meguro_opendata.privacy.data import mask, pattern, plain, privacy_data
from meguro_opendata.privacy.people import is_full_name, is_surname
from meguro_opendata.sources import Table, column_letter
from meguro_opendata.standard.entryparts import entry_parts

__all__ = ["file_authors", "leftovers"]

# Properties have a few kilobytes; a member that unpacks to more is not read further (a ZIP bomb).
_LONGEST_PART = 200_000


def leftovers(table: Table, used: Collection[str]) -> Iterator[Finding]:
    """Yield a warning for hidden rows and columns that would be published, hidden sheets, notes and authors' names.

    The word list and the notes that belong to the standard's own entry workbook are not reported.

    Args:
        table: The source.
        used: Its columns that go into the published table.
    """
    facts, sheet, own = table.grid.facts, table.grid.sheet, entry_parts(table)
    yield from _hidden(table, used)
    sheets = [name for name in facts.hidden_sheets if name not in own.sheets]
    if sheets:
        yield Finding("hidden-sheets", "warning", params={"count": len(sheets), "places": sheets})
    notes = facts.notes - own.notes
    if notes:
        places = [f"{column_letter(column)}{row + 1}" for row, column in sorted(notes)]
        yield Finding("cell-notes", "warning", sheet=sheet, params={"count": len(places), "places": places})
    for author in file_authors(table.path, table.grid.container):
        yield Finding("file-author", "warning", value=mask(author))


def _hidden(table: Table, used: Collection[str]) -> Iterator[Finding]:
    """Yield rows and columns that are published although the source hides them."""
    facts, sheet = table.grid.facts, table.grid.sheet
    rows = sorted({row + 1 for row in facts.hidden_rows}.intersection(table.rows))
    if rows:
        params = {"count": len(rows), "places": list(map(str, rows))}
        yield Finding("hidden-rows", "warning", sheet=sheet, row=rows[0], params=params)
    columns = [at for at in facts.hidden_columns if at < table.frame.width and table.frame.columns[at] in used]
    if columns:
        params = {"count": len(columns), "places": list(map(column_letter, columns))}
        first = table.frame.columns[columns[0]]
        yield Finding("hidden-columns", "warning", sheet=sheet, column=first, params=params)


def file_authors(path: Path, container: str) -> list[str]:
    """Return the persons named in a workbook's properties; an empty list if the properties cannot be read."""
    part = privacy_data()["properties"]["parts"].get(container)
    if part is None:
        return []
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part) as file:
            written = file.read(_LONGEST_PART).decode("utf-8", errors="replace")
    except DAMAGED_ARCHIVE:
        return []
    names = (plain(html.unescape(name)).strip() for name in pattern("properties", "author").findall(written))
    return [name for name in dict.fromkeys(names) if is_full_name(name) or is_surname(name)]
