"""The state of a text file that is read block by block: how far it has been read, and its cells."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import polars as pl

from meguro_opendata.sources.rewriting import Rewritten, rewritten_cells
from meguro_opendata.sources.text.blocks import MOST_RECORDS, TooManyRecordsError
from meguro_opendata.sources.text.records import Breaks, Records, refuse_padding

__all__ = ["Cells", "CellsAsWritten", "Progress"]


@dataclass
class Progress:
    """How far a file has been read, and what its shape is so far."""

    lines: list[Sequence[int]] = field(default_factory=list)
    line: int = 0
    height: int = 0
    width: int = 0
    filled: int = 0
    breaks: Breaks = field(default_factory=Breaks)
    marks: list[int] = field(default_factory=list)

    def add(self, records: Records) -> None:
        """Count the records of a block.

        Raises:
            TooManyRecordsError: If there are more than are read.
            TooUnevenError: If one of them has very many more cells than the others.
        """
        height = records.cells.height
        self._count(records)
        first = self.line + 1
        own = array("l", (first + at for at in records.lines)) if records.lines else range(first, first + height)
        self.lines.append(own)
        self.line += records.breaks.crlf + records.breaks.lf
        self.breaks = self.breaks.plus(records.breaks)

    def _count(self, records: Records) -> None:
        self.height += records.cells.height
        self.width = max(self.width, records.cells.width)
        self.filled += records.cells.height * records.cells.width if records.widths is None else sum(records.widths)
        if self.height > MOST_RECORDS:
            raise TooManyRecordsError
        refuse_padding(self.height, self.width, self.filled)

    def all_lines(self) -> Sequence[int]:
        """Return the line of each record."""
        if all(isinstance(part, range) for part in self.lines):
            last = self.lines[-1]
            if last and last[-1] == sum(map(len, self.lines)):
                return range(1, last[-1] + 1)
        return array("l", chain.from_iterable(self.lines))


@dataclass
class Cells:
    """All cells of a file."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    widths: list[Sequence[int] | int] = field(default_factory=list)
    rewritten: list[Rewritten] = field(default_factory=list)
    height: int = 0

    def take(self, records: Records) -> None:
        """Keep the cells of a block."""
        cells = records.cells
        if not records.is_tidy:
            cells, rewritten = rewritten_cells(cells, self.height)
            self.rewritten += rewritten
        self.height += cells.height
        self.frames.append(cells)
        self.widths.append(records.widths if records.widths is not None else records.cells.width)

    def cells(self) -> pl.DataFrame:
        """Return all records as one table as wide as the widest."""
        names = [str(index) for index in range(max(frame.width for frame in self.frames))]
        wide = [frame.with_columns(pl.lit("").alias(name) for name in names[frame.width :]) for frame in self.frames]
        return pl.concat(wide, rechunk=False)

    def all_widths(self) -> Sequence[int] | None:
        """Return the width of each record, ``None`` if all are the same."""
        if len({width if isinstance(width, int) else None for width in self.widths}) == 1 and isinstance(
            self.widths[0], int
        ):
            return None
        parts = zip(self.widths, self.frames, strict=True)
        return array("l", chain.from_iterable([w] * frame.height if isinstance(w, int) else w for w, frame in parts))


@dataclass
class CellsAsWritten(Cells):
    """All cells of a file as they are written."""

    def take(self, records: Records) -> None:
        """Keep the cells of a block."""
        super().take(replace(records, is_tidy=True))
