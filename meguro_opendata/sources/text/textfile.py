"""Text files (CSV, TSV): the encoding is decided, not guessed, and every record keeps its line."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from meguro_opendata.errors import SourceError
from meguro_opendata.files.csvlimit import longest_cell
from meguro_opendata.sources.rewriting import needs_rewriting
from meguro_opendata.sources.table import Grid, columns_of
from meguro_opendata.sources.text.blocks import (
    LONGEST_RECORD,
    MOST_RECORDS,
    SMALL,
    BadByteError,
    RecordTooLongError,
    TooManyColumnsError,
    TooManyRecordsError,
    TooUnevenError,
    blocks,
    refuse_bad_bytes,
    utf8,
    without_marks,
)
from meguro_opendata.sources.text.delimiters import delimiter_of
from meguro_opendata.sources.text.encodings import SEARCHED, candidates, next_candidates, refused
from meguro_opendata.sources.text.gathering import Cells, CellsAsWritten, Progress
from meguro_opendata.sources.text.records import MOST_COLUMNS, Breaks, Records, breaks_of, refuse_padding

__all__ = ["TextRead", "decode", "read_text", "read_text_grid"]

_MAX_CELL = 16_000_000
_BATCH = 20_000
_AHEAD = 2


class _UncertainError(Exception):
    """A block that polars might read in another way than the ``csv`` module."""


class Taker(Protocol):
    """Takes the records of a file, block by block."""

    def take(self, records: Records) -> None:
        """Add the next records."""


AnyTaker = TypeVar("AnyTaker", bound=Taker)


@dataclass(frozen=True)
class TextRead(Generic[AnyTaker]):
    """A text file that has been read.

    Attributes:
        taker: What took its records.
        encoding: As decided.
        delimiter: The sign between cells.
        newline: The kind of its line breaks.
        lines: The physical line on which each record begins.
        marks: The lines at whose beginning a stray byte order mark was found.
    """

    taker: AnyTaker
    encoding: str
    delimiter: str
    newline: str | None
    lines: Sequence[int]
    marks: tuple[int, ...] = ()


def read_text_grid(path: Path, declared: str | None = None, *, as_written: bool = False) -> Grid:
    """Return every record of a text file; encoding and errors as :func:`read_text`.

    Args:
        path: The file.
        declared: Its encoding, where that is known.
        as_written: Take nothing off any cell, and the first record for the header.
    """
    taker = CellsAsWritten if as_written else Cells
    read = read_text(path, taker, declared, header_first=as_written)
    return Grid(
        path=path,
        container="tsv" if read.delimiter == "\t" else "csv",
        cells=read.taker.cells(),
        encoding=read.encoding,
        newline=read.newline,
        delimiter=read.delimiter,
        lines=read.lines,
        widths=read.taker.all_widths(),
        marks=read.marks,
        rewritten=tuple(read.taker.rewritten),
    )


def read_text(
    path: Path, begin: Callable[[], AnyTaker], declared: str | None = None, *, header_first: bool = False
) -> TextRead[AnyTaker]:
    """Hand every record of a text file to a taker; the file is never in memory as a whole.

    The encoding is the declared one; else that of the byte order mark, else UTF-8 if every byte fits, else CP932, or
    ISO-2022-JP, EUC-JP or UTF-16 where the bytes are certainly of these. A byte order mark always wins over a declared
    ``utf-8``, because editors add one.

    Args:
        path: The file.
        begin: Makes a taker; called again when a later block shows that the file must be read in another way.
        declared: The encoding, where that is known.
        header_first: The first record is the header for certain.

    Raises:
        SourceError: If no encoding fits (the first bytes in question are shown), a quotation never ends, or a record is
            longer than any table's.
    """
    with path.open("rb") as file:
        start = file.read(SEARCHED)
    waiting = candidates(start, declared, path)
    failures = list[tuple[str, BadByteError]]()
    while waiting:
        encoding = waiting.pop(0)
        try:
            return _read_as(path, encoding, begin, header_first=header_first)
        except BadByteError as error:
            failures.append((encoding, error))
            if encoding == "utf-8" and waiting:
                with path.open("rb") as file:
                    waiting = next_candidates(path, start, error, file)
    raise refused(path, failures)


def _read_as(path: Path, encoding: str, begin: Callable[[], AnyTaker], *, header_first: bool) -> TextRead[AnyTaker]:
    """Read a file in one encoding; a :class:`BadByteError` says that it has another one."""
    try:
        return _read(path, encoding, begin, header_first=header_first)
    except RecordTooLongError:
        raise SourceError("record-too-long", file=path, limit=LONGEST_RECORD) from None
    except TooManyColumnsError as error:
        raise SourceError("too-many-columns", file=path, count=error.args[0], limit=MOST_COLUMNS) from None
    except TooManyRecordsError:
        raise SourceError("too-many-records", file=path, limit=MOST_RECORDS) from None
    except TooUnevenError as error:
        raise SourceError("text-too-uneven", file=path, count=error.args[0]) from None


def decode(raw: bytes, path: Path) -> tuple[str, str]:
    """Return the text of a small file that is in memory, and its encoding, decided as :func:`read_text_grid` does.

    Raises:
        SourceError: If no encoding fits.
    """
    waiting = candidates(raw[:SEARCHED], None, path)
    failures = list[tuple[str, BadByteError]]()
    while waiting:
        encoding = waiting.pop(0)
        try:
            return _decoded(raw, encoding), encoding
        except BadByteError as error:
            failures.append((encoding, error))
            if encoding == "utf-8" and waiting:
                waiting = next_candidates(path, raw[:SEARCHED], error, io.BytesIO(raw))
    raise refused(path, failures)


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return utf8(raw, encoding).decode("utf-8" if encoding == "cp932" else encoding)
    except UnicodeDecodeError as error:
        raise BadByteError(raw[: error.start].count(b"\n"), raw[error.start :][:8].hex(" ")) from None


def _read(path: Path, encoding: str, begin: Callable[[], AnyTaker], *, header_first: bool) -> TextRead[AnyTaker]:
    reading = _Reading(begin(), path, header_first=header_first)
    if path.stat().st_size <= SMALL:
        _by_records(path, encoding, reading)
    else:
        try:
            _by_blocks(path, encoding, reading)
        except _UncertainError:
            reading = _Reading(begin(), path, header_first=header_first)
            _by_records(path, encoding, reading)
    progress = reading.progress
    if not progress.height:
        raise SourceError("file-empty", file=path)
    marks = tuple(progress.marks)
    return TextRead(reading.taker, encoding, reading.delimiter, progress.breaks.kind, progress.all_lines(), marks)


@dataclass
class _Reading(Generic[AnyTaker]):
    """One way through a file."""

    taker: AnyTaker
    path: Path
    header_first: bool
    delimiter: str = ""
    progress: Progress = field(default_factory=Progress)

    def add(self, records: Records) -> None:
        """Count the records of a block and hand them on."""
        self.progress.add(records)
        self.taker.take(records)

    def decide_delimiter(self, start: bytes) -> None:
        """Decide by the beginning of the file what separates its cells."""
        first = "\t" if self.path.suffix.lower() in (".tsv", ".tab") else ","
        self.delimiter = delimiter_of(start, first=first, header_first=self.header_first)


class _Parsing(NamedTuple):
    """A block that is being parsed, and what was seen in it before."""

    records: Future[Records | None]
    marks: list[int]
    is_tidy: bool


def _by_blocks(path: Path, encoding: str, reading: _Reading[Any]) -> None:
    """Read the file block by block, as columns from the start; while some are parsed, the next is read and decoded."""
    from meguro_opendata.sources.text.block_parser import parse_block

    with ThreadPoolExecutor(max_workers=_AHEAD) as parser:
        waiting: deque[_Parsing] = deque()
        for raw, quotes in blocks(path, encoding):
            text, marks = _from_encoding(raw, encoding, reading, waiting), None
            if encoding != "cp932":  # which has no such mark
                text, marks = without_marks(text)
            if not reading.delimiter:
                reading.decide_delimiter(text)
            if not text or len(reading.delimiter.encode()) > 1:  # polars separates by a byte
                raise _UncertainError
            parsed = parser.submit(parse_block, text, quotes, reading.delimiter)
            waiting.append(_Parsing(parsed, marks or [], marks is None and b"\0" not in text))
            if len(waiting) > _AHEAD:
                reading.add(_parsed(waiting.popleft(), reading))
        while waiting:
            reading.add(_parsed(waiting.popleft(), reading))


def _from_encoding(raw: bytes, encoding: str, reading: _Reading[Any], waiting: deque[_Parsing]) -> bytes:
    try:
        return utf8(raw, encoding)
    except BadByteError as error:
        while waiting:
            reading.add(_parsed(waiting.popleft(), reading))
        raise error.after(reading.progress.line) from None


def _parsed(parsing: _Parsing, reading: _Reading[Any]) -> Records:
    try:
        records = parsing.records.result()
    except BadByteError as error:
        raise error.after(reading.progress.line) from None
    if records is None:
        raise _UncertainError
    reading.progress.marks += (reading.progress.line + line + 1 for line in parsing.marks)
    return records if parsing.is_tidy else replace(records, is_tidy=False)


class _Lines:
    """The physical lines of a file; ``taken`` are those of the record that is being read."""

    def __init__(self, path: Path, encoding: str, progress: Progress) -> None:
        self._blocks = blocks(path, encoding, quoted=False)
        self._encoding = encoding
        self._progress = progress
        self.taken: list[str] = []
        self.is_tidy = True

    def __iter__(self) -> Iterator[str]:
        line = 0
        for raw, _ in self._blocks:
            try:
                block = utf8(raw, self._encoding)
                refuse_bad_bytes(block)
            except BadByteError as error:
                raise error.after(line) from None
            block, marks = without_marks(block)
            self._progress.marks += (line + mark + 1 for mark in marks or ())
            self.is_tidy = self.is_tidy and not needs_rewriting(block)
            line += block.count(b"\n")
            self._progress.breaks = self._progress.breaks.plus(breaks_of(block))
            for written in io.StringIO(block.decode("utf-8"), newline=""):
                self.taken.append(written)
                yield written


def _by_records(path: Path, encoding: str, reading: _Reading[Any]) -> None:
    """Read the file record by record, as the ``csv`` module reads it."""
    with longest_cell(_MAX_CELL):
        _read_records(path, encoding, reading)


def _read_records(path: Path, encoding: str, reading: _Reading[Any]) -> None:
    progress = reading.progress
    reading.decide_delimiter(next(utf8(raw, encoding) for raw, _ in blocks(path, encoding, quoted=False)))
    lines = _Lines(path, encoding, progress)
    reader = csv.reader(lines, delimiter=reading.delimiter)
    began, batch, begins = 0, list[list[str]](), list[int]()
    try:
        for record in reader:
            if len(record) > MOST_COLUMNS:
                raise TooManyColumnsError(len(record))
            batch.append(record)
            begins.append(began)
            last, lines.taken = lines.taken, []
            began = reader.line_num
            if len(batch) == _BATCH:
                reading.add(replace(_records(batch, begins, progress.line), is_tidy=lines.is_tidy))
                batch, begins = [], []
        list(csv.reader(last, delimiter=reading.delimiter, strict=True))
    except csv.Error:
        raise SourceError("text-broken", file=path, line=begins[-1] + 1 if begins else began + 1) from None
    if batch:
        reading.add(replace(_records(batch, begins, progress.line), is_tidy=lines.is_tidy))


def _records(batch: Sequence[Sequence[str]], begins: Sequence[int], line: int) -> Records:
    widths = list(map(len, batch))
    refuse_padding(len(batch), max(widths), sum(widths))
    uneven = widths if len(set(widths)) > 1 else None
    return Records(columns_of(batch), uneven, [at - line for at in begins], Breaks())
