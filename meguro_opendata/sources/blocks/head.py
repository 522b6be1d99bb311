"""``Head``: the first lines of a sheet, with merged cells spread and the kind of each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from meguro_opendata.sources.blocks.cellkinds import TYPED, CellKind, cell_kind
from meguro_opendata.sources.table import Grid

__all__ = ["ALWAYS", "Head", "Profile", "head_of", "prevailing"]

Span = tuple[tuple[int, int], tuple[int, int]]
# Lines that are looked at: enough for the notes above a statistics book's table and for a body that shows its kinds.
DEPTH = 240
_MOST_CELLS, _SHALLOW = 200_000, 30  # of a very wide sheet fewer lines are looked at
_USUAL = 0.7  # share of a column's values that have to be of one kind for the column to be of that kind
ALWAYS = 0.8  # share of the lines in which a column is filled that has to be filled in every row
_ROW = 2  # filled cells that make a line a row; one alone is a title, a section or a note


@dataclass(frozen=True)
class Profile:
    """The kinds and the fill of the rows below a line, column by column.

    Attributes:
        kinds: The kind that most values of a column have; ``None`` if no kind prevails or nothing is there.
        fill: Share of the rows in which a column is filled.
    """

    kinds: tuple[CellKind | None, ...]
    fill: tuple[float, ...]

    @cached_property
    def always(self) -> tuple[int, ...]:
        """Return the columns that nearly every row fills."""
        return tuple(column for column, share in enumerate(self.fill) if share >= ALWAYS)

    @cached_property
    def typed(self) -> tuple[int, ...]:
        """Return the columns whose values are of a kind that no label has."""
        return tuple(column for column, kind in enumerate(self.kinds) if kind in TYPED)


@dataclass(frozen=True)
class Head:
    """The first lines of a sheet.

    Attributes:
        lines: The cells as they are, each line as long as the longest.
        spread: The same with the text of a merged cell in all of its cells.
        merged: Merged ranges that begin in these lines, ``((top, left), (bottom, right))``, counted from 0.
    """

    lines: tuple[tuple[str, ...], ...]
    spread: tuple[tuple[str, ...], ...]
    merged: tuple[Span, ...]

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.lines[0]) if self.lines else 0

    @cached_property
    def kinds(self) -> tuple[tuple[CellKind, ...], ...]:
        """Return the kind of each cell, merged ones spread."""
        return tuple(tuple(map(cell_kind, line)) for line in self.spread)

    @cached_property
    def filled(self) -> tuple[int, ...]:
        """Return how many cells of each line are filled, merged ones spread."""
        return tuple(sum(map(bool, line)) for line in self.kinds)

    @cached_property
    def usual_width(self) -> int:
        """Return how many cells a row fills: seven of ten lines with more than one cell fill no more than this."""
        wide = sorted(count for count in self.filled if count >= _ROW)
        return wide[int(len(wide) * _USUAL)] if wide else 1

    @cached_property
    def _counts(self) -> list[list[dict[CellKind, int]]]:
        """Return, for each line and column, the count of each kind in the rows from that line on."""
        counts: list[list[dict[CellKind, int]]] = [[{} for _ in range(self.width)]]
        for line, filled in zip(reversed(self.kinds), reversed(self.filled), strict=True):
            below = counts[-1]
            counted = [_and(known, kind) for known, kind in zip(below, line, strict=True)] if filled >= _ROW else below
            counts.append(counted)
        counts.reverse()
        return counts

    @cached_property
    def rows_from(self) -> tuple[int, ...]:
        """Return the number of rows from each line on."""
        found = [0]
        for filled in reversed(self.filled):
            found.append(found[-1] + (filled >= _ROW))
        return tuple(reversed(found))

    def profile(self, start: int) -> Profile:
        """Return what the rows from a line on hold."""
        rows = self.rows_from[start] or 1
        counts = self._counts[start]
        return Profile(
            tuple(prevailing(known) for known in counts), tuple(sum(known.values()) / rows for known in counts)
        )


def _and(known: dict[CellKind, int], kind: CellKind) -> dict[CellKind, int]:
    return {**known, kind: known.get(kind, 0) + 1} if kind else known


def prevailing(known: Mapping[CellKind, int]) -> CellKind | None:
    """Return the kind of most values; marks count only where there is nothing else, since any column can have them."""
    real = {kind: count for kind, count in known.items() if kind is not CellKind.MARK}
    if not real:
        return CellKind.MARK if known else None
    best = max(real, key=lambda kind: real[kind])
    return best if real[best] >= _USUAL * sum(real.values()) else None


def head_of(grid: Grid, depth: int = DEPTH, below: int = 0) -> Head:
    """Return the first lines of a grid, and as many more as stand above the line that is to be looked at."""
    most = depth if depth != DEPTH else max(_SHALLOW, min(depth, _MOST_CELLS // max(grid.width, 1))) + below
    records = grid.head(most)
    # As wide as the grid: in a damaged text a line far below can have more cells than all lines of the head.
    width = max([grid.width, *map(len, records)])
    lines = [[*record, *[""] * (width - len(record))] for record in records]
    merged = tuple(span for span in grid.merged if span[0][0] < len(lines))
    return Head(tuple(map(tuple, lines)), tuple(map(tuple, _spread(lines, merged))), merged)


def _spread(lines: Sequence[Sequence[str]], merged: Sequence[Span]) -> list[list[str]]:
    spread = [list(line) for line in lines]
    for (top, left), (bottom, right) in merged:
        text = lines[top][left] if left < len(lines[top]) else ""
        for line in spread[top : bottom + 1]:
            line[left : right + 1] = [text] * (min(right + 1, len(line)) - left)
    return spread
