"""Workbooks that would fill the memory are refused before anything unpacks them: bombs, and cells far away."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, filterfalse
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.sources.data import read_data
from meguro_opendata.sources.workbook.compoundfile import is_cut, is_endless, workbook_sheets
from meguro_opendata.sources.workbook.cutzip import is_cut_zip, kind_of_rest
from meguro_opendata.sources.workbook.extent import MOST_CELLS, Extent
from meguro_opendata.sources.workbook.odsextent import OdsTally, ods_extents
from meguro_opendata.sources.workbook.xlsxextent import XlsxTally, filled_extent, quick_extent, referred_text

__all__ = ["MOST_CELLS", "Load", "refuse_bomb"]

_BOUNDS = read_data("bounds.toml")
_PIECE = 1 << 19
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_LOCAL = struct.Struct("<4s22xHH")
_READ = (".xml", ".bin", ".rels", ".vml")  # endings of the parts that a reader of workbooks looks for


@dataclass(frozen=True)
class Load:
    """The size of what has to be read of a workbook.

    Attributes:
        unpacked: Bytes of its parts.
        cells: Of all sheets, up to the last filled one of each.
        text: Bytes of text that cells repeat.
    """

    unpacked: int
    cells: int
    text: int


def refuse_bomb(path: Path, raw: bytes) -> Load:
    """Raise for a workbook that unpacks into too much, or whose sheets reach too far, one or all together.

    Returns:
        The size of what has to be read; for an old workbook only the file's size.

    Raises:
        SourceError: For such a workbook, and if its packing is damaged or its end is missing.
    """
    if raw.startswith(b"PK"):
        return _refuse_package(path, raw)
    file = io.BytesIO(raw)
    if is_cut(file):
        raise SourceError("workbook-cut", file=path)
    if is_endless(file):
        raise SourceError("workbook-broken", file=path)
    if workbook_sheets(file) > _BOUNDS["old_sheets"]:
        raise SourceError("workbook-too-many-sheets", file=path, limit=_BOUNDS["old_sheets"])
    return Load(len(raw), 0, 0)


def _refuse_package(path: Path, raw: bytes) -> Load:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            # is_dir() of the library fails on a member without a name.
            members = [member for member in archive.infolist() if not member.filename.endswith("/")]
    except DAMAGED_ARCHIVE:
        raise _damaged(path, raw) from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > _BOUNDS["members"] or unpacked > _BOUNDS["unpacked"]:
        raise SourceError("workbook-too-large", file=path, limit=_BOUNDS["unpacked"])
    package = _Package(path, raw, members)
    try:
        cells = _refuse_extents(path, chain.from_iterable(map(package.extents, members)))
        return Load(unpacked, cells, package.refuse_texts())
    except (zlib.error, struct.error):
        raise SourceError("workbook-broken", file=path) from None


def _damaged(path: Path, raw: bytes) -> SourceError:
    """Return the error for a package whose list of members is unreadable: cut off, or damaged otherwise."""
    if not is_cut_zip(io.BytesIO(raw)):
        return SourceError("workbook-broken", file=path)
    return SourceError("workbook-cut-ods" if kind_of_rest(raw) == "ods" else "workbook-cut", file=path)


def _refuse_extents(path: Path, extents: Iterable[Extent]) -> int:
    """Return the number of cells of all sheets; raise for one that is too large, or if all are together."""
    cells = 0
    for far in extents:
        if far.is_too_large:
            raise SourceError("sheet-too-far", file=path, row=far.row, columns=far.column, limit=MOST_CELLS)
        cells += far.cells
        if cells > MOST_CELLS:
            raise SourceError("sheets-too-far", file=path, limit=MOST_CELLS)
    return cells


class _Package:
    """A package whose members are checked; each is unpacked, since its declared size can be wrong."""

    def __init__(self, path: Path, raw: bytes, members: list[zipfile.ZipInfo]) -> None:
        self._path = path
        self._raw = raw
        self._members = members
        self._xlsx = XlsxTally()
        self._ods = OdsTally()

    def extents(self, member: zipfile.ZipInfo) -> Iterator[Extent]:
        """Yield the extent of each sheet in a member, and count its texts and merged ranges."""
        if member.filename == "content.xml":
            yield from ods_extents(_in_tags(self._unpacked(member)), self._ods)
            return
        of_texts = _is_of_texts(member)
        far = quick_extent(_in_tags(self._unpacked(member)), self._xlsx, of_texts=of_texts)
        # Empty cells that only have a colour are not in the way.
        yield filled_extent(_in_tags(self._unpacked(member))) if far.is_too_large else far

    def refuse_texts(self) -> int:
        """Raise if references to shared texts, or repeated cells, make too much text, or too many cells are merged."""
        if self._xlsx.merged > _BOUNDS["merged"]:
            raise SourceError("workbook-too-many-merged", file=self._path, limit=_BOUNDS["merged"])
        text, most = max(self._xlsx.text, self._ods.text), _BOUNDS["repeated_text"]
        if text > most and self._xlsx.text == text:
            shared = filter(_is_of_texts, self._members)
            others = filterfalse(_is_of_texts, self._members)
            text = referred_text(self._pieces(shared), self._pieces(others))
        if text > most:
            raise SourceError("workbook-too-much-text", file=self._path, limit=most)
        return text

    def _pieces(self, members: Iterable[zipfile.ZipInfo]) -> Iterator[bytes]:
        return chain.from_iterable(_in_tags(self._unpacked(member)) for member in members)

    def _unpacked(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield a member in pieces; refuse one that holds more than it declares."""
        mark, name, extra = _LOCAL.unpack_from(self._raw, member.header_offset)
        begin = member.header_offset + _LOCAL.size + name + extra
        packed = memoryview(self._raw)[begin : begin + member.compress_size]
        if mark != b"PK\x03\x04" or member.compress_type not in (_STORED, _DEFLATED) or member.flag_bits & 1:
            raise SourceError("workbook-broken", file=self._path)
        seen = 0
        for piece in self._sound(member, _inflated(packed) if member.compress_type == _DEFLATED else _cut(packed)):
            seen += len(piece)
            if seen > member.file_size:
                raise SourceError("workbook-too-large", file=self._path, limit=_BOUNDS["unpacked"])
            yield piece

    def _sound(self, member: zipfile.ZipInfo, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the pieces; damage in a part that no reader uses, such as a picture, is ignored."""
        try:
            yield from pieces
        except zlib.error:
            if member.filename.lower().endswith(_READ):
                raise


def _is_of_texts(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith("sharedstrings.xml")


def _cut(packed: memoryview) -> Iterator[bytes]:
    return (bytes(packed[at : at + _PIECE]) for at in range(0, len(packed), _PIECE))


def _inflated(packed: memoryview) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    waiting: bytes | memoryview = packed
    while not unpacking.eof:
        piece = unpacking.decompress(waiting, _PIECE)
        waiting = unpacking.unconsumed_tail
        if not piece and not waiting:
            return
        yield piece


def _in_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces cut before a tag, so that none is cut in two; a text without tags may be cut anywhere."""
    rest = b""
    for piece in pieces:
        held = rest + piece
        end = held.rfind(b"<")
        if end < 0 or len(held) - end > _PIECE:
            end = len(held)
        yield held[:end]
        rest = held[end:]
    yield rest
