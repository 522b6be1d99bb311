"""The ledger read for counting: what happened to each file up to the end of a day.

Every line is decoded into the few keys that counting needs. The lines that matter for more (a dataset's newest,
datings, records) are then read in full. The chain is not checked here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Literal, NoReturn

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import storage_guard
from meguro_opendata.japan.calendar import JST
from meguro_opendata.ledger.chain import entry_at, ledger_lines
from meguro_opendata.ledger.datasets import DatasetHistory, Occurrence
from meguro_opendata.ledger.entries import (
    FILE_EVENTS,
    PUBLISHED,
    WITHDRAW,
    Annulment,
    Dating,
    Entry,
    Record,
    SameAs,
    Submission,
)

__all__ = ["History", "scan_ledger"]

_OFFSET = "+09:00"


class _Line(msgspec.Struct, gc=False):
    """The keys of a line that counting needs."""

    event: Literal["publish", "update", "withdraw", "dating", "record", "same_as", "annul", "submission"]
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
        until: That day, ``YYYY-MM-DD``.
        datasets: Each dataset that has events, later ones included.
        datings: All of them, whenever they were entered, each with the number of its line.
        records: Likewise.
        same: What is said to continue something earlier, likewise.
        annulled: What is said to be a mistake, likewise.
        submissions: The quarters that were handed in, likewise.
        offsets: Where each line begins in the file, and where the last one ends.
    """

    path: Path
    until: str
    datasets: dict[str, DatasetHistory] = field(default_factory=dict)
    datings: list[tuple[int, Dating]] = field(default_factory=list)
    records: list[tuple[int, Record]] = field(default_factory=list)
    same: list[tuple[int, SameAs]] = field(default_factory=list)
    annulled: list[tuple[int, Annulment]] = field(default_factory=list)
    submissions: list[tuple[int, Submission]] = field(default_factory=list)
    offsets: array[int] = field(default_factory=lambda: array("Q", [0]))

    @property
    def lines(self) -> int:
        """The number of lines, those that are later than the day asked for included."""
        return len(self.offsets) - 1

    def entries(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """Return the entries on some lines, read in full, by number.

        Raises:
            MeguroOpendataError: If a line cannot be read.
        """
        return {number: entry_at(self.path, number, line) for number, line in self._read(sorted(set(numbers)))}

    def _read(self, numbers: list[int]) -> Iterator[tuple[int, bytes]]:
        if not numbers:
            return
        with storage_guard(self.path), self.path.open("rb") as file:
            for number in numbers:
                begin, end = self.offsets[number - 1 : number + 1]
                file.seek(begin)
                yield number, file.read(end - begin)


def scan_ledger(path: Path, until: date, lines: int | None = None) -> History:
    """Read what had happened by the end of a day in Japan; nothing if there is no ledger yet.

    Datings and records are about a day of their own, and all there: what is entered late is a correction. With
    ``lines``, only so many lines of the file are read: what the ledger knew when it had no more.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
        StorageError: If the file cannot be read.
    """
    history = History(path, until.isoformat())
    days = _Days(path)
    said: list[int] = []
    for number, line in _lines(history, lines):
        day = days.of(line.time, number)
        if line.event in FILE_EVENTS:
            _enter(history, line, day, number)
        else:
            said.append(number)
    for name in [name for name, dataset in history.datasets.items() if not dataset.firsts]:
        del history.datasets[name]  # withdrawn, and never published as far as the ledger knows
    for number, entry in history.entries(said).items():
        _say(history, number, entry)
    return history


def _say(history: History, number: int, entry: Entry) -> None:
    match entry:
        case Dating():
            history.datings.append((number, entry))
        case Record():
            history.records.append((number, entry))
        case SameAs():
            history.same.append((number, entry))
        case Annulment():
            history.annulled.append((number, entry))
        case Submission():
            history.submissions.append((number, entry))


def _lines(history: History, limit: int | None) -> Iterator[tuple[int, _Line]]:
    """Yield every line with its number; the history keeps where each of them begins."""
    decode, offsets, begin = _DECODER.decode, history.offsets, 0
    for number, text, ended in islice(ledger_lines(history.path), limit):
        begin += len(text) + ended
        offsets.append(begin)
        try:
            line = decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _refuse_broken(history.path)
        yield number, line


def _enter(history: History, line: _Line, day: str, number: int) -> None:
    whole = line.event == WITHDRAW and not line.resource
    if not line.dataset or not (line.resource or whole):
        raise MeguroOpendataError("ledger-broken", file=history.path, line=number)
    dataset = history.datasets.get(line.dataset)
    if dataset is None:
        dataset = history.datasets[line.dataset] = DatasetHistory()
    occurrence = Occurrence(day, number, line.origin == PUBLISHED, line.event == WITHDRAW)
    if whole:
        if day <= history.until:
            dataset.withdraw(line.portal, occurrence)
        return
    dataset.enter_first(line.resource, occurrence)
    if day <= history.until:
        dataset.enter_last(line.resource, line.portal, occurrence)


class _Days:
    """The days in Japan of the ledger's times.

    Most lines are of the same day as the line before and written in Japan's time, so that they need no calendar.
    """

    def __init__(self, path: Path) -> None:
        """Know no day yet."""
        self._path = path
        self._day, self._begin, self._end = "", "", ""

    def of(self, time: str, number: int) -> str:
        """Return the day of a line's time, ``YYYY-MM-DD``.

        Raises:
            MeguroOpendataError: If the time cannot be read or has no offset.
        """
        if self._begin <= time < self._end and time[19:] == _OFFSET:
            return self._day
        self._day = self._parsed(time, number)
        self._begin, self._end = (self._day, f"{self._day}U") if time[19:] == _OFFSET else ("", "")
        return self._day

    def _parsed(self, time: str, number: int) -> str:
        try:
            moment = datetime.fromisoformat(time)
            if moment.tzinfo is not None:
                return moment.astimezone(JST).date().isoformat()
        except (ValueError, OverflowError):
            pass
        raise MeguroOpendataError("ledger-broken", file=self._path, line=number)


def _refuse_broken(path: Path) -> NoReturn:
    """Read line by line, so that the error names the one that cannot be read."""
    number = 0
    for number, line, ended in ledger_lines(path):
        entry_at(path, number, line, ended=ended)
    raise MeguroOpendataError("ledger-broken", file=path, line=number)
