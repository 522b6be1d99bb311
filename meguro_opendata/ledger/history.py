"""The ledger read for counting: one pass that keeps, of every file, when it came and where it still is.

A million lines are decoded in blocks into the few keys that counting needs, each checked for its type; what they say
is kept as numbers (``seen.py``). The lines that matter for more (a dataset's newest, datings, records) are then read
in full. The chain is not checked here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Literal, NoReturn

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import storage_guard
from meguro_opendata.japan.calendar import JST
from meguro_opendata.ledger.chain import entry_at, ledger_lines
from meguro_opendata.ledger.entries import (
    DATING,
    FILE_EVENTS,
    PUBLISH,
    PUBLISHED,
    RECORD,
    UPDATE,
    WITHDRAW,
    Dating,
    Entry,
    Record,
)
from meguro_opendata.ledger.seen import DatasetSeen, line_of, mark_of, marks_between

__all__ = ["History", "scan_ledger"]

_BLOCK = 1 << 18
_NEWLINE = ord("\n")
_OFFSET = "+09:00"


class _Line(msgspec.Struct, gc=False):
    """The keys of a line that counting needs."""

    event: Literal["publish", "update", "withdraw", "dating", "record"]
    time: str
    dataset: str = ""
    resource: str = ""
    portal: str = ""
    standard: str | None = None
    origin: Literal["published", "harvested"] = "published"


_DECODER = msgspec.json.Decoder(_Line)


@dataclass
class History:
    """What the ledger says of what happened up to the end of a day.

    Attributes:
        datasets: Each dataset that has events.
        datings: All of them, whenever they were entered, each with the number of its line.
        records: Likewise.
        lines: How many lines there are, later ones included.
        end: The first mark that is later than asked for.
        blocks: Of each piece that was read its first line, its place in the file, and its size.
    """

    path: Path
    end: int
    datasets: dict[str, DatasetSeen] = field(default_factory=dict)
    datings: list[tuple[int, Dating]] = field(default_factory=list)
    records: list[tuple[int, Record]] = field(default_factory=list)
    lines: int = 0
    blocks: list[tuple[int, int, int]] = field(default_factory=list)

    def entries(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """The entries on some lines, read in full, by number; only the blocks that hold them are read.

        Raises:
            MeguroOpendataError: If a line cannot be read.
        """
        return {number: entry_at(self.path, number, line) for number, line in self._read(sorted(set(numbers)))}

    def _read(self, numbers: list[int]) -> Iterator[tuple[int, bytes]]:
        firsts = [first for first, _, _ in self.blocks]
        if not numbers:
            return
        with storage_guard(self.path), self.path.open("rb") as file:
            for block, wanted in groupby(numbers, lambda number: bisect_right(firsts, number) - 1):
                first, offset, size = self.blocks[block]
                file.seek(offset)
                lines = file.read(size).split(b"\n")
                yield from ((number, lines[number - first]) for number in wanted)


def scan_ledger(path: Path, until: date) -> History:
    """Read what had happened by the end of a day in Japan; nothing if there is no ledger yet.

    Datings and records are about a day of their own, and all there: what is entered late is a correction.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
        StorageError: If the file cannot be read.
    """
    history = History(path, marks_between(until, until).stop)
    if not path.exists():
        return history
    figures: list[int] = []
    for block in _blocks(history):
        _count_block(block, history, figures)
    _refuse_nameless(history)
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
    with storage_guard(history.path), history.path.open("rb") as file:
        while size := file.readinto(buffer):
            cut = buffer.rfind(b"\n", 0, size) + 1
            if cut or size < len(buffer):
                history.blocks.append((history.lines + 1, offset, cut or size))
                yield memoryview(buffer)[: cut or size]
                offset += cut or size
            else:
                buffer = bytearray(2 * len(buffer))
            file.seek(offset)


def _count_block(block: memoryview, history: History, figures: list[int]) -> None:
    """Enter the lines of a block; the numbers of those to be read in full go into ``figures``.

    Nearly all lines of a large ledger replace a file where it is, or publish a new one: those take the short way.
    """
    lines = _decoded(block, history)
    mark, day, next_day = history.lines, "", ""
    history.lines += len(lines)
    find, end = history.datasets.get, history.end
    for line in lines:
        mark += 1
        time = line.time
        if not day <= time < next_day or time[19:] != _OFFSET:
            mark, day, next_day = _turned(history.path, line_of(mark), time)
        dataset, name = find(line.dataset), line.resource
        if dataset is None or mark < dataset.own or line.origin != PUBLISHED or line.portal != dataset.home:
            _enter(history, line, mark, figures)
        elif mark >= end and name and line.event in FILE_EVENTS:
            dataset.enter_later(name, mark, own=True)
        elif line.event == UPDATE and name in dataset.once:
            dataset.replaced[name] = dataset.own = mark
        elif line.event == PUBLISH and name not in dataset.files and dataset.once.setdefault(name, mark) == mark:
            dataset.own = mark
        else:
            _enter(history, line, mark, figures)


def _turned(path: Path, number: int, time: str) -> tuple[int, str, str]:
    """The mark of a line whose day is not the one before's, and between which texts times of that day lie.

    There are none between if the time is not written as the ledger writes times.
    """
    try:
        moment = datetime.fromisoformat(time)
        day = moment.astimezone(JST).date() if moment.tzinfo else None
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise MeguroOpendataError("ledger-broken", file=path, line=number)
    texts = (day.isoformat(), f"{day.isoformat()}U") if time[19:] == _OFFSET else ("", "")
    return mark_of(day, number), *texts


def _enter(history: History, line: _Line, mark: int, figures: list[int]) -> None:
    """Enter a line the long way: when its file came first, and, if it is not later than asked for, where it is now."""
    if line.event in (DATING, RECORD):
        figures.append(line_of(mark))
        return
    if not line.dataset or not line.resource:
        raise MeguroOpendataError("ledger-broken", file=history.path, line=line_of(mark))
    dataset = history.datasets.get(line.dataset)
    if dataset is None:
        dataset = history.datasets[line.dataset] = DatasetSeen(line.portal)
    own = line.origin == PUBLISHED
    if mark >= history.end:
        dataset.enter_later(line.resource, mark, own=own)
        return
    if own:
        dataset.own = max(dataset.own, mark)
    else:
        dataset.other = max(dataset.other, mark)
    dataset.opened(line.resource, mark, own=own).enter(line.portal, mark, own=own, withdrawn=line.event == WITHDRAW)


def _refuse_nameless(history: History) -> None:
    for dataset in history.datasets.values():
        if "" in dataset.once:
            raise MeguroOpendataError("ledger-broken", file=history.path, line=line_of(dataset.once[""]))


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
