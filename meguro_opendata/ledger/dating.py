"""When datasets were first published, from a file or told one by one, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from meguro_opendata.errors import EntryError, Fault
from meguro_opendata.files.declarations import unknown
from meguro_opendata.files.whole import locked
from meguro_opendata.japan.days import written_day
from meguro_opendata.ledger.chain import append_events
from meguro_opendata.ledger.datasets import DatasetHistory
from meguro_opendata.ledger.entries import Dating, japan_time
from meguro_opendata.ledger.history import History, scan_ledger
from meguro_opendata.ledger.packages import reading_words
from meguro_opendata.sources.entries import read_entry_table

__all__ = ["Dated", "FirstPublication", "enter_datings", "read_first_publications"]


@dataclass(frozen=True)
class FirstPublication:
    """What somebody says of a first publication.

    Attributes:
        place: Where it says so, for messages.
        resource: The file; empty for the dataset and all its files that came from a catalogue.
        first: The day as it is written.
    """

    place: str
    dataset: str
    resource: str
    first: str
    evidence: str


@dataclass(frozen=True)
class Dated:
    """How many datings were entered, and how many the ledger had already."""

    entered: int
    known: int


def read_first_publications(path: Path) -> list[FirstPublication]:
    """The rows of a table with the columns データセット, ファイル (may be left out), 初回公開日 and 根拠.

    Raises:
        SourceError: If the file cannot be read.
        EntryError: If a column is missing, or there are no rows.
    """
    rows = read_entry_table(path, reading_words()["dating"], optional=("resource",))
    return [FirstPublication(place=str(number), **row) for number, row in rows]


def enter_datings(
    path: Path, said: Sequence[FirstPublication], recorder: str, source: Path | str, now: datetime | None = None
) -> Dated:
    """Enter them all, or none if one cannot be; what the ledger says already is not entered again.

    Args:
        path: The ledger.
        said: What is said.
        recorder: Who enters it.
        source: The file that says it, for messages.
        now: Default: the current time.

    Raises:
        EntryError: With every fault: an unknown dataset or file, a day that cannot be read, lies in the future or
            after the first event, no evidence, two days for one thing.
    """
    time = japan_time(now)
    said = [_in_iso_form(one) for one in said]
    with locked(path):
        history = scan_ledger(path, date.max)
        faults = [*_faults(said, history, time[:10]), *_contradictions(said)]
        if faults:
            raise EntryError(source, faults)
        known = {(old.dataset, old.resource): (old.first, old.evidence) for _, old in history.datings}
        fresh = [one for one in said if known.get((one.dataset, one.resource)) != (one.first, one.evidence)]
        entries = [Dating(time, one.dataset, one.resource, one.first, one.evidence, recorder) for one in fresh]
        return Dated(append_events(path, entries), len(said) - len(fresh))


def _in_iso_form(one: FirstPublication) -> FirstPublication:
    """Return what somebody says with its day as ``YYYY-MM-DD``, so that one day in two notations is one dating."""
    day = written_day(one.first)
    return replace(one, first=day.isoformat()) if day else one


def _faults(said: Sequence[FirstPublication], history: History, today: str) -> Iterator[Fault]:
    for one in said:
        if not one.evidence:
            yield Fault(one.place, "evidence-missing", {})
        dataset = history.datasets.get(one.dataset)
        if dataset is None:
            yield unknown(one.place, "ledger-dataset-unknown", one.dataset, list(history.datasets))
        elif one.resource and one.resource not in dataset.firsts:
            yield unknown(one.place, "ledger-file-unknown", one.resource, list(dataset.firsts))
        else:
            yield from _day_faults(one, dataset, today)


def _day_faults(one: FirstPublication, dataset: DatasetHistory, today: str) -> Iterator[Fault]:
    day, earliest = one.first, (dataset.firsts.get(one.resource) or dataset.first).day
    if written_day(day) is None:
        yield Fault(one.place, "bad-date", {"value": one.first})
    elif day > today:
        yield Fault(one.place, "day-in-future", {"value": day, "today": today})
    elif day > earliest:
        yield Fault(one.place, "dating-too-late", {"value": day, "day": earliest})


def _contradictions(said: Sequence[FirstPublication]) -> Iterator[Fault]:
    """Two rows that give one thing different days."""
    seen: dict[tuple[str, str], FirstPublication] = {}
    for one in said:
        other = seen.setdefault((one.dataset, one.resource), one)
        if other.first != one.first:
            yield Fault(one.place, "dating-twice", {"value": one.first, "day": other.first, "place": other.place})
