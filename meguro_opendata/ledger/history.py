"""The ledger read for counting: one pass that keeps, of every file, when it came and where it still is.

A million lines are decoded in blocks into the few keys that counting needs, each checked for its type; the lines that
matter for more (a dataset's newest, datings, records) are then read in full. The chain is not checked here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NoReturn

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files import storage_guard
from meguro_opendata.ledger.chain import entry_at, ledger_lines
from meguro_opendata.ledger.entries import (
    DATING,
    FILE_EVENTS,
    JST,
    PUBLISH,
    PUBLISHED,
    RECORD,
    UPDATE,
    WITHDRAW,
    Dating,
    Entry,
    Record,
)

__all__ = ["DatasetSeen", "History", "Seen", "scan_ledger"]

_BLOCK = 1 << 22
_NEWLINE = ord("\n")
_OFFSET = "+09:00"
_NOWHERE: frozenset[str] = frozenset()


class _Line(msgspec.Struct, gc=False):
    """The keys of a line that counting needs."""

    event: str
    time: str
    dataset: str = ""
    resource: str = ""
    portal: str = ""
    standard: str | None = None
    origin: str = PUBLISHED


_DAYS: set[str] = set()
_DECODER = msgspec.json.Decoder(_Line)


class Seen(msgspec.Struct, gc=False):
    """What is known of one file.

    Attributes:
        first: The day of its first event, ``YYYY-MM-DD``.
        last: The day of its last one up to the day asked for, empty if there is none.
        line: The number of the first event's line.
        own: Whether that was this tool's publication; ``False`` for a catalogue's own date.
        places: The portals that have it; none once it has been withdrawn from all.
    """

    first: str
    last: str
    line: int
    own: bool
    places: frozenset[str]


class DatasetSeen(msgspec.Struct, gc=False):
    """What is known of one dataset: its files by name, its newest event, and the newest of this tool's own.

    Attributes:
        last: The day of the newest event up to the day asked for, empty if there is none.
        line: The number of its line.
        own: The day of the newest event that is this tool's own, empty if there is none.
    """

    files: dict[str, Seen] = {}
    last: str = ""
    line: int = 0
    own: str = ""


@dataclass
class History:
    """What the ledger says of what happened up to the end of a day.

    Attributes:
        datasets: Each dataset that has events; of what came later, only when it came first.
        datings: All of them, whenever they were entered, each with the number of its line.
        records: Likewise.
        lines: How many lines there are, later ones included.
    """

    path: Path
    datasets: dict[str, DatasetSeen] = field(default_factory=dict)
    datings: list[tuple[int, Dating]] = field(default_factory=list)
    records: list[tuple[int, Record]] = field(default_factory=list)
    lines: int = 0
    blocks: list[tuple[int, int]] = field(default_factory=list)

    def entries(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """The entries on some lines, read in full, by number; only the blocks that hold them are read.

        Raises:
            MeguroOpendataError: If a line cannot be read.
        """
        return {number: entry_at(self.path, number, line) for number, line in self._read(sorted(set(numbers)))}

    def _read(self, numbers: list[int]) -> Iterator[tuple[int, bytes]]:
        firsts = [first for first, _ in self.blocks]
        if not numbers:
            return
        with storage_guard(self.path), self.path.open("rb") as file:
            for block, wanted in groupby(numbers, lambda number: bisect_right(firsts, number) - 1):
                first, offset = self.blocks[block]
                file.seek(offset)
                lines = file.read(_BLOCK).split(b"\n")
                yield from ((number, lines[number - first]) for number in wanted)


def scan_ledger(path: Path, until: date) -> History:
    """Read what had happened by the end of a day in Japan; nothing if there is no ledger yet.

    Datings and records are about a day of their own, and all there: what is entered late is a correction.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
        StorageError: If the file cannot be read.
    """
    history = History(path)
    if not path.exists():
        return history
    figures: list[int] = []
    for block in _blocks(history):
        _count_block(block, history, until.isoformat(), figures)
    for number, entry in history.entries(figures).items():
        if isinstance(entry, Dating):
            history.datings.append((number, entry))
        elif isinstance(entry, Record):
            history.records.append((number, entry))
    return history


def _blocks(history: History) -> Iterator[memoryview]:
    """Pieces of the file that end with a line, in one buffer that is used again; where each begins is kept."""
    buffer = bytearray(_BLOCK)
    offset = 0
    with storage_guard(history.path), history.path.open("rb", buffering=0) as file:
        while size := file.readinto(buffer):
            cut = buffer.rfind(b"\n", 0, size) + 1 or size
            history.blocks.append((history.lines + 1, offset))
            yield memoryview(buffer)[:cut]
            offset += cut
            file.seek(offset)


def _count_block(block: memoryview, history: History, until: str, figures: list[int]) -> None:
    """Enter the lines of a block; the numbers of those to be read in full go into ``figures``.

    Nearly all lines of a large ledger replace a file where it is, or publish a new one: those take the short way.
    """
    number = history.lines
    lines = _decoded(block, history)
    history.lines += len(lines)
    find, days = history.datasets.get, _DAYS
    for line in lines:
        number += 1
        time = line.time
        day = time[:10]
        if day not in days or time[19:] != _OFFSET:
            day = _day(history.path, number, time)
        dataset = find(line.dataset)
        seen = dataset.files.get(line.resource) if dataset else None
        if dataset and dataset.last <= day <= until and _is_next(seen, line):
            dataset.last = dataset.own = day
            dataset.line = number
            if seen is None:
                dataset.files[line.resource] = Seen(day, day, number, True, _only(line.portal))
            else:
                seen.last = day
        elif line.event in (DATING, RECORD):
            figures.append(number)
        else:
            _enter(history, line, day, number, later=day > until)


def _is_next(seen: Seen | None, line: _Line) -> bool:
    """Whether a line of this tool's own is a file's first publication, or replaces it where it is."""
    if line.origin != PUBLISHED:
        return False
    if seen is None:
        return line.event == PUBLISH and line.resource != ""
    return line.event == UPDATE and line.portal in seen.places


def _enter(history: History, line: _Line, day: str, number: int, *, later: bool) -> None:
    """Enter an event: when a file came first, and, if it is not later than asked for, what it is now."""
    if line.event not in FILE_EVENTS or not line.dataset or not line.resource:
        raise MeguroOpendataError("ledger-broken", file=history.path, line=number)
    dataset = history.datasets.get(line.dataset)
    if dataset is None:
        dataset = history.datasets[line.dataset] = DatasetSeen()
    own = line.origin == PUBLISHED
    seen = dataset.files.get(line.resource)
    if seen is None:
        seen = dataset.files[line.resource] = Seen(day, "", number, own, _NOWHERE)
    elif day < seen.first:
        seen.first, seen.line, seen.own = day, number, own
    elif day == seen.first:
        seen.own &= own
    if not later:
        _see_newest(dataset, seen, line, day, number)


def _decoded(block: memoryview, history: History) -> list[_Line]:
    try:
        lines = _DECODER.decode_lines(block)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        lines = []
    if len(lines) != _count_lines(block):
        _refuse_broken(history.path)
    return lines


def _count_lines(block: memoryview) -> int:
    """The lines of a block, blank ones included; a last one without its newline is one, too."""
    whole: bytearray = block.obj  # type: ignore[assignment]
    return whole.count(b"\n", 0, len(block)) + (block[-1] != _NEWLINE)


def _refuse_broken(path: Path) -> NoReturn:
    """Read line by line, so that the error names the one that cannot be read."""
    number = 0
    for number, line, ended in ledger_lines(path):
        entry_at(path, number, line, ended=ended)
    raise MeguroOpendataError("ledger-broken", file=path, line=number)


def _see_newest(dataset: DatasetSeen, seen: Seen, line: _Line, day: str, number: int) -> None:
    """Enter where a file is, and what is newest of its dataset."""
    if day >= dataset.last:
        dataset.last, dataset.line = day, number
    if line.origin == PUBLISHED and day > dataset.own:
        dataset.own = day
    if day < seen.last:
        return
    seen.last = day
    if line.event == WITHDRAW:
        seen.places -= {line.portal}
    elif line.portal not in seen.places:
        seen.places = seen.places | {line.portal} if seen.places else _only(line.portal)


def _day(path: Path, number: int, time: str) -> str:
    """The day in Japan of a time; those that are written as the ledger writes them are noted as known."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        raise MeguroOpendataError("ledger-broken", file=path, line=number) from None
    if moment.tzinfo is None:
        raise MeguroOpendataError("ledger-broken", file=path, line=number)
    day = moment.astimezone(JST).date().isoformat()
    if time[:10] == day and time[19:] == _OFFSET:
        _DAYS.add(day)
    return day


@cache
def _only(portal: str) -> frozenset[str]:
    return frozenset({portal})
