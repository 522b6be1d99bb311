"""The parts of a package that is a workbook, read with care, and the addresses in them."""

from __future__ import annotations

import zipfile

from meguro_opendata.sources.facts import Place

__all__ = ["LARGEST_PART", "is_readable", "place_of", "read_part"]

# More letters and digits than an address of Excel has: they make a place that is refused anyway.
_LETTERS, _DIGITS = 6, 12
LARGEST_PART = 64_000_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_readable(archive: zipfile.ZipFile, name: str) -> bool:
    """Return whether there is such a part, packed in a way that is read."""
    return name in archive.NameToInfo and archive.NameToInfo[name].compress_type in _METHODS


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the beginning of a part, empty if there is none."""
    if not is_readable(archive, name):
        return b""
    with archive.open(name) as file:
        return file.read(LARGEST_PART)


def place_of(letters: bytes, number: bytes) -> Place:
    """Return row and column, counted from 0, of an address; of a name longer than any, some that lie far beyond.

    >>> place_of(b"A", b"1"), place_of(b"aa", b"12")
    ((0, 0), (11, 26))
    """
    column = 0
    for letter in letters[:_LETTERS].upper():
        column = column * 26 + letter - ord("A") + 1
    return int(number[:_DIGITS]) - 1, column - 1
