"""How far the sheets of an xlsx file reach, and how much text references to its shared texts make, by arithmetic."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from meguro_opendata.sources.workbook.extent import MOST_CELLS, Extent
from meguro_opendata.sources.workbook.zipparts import place_of

__all__ = ["XlsxTally", "filled_extent", "quick_extent", "referred_text"]

_EQUALS, _R, _QUOTE = b'=r"'
_IS_SPACE = np.isin(np.arange(256), np.frombuffer(b" \t\r\n", dtype=np.uint8))
_IS_UNUSUAL = np.isin(np.arange(256), np.frombuffer(b" \t\r\n'", dtype=np.uint8))
_REFERENCE = 10  # letters and digits of the longest cell's name
_FILLED = re.compile(rb"""<(?:\w+:)?c\b([^>]*[^/>])>(?!</)""")
# Of any length: a reader makes room up to the place that a name gives, however long the name.
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)["']""")
_UNIQUE = b"uniqueCount"
_COUNT = re.compile(rb"""uniqueCount\s*=\s*["']\s*\+?(\d{1,20})""")
_ROW_OR_CELL = re.compile(rb"<(?:\w{1,20}:)?(row|c)(?=[\s/>])([^<>]*)>")
_ROW_NUMBER = re.compile(rb"""\br\s*=\s*["'](\d+)["']""")
# What a cell's tag may look like besides ``<c r=``.
_OTHER_CELLS = (b"<c ", b"<c>", b"<c\t", b"<c\n", b"<c\r", b"<c/")
_ITEM = re.compile(rb"<(?:\w{1,20}:)?si[\s>/]")
_REFERRING = re.compile(rb"""\bt\s*=\s*["']s["'](?![^<>]*/>)""")
_REFERENCE_OF = re.compile(
    rb"""\bt\s*=\s*["']s["'][^<>]*>\s*(?:<(?:\w{1,20}:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w{1,20}:)?f>)\s*)?"""
    rb"""<(?:\w{1,20}:)?v[^<>]*>\s*(\d{1,9})\s*<"""
)
_ANY_TAG = re.compile(rb"<[^<>]*>")


@dataclass
class XlsxTally:
    """Counts over the parts of a workbook that are read in pieces.

    Attributes:
        references: Cells that refer to a shared text.
        items: Shared texts.
        longest: Bytes from the beginning of the longest of these to the next one.
        merged: Merged ranges.
    """

    references: int = 0
    items: int = 0
    longest: int = 0
    merged: int = 0
    _open: int = field(default=-1, repr=False)

    def refer(self, piece: bytes, *, plain: bool) -> None:
        """Count references and merged ranges in a piece of a sheet; ``plain``: its attributes are spelt as usual."""
        if plain:
            self.references += piece.count(b't="s"')
        else:
            self.references += len(_REFERRING.findall(piece))
        self.merged += piece.count(b"mergeCell")

    def take(self, piece: bytes) -> None:
        """Count the shared texts that are in a piece of any part."""
        if self._open >= 0 or b"<si" in piece or b":si" in piece:
            self._items(piece)

    def end(self) -> None:
        """End a part."""
        self.longest, self._open = max(self.longest, self._open), -1

    def _items(self, piece: bytes) -> None:
        places = [found.start() for found in _ITEM.finditer(piece)]
        self.items += len(places)
        if self.items > MOST_CELLS:
            raise struct.error  # more texts than there can be cells
        if not places:
            self._open += len(piece) if self._open >= 0 else 0
            return
        if self._open >= 0:
            self.longest = max(self.longest, self._open + places[0])
        steps = np.diff(np.array(places, dtype=np.int64))
        self.longest = max(self.longest, int(steps.max()) if len(steps) else 0)
        self._open = len(piece) - places[-1]

    @property
    def text(self) -> int:
        """Return an upper bound of the bytes that all references make together."""
        return self.references * self.longest


def referred_text(texts: Iterable[bytes], sheets: Iterable[bytes]) -> int:
    """Return how many bytes of text the references to shared texts make, one by one.

    Args:
        texts: The part of the shared texts, in pieces cut before tags.
        sheets: All other parts, in such pieces.
    """
    lengths = np.array([*_lengths(texts), 0], dtype=np.int64)
    longest, total = int(lengths.max()), 0
    for piece in sheets:
        numbers = np.array(list(map(int, _REFERENCE_OF.findall(piece))), dtype=np.int64)
        unclear = max(0, len(_REFERRING.findall(piece)) - len(numbers))
        total += int(lengths[np.minimum(numbers, len(lengths) - 1)].sum()) + unclear * longest
    return total


def _lengths(pieces: Iterable[bytes]) -> Iterator[int]:
    """Yield the bytes of each shared text, without tags."""
    open_, begun = 0, False
    for piece in pieces:
        first, *rest = _ITEM.split(piece)
        open_ += len(_ANY_TAG.sub(b"", first))
        for text in rest:
            if begun:
                yield open_
            open_, begun = len(_ANY_TAG.sub(b"", text)), True
    if begun:
        yield open_


