"""A text file that is checked while it is read: of each block only what is wrong is kept, and the columns of keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.sources.text.records import Records
from meguro_opendata.sources.text.textfile import read_text
from meguro_opendata.validation.engine.boundedpatterns import judged_in_time
from meguro_opendata.validation.engine.fast import FastCheck
from meguro_opendata.validation.engine.frictionless import RawError, TextTable

__all__ = ["Streamed", "check_text"]


@dataclass(frozen=True)
class Streamed:
    """The result of checking a text file.

    Attributes:
        header: The file's first record.
        rows: How many records stand below it; all of them were checked.
        errors: In frictionless's order.
        lines: The physical line of each record below the header.
        encoding: As decided.
        delimiter: The sign between cells.
        marks: The lines at whose beginning a stray byte order mark stood.
    """

    header: list[str]
    rows: int
    errors: list[RawError]
    lines: Sequence[int]
    encoding: str
    delimiter: str
    marks: Sequence[int]


def check_text(path: Path, schema: Mapping[str, Any], others: Mapping[str, TextTable]) -> Streamed | None:
    """Check a text file against a schema, header first, columns by position.

    Returns:
        ``None`` if only frictionless can check it, for which it must be in memory as a whole.

    Raises:
        SourceError: If the file cannot be read.
    """
    try:
        read = read_text(path, lambda: _Taker(schema, others), header_first=True)
    except _NeedsWholeError:
        return None
    check = read.taker.check
    return Streamed(
        header=read.taker.header,
        rows=read.taker.rows,
        errors=judged_in_time(check.errors()),
        lines=read.lines[1:],
        encoding=read.encoding,
        delimiter=read.delimiter,
        marks=read.marks,
    )


class _NeedsWholeError(Exception):
    """A table that cannot be checked in blocks."""


class _Taker:
    """Feeds a check with the records below the first."""

    check: FastCheck

    def __init__(self, schema: Mapping[str, Any], others: Mapping[str, TextTable]) -> None:
        self._schema = schema
        self._others = others
        self.header: list[str] = []
        self.rows = -1

    def take(self, records: Records) -> None:
        """Check the records of a block; the first of all is the header."""
        cells, widths = records.cells, records.widths
        if self.rows < 0:
            self._begin(list(cells.row(0))[: widths[0] if widths is not None else None])
            cells, widths = cells[1:], widths[1:] if widths is not None else None
            self.rows = 0
        self.check.add(TextTable(self.header, cells, widths))
        self.rows += cells.height

    def _begin(self, header: list[str]) -> None:
        self.header = header
        self.check = FastCheck(header, self._schema, by_name=False, others=self._others)
        if self.check.needs_whole:
            raise _NeedsWholeError
