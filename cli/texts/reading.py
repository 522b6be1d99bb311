"""How a source was read, and lists of columns, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meguro_opendata.sources import Table

__all__ = ["read_line", "some"]

_SHOWN = 8


def read_line(table: Table, lang: str) -> str:
    """Header row, sheet, encoding and size of the table that was found in a file."""
    from meguro_opendata.messages import message

    grid = table.grid
    sheet = message("new-read-sheet", lang, sheet=grid.sheet) if grid.sheet else ""
    form = message("new-read-text", lang, encoding=grid.encoding) if grid.encoding else grid.container
    size = {"rows": table.frame.height, "columns": table.frame.width}
    return message("new-read", lang, row=table.header_row, sheet=sheet, form=form, **size)


def some(names: Sequence[str], shown: int = _SHOWN) -> str:
    """The first names without the line breaks of headers, and a sign if there are more.

    >>> some(["a", "b", "c"], 2)
    'a, b ...'
    """
    first = ", ".join(" ".join(name.split()) for name in names[:shown])
    return first + (" ..." if len(names) > shown else "")
