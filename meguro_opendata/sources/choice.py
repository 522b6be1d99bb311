"""Choosing the sheet and the header of a file without a recipe: proposals, best first, never applied unseen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from meguro_opendata.japan.folding import folded
from meguro_opendata.sources.blocks import (
    Cut,
    Head,
    Header,
    captioned_line,
    cut_at,
    find_headers,
    head_of,
    is_doubtful,
    is_sure,
    translated_line,
)
from meguro_opendata.sources.data import read_data
from meguro_opendata.sources.header import labels_of
from meguro_opendata.sources.table import Grid

__all__ = ["Choice", "choices", "is_example_sheet", "with_header"]

_FEW = 2
_DOUBTS = (captioned_line, translated_line)
_TIE = 0.1  # of a score: the shapes of two headers are as good as equal
_COVER = 10  # a sheet of less than a tenth of the largest table is a cover or a list of contents


@dataclass(frozen=True)
class Choice:
    """A header that a sheet may have.

    Attributes:
        head: The first lines of the sheet.
        headers: The headers that it may have by shape, best first.
        header: The one that is chosen.
        header_rows: How many of its lines are read.
        known: How many labels of its lowest line, or of all its lines joined, are names looked for.
        sure: Whether its shape is clearly better than the next one's, or it alone has names looked for.
        other: The line below it, counted from 0, that can be a header, too: another table's, or its own translation.
    """

    grid: Grid
    head: Head
    headers: tuple[Header, ...]
    header: Header
    header_rows: int
    known: int
    sure: bool
    other: int | None = None

    @property
    def header_row(self) -> int:
        """Record number of the header's lowest line."""
        return self.header.low + 1

    @cached_property
    def cut(self) -> Cut:
        """Return the blocks of the sheet with this header."""
        return cut_at(self.grid, self.head, self.headers, self.header)

    @cached_property
    def whole_cut(self) -> Cut:
        """Return the same with every line of its table as a row, also blank lines, notes and sums."""
        return cut_at(self.grid, self.head, self.headers, self.header, reasons={})

    @property
    def second(self) -> Header | None:
        """Return the best of the headers that are not chosen."""
        if self.other is not None:
            return Header(self.other, self.other, 0.0)
        return next((header for header in self.headers if header != self.header), None)


def choices(grids: Sequence[Grid], names: Collection[str]) -> list[Choice]:
    """Return the likeliest header of each sheet that has a filled cell, the sheet that fits the names best first.

    Without any known name the first table comes first that is no cover or list of contents, which are small.

    Args:
        grids: The sheets.
        names: Labels of the standards in question.
    """
    wanted = {folded(name) for name in names}
    found = [choice for grid in grids if (choice := _of_grid(grid, wanted)) is not None]
    if any(choice.known for choice in found):
        return sorted(found, key=lambda choice: (-choice.known, is_example_sheet(choice.grid.sheet)))
    largest = max(map(_size, found), default=0)
    return sorted(found, key=lambda choice: (_size(choice) * _COVER < largest, is_example_sheet(choice.grid.sheet)))


def is_example_sheet(sheet: str | None) -> bool:
    """Return whether a sheet is named as an example or an empty form.

    >>> is_example_sheet("②記入例"), is_example_sheet("一覧")
    (True, False)
    """
    name = folded(sheet or "")
    return any(part in name for part in read_data("sheets.toml")["examples"])


def with_header(choice: Choice, header_row: int) -> Choice:
    """Return the choice of a sheet with a header that is declared; the lines above it are its own as far as fits.

    Args:
        choice: What was found.
        header_row: Record number of the lowest header line.
    """
    low = header_row - 1
    known = next((header for header in choice.headers if header.low == low), None)
    header = known or Header(low, low, 0.0)
    head = head_of(choice.grid, below=header_row)
    return replace(choice, head=head, header=header, header_rows=_lines(header), sure=True, other=None)


def _size(choice: Choice) -> int:
    return (choice.grid.height - choice.header_row) * choice.grid.width


def _of_grid(grid: Grid, wanted: set[str]) -> Choice | None:
    """Return the header of the best shape; among nearly equal shapes, the one with the most known labels."""
    head = head_of(grid)
    headers = find_headers(head)
    if not headers:
        head = head_of(grid, grid.height)
        headers = find_headers(head)
    if not headers:
        return None
    near = [header for header in headers if header.score > headers[0].score - _TIE]
    best = max(near, key=lambda header: (_known(grid, header, _lines(header), wanted), header.score))
    joined, last = _known(grid, best, _lines(best), wanted), _known(grid, best, 1, wanted)
    # Lines above group the columns only for the eye where the lowest line alone has the standard's own names.
    alone = last > max(joined, _FEW) and _all_differ(labels_of(grid, best.low + 1, 1))
    known, shown = max(joined, last), 1 if alone else _lines(best)
    by_shape = best == headers[0] and is_sure(headers) and not is_doubtful(grid, head, best)
    other = _other_line(head, best)
    sure = other is None and (by_shape or _is_named(grid, headers, best, known, wanted))
    return Choice(grid, head, tuple(headers), best, shown, known, sure, other)


def _other_line(head: Head, header: Header) -> int | None:
    """Return the line that can be a header, too, in spite of the names that the header has."""
    return next((line for look in _DOUBTS if (line := look(head, header)) is not None), None)


def _is_named(grid: Grid, headers: Sequence[Header], best: Header, known: int, wanted: set[str]) -> bool:
    """Return whether most labels of a header are names looked for, and of the next best one hardly any."""
    labels = [label for label in labels_of(grid, best.low + 1, 1) if label]
    second = next((header for header in headers if header != best), None)
    if known < (_FEW if known == len(labels) else _FEW + 1) or known * 2 < len(labels):
        return False
    return second is None or _known(grid, second, 1, wanted) * 2 <= known


def _lines(header: Header) -> int:
    return header.low - header.top + 1


def _known(grid: Grid, header: Header, lines: int, wanted: set[str]) -> int:
    """Return how many labels of a header are names looked for."""
    return len(wanted & {folded(label) for label in labels_of(grid, header.low + 1, lines)})


def _all_differ(labels: Sequence[str]) -> bool:
    named = [label for label in labels if label]
    return len(set(named)) == len(named)
