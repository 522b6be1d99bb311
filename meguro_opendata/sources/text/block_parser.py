"""A block of CSV text → columns, by polars where its result is certainly that of the ``csv`` module.

``None`` for a block stands for "not certain": a quotation mark inside an unquoted cell, text behind a closing one, a
lone carriage return. Such a file is read record by record instead.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl
from polars.exceptions import ComputeError

from meguro_opendata.sources.text.blocks import (
    MOST_RECORDS,
    BadByteError,
    TooManyColumnsError,
    TooManyRecordsError,
    count,
    refuse_bad_bytes,
)
from meguro_opendata.sources.text.records import MOST_COLUMNS, Breaks, Records, breaks_of, refuse_padding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.intp]
    Positions = Sequence[int] | Places

__all__ = ["parse_block"]

_BREAK, _RETURN, _EQUALS = (ord(sign) for sign in "\n\r=")
_MANY = 1 << 15
_LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True)
class _Quotations:
    """Where the quoted cells of a block begin and end, and whether one begins as a formula does."""

    opening: Positions
    closing: Positions
    has_formula: bool = False

    def count(self, block: bytes, sign: bytes) -> int:
        """Return the number of times a sign is inside them."""
        if len(self.opening) > _MANY:
            return int((self.around(_places(block, sign)) >= 0).sum())
        return sum(block.count(sign, *span) for span in zip(self.opening, self.closing, strict=True))

    def around(self, places: Places) -> Places:
        """Return the number of the quoted cell around each place, -1 where there is none."""
        import numpy as np

        opening, closing = np.asarray(self.opening, dtype=np.intp), np.asarray(self.closing, dtype=np.intp)
        number = np.searchsorted(opening, places) - 1
        inside = (number >= 0) & (places < closing[number]) if len(opening) else places < 0
        return np.where(inside, number, -1)

    def outside(self, places: Places) -> Places:
        """Return the places that no quoted cell holds."""
        return places[self.around(places) < 0]


def parse_block(block: bytes, marks: int, delimiter: str) -> Records | None:
    """Return the records of a block of UTF-8 text; ``None`` if only the ``csv`` module can read it.

    Raises:
        BadByteError: If the block is not UTF-8.
        TooManyColumnsError: If a record has more cells than Excel has columns.
        TooManyRecordsError: If there are more than are read of one file.
        TooUnevenError: If a record has very many more cells than the others.
    """
    sign = delimiter.encode()
    if marks % 2 or block.startswith(BOM_UTF8):  # polars drops the mark, also in the middle of a file
        return None
    quotations = (_many_quotations if marks > _MANY else _quotations)(block, sign)
    if quotations is None:
        return None
    inner_breaks = quotations.count(block, b"\n")
    even = None if inner_breaks else _even(block, sign, marks, quotations)
    if even is not None:
        return replace(even, is_tidy=not quotations.has_formula)
    breaks = breaks_of(block)
    if breaks.cr:
        return None
    if breaks.crlf + breaks.lf - inner_breaks > MOST_RECORDS:
        raise TooManyRecordsError
    uneven = _uneven(block, sign, quotations, has_lines=bool(inner_breaks))
    return Records(*uneven, breaks, is_tidy=not quotations.has_formula) if uneven else None


def _even(block: bytes, sign: bytes, marks: int, quotations: _Quotations) -> Records | None:
    """Return the records of a block if all have as many cells and all lines end alike, else ``None``.

    The bytes of the cells, of the delimiters that so many cells need, of quotation marks and of such line breaks are
    the whole block only if no record is shorter (polars fills it up) and no line ends otherwise. polars refuses records
    longer than the first, but for the last of a block that ends without a line break.
    """
    end = _break_of(block)
    if end is None:
        return None
    whole = block if block.endswith(b"\n") else block + end
    records = count(whole, b"\n")
    if not _can_be_even(whole, sign, records):
        return None
    cells = _read(whole, sign)
    if cells is None or cells.height != records or (cells.width == 1 and _has_blank_line(whole)):
        return None
    in_cells = sum(cells.select(pl.all().str.len_bytes().sum()).row(0))
    doubled = marks // 2 - len(quotations.opening)
    if in_cells + records * (cells.width - 1 + len(end)) + marks - doubled != len(whole):
        return None
    ends = records - (whole is not block)
    return Records(cells, None, None, Breaks(lf=ends) if end == b"\n" else Breaks(crlf=ends))


def _break_of(block: bytes) -> bytes | None:
    """Return the line break that a block may use throughout; ``None`` if a carriage return stands alone."""
    if b"\r" not in block:
        return b"\n"
    return None if _LONE_RETURN.search(block) else b"\r\n"


def _can_be_even(block: bytes, sign: bytes, records: int) -> bool:
    """Return whether so many records as wide as the first can stand in a block, and polars can read them."""
    delimiters = block[: block.find(b"\n")].count(sign)
    return records <= MOST_RECORDS and delimiters < MOST_COLUMNS and records * delimiters <= len(block)


def _uneven(
    block: bytes, sign: bytes, quotations: _Quotations, *, has_lines: bool
) -> tuple[pl.DataFrame, list[int], list[int] | None] | None:
    """Return the cells of records of any width; a first record of the greatest width shows polars their number."""
    import numpy as np

    all_breaks = _places(block, b"\n")
    ends = quotations.outside(all_breaks)
    if not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    starts = np.concatenate(([0], ends[:-1] + 1))
    widths = np.diff(np.searchsorted(quotations.outside(_places(block, sign)), ends), prepend=0) + 1
    signs = np.frombuffer(block, dtype=np.uint8)
    length = ends - starts
    length -= (length > 0) & (signs[ends - 1] == _RETURN)
    widths[length == 0] = 0
    width = int(widths.max())
    if width > MOST_COLUMNS:
        raise TooManyColumnsError(width)
    refuse_padding(len(ends), width, int(widths.sum()))
    try:
        cells = _read(sign * (width - 1) + b"\n" + block, sign)
    except BadByteError as error:
        raise error.after(-1) from None  # the first line is ours
    if cells is None or cells.shape != (len(ends) + 1, max(width, 1)):
        return None
    lines = np.searchsorted(all_breaks, starts).tolist() if has_lines else None
    return cells[1:], widths.tolist(), lines


def _read(block: bytes, sign: bytes) -> pl.DataFrame | None:
    """Return the frame that polars reads; ``None`` if polars cannot read the text."""
    try:
        cells = pl.read_csv(
            block, has_header=False, separator=sign.decode(), infer_schema=False, empty_string_is_null=False
        )
    except ComputeError:
        refuse_bad_bytes(block)
        return None
    return cells.rename({name: str(index) for index, name in enumerate(cells.columns)})


def _has_blank_line(block: bytes) -> bool:
    return block.startswith((b"\n", b"\r\n")) or b"\n\n" in block or b"\n\r\n" in block


def _places(block: bytes, sign: bytes) -> Places:
    import numpy as np

    return np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord(sign))


def _quotations(block: bytes, delimiter: bytes) -> _Quotations | None:
    """Return the quoted cells, if every quotation mark opens or closes one or is doubled inside one."""
    before, behind = (b"", delimiter, b"\n"), (b"", delimiter, b"\n", b"\r")
    openings, closings, has_formula = list[int](), list[int](), False
    opening = block.find(b'"')
    while opening >= 0:
        closing = block.find(b'"', opening + 1)
        while closing >= 0 and block[closing + 1 : closing + 2] == b'"':
            closing = block.find(b'"', closing + 2)
        if block[max(opening - 1, 0) : opening] not in before or block[closing + 1 : closing + 2] not in behind:
            return None
        openings.append(opening)
        closings.append(closing)
        has_formula = has_formula or block[opening + 1] == _EQUALS
        opening = block.find(b'"', closing + 1)
    return _Quotations(openings, closings, has_formula)


def _many_quotations(block: bytes, delimiter: bytes) -> _Quotations | None:
    """Return the same, several times faster where there are very many, by numpy."""
    import numpy as np

    marks = _places(block, b'"')
    opening, closing = marks[0::2], marks[1::2]
    doubled = closing[:-1] + 1 == opening[1:]
    opening = opening[np.append(True, ~doubled)]
    closing = closing[np.append(~doubled, True)]
    signs = np.frombuffer(block, dtype=np.uint8)
    before = signs[opening[opening > 0] - 1]
    behind = signs[closing[closing < len(block) - 1] + 1]
    well_formed = (
        np.isin(before, (ord(delimiter), _BREAK)).all() and np.isin(behind, (ord(delimiter), _BREAK, _RETURN)).all()
    )
    has_formula = bool((signs[opening + 1] == _EQUALS).any())
    return _Quotations(opening, closing, has_formula) if well_formed else None
