"""Tabs, line breaks and readings in the texts of an OpenDocument sheet, which calamine does not tell apart."""

from __future__ import annotations

import io
import re
import zipfile

__all__ = ["with_plain_texts"]

_CONTENT = "content.xml"
_LOST = (b"<text:tab", b"<text:line-break", b"<text:ruby-text")
_PLAIN = (
    (re.compile(rb"<text:tab\b[^<>]*/>"), b"&#9;"),
    (re.compile(rb"<text:line-break\b[^<>]*/>"), b"&#10;"),
    (re.compile(rb"<text:ruby-text\b[^<>]*>[^<]*</text:ruby-text>"), b""),
)


def with_plain_texts(raw: bytes) -> bytes:
    """Return the workbook with tabs and line breaks as letters and without readings; the same bytes if it has neither.

    Raises:
        zipfile.BadZipFile: If it is damaged.
        KeyError: If it has no content.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        content = archive.read(_CONTENT)
        if not any(mark in content for mark in _LOST):
            return raw
        for pattern, letter in _PLAIN:
            content = pattern.sub(letter, content)
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as plain:
            for member in archive.infolist():
                plain.writestr(member.filename, content if member.filename == _CONTENT else archive.read(member))
    return written.getvalue()
