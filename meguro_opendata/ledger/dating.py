"""First publications of datasets and files (datings), from a table or one by one, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from meguro_opendata.errors import EntryError, Fault
from meguro_opendata.files.declarations import unknown
from meguro_opendata.files.whole import locked
from meguro_opendata.japan.days import lacks_day, written_day
from meguro_opendata.ledger.chain import append_events
from meguro_opendata.ledger.datasets import DatasetHistory
from meguro_opendata.ledger.entries import Dating, japan_time
from meguro_opendata.ledger.history import History, scan_ledger
from meguro_opendata.ledger.packages import reading_words
from meguro_opendata.ledger.plausible import implausible_times
from meguro_opendata.sources.entries import read_entry_table

__all__ = ["Dated", "FirstPublication", "enter_datings", "read_first_publications"]


@dataclass(frozen=True)
class FirstPublication:
    """A first publication as a person states it, before it is checked.

    Attributes:
        place: The place of the statement (row or argument), for messages.
        resource: The file; empty for the dataset and all its files that came from a catalogue.
        first: The day as it is written: 2025-03-01, 2025/3/1, 平成30年3月1日 or H30.3.1.
        evidence: An address, a document's number or a file with its checksum.
    """

    place: str
    dataset: str
    resource: str
    first: str
    evidence: str


@dataclass(frozen=True)
class Dated:
    """The number of datings that were entered, and the number that the ledger had already."""

    entered: int
    known: int


def read_first_publications(path: Path) -> list[FirstPublication]:
    """Return the rows of a table with the columns データセット, ファイル (may be left out), 初回公開日 and 根拠.

    Raises:
        SourceError: If the file cannot be read.
        EntryError: If a column is missing, or there are no rows.
    """
    rows = read_entry_table(path, reading_words()["dating"], optional=("resource",))
    return [FirstPublication(place=str(number), **row) for number, row in rows]


def enter_datings(
    path: Path, said: Sequence[FirstPublication], recorder: str, source: Path | str, now: datetime | None = None
) -> Dated:
    """Enter first publications: all of them, or none if one has a fault; known ones are not entered again.

    Args:
        path: The ledger.
        said: The first publications.
        recorder: The person who enters them.
        source: The file that has them, for messages.
        now: Default: the current time.

    Raises:
        EntryError: With every fault: an unknown dataset or file, a day that cannot be read, is in the future or is
            after the first event, no evidence, two days for one dataset or file.
    """
    time = japan_time(now)
    said = [replace(one, first=_iso(one.first)) for one in said]
    with locked(path):
        history = scan_ledger(path, date.max)
        faults = [*_faults(said, history, time[:10], frozenset()), *_contradictions(said)]
        # Finding implausible times reads the whole ledger again, so that it is done only if a day is refused as late.
        if any(fault.code == "dating-too-late" for fault in faults):
            odd = frozenset(found.line for found in implausible_times(path, now))
            faults = [*_faults(said, history, time[:10], odd), *_contradictions(said)]
        if faults:
            raise EntryError(source, faults)
        known = {(old.dataset, old.resource): (old.first, old.evidence) for _, old in history.datings}
        fresh = [one for one in said if known.get((one.dataset, one.resource)) != (one.first, one.evidence)]
        entries = [Dating(time, one.dataset, one.resource, one.first, one.evidence, recorder) for one in fresh]
        return Dated(append_events(path, entries), len(said) - len(fresh))


def _iso(written: str) -> str:
    """Return a day as ``YYYY-MM-DD``; a text that is not a full day is returned unchanged, for the message."""
    day = written_day(written)
    return day.isoformat() if day else written


def _faults(said: Sequence[FirstPublication], history: History, today: str, odd: frozenset[int]) -> Iterator[Fault]:
    for one in said:
        if not one.evidence:
            yield Fault(one.place, "evidence-missing", {})
        dataset = history.datasets.get(one.dataset)
        if dataset is None:
            yield unknown(one.place, "ledger-dataset-unknown", one.dataset, list(history.datasets))
        elif one.resource and one.resource not in dataset.firsts:
            yield unknown(one.place, "ledger-file-unknown", one.resource, list(dataset.firsts))
        else:
            yield from _day_faults(one, dataset, today, odd)


def _day_faults(one: FirstPublication, dataset: DatasetHistory, today: str, odd: frozenset[int]) -> Iterator[Fault]:
    earliest = _earliest(dataset, one.resource, odd)
    if written_day(one.first) is None:
        code = "date-without-day" if lacks_day(one.first) else "bad-date"
        yield Fault(one.place, code, {"value": one.first})
    elif one.first > today:
        yield Fault(one.place, "day-in-future", {"value": one.first, "today": today})
    elif one.first > earliest:
        yield Fault(one.place, "dating-too-late", {"value": one.first, "day": earliest})


def _earliest(dataset: DatasetHistory, resource: str, odd: frozenset[int]) -> str:
    """Return the first day of a file or a dataset, without events on lines whose time is implausible (``odd``)."""
    firsts = [dataset.firsts[resource]] if resource in dataset.firsts else dataset.firsts.values()
    return min((first.day for first in firsts if first.line not in odd), default=date.max.isoformat())


def _contradictions(said: Sequence[FirstPublication]) -> Iterator[Fault]:
    """Yield a fault for each row that gives a dataset or file another day than an earlier row."""
    seen: dict[tuple[str, str], FirstPublication] = {}
    for one in said:
        other = seen.setdefault((one.dataset, one.resource), one)
        if other.first != one.first:
            yield Fault(one.place, "dating-twice", {"value": one.first, "day": other.first, "place": other.place})
