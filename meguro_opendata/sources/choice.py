"""Choosing the sheet and the header of a file without a recipe: proposals, best first, never applied unseen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from meguro_opendata.japan.folding import folded
from meguro_opendata.sources.blocks import Cut, Head, Header, cut_at, find_headers, head_of
from meguro_opendata.sources.header import labels_of
from meguro_opendata.sources.table import Grid

__all__ = ["Choice", "choices"]

_FEW = 2
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
    """

    grid: Grid
    head: Head
    headers: tuple[Header, ...]
    header: Header
    header_rows: int
    known: int

    @property
    def header_row(self) -> int:
        """Record number of the header's lowest line."""
        return self.header.low + 1

    @cached_property
    def cut(self) -> Cut:
        """The blocks of the sheet with this header."""
        return cut_at(self.grid, self.head, self.headers, self.header)

    @property
    def second(self) -> Header | None:
        """The best of the headers that are not chosen."""
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
        return sorted(found, key=lambda choice: -choice.known)
    largest = max(map(_size, found), default=0)
    return sorted(found, key=lambda choice: _size(choice) * _COVER < largest)


def _size(choice: Choice) -> int:
    return (choice.grid.height - choice.header_row) * choice.grid.width


def _of_grid(grid: Grid, wanted: set[str]) -> Choice | None:
    """The header of the best shape; among headers of nearly the same shape the one with the most known labels."""
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
    return Choice(grid, head, tuple(headers), best, 1 if alone else _lines(best), max(joined, last))


def _lines(header: Header) -> int:
    return header.low - header.top + 1


def _known(grid: Grid, header: Header, lines: int, wanted: set[str]) -> int:
    """How many labels of a header are names looked for."""
    return len(wanted & {folded(label) for label in labels_of(grid, header.low + 1, lines)})


def _all_differ(labels: Sequence[str]) -> bool:
    named = [label for label in labels if label]
    return len(set(named)) == len(named)
