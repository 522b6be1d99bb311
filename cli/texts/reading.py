"""How a source was read, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meguro_opendata.sources import Table

__all__ = ["read_line"]


def read_line(table: Table, lang: str) -> str:
    """Return header row, sheet, encoding and size of the table that was found in a file."""
    from meguro_opendata.messages import message

    grid = table.grid
    sheet = message("new-read-sheet", lang, sheet=grid.sheet) if grid.sheet else ""
    form = message("new-read-text", lang, encoding=grid.encoding) if grid.encoding else grid.container
    size = {"rows": table.frame.height, "columns": table.frame.width}
    return message("new-read", lang, row=table.header_row, sheet=sheet, form=form, **size)