def _are_named(piece: bytes) -> bool:
    """Return whether every cell tag of a piece begins with its address, as common programs write it."""
    named = piece.count(b'<c r="')
    if b":c" in piece:
        return False
    return named == piece.count(b"<c") or named == sum(map(piece.count, _OTHER_CELLS))


def quick_extent(pieces: Iterable[bytes], tally: XlsxTally, *, of_texts: bool) -> Extent:
    """Return at least the extent of the filled cells of a sheet's XML: of all cells with a name, filled or not.

    Args:
        pieces: Any part of a workbook, cut before tags.
        tally: Counts what else is in it.
        of_texts: Whether it is the part of shared texts by its name.

    Raises:
        struct.error: If more shared texts are declared than there may be cells: room would be made for all of them.
    """
    far, is_sheet = Extent(), False
    unnamed = _Unnamed()
    for piece in pieces:
        is_sheet = is_sheet or b"sheetData" in piece
        if is_sheet:
            row, column, plain = _farthest(piece)
            far.reach(row, column)
            tally.refer(piece, plain=plain)
            if unnamed.seen or not _are_named(piece):
                unnamed.take(piece, far)
        if of_texts or not is_sheet:
            tally.take(piece)
        if any(count > MOST_CELLS for count in _declared_texts(piece)):
            raise struct.error
    tally.end()
    return far


@dataclass
class _Unnamed:
    """Cells that may have no name: such a cell follows the one before it."""

    row: int = 0
    column: int = 0
    seen: bool = False

    def take(self, piece: bytes, far: Extent) -> None:
        """Follow the rows and cells of a piece; before the first piece, the position is the farthest cell so far."""
        if not self.seen:
            self.seen, self.row, self.column = True, far.row, far.column
        for name, attributes in _ROW_OR_CELL.findall(piece):
            if name == b"row":
                number = _ROW_NUMBER.search(attributes)
                self.row, self.column = int(number[1][:_REFERENCE]) if number else self.row + 1, 0
                continue
            place = _PLACE.search(attributes)
            if place:
                self.row, self.column = (index + 1 for index in place_of(place[1], place[2]))
            else:
                self.column += 1
            if not attributes.endswith(b"/"):
                far.reach(self.row, self.column)


def _declared_texts(piece: bytes) -> Iterator[int]:
    """Yield the numbers of shared texts that a part declares."""
    at = piece.find(_UNIQUE)
    while at >= 0:
        declared = _COUNT.match(piece, at)
        if declared:
            yield int(declared[1])
        at = piece.find(_UNIQUE, at + 1)


def _farthest(piece: bytes) -> tuple[int, int, bool]:
    """Return the farthest row and column of the attributes ``r``, and whether all are written as usual.

    >>> _farthest(b'<row r="3"><c r="AB3"/><c s="1" r="C7">')
    (7, 28, True)
    """
    signs = np.frombuffer(piece + bytes(_REFERENCE + 2), dtype=np.uint8)
    equals = np.flatnonzero(signs[1:] == _EQUALS) + 1
    before, behind = signs[equals - 1], signs[equals + 1]
    if _IS_SPACE[before].any() or _IS_UNUSUAL[behind].any():
        return *_slowly_farthest(piece), False
    begins = equals[(before == _R) & (behind == _QUOTE)]
    begins = begins[begins > 1]
    return *_named_places(signs, begins[_IS_SPACE[signs[begins - 2]]] + len('="')), True


def _named_places(signs: NDArray[np.uint8], begins: NDArray[np.intp]) -> tuple[int, int]:
    """Return the farthest row and column of the names that begin at these places."""
    row = np.zeros(len(begins), dtype=np.int64)
    column = np.zeros(len(begins), dtype=np.int64)
    open_ = np.ones(len(begins), dtype=bool)
    for step in range(_REFERENCE):
        sign = signs[begins + step].astype(np.int64)
        letter, digit = sign & ~0x20, sign - 48
        is_letter = open_ & (letter >= 65) & (letter <= 90)  # noqa: PLR2004 (A to Z)
        is_digit = open_ & (digit >= 0) & (digit <= 9)  # noqa: PLR2004
        column = np.where(is_letter, column * 26 + letter - 64, column)
        row = np.where(is_digit, row * 10 + digit, row)
        open_ &= is_letter | is_digit
        if not open_.any():
            break
    named = column > 0
    return (int(row[named].max()), int(column[named].max())) if named.any() else (0, 0)


def _slowly_farthest(piece: bytes) -> tuple[int, int]:
    far = Extent()
    for letters, row in _PLACE.findall(piece):
        far.reach(*(index + 1 for index in place_of(letters, row)))
    return far.row, far.column


def filled_extent(pieces: Iterable[bytes]) -> Extent:
    """Return the extent of the filled cells of a sheet's XML."""
    far, unnamed = Extent(), _Unnamed()
    for piece in pieces:
        for attributes in _FILLED.findall(piece):
            far.reach(*_slowly_farthest(attributes))
        if unnamed.seen or not _are_named(piece):
            # Cells without a name count, empty or not: only what is written otherwise than usual comes here.
            unnamed.take(piece, far)
    return far
