"""The records of a block of text: their cells, how wide each is, where each begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from meguro_opendata.sources.text.blocks import TooUnevenError, count

__all__ = ["MOST_COLUMNS", "Breaks", "Records", "breaks_of", "refuse_padding"]

MOST_COLUMNS = 16_384
_SPARE_CELLS, _MOST_TIMES = 20_000_000, 4


class Breaks(NamedTuple):
    """How many line breaks of each kind there are."""

    crlf: int = 0
    lf: int = 0
    cr: int = 0

    @property
    def kind(self) -> str | None:
        """Return the one kind that is used, ``mixed`` if several are."""
        used = [name for name, number in self._asdict().items() if number]
        return "mixed" if len(used) > 1 else used[0] if used else None

    def plus(self, other: Breaks) -> Breaks:
        """Return those of two blocks together."""
        return Breaks(*map(sum, zip(self, other, strict=True)))


def breaks_of(block: bytes) -> Breaks:
    r"""Return the line breaks of a block.

    >>> breaks_of(b"a\r\nb\n")
    Breaks(crlf=1, lf=1, cr=0)
    """
    ends = count(block, b"\n")
    returns = count(block, b"\r") if b"\r" in block else 0
    crlf = block.count(b"\r\n") if returns else 0
    return Breaks(crlf, ends - crlf, returns - crlf)


@dataclass(frozen=True)
class Records:
    """The records of a block.

    Attributes:
        cells: Text columns named by their index.
        widths: Cells of each record, ``None`` if all have as many as ``cells``.
        lines: The line on which each begins, the block's first being 0; ``None`` if each has just one line.
        breaks: The block's line breaks.
        is_tidy: Whether no cell can hold what is taken off (:mod:`meguro_opendata.sources.rewriting`).
    """

    cells: pl.DataFrame
    widths: Sequence[int] | None
    lines: Sequence[int] | None
    breaks: Breaks
    is_tidy: bool = True


def refuse_padding(height: int, width: int, cells: int) -> None:
    """Raise if records of so many cells in all would become far more when each is made as wide as the widest.

    Raises:
        TooUnevenError: So.
    """
    if height * width > _SPARE_CELLS + _MOST_TIMES * cells:
        raise TooUnevenError(width)
