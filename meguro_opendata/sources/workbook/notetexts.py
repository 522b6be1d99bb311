"""Texts of the notes of an xlsx sheet; they are read only on request."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape

from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.sources.facts import CellTexts
from meguro_opendata.sources.workbook.xlsxparts import note_parts
from meguro_opendata.sources.workbook.zipparts import place_of, read_part

__all__ = ["xlsx_note_texts"]

_START = re.compile(rb'<(?:\w{1,20}:)?comment\b[^<>]{0,500}?\bref="([A-Z]{1,3})(\d{1,7})"[^<>]{0,500}>')
_WRITTEN = re.compile(rb"<(?:\w{1,20}:)?t(?:\s[^<>]{0,200})?>([^<]{0,65536})<")


def xlsx_note_texts(raw: bytes, sheet: str) -> CellTexts:
    """Return the text of each old-style note of a sheet by its place; nothing if they cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return dict(pair for part in note_parts(archive, sheet) for pair in _texts(read_part(archive, part)))
    except DAMAGED_ARCHIVE:
        return {}


def _texts(content: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    starts = list(_START.finditer(content))
    ends = [*(start.start() for start in starts[1:]), len(content)]
    for start, end in zip(starts, ends, strict=True):
        pieces = _WRITTEN.findall(content, start.end(), end)
        yield place_of(start[1], start[2]), unescape(b"".join(pieces).decode("utf-8", errors="replace"))
