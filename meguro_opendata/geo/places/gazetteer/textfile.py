"""A large CSV file of a gazetteer, plain or in a ZIP, read line by line; encoding and size are checked on the way."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from meguro_opendata.errors import SourceError
from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.geo.places.gazetteer.base import gazetteer_data
from meguro_opendata.japan.folding import plain

__all__ = ["TextFile", "text_files"]

_SAMPLE = 1 << 16


@dataclass(frozen=True)
class TextFile:
    """A CSV file that is open: its name, its header as it is compared, and its records.

    Attributes:
        name: As users see it; a member of a ZIP with the ZIP's name in front.
        records: Each record's line and cells, the header's left out.
    """

    name: str
    header: tuple[str, ...]
    records: Iterator[tuple[int, list[str]]]


def text_files(path: Path) -> Iterator[TextFile]:
    """Yield the file, or each CSV file of a ZIP; each is read before the next is asked for.

    Raises:
        SourceError: If it is unreadable, too large, broken, encrypted, or in no encoding that is known.
    """
    if not zipfile.is_zipfile(path):
        with path.open("rb") as raw:
            yield _text_file(raw, path.name)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for member in _members(archive, path):
                with archive.open(member) as raw:
                    yield _text_file(raw, f"{path.name}/{member.filename}")
    except DAMAGED_ARCHIVE:
        raise SourceError("addresses-zip-broken", file=path) from None


def _members(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """Return the CSV files of a ZIP that is no bomb."""
    limits = gazetteer_data()["limits"]
    found = [member for member in archive.infolist() if member.filename.lower().endswith(".csv")]
    if not found:
        raise SourceError("addresses-zip-empty", file=path)
    if len(archive.infolist()) > limits["members"] or any(
        member.file_size > limits["unpacked"] or member.file_size > limits["ratio"] * max(member.compress_size, 1000)
        for member in found
    ):
        raise SourceError("addresses-zip-too-large", file=path)
    return found


def _text_file(raw: IO[bytes], name: str) -> TextFile:
    head = raw.read(_SAMPLE)
    encoding = _encoding_of(head, name)
    lines = io.TextIOWrapper(io.BufferedReader(_Joined(head, raw)), encoding=encoding, newline="")
    reader = csv.reader(_measured(lines, name), strict=True)
    with _told(name):
        header = next(reader, [])
    return TextFile(name, tuple(map(plain, header)), _records(reader, name))


class _Joined(io.RawIOBase):
    """What was read already, and the rest; never more of it than is asked for."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        """Return ``True``: the file can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer as far as one piece reaches."""
        piece = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _encoding_of(head: bytes, name: str) -> str:
    """Return UTF-8 or CP932, found from the beginning of a file; refuse any other encoding."""
    if b"\0" in head or not head.strip():
        raise SourceError("addresses-not-text", file=name)
    for encoding in ("utf-8-sig", "cp932"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            decoder.decode(head)
        except UnicodeDecodeError:
            continue
        return encoding
    raise SourceError("addresses-encoding", file=name)


def _measured(lines: Iterator[str], name: str) -> Iterator[str]:
    """Yield the lines; one of no reasonable length is refused."""
    longest = gazetteer_data()["limits"]["line"]
    for line in lines:
        if len(line) > longest:
            raise SourceError("addresses-not-text", file=name)
        yield line


def _records(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    most = gazetteer_data()["limits"]["rows"]
    with _told(name):
        for line, cells in enumerate(reader, start=2):
            if line > most:
                raise SourceError("addresses-too-many", file=name, limit=most)
            yield line, cells


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Convert a decoding failure into an error of ours."""
    try:
        yield
    except UnicodeDecodeError:
        raise SourceError("addresses-encoding", file=name) from None
    except csv.Error:
        raise SourceError("addresses-csv", file=name) from None
