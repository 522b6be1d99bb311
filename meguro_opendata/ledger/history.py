"""The ledger read for counting: the history of each dataset up to the end of a day.

Every line is decoded into the few keys that counting needs. Only the lines of which more is needed (a dataset's newest
event, datings, records) are then read in full. The chain is not checked here.

A ledger with annulled events, or with files that have to be recognised by their checksums, is read twice, because
these lines are known only after the last line was read.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import storage_guard
from meguro_opendata.japan.calendar import today
from meguro_opendata.ledger.annulled import struck_lines
from meguro_opendata.ledger.chain import entry_at, ledger_lines
from meguro_opendata.ledger.countedlines import CountedLine, Days, counted_lines
from meguro_opendata.ledger.datasets import DatasetHistory, Occurrence, packed
from meguro_opendata.ledger.entries import (
    ANNUL,
    FILE_EVENTS,
    PUBLISHED,
    UPDATE,
    WITHDRAW,
    Annulment,
    Dating,
    Entry,
    Record,
    SameAs,
    Submission,
)
from meguro_opendata.ledger.identity import unrecognised

__all__ = ["History", "prefixes", "scan_ledger"]


@dataclass
class History:
    """The ledger's knowledge of events up to the end of a day.

    Entries that are no events (datings, records, continuations, annulments, submissions) are all here, whenever they
    were entered, each with the number of its line.

    Attributes:
        path: The ledger.
        until: The last day that counts, ``YYYY-MM-DD``.
        datasets: Each dataset that has events, later ones included, by slug.
        datings: The datings.
        records: The recorded figures.
        same: The continuations.
        annulled: The annulments.
        struck: By the number of an annulled line, the right time of its event; empty if the event never happened.
        submissions: The submissions of quarters.
        renamed: The present name of a portal by each former name.
        late: The lines of events that can change a year that was over when they were entered, each with the earliest
            possible day of entry. These are events of an earlier day than their lines' neighbours, and annulled events.
        said: The kind of each line that is no event of a file, annulled ones included, by line number.
        offsets: The offset of each line's beginning in the file, and of the last line's end.
    """

    path: Path
    until: str
    datasets: dict[str, DatasetHistory] = field(default_factory=dict)
    datings: list[tuple[int, Dating]] = field(default_factory=list)
    records: list[tuple[int, Record]] = field(default_factory=list)
    same: list[tuple[int, SameAs]] = field(default_factory=list)
    annulled: list[tuple[int, Annulment]] = field(default_factory=list)
    struck: dict[int, str] = field(default_factory=dict)
    submissions: list[tuple[int, Submission]] = field(default_factory=list)
    renamed: Mapping[str, str] = field(default_factory=dict)
    late: list[tuple[int, str]] = field(default_factory=list)
    said: dict[int, str] = field(default_factory=dict)
    offsets: array[int] = field(default_factory=lambda: array("Q", [0]))

    @property
    def lines(self) -> int:
        """Return the number of lines, including lines that are later than the requested day."""
        return len(self.offsets) - 1

    def entries(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """Return the entries on some lines, read in full, by number.

        Raises:
            MeguroOpendataError: If a line cannot be read.
        """
        return {number: entry_at(self.path, number, line) for number, line in self.texts(numbers).items()}

    def texts(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """Return the bytes of some lines by number."""
        return dict(self._read(sorted(set(numbers))))

    def _read(self, numbers: list[int]) -> Iterator[tuple[int, bytes]]:
        if not numbers:
            return
        with storage_guard(self.path), self.path.open("rb") as file:
            for number in numbers:
                begin, end = self.offsets[number - 1 : number + 1]
                file.seek(begin)
                yield number, file.read(end - begin)


def scan_ledger(
    path: Path,
    until: date,
    renamed: Mapping[str, str] | None = None,
    *,
    seen: date | None = None,
    lines: int | None = None,
) -> History:
    """Return the history up to the end of a day in Japan; it is empty if there is no ledger yet.

    Datings and records count for the day that they are about, whenever they were entered. An annulled event is left
    out, or counts for the time that its annulment gives.

    Args:
        path: The ledger.
        until: The last day that counts.
        renamed: The present name of a portal by each former name.
        seen: The last day of the events that show whether a file was withdrawn soon; default ``until``.
        lines: Read only this number of lines, as if the ledger ended there.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
        StorageError: If the file cannot be read.
    """
    return _scanned(path, until, seen, lines, renamed=renamed).history


def prefixes(path: Path, stops: Collection[int]) -> Iterator[tuple[int, History, set[str] | None]]:
    """Yield the history before and after each of some lines, as if the ledger ended there, in one reading.

    Each item has three parts. The first is the number of lines. The second is the history, one object that grows from
    item to item. The third is the set of datasets with another first day than at the last item; ``None`` stands for
    any dataset, after an annulment.

    Args:
        path: The ledger.
        stops: The numbers of the lines.

    Raises:
        MeguroOpendataError: If a line cannot be read.
        StorageError: If the file cannot be read.
    """
    whole = History(path, date.max.isoformat())
    ends = {*stops, *(number - 1 for number in stops)}
    named = _named_in(path, stops)
    scan = _Scan(path, date.max, named=named)
    scan.history.offsets = whole.offsets
    for number, line in counted_lines(path, whole.offsets, max(stops, default=0)):
        changed: set[str] | None = scan.changed
        if number == 1 and 0 in ends:
            yield 0, scan.history, set()
        scan.enter(number, line)
        if line.event == ANNUL:
            # An annulment can change any earlier line, so that only a reading from the beginning is right.
            scan = _scanned(path, date.max, None, number, named)
            scan.history.offsets, changed = whole.offsets, None
        elif number in scan.said:
            scan.say(number, scan.history.entries([number])[number])
        if number in ends:
            yield number, scan.history, changed
            scan.changed.clear()


def _named_in(path: Path, lines: Collection[int]) -> frozenset[str]:
    """Return the datasets that continuations on some lines name, whose checksums are needed from the first line on."""
    found: set[str] = set()
    for number, text, ended in ledger_lines(path):
        if number in lines and isinstance(said := entry_at(path, number, text, ended=ended), SameAs):
            found |= {said.dataset, said.former}
    return frozenset(found)


def _scanned(
    path: Path,
    until: date,
    seen: date | None,
    lines: int | None,
    named: Collection[str] = frozenset(),
    renamed: Mapping[str, str] | None = None,
) -> _Scan:
    scan = _Scan(path, until, seen=seen, named=named, renamed=renamed)
    scan.read(lines)
    history = scan.history
    struck = struck_lines(history) if history.annulled else {}
    needed = unrecognised(history.same, history.datasets).difference(named) if history.same else frozenset()
    if needed or any(number not in scan.said for number in struck):
        scan = _Scan(path, until, seen=seen, struck=struck, named={*needed, *named}, renamed=renamed)
        scan.read(lines)
    scan.finish(struck)
    return scan


class _Scan:
    """One reading of a ledger, line by line.

    Attributes:
        history: The history after the lines read so far.
        said: The kind of each line read so far that is no event of a file, by line number.
        changed: The datasets with a new first day since the caller last cleared this set.
    """

    def __init__(
        self,
        path: Path,
        until: date,
        *,
        seen: date | None = None,
        struck: Mapping[int, str] | None = None,
        named: Collection[str] = frozenset(),
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        """Start before the first line.

        Args:
            path: The ledger.
            until: The last day that counts.
            seen: As in :func:`scan_ledger`.
            struck: The annulled lines with the right times of their events.
            named: The datasets whose checksums are kept.
            renamed: As in :func:`scan_ledger`.
        """
        self.history = History(path, until.isoformat(), renamed=renamed or {})
        self.said: dict[int, str] = {}
        self.changed: set[str] = set()
        self._renamed = self.history.renamed
        self._until = self.history.until
        self._seen = max(seen or until, until).isoformat()
        self._struck = dict(struck or {})
        self._named = named
        self._days = Days(path)
        self._clock, self._today = "", today().isoformat()
        self._spoken: set[tuple[str, str]] = set()
        self._unsteady: set[str] = set()

    def read(self, lines: int | None = None) -> None:
        """Read all lines, or the first ``lines``, and then in full those that are no event of a file."""
        for number, line in counted_lines(self.history.path, self.history.offsets, lines):
            self.enter(number, line)
        for number, entry in self.history.entries(self.said).items():
            self.say(number, entry)

    def enter(self, number: int, line: CountedLine) -> None:
        """Enter one line; lines are entered in the order of the file."""
        if self._struck and number in self._struck and line.event in FILE_EVENTS:
            self._enter_struck(number, line)
            return
        day = self._days.of(line.time, number)
        if self._clock < day and line.origin == PUBLISHED:
            self._wind(day)
        if line.event in FILE_EVENTS:
            self._enter_event(number, line, day)
        else:
            self.said[number] = line.event
            self._spoken |= {(line.dataset, line.resource), (line.former, line.former_resource)}

    def _enter_struck(self, number: int, line: CountedLine) -> None:
        """Enter an annulled event at the time that its annulment gives; an event without such a time is left out."""
        time = self._struck[number]
        self._unsteady.add(line.dataset)
        if time and line.origin == PUBLISHED:
            self._wind(self._days.of(time, number))
        self.history.late.append((number, self._clock))
        if time:
            self._enter_event(number, line, self._days.of(time, number))

    def _wind(self, day: str) -> None:
        """Keep the newest day of entry so far; a day in the future comes from a wrong clock and is ignored."""
        if self._clock < day <= self._today:
            self._clock = day

    def say(self, number: int, entry: Entry) -> None:
        """Enter an entry that is no event of a file; merges are not kept, since they change no figure."""
        name = _KEPT.get(type(entry))
        if name:
            kept: list[tuple[int, Any]] = getattr(self.history, name)
            kept.append((number, entry))

    def finish(self, struck: Mapping[int, str]) -> None:
        """Remove annulled entries, and datasets without any publication."""
        history = self.history
        history.struck = dict(struck)
        history.said = self.said
        if struck:
            for name in ("datings", "records", "same", "submissions"):
                setattr(history, name, [said for said in getattr(history, name) if said[0] not in struck])
        for name in [name for name, dataset in history.datasets.items() if not dataset.firsts]:
            del history.datasets[name]  # only withdrawn: the ledger has no publication of it

    def _enter_event(self, number: int, line: CountedLine, day: str) -> None:
        if not line.dataset or not (line.resource or line.event == WITHDRAW):
            raise MeguroOpendataError("ledger-broken", file=self.history.path, line=number)
        dataset = self._dataset(line.dataset)
        withdrawn = line.event == WITHDRAW
        portal = self._renamed.get(line.portal, line.portal) if self._renamed else line.portal
        occurrence = Occurrence(day, packed(number, line.sha256), line.origin == PUBLISHED, withdrawn)
        if not withdrawn:
            self._enter_first(number, line, dataset, occurrence)
        if self._named:
            self._keep_checksum(dataset, line, day)
        if day <= self._until:
            if line.resource:
                dataset.enter_last(line.resource, portal, occurrence, update=line.event == UPDATE)
            else:
                dataset.withdraw(portal, occurrence)
        elif day <= self._seen:
            dataset.enter_after(line.resource, portal, occurrence)

    def _dataset(self, name: str) -> DatasetHistory:
        found = self.history.datasets.get(name)
        if found is None:
            found = self.history.datasets[name] = DatasetHistory()
        return found

    def _keep_checksum(self, dataset: DatasetHistory, line: CountedLine, day: str) -> None:
        if line.dataset in self._named and line.sha256:
            dataset.checksums.setdefault(line.resource, []).append((day, line.sha256))

    def _enter_first(self, number: int, line: CountedLine, dataset: DatasetHistory, occurrence: Occurrence) -> None:
        """Enter a publication, and list its line in ``late`` if it can change a year that was over at its entry."""
        first = dataset.enter_first(line.resource, occurrence)
        if first:
            self.changed.add(line.dataset)
            dataset.own = dataset.own or occurrence.own
            if self._spoken and self._is_awaited(line, dataset):
                self.history.late.append((number, self._clock))
                return
        if occurrence.day < self._clock and (line.dataset in self._unsteady or (first and dataset.own)):
            self.history.late.append((number, self._clock))

    def _is_awaited(self, line: CountedLine, dataset: DatasetHistory) -> bool:
        """Return whether an earlier dating or continuation names this file, or this dataset if it is its first file.

        Such an entry takes effect only with this event, possibly for a year that is over.
        """
        if (line.dataset, line.resource) in self._spoken:
            return True
        return len(dataset.firsts) == 1 and (line.dataset, "") in self._spoken


_KEPT: Mapping[type[Entry], str] = {
    Dating: "datings",
    Record: "records",
    SameAs: "same",
    Annulment: "annulled",
    Submission: "submissions",
}
