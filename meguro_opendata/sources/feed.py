"""Feeds: the files in a ZIP or a folder, told apart without unpacking anything to disk."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from meguro_opendata.errors import SourceError
from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.files.csvlimit import longest_cell
from meguro_opendata.sources import container_of, read_bytes

__all__ = ["Feed", "Member", "Record", "csv_records", "read_feed"]

MAX_UNPACKED = 1_000_000_000
MAX_MEMBERS = 10_000
_MAX_CELL = 16_000_000
_ENCRYPTED = 0x1
_NAMED_IN_UTF8 = 0x800
_NOT_FEEDS = ("xlsx", "xlsb", "ods")
_DRIVE = re.compile(r"[A-Za-z]:")


class Record(NamedTuple):
    """One record of a CSV file: its number (1 = first), the line on which it begins, its cells."""

    row: int
    line: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        """Return whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Member:
    """One file of a feed; ``name`` is its path with ``/``, ``content`` what reads it."""

    name: str
    size: int
    content: Callable[[], bytes]

    @property
    def is_safe(self) -> bool:
        """Return whether the path stays inside the folder into which the feed is unpacked.

        >>> [Member(name, 0, bytes).is_safe for name in ("a.txt", "../a.txt", "/a.txt", "C:/a.txt")]
        [True, False, False, False]
        """
        return not (self.name.startswith("/") or _DRIVE.match(self.name) or ".." in self.name.split("/"))

    def read(self) -> bytes:
        """Return the whole content.

        Raises:
            SourceError: If it is damaged, packed in a way that nobody here knows, or must not be read.
        """
        try:
            return self.content()
        except DAMAGED_ARCHIVE:
            raise SourceError("feed-member-broken", member=self.name) from None


@dataclass(frozen=True)
class Feed:
    """The members of a ZIP or a folder.

    Attributes:
        folder: The folder inside that holds the feed, with ``/`` at its end; ``""`` if it lies on top, as it should.
        members: Every file of safe path, in the order found.
        unsafe: Paths that lead outside; they are not read.
    """

    path: Path
    folder: str
    members: tuple[Member, ...]
    unsafe: tuple[str, ...] = ()

    def named(self, name: str) -> list[Member]:
        """Return the members that are the feed's file of that name; more than one if a ZIP holds it twice."""
        return [member for member in self.members if member.name == self.folder + name]

    def others(self, names: Collection[str]) -> list[str]:
        """Return the unchanged names of the members that are not among the feed's files."""
        known = {self.folder + name for name in names}
        return [member.name for member in self.members if member.name not in known]


def read_feed(path: Path, names: Collection[str]) -> Feed:
    """Return the files of a feed; ``names`` are those that tell which folder of it is meant.

    Raises:
        SourceError: If it is missing, neither a ZIP nor a folder, broken, encrypted or too large.
    """
    members = _folder_members(path) if path.is_dir() else _zip_members(path)
    if len(members) > MAX_MEMBERS:
        raise SourceError("feed-too-many", file=path, limit=MAX_MEMBERS)
    if sum(member.size for member in members) > MAX_UNPACKED:
        raise SourceError("feed-too-large", file=path, limit=MAX_UNPACKED)
    safe = tuple(member for member in members if member.is_safe)
    unsafe = tuple(member.name for member in members if not member.is_safe)
    return Feed(path, _home([member.name for member in safe], names), safe, unsafe)


def csv_records(text: str, name: str, strict: bool = True) -> Iterator[Record]:
    r"""Yield the records of a CSV text, one after the other, so that a large file is never held as cells.

    Raises:
        SourceError: If ``strict`` and a quotation never ends or is followed by something else than a comma.

    >>> [tuple(record) for record in csv_records('a,b\n"1\n2",3\n', "x.txt")]
    [(1, 1, ['a', 'b']), (2, 2, ['1\n2', '3'])]
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=strict)
    row, began = 1, 1
    try:
        with longest_cell(_MAX_CELL):
            for cells in reader:
                yield Record(row, began, cells)
                row, began = row + 1, reader.line_num + 1
    except csv.Error:
        raise SourceError("text-broken", file=name, line=began) from None


def _home(paths: list[str], names: Collection[str]) -> str:
    """Return the folder that holds most of the files looked for; the top if it holds any.

    >>> _home(["feed/stops.txt", "feed/trips.txt", "old/stops.txt"], {"stops.txt", "trips.txt"})
    'feed/'
    """
    folders = Counter(path[: path.rfind("/") + 1] for path in paths if path.rpartition("/")[2] in names)
    if not folders or "" in folders:
        return ""
    return folders.most_common(1)[0][0]


def _folder_members(path: Path) -> list[Member]:
    """Return the files of a folder and of the folders in it, no deeper."""
    try:
        inside = sorted(path.iterdir())
        deeper = [below for folder in inside if folder.is_dir() for below in sorted(folder.iterdir())]
        files = [file for file in [*inside, *deeper] if file.is_file()]
        return [Member(file.relative_to(path).as_posix(), file.stat().st_size, file.read_bytes) for file in files]
    except OSError as error:
        raise SourceError("file-unreadable", file=path, reason=error.strerror) from None


def _zip_members(path: Path) -> list[Member]:
    raw = read_bytes(path)
    if not raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise SourceError("feed-not-zip", file=path, container=container_of(raw))
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except DAMAGED_ARCHIVE:
        raise SourceError("feed-broken", file=path) from None
    if archive.namelist() and container_of(raw) in _NOT_FEEDS:
        raise SourceError("feed-not-zip", file=path, container=container_of(raw))
    entries = [entry for entry in archive.infolist() if not _name(entry).endswith("/")]
    locked = next((entry for entry in entries if entry.flag_bits & _ENCRYPTED), None)
    if locked is not None:
        raise SourceError("feed-encrypted", file=path, member=_name(locked))
    return [Member(_name(entry), entry.file_size, partial(archive.read, entry)) for entry in entries]


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the path of a ZIP's entry as its maker saw it.

    Without the mark for UTF-8, Python reads names as CP437; Japanese Windows writes CP932 there, others UTF-8.
    """
    if entry.flag_bits & _NAMED_IN_UTF8:
        return entry.filename.replace("\\", "/")
    raw = entry.orig_filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return entry.filename.replace("\\", "/")
