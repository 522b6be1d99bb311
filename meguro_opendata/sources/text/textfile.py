"""Text files (CSV, TSV): the encoding is decided, not guessed, and every record keeps its line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import polars as pl

from meguro_opendata.errors import SourceError
from meguro_opendata.files.csvlimit import longest_cell
from meguro_opendata.sources.table import Grid, columns_of
from meguro_opendata.sources.text.blocks import (
    BOMS,
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
)
from meguro_opendata.sources.text.records import MOST_COLUMNS, Breaks, Records, breaks_of, refuse_padding

__all__ = ["TextRead", "decode", "read_text", "read_text_grid"]

_MAX_CELL = 16_000_000
_DELIMITERS = (",", "\t", ";")
_QUOTED = re.compile('"[^"]*"')
_SEARCHED = 20_000
_BATCH = 20_000
_AHEAD = 2


class _UncertainError(Exception):
    """A block that polars might read in another way than the ``csv`` module."""


@dataclass
class _Progress:
    """How far a file has been read, and what its shape is so far."""

    lines: list[Sequence[int]] = field(default_factory=list)
    line: int = 0
    height: int = 0
    width: int = 0
    filled: int = 0
    breaks: Breaks = field(default_factory=Breaks)

    def add(self, records: Records) -> None:
        """Count the records of a block.

        Raises:
            TooManyRecordsError: If there are more than are read.
            TooUnevenError: If one of them has very many more cells than the others.
        """
        height = records.cells.height
        self._count(records)
        first = self.line + 1
        own = array("l", (first + at for at in records.lines)) if records.lines else range(first, first + height)
        self.lines.append(own)
        self.line += records.breaks.crlf + records.breaks.lf
        self.breaks = self.breaks.plus(records.breaks)

    def _count(self, records: Records) -> None:
        self.height += records.cells.height
        self.width = max(self.width, records.cells.width)
        self.filled += records.cells.height * records.cells.width if records.widths is None else sum(records.widths)
        if self.height > MOST_RECORDS:
            raise TooManyRecordsError
        refuse_padding(self.height, self.width, self.filled)

    def all_lines(self) -> Sequence[int]:
        """The line of each record."""
        if all(isinstance(part, range) for part in self.lines):
            last = self.lines[-1]
            if last and last[-1] == sum(map(len, self.lines)):
                return range(1, last[-1] + 1)
        return array("l", chain.from_iterable(self.lines))


@dataclass
class _Cells:
    """All cells of a file."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    widths: list[Sequence[int] | int] = field(default_factory=list)

    def take(self, records: Records) -> None:
        """Keep the cells of a block."""
        self.frames.append(records.cells)
        self.widths.append(records.widths if records.widths is not None else records.cells.width)

    def cells(self) -> pl.DataFrame:
        """All records as one table as wide as the widest."""
        names = [str(index) for index in range(max(frame.width for frame in self.frames))]
        wide = [frame.with_columns(pl.lit("").alias(name) for name in names[frame.width :]) for frame in self.frames]
        return pl.concat(wide, rechunk=False)

    def all_widths(self) -> Sequence[int] | None:
        """The width of each record, ``None`` if all are the same."""
        if len({width if isinstance(width, int) else None for width in self.widths}) == 1 and isinstance(
            self.widths[0], int
        ):
            return None
        parts = zip(self.widths, self.frames, strict=True)
        return array("l", chain.from_iterable([w] * frame.height if isinstance(w, int) else w for w, frame in parts))


