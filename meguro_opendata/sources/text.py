"""Text files (CSV, TSV): the encoding is decided, not guessed, and every record keeps its line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.table import Grid

__all__ = ["decode", "read_text_grid"]

_MAX_CELL = 16_000_000
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = (",", "\t", ";")


def decode(raw: bytes, path: Path, declared: str | None = None) -> tuple[str, str]:
    """The text of a file and its encoding: as declared; else by BOM, else strict UTF-8, else strict CP932.

    A byte order mark always wins over a declared ``utf-8``, because editors add one.

    Raises:
        SourceError: If no encoding fits; the first bytes in question are shown.
    """
    by_mark = next((name for mark, name in _BOMS if raw.startswith(mark)), None)
    if by_mark and declared in (None, "utf-8", by_mark):
        tried = [by_mark]
    else:
        tried = [declared] if declared else ["utf-8", "cp932"]
    failure: UnicodeDecodeError | None = None
    for encoding in tried:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError as error:
            failure = error
    assert failure is not None  # noqa: S101 (every list above holds a name)
    line = raw[: failure.start].count(b"\n") + 1
    shown = raw[failure.start : failure.start + 8].hex(" ")
    raise SourceError("encoding-unknown", file=path, tried=tried, line=line, bytes=shown)


def read_text_grid(path: Path, raw: bytes, declared: str | None = None) -> Grid:
    """Every record of a text file.

    Raises:
        SourceError: If the encoding is unknown or a quotation never ends.
    """
    text, encoding = decode(raw, path, declared)
    delimiter = _delimiter(text)
    records, lines = _records(text, delimiter, path)
    return Grid(
        path=path,
        container="tsv" if delimiter == "\t" else "csv",
        records=records,
        encoding=encoding,
        newline=_newline(text),
        delimiter=delimiter,
        lines=lines,
    )


def _records(text: str, delimiter: str, path: Path) -> tuple[list[list[str]], list[int]]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    lines: list[int] = []
    began = 1
    try:
        for record in reader:
            records.append(record)
            lines.append(began)
            began = reader.line_num + 1
    except csv.Error:
        raise SourceError("text-broken", file=path, line=reader.line_num) from None
    return records, lines


def _delimiter(text: str) -> str:
    """The sign that separates most in the first line that has any; a comma if none has."""
    for line in text.splitlines()[:30]:
        counts = {sign: line.count(sign) for sign in _DELIMITERS}
        best = max(counts, key=lambda sign: counts[sign])
        if counts[best]:
            return best
    return ","


def _newline(text: str) -> str | None:
    crlf = text.count("\r\n")
    found = {"crlf": crlf, "lf": text.count("\n") - crlf, "cr": text.count("\r") - crlf}
    used = [name for name, count in found.items() if count]
    if len(used) > 1:
        return "mixed"
    return used[0] if used else None
