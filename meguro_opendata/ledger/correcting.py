"""Corrections that people enter: continuations of datasets or files under another name, and annulments of lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from meguro_opendata.errors import EntryError, Fault
from meguro_opendata.files.declarations import unknown
from meguro_opendata.files.whole import locked
from meguro_opendata.japan.calendar import JST
from meguro_opendata.ledger.annulled import hashes_of
from meguro_opendata.ledger.chain import append_events
from meguro_opendata.ledger.entries import Annulment, Event, SameAs, japan_time
from meguro_opendata.ledger.history import History, scan_ledger
from meguro_opendata.ledger.identity import Identity
from meguro_opendata.ledger.packages import reading_words
from meguro_opendata.sources.entries import read_entry_table

__all__ = ["Annulled", "Continuation", "enter_annulment", "enter_same", "read_continuations"]


@dataclass(frozen=True)
class Continuation:
    """A continuation as a person states it, before it is checked.

    Attributes:
        place: The place of the statement (row or argument), for messages.
        old: The former dataset, or one of its files as ``DATASET/FILE``.
        new: The later dataset or file that continues it, written in the same way.
        reason: The reason, such as the decision to rename.
    """

    place: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True)
class Annulled:
    """An annulment that was entered, with the event, dataset and file of the annulled line."""

    annulment: Annulment
    event: str
    dataset: str
    resource: str


def read_continuations(path: Path) -> list[Continuation]:
    """Return the rows of a table with the columns 旧, 新 and 理由.

    Raises:
        SourceError: If the file cannot be read.
        EntryError: If a column is missing, or there are no rows.
    """
    rows = read_entry_table(path, reading_words()["same"])
    return [Continuation(place=str(number), **row) for number, row in rows]


def enter_same(
    path: Path, said: Sequence[Continuation], recorder: str, source: Path | str, now: datetime | None = None
) -> tuple[SameAs, ...]:
    """Enter continuations in the ledger: all of them, or none if one has a fault.

    Args:
        path: The ledger.
        said: The continuations.
        recorder: The person who enters them.
        source: The file that has them, for messages.
        now: Default: the current time.

    Raises:
        EntryError: With every fault: no reason, an unknown dataset or file, a dataset that continues a file, a thing
            that continues itself, a former that came later, a circle, a continuation that is entered already.
    """
    time = japan_time(now)
    with locked(path):
        entries, faults = _checked(said, scan_ledger(path, date.max), time, recorder)
        if faults:
            raise EntryError(source, faults)
        append_events(path, entries)
    return tuple(entries)


def _checked(
    said: Sequence[Continuation], history: History, time: str, recorder: str
) -> tuple[list[SameAs], list[Fault]]:
    """Return the entries and every fault; each statement is checked as if those before it were in the ledger."""
    placed = list(history.same)
    entries: list[SameAs] = []
    faults: list[Fault] = []
    for one in said:
        entry = _same_as(one, time, recorder)
        found = list(_faults(one, entry, history, placed))
        faults += found
        if not found:
            entries.append(entry)
            placed.append((history.lines + len(entries), entry))
    return entries, faults


def _same_as(one: Continuation, time: str, recorder: str) -> SameAs:
    former, _, former_resource = one.old.strip().partition("/")
    dataset, _, resource = one.new.strip().partition("/")
    return SameAs(time, dataset, former, one.reason.strip(), recorder, resource, former_resource)


def _faults(
    one: Continuation, entry: SameAs, history: History, placed: Sequence[tuple[int, SameAs]]
) -> Iterator[Fault]:
    if not entry.reason:
        yield Fault(one.place, "reason-missing", {})
    missing = [
        *_unknown(one.place, history, entry.former, entry.former_resource),
        *_unknown(one.place, history, entry.dataset, entry.resource),
    ]
    yield from missing
    if bool(entry.resource) != bool(entry.former_resource):
        yield Fault(one.place, "same-mixed", {"old": one.old, "new": one.new})
    elif (entry.dataset, entry.resource) == (entry.former, entry.former_resource):
        yield Fault(one.place, "same-itself", {"value": one.new})
    elif not missing:
        yield from _order_faults(one, entry, history, placed)


def _unknown(place: str, history: History, name: str, file: str) -> Iterator[Fault]:
    dataset = history.datasets.get(name)
    if dataset is None:
        yield unknown(place, "ledger-dataset-unknown", name, list(history.datasets))
    elif file and file not in dataset.firsts:
        yield unknown(place, "ledger-file-unknown", file, list(dataset.firsts))


def _order_faults(
    one: Continuation, entry: SameAs, history: History, placed: Sequence[tuple[int, SameAs]]
) -> Iterator[Fault]:
    """Yield a fault for a statement that is entered already, for a circle, or for a former that came later."""
    later, former = (entry.dataset, entry.resource), (entry.former, entry.former_resource)
    # One fault a statement, the plainest first, since each of them makes the later ones meaningless.
    for line, old in placed:
        if later == (old.dataset, old.resource) and former == (old.former, old.former_resource):
            yield Fault(one.place, "same-twice", {"old": one.old, "new": one.new, "line": line})
            return
    if Identity(placed, history.datasets).leads(former, later):
        yield Fault(one.place, "same-circle", {"old": one.old, "new": one.new})
        return
    days = [_first_day(history, *thing) for thing in (former, later)]
    # The same day is allowed: one import can bring both names, and a rename can be published on the day of an import.
    if days[0] > days[1]:
        said: dict[str, object] = {"old": one.old, "new": one.new, "old_day": days[0], "new_day": days[1]}
        yield Fault(one.place, "same-too-early", said)


def _first_day(history: History, name: str, file: str) -> str:
    dataset = history.datasets[name]
    return (dataset.firsts[file] if file else dataset.first).day


def enter_annulment(
    path: Path, line: int, reason: str, recorder: str, at: str = "", now: datetime | None = None
) -> Annulled:
    """Enter that a line of the ledger was a mistake, or had a wrong time; the line itself stays.

    Args:
        path: The ledger.
        line: The number of the line.
        reason: The reason of the annulment.
        recorder: The person who enters it.
        at: The right time of an event of which only the time was wrong; without an offset it is Japan's time.
        now: Default: the current time.

    Raises:
        EntryError: With every fault: no reason, no such line, a line that is annulled already, an implausible time,
            a time for a line that is no event of a file.
    """
    time = japan_time(now)
    with locked(path):
        history = scan_ledger(path, date.max)
        if not 0 < line <= history.lines:
            raise EntryError(path, [Fault(str(line), "annul-no-line", {"value": line, "count": history.lines})])
        entry = history.entries([line])[line]
        moment, faults = _moment(line, at, time)
        faults += _annul_faults(history, line, reason, timed=bool(at) and not isinstance(entry, Event))
        if faults:
            raise EntryError(path, faults)
        target = hashes_of(history, [line])[line][0]
        annulment = Annulment(time, target, line, reason.strip(), recorder, moment)
        append_events(path, [annulment])
    return Annulled(annulment, entry.event, getattr(entry, "dataset", ""), getattr(entry, "resource", ""))


def _annul_faults(history: History, line: int, reason: str, *, timed: bool) -> Iterator[Fault]:
    """Yield a fault for a missing reason, a line that is annulled already, or a time for a line that is no event."""
    if not reason.strip():
        yield Fault(str(line), "reason-missing", {})
    if line in history.struck:
        yield Fault(str(line), "annul-twice", {"value": line, "line": _annulling(history, line)})
    if timed:
        yield Fault(str(line), "annul-no-event", {"value": line})


def _annulling(history: History, line: int) -> int:
    """Return the line of the newest annulment of a line."""
    targets = hashes_of(history, [line])[line]
    return next(number for number, old in reversed(history.annulled) if old.target in targets)


def _moment(line: int, at: str, now: str) -> tuple[str, list[Fault]]:
    """Return the right time of an event as the ledger writes it, and its faults; both are empty without a time."""
    if not at:
        return "", []
    try:
        read = datetime.fromisoformat(at)
        moment = japan_time(read if read.tzinfo else read.replace(tzinfo=JST))
    except (ValueError, OverflowError):
        return "", [Fault(str(line), "bad-time", {"value": at})]
    # Both times are in Japan's offset and of one length, so that comparing the texts compares the times.
    if moment > now:
        return "", [Fault(str(line), "day-in-future", {"value": at, "today": now[:10]})]
    if moment < str(reading_words()["earliest_year"]):
        return "", [Fault(str(line), "bad-time", {"value": at})]
    return moment, []