class Taker(Protocol):
    """Takes the records of a file, block by block."""

    def take(self, records: Records) -> None:
        """The next records."""


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
    """

    taker: AnyTaker
    encoding: str
    delimiter: str
    newline: str | None
    lines: Sequence[int]


def read_text_grid(path: Path, declared: str | None = None) -> Grid:
    """Every record of a text file; encoding and errors as :func:`read_text`."""
    read = read_text(path, _Cells, declared)
    return Grid(
        path=path,
        container="tsv" if read.delimiter == "\t" else "csv",
        cells=read.taker.cells(),
        encoding=read.encoding,
        newline=read.newline,
        delimiter=read.delimiter,
        lines=read.lines,
        widths=read.taker.all_widths(),
    )


def read_text(path: Path, begin: Callable[[], AnyTaker], declared: str | None = None) -> TextRead[AnyTaker]:
    """Hand every record of a text file to a taker; the file is never in memory as a whole.

    The encoding is the declared one; else that of the byte order mark, else UTF-8 if every byte fits, else CP932. A
    byte order mark always wins over a declared ``utf-8``, because editors add one.

    Args:
        path: The file.
        begin: Makes a taker; called again when a later block shows that the file must be read in another way.
        declared: The encoding, where that is known.

    Raises:
        SourceError: If no encoding fits (the first bytes in question are shown), a quotation never ends, or a record is
            longer than any table's.
    """
    with path.open("rb") as file:
        candidates = _candidates(file.read(4), declared, path)
    failures = list[BadByteError]()
    for encoding in candidates:
        try:
            return _read(path, encoding, begin)
        except BadByteError as error:
            failures.append(error)
        except RecordTooLongError:
            raise SourceError("record-too-long", file=path, limit=LONGEST_RECORD) from None
        except TooManyColumnsError as error:
            raise SourceError("too-many-columns", file=path, count=error.args[0], limit=MOST_COLUMNS) from None
        except TooManyRecordsError:
            raise SourceError("too-many-records", file=path, limit=MOST_RECORDS) from None
        except TooUnevenError as error:
            raise SourceError("text-too-uneven", file=path, count=error.args[0]) from None
    raise _unknown_encoding(path, candidates, failures[-1])


def decode(raw: bytes, path: Path) -> tuple[str, str]:
    """The text of a small file that is in memory, and its encoding, decided as :func:`read_text_grid` does.

    Raises:
        SourceError: If no encoding fits.
    """
    candidates = _candidates(raw[:4], None, path)
    failures = list[BadByteError]()
    for encoding in candidates:
        try:
            return utf8(raw, encoding).decode("utf-8" if encoding == "cp932" else encoding), encoding
        except BadByteError as error:
            failures.append(error)
        except UnicodeDecodeError as error:
            failures.append(BadByteError(raw[: error.start].count(b"\n"), raw[error.start : error.start + 8].hex(" ")))
    raise _unknown_encoding(path, candidates, failures[-1])


def _unknown_encoding(path: Path, tried: list[str], failure: BadByteError) -> SourceError:
    return SourceError("encoding-unknown", file=path, tried=tried, line=failure.line + 1, bytes=failure.shown)


def _candidates(start: bytes, declared: str | None, path: Path) -> list[str]:
    named = _standard_name(declared, path)
    by_mark = next((name for mark, name in BOMS if start.startswith(mark)), None)
    if by_mark and named in (None, "utf-8", by_mark):
        return [by_mark]
    return [named] if named else ["utf-8", "cp932"]


def _standard_name(declared: str | None, path: Path) -> str | None:
    """The name by which Python knows an encoding.

    >>> _standard_name("UTF8", Path("a.csv"))
    'utf-8'
    """
    try:
        return codecs.lookup(declared).name if declared else None
    except LookupError:
        raise SourceError("encoding-name", file=path, name=declared) from None


def _read(path: Path, encoding: str, begin: Callable[[], AnyTaker]) -> TextRead[AnyTaker]:
    reading = _Reading(begin())
    if path.stat().st_size <= SMALL:
        _by_records(path, encoding, reading)
    else:
        try:
            _by_blocks(path, encoding, reading)
        except _UncertainError:
            reading = _Reading(begin())
            _by_records(path, encoding, reading)
    if not reading.progress.height:
        raise SourceError("file-empty", file=path)
    progress = reading.progress
    return TextRead(reading.taker, encoding, reading.delimiter, progress.breaks.kind, progress.all_lines())


@dataclass
class _Reading(Generic[AnyTaker]):
    """One way through a file."""

    taker: AnyTaker
    delimiter: str = ""
    progress: _Progress = field(default_factory=_Progress)

    def add(self, records: Records) -> None:
        """Count the records of a block and hand them on."""
        self.progress.add(records)
        self.taker.take(records)


def _by_blocks(path: Path, encoding: str, reading: _Reading[Any]) -> None:
    """The file block by block, as columns from the start; while some are parsed, the next is read and decoded."""
    from meguro_opendata.sources.text.block_parser import parse_block

    with ThreadPoolExecutor(max_workers=_AHEAD) as parser:
        waiting: deque[Future[Records | None]] = deque()
        for raw, marks in blocks(path, encoding):
            text = _from_encoding(raw, encoding, reading, waiting)
            reading.delimiter = reading.delimiter or _delimiter(text)
            waiting.append(parser.submit(parse_block, text, marks, reading.delimiter))
            if len(waiting) > _AHEAD:
                reading.add(_parsed(waiting.popleft(), reading))
        while waiting:
            reading.add(_parsed(waiting.popleft(), reading))


def _from_encoding(raw: bytes, encoding: str, reading: _Reading[Any], waiting: deque[Future[Records | None]]) -> bytes:
    try:
        return utf8(raw, encoding)
    except BadByteError as error:
        while waiting:
            reading.add(_parsed(waiting.popleft(), reading))
        raise error.after(reading.progress.line) from None


def _parsed(future: Future[Records | None], reading: _Reading[Any]) -> Records:
    try:
        records = future.result()
    except BadByteError as error:
        raise error.after(reading.progress.line) from None
    if records is None:
        raise _UncertainError
    return records


class _Lines:
    """The physical lines of a file; ``taken`` are those of the record that is being read."""

    def __init__(self, path: Path, encoding: str, progress: _Progress) -> None:
        self._blocks = blocks(path, encoding, quoted=False)
        self._encoding = encoding
        self._progress = progress
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        line = 0
        for raw, _ in self._blocks:
            try:
                block = utf8(raw, self._encoding)
                refuse_bad_bytes(block)
            except BadByteError as error:
                raise error.after(line) from None
            line += block.count(b"\n")
            self._progress.breaks = self._progress.breaks.plus(breaks_of(block))
            for written in io.StringIO(block.decode("utf-8"), newline=""):
                self.taken.append(written)
                yield written


def _by_records(path: Path, encoding: str, reading: _Reading[Any]) -> None:
    """The file record by record, as the ``csv`` module reads it."""
    with longest_cell(_MAX_CELL):
        _read_records(path, encoding, reading)


def _read_records(path: Path, encoding: str, reading: _Reading[Any]) -> None:
    progress = reading.progress
    reading.delimiter = _delimiter(next(utf8(raw, encoding) for raw, _ in blocks(path, encoding, quoted=False)))
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
                reading.add(_records(batch, begins, progress.line))
                batch, begins = [], []
        list(csv.reader(last, delimiter=reading.delimiter, strict=True))
    except csv.Error:
        raise SourceError("text-broken", file=path, line=begins[-1] + 1 if begins else began + 1) from None
    if batch:
        reading.add(_records(batch, begins, progress.line))


def _records(batch: Sequence[Sequence[str]], begins: Sequence[int], line: int) -> Records:
    widths = list(map(len, batch))
    refuse_padding(len(batch), max(widths), sum(widths))
    uneven = widths if len(set(widths)) > 1 else None
    return Records(columns_of(batch), uneven, [at - line for at in begins], Breaks())


def _delimiter(text: bytes) -> str:
    """The sign that separates cells: it stands, outside quotations, in most lines at the beginning of the file.

    Of two in as many lines the one that stands there equally often in most of them; a comma if none does.
    """
    start = _QUOTED.sub("", text[:_SEARCHED].decode("utf-8", errors="replace"))
    return max(_DELIMITERS, key=lambda sign: _regularity(start.splitlines(), sign))


def _regularity(lines: Sequence[str], sign: str) -> tuple[int, int, int]:
    """In how many lines a sign stands, in how many of them equally often, and how often in all.

    >>> _regularity(["a,b", "c,d", "e", "1,2,3"], ",")
    (3, 2, 4)
    """
    counts = Counter(number for line in lines if (number := line.count(sign)))
    return counts.total(), max(counts.values(), default=0), sum(number * times for number, times in counts.items())
