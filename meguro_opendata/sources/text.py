"""Text files (CSV, TSV): the encoding is decided, not guessed, and every record keeps its line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.table import Grid

__all__ = ["decode", "read_text_grid"]

_MAX_CELL = 16_000_000
_BOMS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS = (",", "\t", ";")
_QUOTED = re.compile('"[^"]*"')
_SEARCHED = 20_000
_NO_LETTER = re.compile("[\uf8f0-\uf8f3\xa0]")


def decode(raw: bytes, path: Path, declared: str | None = None) -> tuple[str, str]:
    """The text of a file and its encoding: as declared; else by BOM, else strict UTF-8, else strict CP932.

    A byte order mark always wins over a declared ``utf-8``, because editors add one.

    Raises:
        SourceError: If no encoding fits; the first bytes in question are shown.
    """
    named = _standard_name(declared, path)
    by_mark = next((name for mark, name in _BOMS if raw.startswith(mark)), None)
    candidates = [named] if named else ["utf-8", "cp932"]
    tried = [by_mark] if by_mark and named in (None, "utf-8", by_mark) else candidates
    failure: UnicodeDecodeError | None = None
    for encoding in tried:
        try:
            return _strictly(raw, encoding).rstrip("\x1a"), encoding
        except UnicodeDecodeError as error:
            failure = error
    assert failure is not None  # noqa: S101 (every list above holds a name)
    line = failure.object[: failure.start].count(b"\n") + 1
    shown = failure.object[failure.start : failure.start + 8].hex(" ")
    raise SourceError("encoding-unknown", file=path, tried=tried, line=line, bytes=shown)


def _strictly(raw: bytes, encoding: str) -> str:
    """The text; bytes that CP932 does not have, though Python maps them to private letters, are refused."""
    text = raw.decode(encoding)
    found = _NO_LETTER.search(text) if encoding == "cp932" else None
    if found:
        at = len(text[: found.start()].encode(encoding))
        raise UnicodeDecodeError(encoding, raw, at, at + 1, "no letter")
    return text


def _standard_name(declared: str | None, path: Path) -> str | None:
    """The name by which Python knows an encoding.

    >>> _standard_name("UTF8", Path("a.csv"))
    'utf-8'
    """
    try:
        return codecs.lookup(declared).name if declared else None
    except LookupError:
        raise SourceError("encoding-name", file=path, name=declared) from None


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
    if lines:
        _refuse_open_quotation(text, delimiter, lines[-1], path)
    return records, lines


def _refuse_open_quotation(text: str, delimiter: str, line: int, path: Path) -> None:
    """The last record, read strictly: a quotation that never ends has swallowed all that follows."""
    rest = io.StringIO(text, newline="")
    last = [part for number, part in enumerate(rest, start=1) if number >= line]
    try:
        list(csv.reader(last, delimiter=delimiter, strict=True))
    except csv.Error:
        raise SourceError("text-broken", file=path, line=line) from None


def _delimiter(text: str) -> str:
    """The sign that stands most often outside quotations at the beginning of the file; a comma if none does."""
    start = _QUOTED.sub("", text[:_SEARCHED])
    return max(_DELIMITERS, key=start.count)


def _newline(text: str) -> str | None:
    crlf = text.count("\r\n")
    found = {"crlf": crlf, "lf": text.count("\n") - crlf, "cr": text.count("\r") - crlf}
    used = [name for name, count in found.items() if count]
    if len(used) > 1:
        return "mixed"
    return used[0] if used else None
